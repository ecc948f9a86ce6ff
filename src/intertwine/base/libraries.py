"""Libraries that only some calls need, loaded by the first that does."""

from __future__ import annotations

import importlib
from types import ModuleType

from intertwine.base.errors import MissingExtraError

#: Import name -> name on PyPI, for those that the extra brings.
_PROJECTS = {
    "PIL.Image": "pillow",
    "tifffile": "tifffile",
    "imagecodecs": "imagecodecs",
    "soundfile": "soundfile",
    "matplotlib": "matplotlib",
    "matplotlib.figure": "matplotlib",
}


def need(module: str, purpose: str) -> ModuleType:
    """Import `module`, or say what brings it.

    Raises
    ------
    MissingExtraError
        ``Reading PNG files needs pillow: pip install 'intertwine[image]'``.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        project = _PROJECTS.get(module, module)
        source = "'intertwine[image]'" if module in _PROJECTS else project
        raise MissingExtraError(
            f"{purpose} needs {project}, which is not installed.\n  pip install {source}"
        ) from error
