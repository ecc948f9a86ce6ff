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
from intertwine.base.errors import OptionError, ShapeError, counted, shown
from intertwine.matching.channels import matched
from intertwine.matching.masks import Mask, kept_samples
from intertwine.matching.names import BEST, CALLER
from intertwine.matching.templates import LEAST_OVERLAP

Array = NDArray[Any]

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
    least: float = LEAST_OVERLAP

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
    min_overlap: float | None = None,
    pad: bool = True,
) -> Search:
    """Check pattern and data against each other; without `pad` what lies outside stays there."""
    x = _numbers("data", data)
    k = _numbers("pattern", pattern)
    kept = kept_samples("pattern", "mask", pattern, k, mask)
    present = kept_samples("data", "data_mask", data, x, data_mask)
    drawn = x
    k, kept, x, present = matched(k, kept, x, present, axes)
    along = _axes(x, k, axes)
    _check_channels(x, k, along)
    if min_overlap is None:
        _check_sizes(x, k, along)
    order = (*(axis for axis in range(x.ndim) if axis not in along), *along)
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
    elif boundary is not None or min_overlap is not None:
        samples, seen, first = _padded(samples, seen, window, boundary, min_overlap)
    own = channels_first(k)
    taps = own.astype(np.complex128 if own.dtype.kind == "c" else np.float64)
    marks = None if kept is None else channels_first(kept)
    if marks is not None:
        taps = np.where(marks, taps, 0)
    least = LEAST_OVERLAP if min_overlap is None else min_overlap
    picture = _picture(drawn if drawn.ndim == 3 and drawn.shape[2] > 1 else x, along)
    return Search(samples, seen, taps, marks, first, _result(x), picture, least)


def _result(x: Array) -> np.dtype[Any]:
    """The type of the scores."""
    small = x.dtype.kind == "b" or x.dtype.itemsize <= (8 if x.dtype.kind == "c" else 4)
    narrow = small and not (x.dtype.kind in "iu" and x.dtype.itemsize > 2)
    return np.dtype(np.float32 if narrow else np.float64)


def _check_channels(x: Array, k: Array, along: tuple[int, ...]) -> None:
    for axis in range(x.ndim):
        if axis not in along and x.shape[axis] != k.shape[axis]:
            raise ShapeError(
                f"{CALLER}: `pattern` has {counted(k.shape[axis], 'channel')} on axis {axis} "
                f"but `data` has {x.shape[axis]}.\n{_both(x, k)}\n"
                f"  Bring both to the same channels, for example both to grey."
            )


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


def _padded(
    x: Array, present: Mask | None, window: tuple[int, ...], boundary: Any, overlap: float | None
) -> tuple[Array, Mask | None, tuple[int, ...]]:
    """Data with what lies outside: so that the pattern's middle visits every sample.

    With an `overlap` and no other boundary nothing lies there, and the pattern visits all places
    where it can have so large a share inside.
    """
    word = check_boundary(CALLER, boundary or "renormalize", _BOUNDARIES)
    if overlap is not None and word == "renormalize":
        lead = tuple(k - max(1, math.ceil(overlap * k)) for k in window)
        margins = [(0, 0), *((b, b) for b in lead)]
    else:
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


def overlap(kind: str, value: Any) -> float | None:
    """Return the share of a pattern that must lie on data."""
    if value is None:
        return None
    if kind not in ("zncc", "ncc", "distance"):
        raise OptionError(
            f"{CALLER}: min_overlap={shown(value)} is for scores that are normalised to what "
            f"overlaps, not for {kind!r}.\n"
            f"  Score by 'zncc', 'ncc' or 'distance', or leave min_overlap out."
        )
    return checks.number(CALLER, "min_overlap", value, lambda v: 0 < v <= 1, "above 0, at most 1")


def covered(kind: str, value: Any) -> float:
    """Return the share of a pattern that may be hidden."""
    if value is None:
        return 0.0
    if kind != "zncc":
        raise OptionError(
            f"{CALLER}: covered={shown(value)} is for 'zncc', not for {kind!r}.\n"
            f"  Leave `score` and `whiten` out, or `covered`."
        )
    return checks.number(CALLER, "covered", value, lambda v: 0 < v <= 0.5, "above 0, at most 0.5")


def distances(value: Any, window: tuple[int, ...]) -> tuple[int, ...]:
    """Return the least distance of two hits along each axis; half a pattern by default."""
    if value is None:
        return tuple(max(1, (k + 1) // 2) for k in window)

    def one(v: Any) -> int:
        return checks.integer(CALLER, "min_distance", v, 1)

    return checks.per_axis(CALLER, "min_distance", value, len(window), one)
