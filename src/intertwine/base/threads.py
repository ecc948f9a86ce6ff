"""How many threads a call may use: ``threads=`` over `set_threads` over the environment."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from intertwine.base.checks import is_integer
from intertwine.base.errors import OptionError, shown

#: More threads than this are refused: no machine has them and each costs memory.
MOST_THREADS = 1024

#: The environment's word for this library alone.
VARIABLE = "INTERTWINE_NUM_THREADS"

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
    ours = os.environ.get(VARIABLE, "").strip()
    if ours:
        return _asked(ours)
    others = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(others) if _counts(others) else None


def _counts(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 99 and 1 <= int(text) <= MOST_THREADS


def _asked(text: str) -> int:
    """The number that `VARIABLE` holds, which is nobody else's: a wrong one is a mistake."""
    if _counts(text):
        return int(text)
    raise OptionError(
        f"The environment sets {VARIABLE}={shown(text)}, which is no integer "
        f"from 1 to {MOST_THREADS}.\n"
        f"  Set it to a number of threads, such as {VARIABLE}={available_cores()}, or unset it."
    )


def resolve(threads: int | None) -> int:
    """The number of threads for one call.

    Raises
    ------
    OptionError
        When the environment decides and ``INTERTWINE_NUM_THREADS`` is no number of threads.
        ``OMP_NUM_THREADS`` is meant for other programs too: what it says otherwise is left alone.
    """
    if threads is not None:
        return int(threads)
    return _chosen or _from_environment() or available_cores()
