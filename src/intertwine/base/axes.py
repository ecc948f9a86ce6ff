"""Which axes of the data a kernel works along: as named, or those that leave no choice."""

from __future__ import annotations

import re
from typing import Any

from intertwine.base.checks import Array, describe, is_integer, is_listed
from intertwine.base.errors import OptionError, ShapeError, counted, shown


def _both(x: Array, taps: Array) -> str:
    return f"  {describe('x', x)}    {describe('k', taps)}"


def _count(count: int) -> str:
    return counted(count, "axis", "axes")


def axes_along(
    caller: str, x: Array, taps: Array, ndim: int | None, named: Any, label: str | None = None
) -> tuple[int, ...]:
    """Return the axes of `x`, from 0 up, that the axes of a kernel work along.

    `ndim` is the number of a kernel's axes; None says that `taps` may have more, for a bank.
    `label` is the kernel's name, if it has one.
    """
    if named is None:
        return _all_axes(caller, x, taps, ndim, label)
    listed = _whole_numbers(caller, named)
    _check_count(caller, listed, x, taps, ndim)
    return _places(caller, "x", x, listed, _both(x, taps))


def axes_of(caller: str, name: str, x: Array, named: Any, arrays: str) -> tuple[int, ...]:
    """Return the axes of `x` that are named, from 0 up and each once; errors tell of `arrays`."""
    listed = _whole_numbers(caller, named)
    if not listed:
        raise _no_axes(caller, named)
    return _places(caller, name, x, listed, arrays)


def _whole_numbers(caller: str, named: Any) -> tuple[Any, ...]:
    listed = tuple(named) if is_listed(named) else (named,)
    if not all(is_integer(axis) for axis in listed):
        raise _no_axes(caller, named)
    return listed


def _no_axes(caller: str, named: Any) -> OptionError:
    return OptionError(
        f"{caller}: `axes={shown(named)}` must be an integer or a tuple of integers."
    )


def _places(
    caller: str, name: str, x: Array, listed: tuple[Any, ...], arrays: str
) -> tuple[int, ...]:
    """The named axes of `x`, from 0 up; each must be there, and named once."""
    for axis in listed:
        if not -x.ndim <= axis < x.ndim:
            raise ShapeError(
                f"{caller}: `axes` names axis {shown(axis)} but `{name}` has {_count(x.ndim)}, "
                f"{-x.ndim} to {x.ndim - 1}.\n{arrays}"
            )
    found = tuple(int(axis) % x.ndim for axis in listed)
    if len(set(found)) != len(found):
        raise ShapeError(
            f"{caller}: `axes={shown(listed)}` names an axis of `{name}` twice.\n{arrays}"
        )
    return found


def _check_count(
    caller: str, listed: tuple[Any, ...], x: Array, taps: Array, ndim: int | None
) -> None:
    """Refuse more or fewer names than a kernel has axes."""
    if len(listed) == ndim or (ndim is None and 0 < len(listed) <= taps.ndim):
        return
    one = f"`k` has {_count(taps.ndim)}"
    advice = "Name one axis of x for each axis of k."
    if ndim is not None and ndim < taps.ndim:
        one = f"each kernel of `k` has {_count(ndim)}"
        advice = "Name one axis of x for each axis of a kernel."
    elif ndim is not None and len(listed) < ndim:
        advice += " Many kernels come as an array, or as a list."
    raise ShapeError(f"{caller}: {one} but `axes={shown(listed)}` names {len(listed)}.\n"
                     f"{_both(x, taps)}\n  {advice}")  # fmt: skip


def _all_axes(
    caller: str, x: Array, taps: Array, ndim: int | None, label: str | None
) -> tuple[int, ...]:
    if ndim is not None and ndim < taps.ndim:
        last = tuple(range(-ndim, 0))
        raise ShapeError(
            f"{caller}: `k` is a list of kernels: say which axes of `x` they work along.\n"
            f"{_both(x, taps)}\n  Pass axes={last} (last), or others."
        )
    if taps.ndim == x.ndim:
        return tuple(range(x.ndim))
    if taps.ndim > x.ndim:
        raise ShapeError(
            f"{caller}: `k` has {_count(taps.ndim)} but `x` only {x.ndim}.\n{_both(x, taps)}\n"
            f"  Drop an axis of k, or add one to x. If k holds many kernels, say which axes of x "
            f"each works along: axes={tuple(range(x.ndim))}."
        )
    advice = _along_one(x, label) if taps.ndim == 1 else _along_some(x, taps)
    raise ShapeError(
        f"{caller}: `k` has {_count(taps.ndim)} and `x` has {x.ndim}: say which it works along.\n"
        f"{_both(x, taps)}\n  {advice}"
    )


def _along_some(x: Array, taps: Array) -> str:
    first, last = tuple(range(taps.ndim)), tuple(range(x.ndim - taps.ndim, x.ndim))
    return f"Pass axes={first} (first, as for an image with channels last) or axes={last} (last)."


def _along_one(x: Array, label: str | None) -> str:
    """A line of taps: the kernel that works along more axes comes first."""
    one = f"axes={', '.join(map(str, range(x.ndim - 1)))} or {x.ndim - 1} to work along one axis"
    called = re.fullmatch(r"(\w+)\(((?:\w+=[^()]*)?)\)", str(label))
    if called is None:
        return f"Pass {one}, or a kernel with {x.ndim} axes, such as an outer product, for all."
    words = [word for word in called[2].split(", ") if word and not word.startswith("ndim=")]
    wide = [f"{called[1]}({', '.join([*words, f'ndim={n}'])})" for n in (2, x.ndim)]
    if x.ndim == 2:
        return f"Pass {wide[0]} to work along both, or {one}."
    return (
        f"Pass {wide[0]} and axes=(0, 1) for an image with channels last, {wide[1]} to work along "
        f"all, or {one}."
    )
