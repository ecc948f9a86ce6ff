"""``intertwine fit-kernel``: the kernel that turns one file into another."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from intertwine.base.atomic import check_free
from intertwine.base.errors import OptionError, counted, unknown_suffix
from intertwine.base.text import number
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out
from intertwine.cli.pairs import FilePair, read_pair, sizes

if TYPE_CHECKING:
    from intertwine.learn import KernelFit

_fit = partial(o.option, panel="Fit")

_MOST_COLUMNS, _MOST_ROWS = 9, 15  # of taps that are printed
_MUCH = 0.01  # the share of clipped samples that is worth a word
_MISSED = 0.1  # the share of the squared residual that they hold

Before = Annotated[
    Path,
    typer.Argument(
        parser=o.path, metavar="BEFORE", help="A picture, recording, array or column.",
    ),
]  # fmt: skip
After = Annotated[
    Path, typer.Argument(parser=o.path, metavar="AFTER", help="What became of it, as large.")
]
Size = Annotated[
    str, _fit("--size", "-s", metavar="N|NxM", text="Taps along each axis, or along all.")
]
Origin = Annotated[
    int | None,
    _fit(
        "--origin", metavar="TAP",
        text="The tap on the sample itself, along each axis; 0: causal, as a room's response. "
        "Default: the middle.",
    ),
]  # fmt: skip
Boundary = Annotated[
    str,
    _fit(
        "--boundary", metavar="WORD",
        text="valid: only windows inside count; or a word of intertwine convolve.",
    ),
]  # fmt: skip
Ridge = Annotated[
    str | None,
    _fit(
        "--ridge", metavar="gcv|NUMBER",
        text="Hold the taps back: by cross-validation, or by this much. Default: not at all.",
    ),
]  # fmt: skip
Constraint = Annotated[
    list[str] | None,
    _fit(
        "--constraint",
        metavar="WORD",
        text="non-negative, sum one, symmetric or separable. May be repeated.",
    ),
]
Rank = Annotated[
    int | None, _fit("--rank", text="How many products of lines a separable kernel may be.")
]
SkipClipped = Annotated[
    bool,
    _fit(
        "--skip-clipped",
        text="Leave out samples of AFTER that are black or white (at an end of their range).",
    ),
]
Out = Annotated[
    Path | None,
    o.result("--out", "-o", metavar="FILE", parser=o.path, text="Save the kernel: .json or .npy."),
]
Page = Annotated[
    Path | None,
    o.result(
        "--page", metavar="PAGE.html", parser=o.path,
        text="Write a page: before, after, kernel, prediction, residual, error bars.",
    ),
]  # fmt: skip


def fit_kernel(
    before: Before,
    after: After,
    size: Size,
    origin: Origin = None,
    boundary: Boundary = "valid",
    ridge: Ridge = None,
    constraint: Constraint = None,
    rank: Rank = None,
    skip_clipped: SkipClipped = False,
    out: Out = None,
    page: Page = None,
    force: o.Force = False,
) -> None:
    """Find the kernel that turns BEFORE into AFTER, with the error of each tap.

    Least squares on all windows: a blur, an edge detector, a camera's point-spread function, the
    response of a room. It says what the kernel does, how much of AFTER it explains, and when no
    convolution connects the two. Colours and channels share one kernel.

    \b
    [bold]Examples[/]
      intertwine fit-kernel sharp.png blurred.png --size 9 -o blur.json
      intertwine fit-kernel a.png b.png --size 3 --skip-clipped --page fit.html
      intertwine fit-kernel sharp.png soft.png -s 15 --constraint non-negative
      intertwine fit-kernel sweep.wav room.wav --size 2000 --origin 0 --ridge gcv
      intertwine convolve other.png --kernel-file blur.json
    """  # fmt: skip
    from intertwine.learn import fit_kernel as fit  # loads SciPy's optimisers

    wanted = sizes(size)
    for target, known in ((out, (".json", ".npy")), (page, (".html", ".htm"))):
        if target is None:
            continue
        if target.suffix.lower() not in known:
            raise unknown_suffix(target, "no file for that", known)
        check_free(target, force)
    pair = read_pair(before, after)
    found = fit(
        pair.before,
        np.where(pair.clipped, np.nan, pair.after) if skip_clipped else pair.after,
        wanted if len(wanted) > 1 else wanted[0],
        axes=pair.axes,
        origin=origin,
        boundary=boundary,
        ridge=_ridge(ridge),
        constraint=constraint,
        rank=rank,
    )
    _report(found, pair, skip_clipped)
    console = standard_out()
    if out is not None:
        found.kernel.save(out)
        console.print(f"kernel      {out}", markup=False, soft_wrap=True)
    if page is not None:
        from intertwine.cli import fit_page

        fit_page.write(found, pair, (before.name, after.name), page, force)
        console.print(f"page        {page}", markup=False, soft_wrap=True)


def _ridge(text: str | None) -> float | str | None:
    if text is None or text == "gcv":
        return text
    try:
        return float(text)
    except ValueError:
        raise OptionError(
            f"--ridge {text}: must be a number, or gcv for cross-validation."
        ) from None


def _report(found: KernelFit, pair: FilePair, skipped: bool) -> None:
    lines = [*found.notes, ""] if found.notes else []  # a kernel always comes out: warn first
    lines += [str(found.describe()), found.sentence, ""]
    lines += taps_lines(found)
    lines += [f"{name:11s} {value}" for name, value in measures(found)]
    lines += ["", *pair.notes, *clipping_note(found, pair, skipped)]
    for line in lines if lines[-1] else lines[:-1]:
        standard_out().print(line, markup=False, soft_wrap=True)


def measures(found: KernelFit) -> list[tuple[str, str]]:
    """Names and values of what tells how good a fit is."""
    white = found.whiteness
    p_value = f"= {white.p_value:.2g}" if white.p_value >= 1e-99 else "< 1e-99"
    rows = [
        ("samples", f"{found.samples}"),
        ("R squared", f"{found.r_squared:.6g}"),
        ("residual", f"{found.noise:.4g} (standard deviation)"),
        ("whiteness", f"p {p_value}, largest correlation {white.correlation:+.3f}"),
        ("sum of taps", number(found.kernel.sum)),
        ("lies at", ", ".join(f"{by + 0.0:+.2f}" for by in np.round(found.shift, 2))
         + " samples from the origin"),
    ]  # fmt: skip
    return [*rows, ("ridge", f"{found.ridge:.4g}")] if found.ridge else rows


def taps_lines(found: KernelFit) -> list[str]:
    """Rows of taps with their standard errors, where they fit on a screen."""
    taps = np.atleast_2d(found.kernel.taps)
    if taps.ndim > 2 or taps.shape[1] > _MOST_COLUMNS or taps.shape[0] > _MOST_ROWS:
        return []
    errors = np.atleast_2d(found.standard_error)
    largest = float(np.abs(taps).max()) or 1.0
    digits = int(np.clip(3 - np.floor(np.log10(largest)), 0, 8))
    texts = [
        [f"{tap:.{digits}f}" for tap in row] + [known(error, 1) for error in error_row]
        for row, error_row in zip(np.round(taps, digits) + 0.0, errors, strict=True)
    ]
    wide = max(len(text) for row in texts for text in row)
    columns = taps.shape[1]
    head = f"{'taps':{(wide + 2) * columns}s}   standard errors"
    rows = [
        "".join(f"{text:>{wide + 2}s}" for text in row[:columns])
        + "   "
        + "".join(f"{text:>{wide + 2}s}" for text in row[columns:])
        for row in texts
    ]
    return [head, *rows, ""]


def known(value: float, digits: int = 2) -> str:
    """A number that tells how far a tap is known, or that it is not."""
    return "open" if np.isnan(value) else f"{value:.{digits}g}"


def clipping_note(found: KernelFit, pair: FilePair, skipped: bool) -> list[str]:
    """A word on samples that are at an end of their range, if they are many or miss by much."""
    count = int(np.count_nonzero(pair.clipped))
    if skipped or not count:
        return []
    squares = np.asarray(found.residual) ** 2
    missed = float(np.nansum(squares[pair.clipped])) / max(float(np.nansum(squares)), 1e-300)
    if count < _MUCH * pair.clipped.size and missed < _MISSED:
        return []
    share = 100 * count / pair.clipped.size
    return [
        f"{counted(count, 'sample')} of AFTER ({share:.2g} %) at an end of the range may be "
        f"clipped: {100 * missed:.0f} % of the squared residual. Try --skip-clipped."
    ]
