"""One kernel over a whole document: its axes, its alpha, its sample type.

Why alpha is hard: a transparent pixel has a colour too, usually black, and nobody is meant to see
it. Convolving the colours alone would let it bleed into its neighbours. Two answers, by weights a:

* keep    ``y[n] = sum_j k[j] * (a * x + (1 - a) * x[n])``: a neighbour that cannot be seen counts
  as if it had the pixel's own colour, whatever the kernel's signs and sum; opacity stays.
* filter  ``A = k * a,  y = (k * (a x)) / A``: colour and opacity are filtered together, as the
  layer of paint that they are; a blur softens the outline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.base.errors import OptionError, did_you_mean
from intertwine.convolution import convolve, correlate, plan
from intertwine.engine.types import NARROW
from intertwine.files.document import Array, Document, white
from intertwine.files.levels import Levels, choose, finish, limits
from intertwine.kernel import Kernel

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan

ALPHA = ("keep", "filter")


@dataclass(frozen=True)
class Settings:
    """What to do: `options` go to the operator as they are."""

    kernel: Kernel
    correlate: bool = False
    signed: str = "auto"
    alpha: str = "keep"
    axes: tuple[int, ...] | None = None
    threads: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.alpha not in ALPHA:
            raise OptionError(
                f"`--alpha {self.alpha}` is not known.{did_you_mean(self.alpha, ALPHA)}\n"
                f"  Known: {', '.join(ALPHA)}."
            )


@dataclass(frozen=True)
class Outcome:
    """A document after its convolution, and what should be said about it."""

    document: Document
    levels: Levels
    cut: int
    samples: int


def explain_plan(document: Document, settings: Settings) -> Plan:
    """The plan for the first page (for its colours, where there is alpha)."""
    return _plan(document, settings, **_rounding(settings, levels_for(document, settings)))


def _plan(document: Document, settings: Settings, **more: Any) -> Plan:
    kernel = ~settings.kernel if settings.correlate else settings.kernel
    options = {**settings.options, **more}
    return plan(_colours(document, 0), kernel, axes=_axes(document, settings), **options)


def levels_for(document: Document, settings: Settings) -> Levels:
    """The type and the rule of the result, known before any work is done."""
    kernel = settings.kernel
    scale = float(np.abs(kernel.taps).sum(dtype=np.float64))
    zero_sum = abs(kernel.sum) <= 0.01 * scale  # exactly or nearly, as for a Gabor wave
    result = _plan(document, settings).problem.result
    return choose(settings.signed, document, result, zero_sum, document.meta.get("step", 1))


def convolve_document(
    document: Document, settings: Settings, levels: Levels, pages_done: Callable[[], None]
) -> Outcome:
    """Run the operator over every page; `pages_done` is called after each."""
    pages, cut, count = [], 0, 0
    for finished, more in _pages(document, settings, levels):
        pages.append(finished)
        cut, count = cut + more, count + finished.size
        pages_done()
    result = Document(document.kind, tuple(pages), document.alpha, document.meta)
    return Outcome(result, levels, cut, count)


def _pages(document: Document, settings: Settings, levels: Levels) -> Iterator[tuple[Array, int]]:
    for number, page in enumerate(document.pages):
        if document.alpha and (settings.alpha == "filter" or not _opaque(page)):
            yield _with_alpha(page, settings, levels)
            continue
        finished, cut = _whole(
            _colours(document, number), _axes(document, settings), settings, levels
        )
        if document.alpha:
            opaque = np.full((*finished.shape[:2], 1), white(finished.dtype))
            finished = np.concatenate([finished, opaque.astype(finished.dtype)], axis=2)
        yield finished, cut


def _whole(
    x: Array, axes: tuple[int, ...], settings: Settings, levels: Levels
) -> tuple[Array, int]:
    """A page without alpha."""
    rounding = _rounding(settings, levels)
    values = _run(x, settings, axes, **rounding)
    return (values, 0) if rounding else finish(values, levels)


def _rounding(settings: Settings, levels: Levels) -> dict[str, Any]:
    """What the operator is told where it can round itself: no result is cut off.

    Samples have 8 or 16 bits, and all results lie within their range, but for rounding.
    """
    if levels.signed != "clip" or levels.step != 1 or levels.dtype not in NARROW:
        return {}
    low, high = limits(levels)
    taps = settings.kernel.taps.astype(np.float64)
    up, down = np.maximum(taps, 0).sum(), np.minimum(taps, 0).sum()
    fits = low <= settings.options.get("cval", 0) <= high
    fits &= up * high + down * low < high + 0.5 and up * low + down * high > low - 0.5
    return {"dtype": levels.dtype, "overflow": "saturate"} if fits else {}


def _axes(document: Document, settings: Settings) -> tuple[int, ...]:
    return document.axes if settings.axes is None else settings.axes


def _colours(document: Document, number: int) -> Array:
    page = document.pages[number]
    return page[..., :-1] if document.alpha else page


def _opaque(page: Array) -> bool:
    return bool((page[..., -1] == white(page.dtype)).all())


def _run(x: Array, settings: Settings, axes: tuple[int, ...], **more: Any) -> Array:
    operate = correlate if settings.correlate else convolve
    options = {**settings.options, **more}
    return operate(x, settings.kernel, axes=axes, threads=settings.threads, **options)


def _standing(x: Array, settings: Settings) -> Array:
    """The sample that each output is centred on, in the mode and stride asked for."""
    centre = np.zeros(settings.kernel.shape, np.int64)
    centre[settings.kernel.origin] = 1
    alone = Settings(Kernel(centre, settings.kernel.origin), settings.correlate,
                     threads=settings.threads, options=settings.options)  # fmt: skip
    return _run(x, alone, (0, 1))


def _with_alpha(page: Array, settings: Settings, levels: Levels) -> tuple[Array, int]:
    alpha = page[..., -1:] / white(page.dtype)
    colours = page[..., :-1].astype(np.float64)
    painted = _run(colours * alpha, settings, (0, 1))
    seen = _run(alpha, settings, (0, 1), **_outside(settings))
    if settings.alpha == "keep":
        values = painted + _standing(colours, settings) * (settings.kernel.sum - seen)
        opacity = _standing(alpha, settings)
    else:
        values = np.divide(painted, seen, out=np.zeros_like(painted), where=seen > 1e-6)
        opacity = seen
    finished, cut = finish(values, levels)
    opacity = np.nan_to_num(opacity).clip(0, 1) * white(finished.dtype)
    if finished.dtype.kind in "iu":
        opacity = np.rint(opacity)
    return np.concatenate([finished, opacity.astype(finished.dtype)], axis=2), cut


def _outside(settings: Settings) -> dict[str, Any]:
    """A constant border is opaque paint."""
    return {"cval": 1.0} if settings.options.get("cval") else {}
