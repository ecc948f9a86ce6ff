"""What is kept between calls: one budget of bytes for all of it, and how to give it back.

Plans, what was found out for them and the memory of large results are kept for later calls, because
they take longer to make than to keep. All of it counts in one budget (``core/budget.hpp``); what
was used longest ago goes first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.base.checks import is_integer
from intertwine.base.errors import OptionError, shown

#: The environment's word for the limit, in bytes.
VARIABLE = "INTERTWINE_MEMORY_LIMIT"

#: The limit where nobody says otherwise, and the largest that can be told.
USUAL_LIMIT, LARGEST_LIMIT = 256 << 20, (1 << 63) - 1

_settled = False


def set_memory_limit(limit: int | None) -> None:
    """Set how many bytes may be kept between calls; None returns to the environment's choice.

    Plans, the spectra and factors of their kernels, and the memory of results that were let go
    count. What was used longest ago goes first, at once where more is kept now. The plan used last
    stays, however large, unless the limit is 0: then nothing is kept.

    Parameters
    ----------
    limit : int or None
        Bytes, 0 or more. None: ``INTERTWINE_MEMORY_LIMIT`` if it is set, else 256 MiB.

    Raises
    ------
    OptionError
        When `limit` is neither None nor an integer from 0 to 2^63 - 1.

    Examples
    --------
    >>> import intertwine as iw
    >>> iw.set_memory_limit(64 << 20)
    >>> iw.set_memory_limit(None)
    """
    global _settled
    if limit is not None and not (is_integer(limit) and 0 <= int(limit) <= LARGEST_LIMIT):
        raise OptionError(
            f"set_memory_limit: `limit={shown(limit)}` must be a number of bytes "
            f"from 0 to 2^63 - 1, or None."
        )
    _core.set_memory_limit(_from_environment() if limit is None else int(limit))
    _settled = True


@lru_cache(maxsize=1)
def _from_environment() -> int:
    """What the environment asked for when it was first looked at."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return USUAL_LIMIT
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_LIMIT:
        return int(text)
    raise OptionError(
        f"The environment sets {VARIABLE}={shown(text)}, which is not a number of bytes "
        f"from 0 to 2^63 - 1.\n"
        f"  Set it to a number of bytes, such as {VARIABLE}={USUAL_LIMIT}, or unset it."
    )


def settle_limit() -> None:
    """Let the environment decide, if nobody has: before anything is kept.

    Raises
    ------
    OptionError
        When ``INTERTWINE_MEMORY_LIMIT`` is not a number of bytes.
    """
    if not _settled:
        set_memory_limit(None)


def release_memory() -> None:
    """Give back to the system what is kept for later calls.

    That is the memory of results that were let go, the work space of this thread and of the pool,
    and the plans made last with what their kernels need. Nothing that a program still holds is
    touched. Later calls are slower once.

    Examples
    --------
    >>> import intertwine as iw
    >>> iw.release_memory()
    """
    _core.release_memory()


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array with anything in it. A large one takes the memory of one that was let go."""
    made: NDArray[Any] = _core.empty(shape, dtype)
    return made


class Cache:
    """Values by key, each for as long as the budget holds it."""

    def __init__(self) -> None:
        self._kept: WeakValueDictionary[Hashable, _core.Kept] = WeakValueDictionary()

    def lookup(self, key: Hashable) -> _core.Kept | None:
        """What holds the value of a key, which now is the one used last; or None."""
        kept = self._kept.get(key)
        if kept is not None:
            kept.use()
        return kept

    def store(self, key: Hashable, value: Any, size: int) -> None:
        """Keep a value of so many bytes."""
        self._kept[key] = _core.keep(value, size)

    def values(self) -> list[Any]:
        """All values that are kept."""
        return [kept.value for kept in self._kept.values()]

    def clear(self) -> None:
        """Let all values go."""
        for kept in list(self._kept.values()):
            kept.drop()


class Owner(Protocol):
    """What keeps all that is found out about it."""

    @property
    def findings(self) -> dict[Any, Any]: ...


_Owner = TypeVar("_Owner", bound=Owner)
_Rest = ParamSpec("_Rest")
_Found = TypeVar("_Found")


def kept_by_owner(
    find: Callable[Concatenate[_Owner, _Rest], _Found],
) -> Callable[Concatenate[_Owner, _Rest], _Found]:
    """Keep what `find` says about its first argument for as long as that lives."""

    @wraps(find)
    def lookup(owner: _Owner, /, *rest: _Rest.args, **none: _Rest.kwargs) -> _Found:
        key = find, *rest
        findings = owner.findings
        if key not in findings:
            findings[key] = find(owner, *rest, **none)
        return cast(_Found, findings[key])

    return lookup


def held_bytes(*things: Any) -> int:
    """Bytes of the arrays that `things` hold on to, and of what the core keeps for them.

    Arrays are counted once, whole where only a part is used.
    """
    seen: set[int] = set()
    found, left = 0, list(things)
    while left:
        thing = left.pop()
        kind: Any = type(thing)
        if kind in _PLAIN or id(thing) in seen:
            continue
        seen.add(id(thing))
        if kind is np.ndarray:
            if type(thing.base) is np.ndarray:
                left.append(thing.base)
            else:
                found += thing.nbytes
        elif kind is tuple or kind is list:
            left += thing
        elif kind is dict:
            left += list(thing.values())  # other threads may add to it
        elif hasattr(thing, "kept_bytes"):
            found += thing.kept_bytes
        elif hasattr(thing, "__dict__") and _is_ours(kind):
            left += list(vars(thing).values())
        else:
            left += [getattr(thing, name) for name in _slots(kind)]
    return found


_PLAIN = frozenset({int, float, complex, bool, str, bytes, type(None), *np.sctypeDict.values()})


@lru_cache(maxsize=256)
def _is_ours(kind: type) -> bool:
    """Whether things of this type are values of the engine, made of what their attributes are."""
    return is_dataclass(kind) or kind.__module__.startswith("intertwine.engine.")


@lru_cache(maxsize=256)
def _slots(kind: type) -> tuple[str, ...]:
    """The attributes of such a value that may be more than a number or a word."""
    if not is_dataclass(kind):
        return ()
    return tuple(f.name for f in fields(kind) if f.type not in ("int", "float", "bool", "str"))


__all__ = [
    "Cache",
    "empty",
    "held_bytes",
    "kept_by_owner",
    "release_memory",
    "set_memory_limit",
    "settle_limit",
]
