"""Giving back what is kept between calls."""

from __future__ import annotations

from intertwine import _core
from intertwine.engine.plan import CACHE


def release_memory() -> None:
    """Give back to the system what is kept for later calls.

    That is the memory of results that were let go (at most 256 MiB), the work space of this
    thread and of the pool, and the plans made last with the spectra of their kernels. Nothing
    that a program still holds is touched. Later calls are slower once.

    Examples
    --------
    >>> import intertwine as iw
    >>> iw.release_memory()
    """
    CACHE.clear()
    _core.release_memory()


__all__ = ["release_memory"]
