"""How many threads a call may use: ``threads=`` over `set_threads` over the environment."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from intertwine.engine.checks import is_integer
from intertwine.engine.errors import OptionError, shown

#: More threads than this are refused: no machine has them and each costs memory.
MOST_THREADS = 1024

_chosen: int | None = None


def check(caller: str, value: Any) -> None:
    """Refuse what is no number of threads; None stands for the usual number."""
    if value is None or (is_integer(value) and 1 <= int(value) <= MOST_THREADS):
        return
    raise OptionError(
        f"{caller}: `threads={shown(value)}` must be an integer from 1 to {MOST_THREADS}, or None."
    )


def set_threads(threads: int | None) -> None:
    """Set how many threads every later call uses; None returns to the environment's choice.

    Raises
    ------
    OptionError
        When `threads` is neither None nor an integer from 1 to 1024.
    """
    global _chosen
    check("set_threads", threads)
    _chosen = None if threads is None else int(threads)


def available_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@lru_cache(maxsize=1)
def _from_environment() -> int | None:
    """What the environment asked for when it was first looked at."""
    for variable in ("INTERTWINE_NUM_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(variable, "").split(",")[0].strip()
        if text.isdigit() and 1 <= int(text) <= MOST_THREADS:
            return int(text)
    return None


def resolve(threads: int | None) -> int:
    """The number of threads for one call."""
    if threads is not None:
        return int(threads)
    return _chosen or _from_environment() or available_cores()
