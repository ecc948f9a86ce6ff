"""Packages of the extra `search`, loaded where they are first needed."""

from __future__ import annotations

import importlib
from typing import Any

from intertwine.base.errors import MissingExtraError


def need(module: str, what: str, install: str = "'intertwine[search]'") -> Any:
    """Return the module, or say what needs it and how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(
            f"{what} needs {package}, which is not installed.\n  pip install {install}"
        ) from error
