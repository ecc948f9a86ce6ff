"""A kernel on a card: its taps as shades and numbers, its measures, and what it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from intertwine.algebra.description.answer import by_axis
from intertwine.algebra.frame import Array, inexact, moderate, times_power_of_two
from intertwine.algebra.moments import has_both_signs
from intertwine.base.errors import counted
from intertwine.base.text import in_range, number
from intertwine.cli.chances import reading
from intertwine.cli.facts import Facts, facts
from intertwine.cli.sentences import sentences
from intertwine.kernel import Kernel

_MOST_NUMBERS = 9  # rows or columns of taps that are printed as numbers
_MOST_SHADES = 33
_SMALL = 1e-4  # taps that four decimals would show as 0
_FAINT = 0.02  # taps below this share of the largest stay blank
_LEAST = 1e-12  # samples, or their squares, that are 0 in a table of four digits
_ROUNDED = 64 * float(np.finfo(float).eps)  # of the absolute terms, what sums of them may be off
_SHADES, _NEGATIVE_SHADES = " ░▒▓█", " ·-=≡"
_POSITIVE, _NEGATIVE = "yellow", "blue"


def card(kernel: Kernel) -> RenderableType:
    """All that is known about `kernel`, as something Rich prints."""
    found = facts(kernel)
    parts: list[RenderableType] = []
    plane, note = _plane(kernel.taps)
    parts.append(Padding(_shades(plane), (0, 2)))
    if note:
        parts.append(Text(note, style="dim"))
    if max(plane.shape) <= _MOST_NUMBERS and not note:
        parts.append(Padding(_numbers(plane, _origin(kernel)), (1, 0, 0, 0)))
    parts.append(Padding(_measures(kernel, found), (1, 0)))
    parts.append(Padding(Text(kernel.describe().sentence, style="bold"), (0, 0, 1, 0)))
    parts.extend(Text(f"• {line}") for line in (*sentences(kernel, found), reading(kernel)))
    return Panel(Group(*parts), title=Text(kernel.name or "kernel", style="bold"), expand=False)


def _plane(taps: Array) -> tuple[Array, str]:
    """Two axes that can be drawn, and a note on what was left out."""
    if np.iscomplexobj(taps):
        taps = taps.real
    note = ""
    if taps.ndim > 2:
        middle = tuple(size // 2 for size in taps.shape[:-2])
        where = ", ".join(f"{index} along axis {axis}" for axis, index in enumerate(middle))
        note = f"Drawn is the plane at {where}."
        taps = taps[middle]
    plane = np.atleast_2d(taps)
    step = -(-max(plane.shape) // _MOST_SHADES)
    if step > 1:
        note = f"{note} Drawn one tap for every {step}.".strip()
        plane = plane[_centred(plane.shape[0], step)][:, _centred(plane.shape[1], step)]
    return plane, note


def _centred(size: int, step: int) -> slice:
    return slice(((size - 1) // 2) % step, None, step)


def _shades(plane: Array) -> Text:
    """Two characters a tap: blocks for positive taps, lines for negative ones."""
    largest = float(np.abs(plane).max()) or 1.0
    text = Text()
    for row in plane:
        for tap in row:
            share = abs(float(tap)) / largest
            level = 0 if share < _FAINT else min(4, int(np.ceil(4 * share - 1e-9)))
            shades = _SHADES if tap > 0 else _NEGATIVE_SHADES
            text.append(2 * shades[level], style=_style(tap))
        text.append("\n")
    text.rstrip()
    return text


def _origin(kernel: Kernel) -> tuple[int, int]:
    """Row and column of the origin in the drawn plane."""
    return (0, kernel.origin[0]) if kernel.ndim == 1 else (kernel.origin[-2], kernel.origin[-1])


def _numbers(plane: Array, origin: tuple[int, int]) -> Text:
    """The taps; the one at the origin in brackets."""
    whole = bool((plane == np.rint(plane)).all())
    whole = whole or float(np.abs(plane).max()) < _SMALL
    table = [
        [number(tap) if whole or not tap else f"{tap:.4f}" for tap in row] for row in plane.tolist()
    ]
    width = max(len(word) for row in table for word in row) + 2
    text = Text(no_wrap=True)
    for (r, c), tap in np.ndenumerate(plane):
        word = f"[{table[r][c]}]" if (r, c) == origin else f"{table[r][c]} "
        text.append(word.rjust(width), style=_style(tap))
        if c == plane.shape[1] - 1:
            text.append("\n")
    text.rstrip()
    return text


def _style(tap: float) -> str:
    return _POSITIVE if tap > 0 else _NEGATIVE if tap < 0 else "dim"


def _measures(kernel: Kernel, found: Facts) -> Table:
    table = Table.grid(padding=(0, 2))
    for word, value in rows(kernel, found):
        table.add_row(Text(word, style="dim"), value)
    return table


def rows(kernel: Kernel, found: Facts) -> Iterator[tuple[str, str]]:
    """The measures by name, as the card and the page list them."""
    yield "shape", f"{_times(kernel.shape)}{counted(kernel.size, 'tap')}, {kernel.dtype}"
    yield "origin", f"{_tuple(kernel.origin)}{_where(kernel)}"
    yield "sum", f"{in_range(found.total)} (of absolute values {in_range(found.scale)})"
    yield "rank", _rank(kernel, found)
    if len(found.factors) > 1:
        for axis, line in enumerate(found.factors):
            yield (f"along {axis}", _line(line))
    yield "symmetry", _symmetry(found)
    yield from _measured(kernel)


def _measured(kernel: Kernel) -> Iterator[tuple[str, str]]:
    """Moments, spectrum and noise in a few words."""
    shares, exponent = moderate(kernel)
    if not shares.is_zero_sum and kernel.dtype.kind != "c":
        moments = shares.moments(2)
        first, second = _rounding(shares)
        mean = by_axis(_snap(moments.mean, first), "sample")
        yield "mean", f"{mean}, from the origin"
        if not has_both_signs(shares):
            yield "variance", by_axis(_snap(moments.variance, second))
    elif kernel.dtype.kind != "c" and kernel.norm(1):
        yield "moments", _first_moment(shares, exponent)
    yield "spectrum", kernel.spectrum().sentence
    gain = kernel.noise_gain
    shown = in_range(gain) if gain or not kernel.taps.any() else "below 4.9e-324"
    yield "noise gain", f"{shown} (variance out for variance 1 in)"


def _first_moment(kernel: Kernel, exponent: int) -> str:
    """The order of the first raw moment that is not rounding, and those along the axes.

    They are those of ``2**exponent`` times the kernel.
    """
    for order in range(1, 5):
        raw = kernel.moments(order).raw
        far = max(max(at, n - 1 - at) for at, n in zip(kernel.origin, kernel.shape, strict=True))
        largest = kernel.norm(1) * far**order
        powers = np.indices(raw.shape).sum(axis=0) == order
        if np.abs(raw[powers].astype(float)).max() > 1e-9 * largest:
            values = [float(raw[tuple(place)]) for place in np.eye(kernel.ndim, dtype=int) * order]
            power = "n" if order == 1 else f"n^{order}"
            values = _snap(values, [_ROUNDED * largest] * kernel.ndim)
            shown = by_axis(times_power_of_two(np.array(values), exponent))
            return f"0 below order {order}, where sum {power} k is {shown}"
    return "0 up to order 4"


def _rounding(kernel: Kernel) -> tuple[list[float], list[float]]:
    """Below which size a mean and a variance along each axis are what rounding left of 0.

    Both grow with how far the taps lie from the origin, in the root mean square, and with how much
    of them cancels in the sum that divides.
    """
    size = np.abs(inexact(kernel))
    largest = float(size.max())
    raw = Kernel(size / largest, kernel.origin).moments(2).raw
    weight = float(raw.flat[0])
    share = _ROUNDED * weight / (abs(kernel.sum) / largest)
    squares = [float(raw[tuple(place)]) / weight for place in np.eye(kernel.ndim, dtype=int) * 2]
    return (
        [max(_LEAST, share * square**0.5) for square in squares],
        [max(_LEAST, share * square) for square in squares],
    )


def _snap(values: Sequence[float], least: Sequence[float]) -> list[float]:
    """0 where less than `least` is left."""
    return [float(v) if abs(v) >= small else 0.0 for v, small in zip(values, least, strict=True)]


def _times(shape: tuple[int, ...]) -> str:
    return "" if len(shape) == 1 else " x ".join(str(n) for n in shape) + ", "


def _tuple(values: tuple[int, ...]) -> str:
    return ", ".join(str(value) for value in values)


def _where(kernel: Kernel) -> str:
    middle = tuple((size - 1) // 2 for size in kernel.shape)
    even = any(size % 2 == 0 for size in kernel.shape)
    if kernel.origin != middle:
        return " (not the middle)"
    return " (left of the middle: an axis is even)" if even else " (the middle)"


def _rank(kernel: Kernel, found: Facts) -> str:
    if kernel.ndim == 1:
        return "1 (one axis)"
    if found.rank == 1:
        return "1: separable, one line for each axis"
    if kernel.ndim > 2:
        return f"at least {found.rank}: not separable"
    return f"{found.rank}: a sum of {found.rank} separable kernels"


def _line(line: Array) -> str:
    if line.size > _MOST_NUMBERS:
        return f"{line.size} numbers, {number(line[0].item())} to {number(line.max().item())}"
    return "  ".join(number(value) for value in line.tolist())


def _symmetry(found: Facts) -> str:
    if found.symmetric:
        return "symmetric about its origin: convolution and correlation are the same"
    if found.antisymmetric:
        return "antisymmetric: correlation has the opposite sign of convolution"
    return "none: convolution and correlation differ"
