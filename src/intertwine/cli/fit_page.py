"""A fit on a page: what went in, what was found, what is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.algebra.picture import taps_figure
from intertwine.base.atomic import atomic, check_free
from intertwine.base.text import number
from intertwine.cli.fit_kernel import clipping_note, known, measures
from intertwine.cli.kernel_page import drawn, spectrum
from intertwine.cli.pairs import FilePair
from intertwine.kernel import Kernel
from intertwine.learn import KernelFit
from intertwine.learn.fitting.words import NOTHING
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Chapter, Figure, Picture, Table
from intertwine.tour.page import made, template

Array = NDArray[Any]

_MOST_PIXELS = 640  # longer sides are shown by every n-th pixel
_MOST_NUMBERS = 6  # rows or columns of taps that are written out
_LARGEST = 12  # taps that are listed of larger kernels


def write(
    found: KernelFit, pair: FilePair, names: tuple[str, str], path: Path, overwrite: bool
) -> Path:
    """Write the page of a fit: it is there whole or not at all."""
    check_free(path, overwrite)
    page = template("kernel_page.html.j2", Path(__file__).parent)
    sections = [
        ("Before and after", _pair(found, pair, names)),
        ("The kernel and its errors", _kernel(found)),
        ("How far to trust it", _trust(found, pair)),
        ("Spectrum", spectrum(found.kernel)),
    ]
    text = page.render(
        title=f"From {names[0]} to {names[1]}",
        sentence=_headline(found),
        chapters=[Chapter(title, tuple(blocks)) for title, blocks in sections],
        made=made(),
    )
    with atomic(path) as handle:
        handle.write(text.encode("utf-8"))
    return path


def _headline(found: KernelFit) -> str:
    """What speaks against the kernel; else what it does, or how well it fits if that is no word."""
    if not found.is_trusted:
        return found.notes[0]
    description = found.describe()
    return found.sentence if description.kind == NOTHING else str(description)


def _pair(found: KernelFit, pair: FilePair, names: tuple[str, str]) -> list[Block]:
    if len(pair.axes) != 2:
        figure = drawn(found.plot(), "Before, after, prediction and residual as lines; the kernel.")
        return [found.sentence, Figure((figure,), "All channels averaged.", layout="wide")]
    prediction = found.predict(pair.before)
    left = _shown(pair.after - prediction).mean(axis=2)
    low, high = (float(level) for level in np.nanquantile(pair.after, (0.002, 0.998)))
    first, last = (float(level) for level in np.nanquantile(pair.before, (0.002, 0.998)))
    return [
        found.sentence,
        Figure(
            (
                _levels(pair.before, first, last, "The picture before.", f"Before: {names[0]}"),
                _levels(pair.after, low, high, "The picture after.", f"After: {names[1]}"),
                _levels(prediction, low, high, "What the kernel makes of it.", "Kernel @ before"),
                pictures.signed(left, "What the kernel does not explain.", "After − prediction"),
            ),
            "After and prediction are shown by the same levels. The residual runs from blue "
            f"(−{pictures.usual_reach(left):.3g}) over grey (0) to amber "
            f"({pictures.usual_reach(left):.3g}): structure in it is what no such kernel does.",
            layout="tiles",
        ),
    ]


def _levels(values: Array, low: float, high: float, alt: str, label: str) -> Picture:
    shown = (_shown(values) - low) * (255 / max(high - low, 1e-300))
    if shown.shape[2] == 3:
        return pictures.colour(shown, alt, label)
    return pictures.grey(shown.mean(axis=2), alt, label)


def _shown(values: Array) -> Array:
    """As (rows, columns, channels), small enough for a page."""
    step = -(-max(values.shape[:2]) // _MOST_PIXELS)
    return np.atleast_3d(values)[::step, ::step].astype(float)


def _kernel(found: KernelFit) -> list[Block]:
    kernel, error = found.kernel, found.standard_error
    where = "The dotted line" if kernel.ndim == 1 else "The red square"
    middle = " Drawn is the middle of the first axes." if kernel.ndim > 2 else ""
    figures = [drawn(taps_figure(kernel), "The taps of the kernel.", "Taps")]
    if np.isfinite(error).all():
        shown = taps_figure(Kernel(error, kernel.origin))
        figures.append(drawn(shown, "The standard error of each tap.", "Standard errors"))
    blocks: list[Block] = [
        str(found.describe()),
        Figure(tuple(figures), f"{where} marks the origin.{middle}"),
    ]
    taps = kernel.taps
    if kernel.ndim == 2 and max(taps.shape) <= _MOST_NUMBERS:
        rows = tuple(
            (str(row), *(f"{number(t)} ± {known(e, 1)}" for t, e in zip(line, errors, strict=True)))
            for row, (line, errors) in enumerate(zip(taps, error, strict=True))
        )
        head = ("row", *(f"column {column}" for column in range(taps.shape[1])))
        return [*blocks, Table("Taps, and one standard deviation of each", head, rows)]
    low, high = found.interval()
    order = np.argsort(-np.abs(taps), axis=None)[:_LARGEST]
    places = [np.unravel_index(int(place), taps.shape) for place in order]
    listed = tuple(
        (
            ", ".join(f"{at - o:+d}" for at, o in zip(place, kernel.origin, strict=True)),
            number(float(taps[place])),
            known(float(error[place])),
            f"{known(float(low[place]), 4)} to {known(float(high[place]), 4)}",
        )
        for place in places
    )
    head = ("from the origin", "tap", "standard error", "95 % interval")
    return [*blocks, Table("The largest taps", head, listed)]


def _trust(found: KernelFit, pair: FilePair) -> list[Block]:
    words = [*pair.notes, *found.notes, *clipping_note(found, pair, False)]
    calm = "The residual has no structure beyond what noise or rounding gives it."
    return [
        *(words or [calm]),
        Table("Measures", ("Measure", "Value"), tuple(measures(found)), texts=2),
        "Standard errors take noise to be in the second file alone, of one size, and independent "
        "from sample to sample. R squared is the share of its variance that the kernel explains.",
    ]
