"""What comes in, checked once, and laid out so that every window lies inside its array.

A pair becomes ``target[n] ~ sum_u taps[u] * source[n + u]`` with ``u = K - 1 - j``: a correlation
with the mirrored kernel. A boundary is written around the source; without one, the target is cut
down to the windows that lie inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.axes import axes_of
from intertwine.base.boundaries import BOUNDARIES, TABLE, check_boundary
from intertwine.base.checks import as_array, describe, integer, is_integer, is_listed, number
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted, shown
from intertwine.convolution import correlate

Array = NDArray[Any]

CALLER = "fit_kernel"
INSIDE = "valid"
_BOUNDARIES = tuple(word for word in BOUNDARIES if word != "renormalize")


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Where the taps lie: how many along each axis, and which one stands on the sample itself."""

    shape: tuple[int, ...]
    origin: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of taps."""
        return prod(self.shape)

    @property
    def before(self) -> tuple[int, ...]:
        """How many samples a window reaches back from its target, along each axis."""
        return tuple(n - 1 - at for n, at in zip(self.shape, self.origin, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One before and after, channels first, the axes of the kernel behind them.

    Attributes
    ----------
    source : (channels, N1 + K1 - 1, ...) float64, 0 where samples are missing.
    target : (channels, N1, ...) float64, 0 where it does not count.
    counts : (channels, N1, ...) bool, or None where every target counts.
    place : where the targets lie in `after`, channels first.
    axes : the axes of `after` that the kernel works along.
    before, after : as they were given.
    """

    source: Array
    target: Array
    counts: NDArray[np.bool_] | None
    place: tuple[slice, ...]
    axes: tuple[int, ...]
    before: Array
    after: Array

    @property
    def rows(self) -> int:
        """How many targets count."""
        return self.target.size if self.counts is None else int(np.count_nonzero(self.counts))

    def laid_back(self, values: Array) -> Array:
        """What was computed for each target, laid out as `after` is; NaN where none counts."""
        if self.counts is not None:
            values = np.where(self.counts, values, np.nan)
        shape = np.moveaxis(self.after, self.axes, range(-len(self.axes), 0)).shape
        whole = np.full((len(values), *shape[-len(self.axes) :]), np.nan)
        whole[self.place] = values
        return np.moveaxis(whole.reshape(shape), range(-len(self.axes), 0), self.axes)


def read_pairs(
    before: Any,
    after: Any,
    shape: Any,
    origin: Any,
    axes: Any,
    boundary: Any,
    cval: Any,
    mask: Any,
) -> tuple[Window, list[Pair]]:
    """Check every argument, and return the window and the pairs."""
    names, befores, afters, masks = _listed(before, after, mask)
    arrays = [
        (_real("before" + name, b), _real("after" + name, a))
        for name, b, a in zip(names, befores, afters, strict=True)
    ]
    word = _checked_boundary(boundary)
    outside = _checked_cval(cval, word)
    window: Window | None = None
    pairs: list[Pair] = []
    for name, (b, a), m in zip(names, arrays, masks, strict=True):
        _check_same_shape(name, b, a)
        kept = _checked_mask(name, m, b)
        named = _axes(name, b, shape, axes)
        if window is None:
            window = _window(shape, origin, len(named))
        elif len(named) != len(window.shape):
            raise ShapeError(
                f"{CALLER}: `before[0]` has {counted(len(window.shape), 'axis', 'axes')} for the "
                f"kernel but `before{name}` has {len(named)}.\n"
                f"  {describe('before' + name, b)}\n  Pass arrays of as many axes, or name axes=."
            )
        _check_room(name, b, named, window, word)
        pairs.append(_laid_out(b, a, kept, named, window, word, outside))
    assert window is not None
    _check_rows(pairs, window, word)
    return window, pairs


def is_several(value: Any) -> bool:
    """Whether `value` is a list of arrays: one for each pair."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(each, np.ndarray) and each.ndim for each in value)
    )


def _listed(
    before: Any, after: Any, mask: Any
) -> tuple[list[str], list[Any], list[Any], list[Any]]:
    """One pair, or a list of arrays each: names for errors, befores, afters, masks."""
    several = [is_several(each) for each in (before, after)]
    if not any(several):
        return [""], [before], [after], [mask]
    if not all(several) or len(before) != len(after):
        sizes = [
            counted(len(each), "array") if many else "one array"
            for each, many in zip((before, after), several, strict=True)
        ]
        raise ShapeError(
            f"{CALLER}: `before` is {sizes[0]} but `after` is {sizes[1]}.\n"
            f"  Pass one `after` for each `before`."
        )
    masks = [None] * len(before) if mask is None else mask
    if not isinstance(masks, list | tuple) or len(masks) != len(before):
        raise ShapeError(
            f"{CALLER}: `before` is {counted(len(before), 'array')}, so `mask` must be a list of "
            f"as many.\n  Pass None in it for a pair of which everything counts."
        )
    return [f"[{i}]" for i in range(len(before))], list(before), list(after), list(masks)


def _real(name: str, value: Any) -> Array:
    array = as_array(CALLER, name, value)
    if array.dtype.kind == "c":
        raise DTypeError(
            f"{CALLER}: `{name}` is complex, and kernels are fitted to real numbers.\n"
            f"  {describe(name, array)}\n  Pass its real and imaginary parts as two pairs."
        )
    return array


def _check_same_shape(name: str, before: Array, after: Array) -> None:
    if before.shape != after.shape:
        raise ShapeError(
            f"{CALLER}: `before{name}` has shape {before.shape} but `after{name}` has "
            f"{after.shape}.\n"
            f"  after[n] must be what became of before[n]: cut or pad one of the two so that they "
            f"fit."
        )


def _checked_mask(name: str, mask: Any, before: Array) -> NDArray[np.bool_] | None:
    if mask is None:
        return None
    given = np.asarray(mask)
    if given.dtype != np.bool_:
        raise DTypeError(
            f"{CALLER}: `mask{name}` holds {given.dtype}, not bools.\n"
            f"  Pass True where a sample counts: mask != 0, for example."
        )
    # A mask of a picture serves all its channels.
    widened = given[..., None] if given.shape == before.shape[:-1] else given
    if widened.ndim != before.ndim or widened.shape[: given.ndim] != before.shape[: given.ndim]:
        raise ShapeError(
            f"{CALLER}: `mask{name}` has shape {given.shape} but `before{name}` has "
            f"{before.shape}.\n  Pass one bool for each sample, or one for each place of a picture "
            f"with channels last."
        )
    return np.broadcast_to(widened, before.shape)


def _axes(name: str, before: Array, shape: Any, axes: Any) -> tuple[int, ...]:
    """The axes of `before` that the kernel works along: named, or all."""
    sizes = len(shape) if is_listed(shape) else None
    text = f"  {describe('before' + name, before)}    shape: {shown(shape)}"
    if axes is not None:
        named = axes_of(CALLER, "before" + name, before, axes, text)
        if sizes not in (None, len(named)):
            raise ShapeError(
                f"{CALLER}: `shape` has {counted(sizes or 0, 'entry', 'entries')} but "
                f"`axes={shown(axes)}` names {len(named)}.\n{text}\n"
                f"  Pass one size for each axis, or one number for all."
            )
        return named
    if sizes in (None, before.ndim):
        return tuple(range(before.ndim))
    first = tuple(range(sizes or 0))
    raise ShapeError(
        f"{CALLER}: `shape` has {counted(sizes or 0, 'entry', 'entries')} but `before{name}` has "
        f"{counted(before.ndim, 'axis', 'axes')}: name those of the kernel.\n{text}\n  "
        + (
            f"Pass axes={first} for channels last: one kernel is fitted to all of them."
            if first and len(first) < before.ndim
            else f"Pass {counted(before.ndim, 'size')}."
        )
    )


def _window(shape: Any, origin: Any, ndim: int) -> Window:
    listed = tuple(shape) if is_listed(shape) else (shape,) * ndim
    sizes = tuple(
        integer(CALLER, "shape", n, 1, advice="It is the number of taps along each axis.")
        for n in listed
    )
    if origin is None:
        return Window(sizes, tuple((n - 1) // 2 for n in sizes))
    places = tuple(origin) if is_listed(origin) else (origin,) * ndim
    fits = len(places) == ndim and all(map(is_integer, places))
    if not fits or not all(0 <= at < n for at, n in zip(places, sizes, strict=True)):
        raise OptionError(
            f"{CALLER}: `origin={shown(origin)}` is no place among {sizes} taps.\n"
            f"  Pass an index for each axis, from 0 (a causal kernel) to its size - 1."
        )
    return Window(sizes, tuple(int(at) for at in places))


def _checked_boundary(boundary: Any) -> str:
    if isinstance(boundary, str) and boundary == INSIDE:
        return INSIDE
    if isinstance(boundary, str) and boundary == "renormalize":
        raise OptionError(
            f"{CALLER}: `boundary='renormalize'` divides by the weight inside, which depends on "
            f"the kernel that is looked for.\n  Pass boundary='valid': only windows inside count."
        )
    try:
        return check_boundary(CALLER, boundary, _BOUNDARIES)
    except OptionError as error:
        raise OptionError(f"{error}\n  Or 'valid': only windows inside count.") from None


def _checked_cval(cval: Any, boundary: str) -> float:
    outside = number(CALLER, "cval", cval, isfinite, "a finite number")
    if outside and boundary != "constant":
        raise OptionError(
            f"{CALLER}: `cval={shown(cval)}` has no effect with boundary={boundary!r}.\n"
            f"  Pass boundary='constant', or leave cval out."
        )
    return outside


def _check_room(
    name: str, before: Array, axes: tuple[int, ...], window: Window, boundary: str
) -> None:
    """Without a boundary at least one window must lie inside."""
    for axis, taps in zip(axes, window.shape, strict=True):
        samples = before.shape[axis]
        if samples == 0:
            raise ShapeError(
                f"{CALLER}: `before{name}` has no samples along axis {axis}.\n"
                f"  {describe('before' + name, before)}"
            )
        if boundary == INSIDE and taps > samples:
            colours = before.ndim == 3 and axis == 2 and samples <= 4
            advice = (
                "Pass axes=(0, 1) for a picture with channels last."
                if colours
                else "Pass a smaller shape, or name what lies outside: boundary='symmetric'."
            )
            raise ShapeError(
                f"{CALLER}: the kernel has {counted(taps, 'tap')} along axis {axis} but "
                f"`before{name}` has {counted(samples, 'sample')} there: no window lies inside.\n"
                f"  {describe('before' + name, before)}    shape: {window.shape}\n  {advice}"
            )


def _laid_out(
    before: Array,
    after: Array,
    mask: NDArray[np.bool_] | None,
    axes: tuple[int, ...],
    window: Window,
    boundary: str,
    cval: float,
) -> Pair:
    """Channels first, the boundary around the source, missing samples put aside."""
    source, target = (_channels_first(each, axes).astype(np.float64) for each in (before, after))
    present = np.isfinite(source)
    wanted = np.isfinite(target)
    if mask is not None:
        kept = _channels_first(mask, axes)
        present &= kept
        wanted &= kept
    place = tuple(slice(0, n) for n in target.shape)
    source = np.where(present, source, 0.0)
    if boundary == INSIDE:
        place = (
            place[0],
            *(
                slice(back, n - at)
                for n, back, at in zip(target.shape[1:], window.before, window.origin, strict=True)
            ),
        )
    else:
        source = _padded(source, window, boundary, cval)
        present = _padded(present, window, boundary, True)
    target, wanted = target[place], wanted[place]
    if not present.all():
        wanted = wanted & _complete(present, window.shape)
    counts = None if wanted.all() else np.ascontiguousarray(wanted)
    return Pair(
        np.ascontiguousarray(source),
        np.where(wanted, target, 0.0),
        counts,
        place,
        axes,
        before,
        after,
    )


def _check_rows(pairs: Sequence[Pair], window: Window, boundary: str) -> None:
    rows = sum(pair.rows for pair in pairs)
    if rows > window.size:
        return
    within = "complete windows" if boundary == INSIDE else "samples of `after`"
    raise ShapeError(
        f"{CALLER}: {counted(window.size, 'tap')} need more than as many {within}, and "
        f"{rows} {'is' if rows == 1 else 'are'} there.\n"
        f"  Pass larger arrays, several pairs, or a smaller shape than {window.shape}."
    )


def _channels_first(array: Array, axes: tuple[int, ...]) -> Array:
    moved = np.moveaxis(array, axes, range(array.ndim - len(axes), array.ndim))
    return moved.reshape(-1, *moved.shape[array.ndim - len(axes) :])


def _padded(array: Array, window: Window, boundary: str, outside: float) -> Array:
    """The array with its boundary around it, on all axes but the first."""
    sides = [(0, 0), *zip(window.before, window.origin, strict=True)]
    if boundary in ("zero", "constant"):
        level = outside if boundary == "constant" or array.dtype == np.bool_ else 0.0
        return np.pad(array, sides, mode="constant", constant_values=level)
    (mode,) = TABLE[boundary].names["numpy.pad"]
    padded: Array = np.pad(array, sides, mode=mode)  # type: ignore[call-overload]
    return padded


def _complete(present: NDArray[np.bool_], shape: Sequence[int]) -> NDArray[np.bool_]:
    """Where no sample of the window is missing."""
    missing = correlate(
        (~present).astype(np.float64),
        np.ones(shape),
        axes=tuple(range(1, present.ndim)),
        mode="valid",
    )
    return np.asarray(missing < 0.5)
