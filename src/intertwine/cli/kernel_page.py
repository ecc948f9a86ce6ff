"""A kernel on a page: its card with pictures, one section a view."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from intertwine.algebra import picture
from intertwine.algebra.moments import has_both_signs
from intertwine.base.atomic import atomic, check_free
from intertwine.base.text import denoised
from intertwine.cli.card import rows
from intertwine.cli.chances import density, reading
from intertwine.cli.facts import facts
from intertwine.cli.sentences import sentences
from intertwine.kernel import Kernel
from intertwine.tour.blocks import Block, Chapter, Figure, Picture, Table
from intertwine.tour.page import made, template

_MOST_TERMS = 4


def write(kernel: Kernel, path: Path, overwrite: bool) -> Path:
    """Write the page of `kernel`: it is there whole or not at all."""
    check_free(path, overwrite)
    page = template("kernel_page.html.j2", Path(__file__).parent)
    text = page.render(
        title=kernel.name or "A kernel",
        sentence=kernel.describe().sentence,
        chapters=[Chapter(title, tuple(view(kernel))) for title, view in SECTIONS],
        made=made(),
    )
    with atomic(path) as handle:
        handle.write(text.encode("utf-8"))
    return path


def taps(kernel: Kernel) -> list[Block]:
    """The taps and what follows from them in words."""
    shown = drawn(picture.taps_figure(kernel), "The taps of the kernel.")
    middle = " Drawn is the middle of the first axes." if kernel.ndim > 2 else ""
    imaginary = " Drawn are the real parts." if kernel.dtype.kind == "c" and kernel.ndim > 1 else ""
    where = "The dotted line" if kernel.ndim == 1 else "The red square"
    found = facts(kernel)
    return [
        Figure((shown,), f"{where} marks the origin.{middle}{imaginary}"),
        *sentences(kernel, found),
        Table("Measures", ("Measure", "Value"), tuple(rows(kernel, found)), texts=2),
    ]


def spectrum(kernel: Kernel) -> list[Block]:
    """Gain and phase."""
    seen = kernel.spectrum()
    caption = (
        "How much larger a wave comes out, and how far it is turned about the origin. Frequencies "
        "run from −1/2 to 1/2 cycles per sample."
    )
    return [
        seen.sentence,
        Figure((drawn(seen.plot(), "Gain and phase over frequency."),), caption, layout="wide"),
    ]


def moments(kernel: Kernel) -> list[Block]:
    """Moments about the origin, and the cumulants of a kernel with a sum."""
    found = kernel.moments(4)
    head = ("Moment", *(f"axis {axis}" for axis in range(kernel.ndim)))
    axes = range(kernel.ndim)
    lines = [
        (_POWERS[order], *(denoised(found.raw[_only(kernel, axis, order)]) for axis in axes))
        for order in range(5)
    ]
    blocks: list[Block] = [
        "The answers to polynomials at the origin, up to signs: n is counted from the origin along "
        "one axis.",
        Table("Raw moments", head, tuple(lines)),
    ]
    if kernel.is_zero_sum or kernel.dtype.kind == "c":
        return blocks
    if has_both_signs(kernel):
        return [*blocks, "Taps of both signs are not a density: they have no variance."]
    if min(found.variance) <= 0:
        return blocks
    words = ("mean", "variance", "skewness", "excess_kurtosis")
    shape = [(word.replace("_", " "), *map(denoised, getattr(found, word))) for word in words]
    blocks += [
        "Divided by the sum they are those of a distribution of displacements, whose mean and "
        "variance add when kernels are composed.",
        Table("As a distribution", head, tuple(shape)),
    ]
    return blocks


def factors(kernel: Kernel) -> list[Block]:
    """The products of lines that add up to the kernel."""
    if kernel.ndim == 1:
        return ["One axis: the kernel is its own factor."]
    if kernel.rank == 0:
        return ["Every tap is 0."]
    if kernel.rank > _MOST_TERMS:
        return [
            f"Rank {kernel.rank}: it takes {'at least ' if kernel.ndim > 2 else ''}{kernel.rank} "
            "products of one line an axis."
        ]
    found = kernel.separable()
    blocks: list[Block] = [
        f"{found.rank} product{'s' if found.rank > 1 else ''} of one line an axis; what they miss "
        f"is {found.error:.1e} of the sum of |k|."
    ]
    for place, term in enumerate(found.terms[:_MOST_TERMS], start=1):
        lines = [
            drawn(picture.taps_figure(line), f"Factor along axis {axis}.", f"axis {axis}")
            for axis, line in enumerate(term)
        ]
        blocks.append(Figure(tuple(lines), f"Product {place}."))
    return blocks


def propagator(kernel: Kernel) -> list[Block]:
    """The kernel as a density: where a walk goes, and how it spreads."""
    words: list[Block] = [reading(kernel)]
    found = density(kernel)
    if found is None or kernel.ndim > 2:  # the walk is drawn on a line or a plane
        return words
    _, walk = found
    shown = drawn(walk.plot_flow((1, 4, 16)), "The walk after 1, 4 and 16 steps on average.")
    colours = " Colours are logarithmic, down to 1/10000 of the peak." if kernel.ndim == 2 else ""
    caption = (
        "Where a walker is that takes steps of this density at random moments, on average one in "
        f"each unit of the time t.{colours}"
    )
    return [*words, Figure((shown,), caption, layout="wide")]


#: Title and view, in order; a view takes the kernel and returns blocks.
SECTIONS: tuple[tuple[str, Callable[[Kernel], list[Block]]], ...] = (
    ("Taps", taps),
    ("Spectrum", spectrum),
    ("Moments", moments),
    ("Propagator", propagator),
    ("Separable factors", factors),
)
_POWERS = ("sum of k", "sum of k n", "sum of k n²", "sum of k n³", "sum of k n⁴")


def _only(kernel: Kernel, axis: int, order: int) -> tuple[int, ...]:
    return tuple(order * int(a == axis) for a in range(kernel.ndim))


def drawn(figure: Any, alt: str, label: str = "") -> Picture:
    """A figure as a picture of a page."""
    png = picture.encoded(figure)
    width, height = Image.open(io.BytesIO(png)).size
    return Picture(png, width, height, alt, label)
