"""The folder that keeps what is measured or downloaded once: on this machine, of this user."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return `INTERTWINE_CACHE`, or ``intertwine`` under ``XDG_CACHE_HOME`` or ``~/.cache``."""
    folder = os.environ.get("INTERTWINE_CACHE")
    if folder:
        return Path(folder)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "intertwine"
