"""Libraries that only some calls need, loaded by the first that does."""

from __future__ import annotations

import importlib
from types import ModuleType

from intertwine.base.errors import MissingExtraError

#: Import name -> name on PyPI and the extra that brings it.
_PROJECTS = {
    "PIL.Image": ("pillow", "image"),
    "PIL.ImageOps": ("pillow", "image"),
    "tifffile": ("tifffile", "image"),
    "imagecodecs": ("imagecodecs", "image"),
    "soundfile": ("soundfile", "image"),
    "matplotlib": ("matplotlib", "image"),
    "matplotlib.figure": ("matplotlib", "image"),
    "jinja2": ("jinja2", "image"),
    "rich.console": ("rich", "image"),
    "rich.progress": ("rich", "image"),
    "cv2": ("opencv-python-headless", "search"),
    "safetensors.numpy": ("safetensors", "search"),
    "safetensors.torch": ("safetensors", "search"),
    "safetensors": ("safetensors", "learn"),
    "sklearn.decomposition": ("scikit-learn", "search"),
    "sklearn.linear_model": ("scikit-learn", "learn"),
    "sklearn.model_selection": ("scikit-learn", "learn"),
    "threadpoolctl": ("scikit-learn", "learn"),
    "fastapi": ("fastapi", "search"),
    "uvicorn": ("uvicorn", "search"),
    "torch": ("torch", "learn"),
    "statsmodels.tools.sm_exceptions": ("statsmodels", "series"),
    "statsmodels.tsa.seasonal": ("statsmodels", "series"),
    "statsmodels.tsa.stattools": ("statsmodels", "series"),
}


def need(module: str, purpose: str, install: str = "") -> ModuleType:
    """Import `module`, or say what brings it: an extra, or what `install` tells pip.

    Raises
    ------
    MissingExtraError
        ``Reading PNG files needs pillow: pip install 'intertwine[image]'``.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        project, extra = _PROJECTS.get(module, (module, None))
        source = install or (f"'intertwine[{extra}]'" if extra else project)
        raise MissingExtraError(
            f"{purpose} needs {project}, which is not installed.\n  pip install {source}"
        ) from error
