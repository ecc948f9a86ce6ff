"""From what a caller wrote to one canonical search: the checks of arguments in their order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.axes import axes_of
from intertwine.base.boundaries import BOUNDARIES, TABLE, check_boundary
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted

Array = NDArray[Any]
Mask = NDArray[np.bool_]

CALLER = "find"
SCORES = ("zncc", "ncc", "correlation", "phase", "distance", "snr")

#: The best that a score can be, for those that have one.
BEST = {"zncc": 1.0, "ncc": 1.0, "phase": 1.0, "distance": 0.0}

#: What may lie outside; with "renormalize" nothing does, and it is left out.
_BOUNDARIES = tuple(word for word in BOUNDARIES if word != "constant")


@dataclass(frozen=True, slots=True)
class Search:
    """Data and one pattern with channels first: ``(C, N1, ..., Nd)`` and ``(C, K1, ..., Kd)``."""

    data: Array
    present: Mask | None
    pattern: Array
    mask: Mask | None
    first: tuple[int, ...]
    result: np.dtype[Any]
    picture: Array | None

    @property
    def window(self) -> tuple[int, ...]:
        return self.pattern.shape[1:]

    @property
    def places(self) -> tuple[int, ...]:
        """How many places there are along each axis."""
        sizes = zip(self.data.shape[1:], self.window, strict=True)
        return tuple(n - k + 1 for n, k in sizes)


def read(
    pattern: Any,
    data: Any,
    mask: Any,
    data_mask: Any,
    axes: Any,
    boundary: Any,
    *,
    pad: bool = True,
) -> Search:
    """Check pattern and data against each other; without `pad` what lies outside stays there."""
    x = _numbers("data", data)
    k = _numbers("pattern", pattern)
    along = _axes(x, k, axes)
    others = [axis for axis in range(x.ndim) if axis not in along]
    for axis in others:
        if x.shape[axis] != k.shape[axis]:
            raise ShapeError(
                f"{CALLER}: `pattern` has {counted(k.shape[axis], 'channel')} on axis {axis} "
                f"but `data` has {x.shape[axis]}.\n{_both(x, k)}\n"
                f"  Bring both to the same channels, for example both to grey."
            )
    _check_sizes(x, k, along)
    kept = _kept("pattern", "mask", pattern, k, mask)
    present = _kept("data", "data_mask", data, x, data_mask)
    order = (*others, *along)
    inner = len(along)

    def channels_first(array: Array) -> Array:
        turned = np.transpose(array, order)
        return turned.reshape(-1, *turned.shape[turned.ndim - inner :])

    samples = channels_first(x)
    seen = None if present is None else channels_first(present)
    window = tuple(k.shape[axis] for axis in along)
    first = (0,) * inner
    if boundary is not None and not pad:
        if check_boundary(CALLER, boundary, _BOUNDARIES) != "zero":
            raise OptionError(
                f"{CALLER}: boundary={boundary!r} does not go with whiten='noise', "
                f"for which nothing but zeros lies outside.\n  Pass boundary='zero', or none."
            )
        first = tuple(-(k // 2) for k in window)
    elif boundary is not None:
        samples, seen, first = _padded(samples, seen, window, boundary)
    own = channels_first(k)
    taps = own.astype(np.complex128 if own.dtype.kind == "c" else np.float64)
    marks = None if kept is None else channels_first(kept)
    if marks is not None:
        taps = np.where(marks, taps, 0)
    small = x.dtype.kind == "b" or x.dtype.itemsize <= (8 if x.dtype.kind == "c" else 4)
    narrow = small and not (x.dtype.kind in "iu" and x.dtype.itemsize > 2)
    result = np.dtype(np.float32 if narrow else np.float64)
    return Search(samples, seen, taps, marks, first, result, _picture(x, along))


def _numbers(name: str, value: Any) -> Array:
    array = checks.as_array(CALLER, name, value, masks=True)
    if array.size == 0:
        raise ShapeError(
            f"{CALLER}: `{name}` is empty, shape {array.shape}.\n  Pass at least one sample."
        )
    if array.dtype.kind == "b":
        array = array.view(np.uint8)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _both(x: Array, k: Array) -> str:
    return f"  {checks.describe('pattern', k)}    {checks.describe('data', x)}"


def _axes(x: Array, k: Array, axes: Any) -> tuple[int, ...]:
    """The axes to search along, in their order in `data`."""
    if k.ndim != x.ndim:
        raise ShapeError(
            f"{CALLER}: `pattern` has {counted(k.ndim, 'axis', 'axes')} but `data` has {x.ndim}.\n"
            f"{_both(x, k)}\n"
            f"  Channels must be in both: pick one with data[..., 0], or bring both to grey."
        )
    if axes is None:
        colour = x.ndim == 3 and x.shape[2] == k.shape[2] and x.shape[2] in (3, 4)
        return (0, 1) if colour else tuple(range(x.ndim))
    return tuple(sorted(axes_of(CALLER, "data", x, axes, _both(x, k))))


def _check_sizes(x: Array, k: Array, along: tuple[int, ...]) -> None:
    window = tuple(k.shape[axis] for axis in along)
    lengths = tuple(x.shape[axis] for axis in along)
    if any(a > b for a, b in zip(window, lengths, strict=True)):
        swapped = all(a >= b for a, b in zip(window, lengths, strict=True))
        advice = (
            "The pattern comes first: find(pattern, data)."
            if swapped
            else "Cut the pattern, or turn it: it must fit into the data along every axis."
        )
        raise ShapeError(
            f"{CALLER}: `pattern` of size {window} is larger than `data` of size {lengths}.\n"
            f"{_both(x, k)}\n  {advice}"
        )


def _kept(name: str, word: str, given: Any, array: Array, mask: Any) -> Mask | None:
    """Which samples count: by the mask, by what a masked array shows, and those that are finite."""
    kept = _mask(name, word, given, array, mask)
    if array.dtype.kind in "fc" and not _finite_sum(array):
        finite = np.isfinite(array)
        kept = finite if kept is None else kept & finite
    if kept is None or kept.all():
        return None
    if not kept.any():
        what = "NaN or infinite" if mask is None else "masked, NaN or infinite"
        raise OptionError(
            f"{CALLER}: each of {counted(array.size, 'sample')} of `{name}` is {what}: "
            f"nothing is left.\n"
            f"  {word}=True marks samples that count."
        )
    return kept


def _finite_sum(array: Array) -> bool:
    """Whether the sum is a number; then all samples are, and no array of answers was needed."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()))


def _mask(name: str, word: str, given: Any, array: Array, mask: Any) -> Mask | None:
    present = ~np.ma.getmaskarray(given) if isinstance(given, np.ma.MaskedArray) else None
    if mask is None:
        return present
    marks = np.asarray(mask)
    if marks.dtype.kind != "b":
        raise DTypeError(
            f"{CALLER}: `{word}` has dtype {marks.dtype}, not bool.\n"
            f"  True marks a sample of `{name}` that counts: pass for example {word}=(alpha > 0)."
        )
    if marks.ndim < array.ndim and marks.shape == array.shape[: marks.ndim]:
        marks = marks.reshape(*marks.shape, *(1,) * (array.ndim - marks.ndim))  # for all channels
    try:
        marks = np.broadcast_to(marks, array.shape)
    except ValueError:
        raise ShapeError(
            f"{CALLER}: `{word}` of shape {marks.shape} does not fit `{name}` of shape "
            f"{array.shape}.\n"
            f"  `mask` belongs to the pattern, `data_mask` to the data."
        ) from None
    return marks if present is None else marks & present


def _padded(
    x: Array, present: Mask | None, window: tuple[int, ...], boundary: Any
) -> tuple[Array, Mask | None, tuple[int, ...]]:
    """Data with what lies outside, so that the pattern's middle visits every sample."""
    word = check_boundary(CALLER, boundary, _BOUNDARIES)
    lead = tuple(k // 2 for k in window)
    margins = [(0, 0), *((b, k - 1 - b) for b, k in zip(lead, window, strict=True))]
    names = TABLE[word].names.get("numpy.pad", ("constant",))
    pad: Any = partial(np.pad, pad_width=margins, mode=names[0])
    if word == "renormalize":
        present = pad(np.ones(x.shape, bool) if present is None else present)
    elif present is not None:
        present = pad(present, constant_values=True) if word == "zero" else pad(present)
    return pad(x), present, tuple(-b for b in lead)


def _picture(x: Array, along: tuple[int, ...]) -> Array | None:
    """The data as they can be drawn: a picture, or a series."""
    colour = x.ndim == 3 and along == (0, 1) and x.shape[2] in (3, 4)
    if x.dtype.kind == "c" or not (colour or (x.ndim == len(along) and x.ndim < 3)):
        return None
    return x


def check_live(search: Search, centred: bool) -> None:
    """Refuse a pattern that has no shape to look for."""
    pattern = search.pattern
    used = np.ones(pattern.shape, bool) if search.mask is None else search.mask
    for channel, counts in zip(pattern, used, strict=True):
        values = channel[counts]
        if values.size and ((values != values[0]).any() if centred else (values != 0).any()):
            return
    value = pattern[used][0]
    what = f"constant, {value:g} throughout" if centred else "zero throughout"
    if centred and (pattern[used] != value).any():
        what = "constant in each channel"
    raise OptionError(
        f"{CALLER}: `pattern` is {what}: its normalised score is 0/0 everywhere.\n"
        f"  Cut out a part with some structure, or pass score='correlation'."
    )


def number(name: str, value: Any) -> float | None:
    """Return a number."""
    if value is None:
        return None
    return checks.number(CALLER, name, value, lambda v: not math.isnan(v), "a number")


def threshold(kind: str, value: Any) -> float | None:
    """Return a threshold that scores can meet."""
    least = number("threshold", value)
    if least is None or kind not in BEST:
        return least
    if kind == "distance":
        reached, scores, other = least >= BEST[kind], "are 0 or more", "a larger one"
    else:
        reached, scores = least <= BEST[kind], "are from -1 to 1"
        other = "a smaller one, such as threshold=0.7"
    if not reached:
        raise OptionError(
            f"{CALLER}: `threshold={least:g}` cannot be met: scores by {kind!r} {scores}.\n"
            f"  Pass {other}, or none for the best place alone."
        )
    return least


def distances(value: Any, window: tuple[int, ...]) -> tuple[int, ...]:
    """Return the least distance of two hits along each axis; half a pattern by default."""
    if value is None:
        return tuple(max(1, (k + 1) // 2) for k in window)

    def one(v: Any) -> int:
        return checks.integer(CALLER, "min_distance", v, 1)

    return checks.per_axis(CALLER, "min_distance", value, len(window), one)
