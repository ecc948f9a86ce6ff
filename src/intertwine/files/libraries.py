"""The libraries that files need, loaded when the first such file is met."""

from __future__ import annotations

import importlib
from types import ModuleType

from intertwine.base.errors import MissingExtraError

#: Import name -> name on PyPI.
_PROJECTS = {
    "PIL.Image": "pillow",
    "tifffile": "tifffile",
    "imagecodecs": "imagecodecs",
    "soundfile": "soundfile",
    "matplotlib": "matplotlib",
    "matplotlib.figure": "matplotlib",
}


def need(module: str, purpose: str) -> ModuleType:
    """Import `module`, or say which extra brings it.

    Raises
    ------
    MissingExtraError
        ``Reading PNG files needs pillow: pip install 'intertwine[image]'``.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        project = _PROJECTS[module]
        raise MissingExtraError(
            f"{purpose} needs {project}, which is not installed.\n  pip install 'intertwine[image]'"
        ) from error
