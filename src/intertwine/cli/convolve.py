"""``intertwine convolve``: one kernel over pictures, recordings, series and arrays."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console

from intertwine.base.errors import OptionError
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out
from intertwine.cli.kernel_text import kernel_from
from intertwine.cli.many import for_each
from intertwine.cli.targets import targets
from intertwine.files import (
    Document,
    FileError,
    check_target,
    describe,
    named,
    read,
    suffixes,
    write,
)
from intertwine.files.apply import Outcome, Settings, convolve_document, explain_plan, levels_for
from intertwine.files.series import read as read_series
from intertwine.kernel import Kernel

Load = Callable[[Path], tuple[Document, Settings]]


def convolve(
    inputs: o.Inputs,
    kernel: o.KernelName = None,
    taps: o.Taps = None,
    kernel_file: o.KernelFile = None,
    normalize: o.Normalize = False,
    correlate: o.Correlate = False,
    boundary: o.Boundary = "symmetric",
    cval: o.Cval = 0.0,
    mode: o.Mode = "same",
    stride: o.Stride = 1,
    dilation: o.Dilation = 1,
    nan: o.Nan = "propagate",
    min_weight: o.MinWeight = None,
    axes: o.Axes = None,
    column: o.Column = None,
    method: o.Method = "auto",
    precision: o.Precision = None,
    threads: o.Threads = None,
    out: o.Out = None,
    signed: o.Signed = "auto",
    alpha: o.Alpha = "keep",
    force: o.Force = False,
    explain: o.Explain = False,
) -> None:
    """Convolve pictures, recordings, series and arrays with a kernel.

    Colours are filtered one by one, opacity is kept, photos are turned upright, 16 bits stay 16
    bits, and results are rounded. A file is written whole or not at all.

    \b
    [bold]Examples[/]
      intertwine convolve photo.jpg --kernel gaussian:sigma=3
      intertwine convolve photo.jpg -k sobel:axis=1 --signed offset -o slopes.png
      intertwine convolve scan.tif --taps "1 2 1; 2 4 2; 1 2 1" --normalize
      intertwine convolve song.wav -k box:size=64 -o muffled.wav
      intertwine convolve *.png -k unsharp:sigma=2 -o sharper/
      intertwine convolve sales.csv -k box:size=12 --column amount
      intertwine convolve volume.npy -k gaussian:sigma=2 --explain
    """
    chosen_axes = _axes(axes)
    operator: dict[str, Any] = {
        "mode": mode,
        "boundary": boundary,
        "cval": cval,
        "nan": nan,
        "min_weight": min_weight,
        "stride": stride,
        "dilation": dilation,
        "method": method,
        "precision": precision,
    }

    def make(ndim: int | None) -> tuple[Kernel, str]:
        return kernel_from(kernel, taps, kernel_file, ndim=ndim, normalize=normalize)

    def settings(document: Document) -> Settings:
        along = document.axes if chosen_axes is None else chosen_axes
        if chosen_axes is not None and document.kind != "array":
            raise OptionError(f"--axes is for .npy files, not for {named(document.kind)}.")
        fitted, _ = make(len(along))
        return Settings(fitted, correlate, signed, alpha, chosen_axes, threads, operator)

    def load(source: Path) -> tuple[Document, Settings]:
        if column is None:
            document = read(source)
        elif source.suffix.lower() in suffixes("series"):
            document = read_series(source, column)
        else:
            raise OptionError(f"--column is for {' '.join(suffixes('series'))}, not for {source}.")
        return document, settings(document)

    if explain:
        plan = explain_plan(*load(inputs[0]))
        standard_out().print(plan.explain(), markup=False, soft_wrap=True)
        return
    _, label = make(None)
    try:
        pairs = targets(inputs, out, label, force)
    except FileError:
        with suppress(FileError):
            levels_for(*load(inputs[0]))  # where an option is wrong, too, that is said first
        raise

    def work(source: Path, target: Path, bar: Any) -> None:
        _convolve_one(source, target, load, force, bar)

    for_each(pairs, work, "were not convolved")


def _axes(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise OptionError(f"--axes {text}: write whole numbers, such as --axes 0,1") from None


def _convolve_one(source: Path, target: Path, load: Load, force: bool, bar: Any) -> None:
    start = time.perf_counter()
    document, chosen = load(source)
    levels = levels_for(document, chosen)
    check_target(target, document, levels.dtype)
    pages = bar.add_task("  pages", total=len(document.pages), visible=len(document.pages) > 1)
    outcome = convolve_document(document, chosen, levels, lambda: bar.advance(pages))
    bar.remove_task(pages)
    write(target, outcome.document, overwrite=force)
    seconds = time.perf_counter() - start
    method = explain_plan(document, chosen).method
    _report(standard_out(), target, outcome, f"{chosen.kernel.name}, {method}, {seconds:.2f} s")


def _report(console: Console, target: Path, outcome: Outcome, how: str) -> None:
    console.print(f"{target}  {describe(outcome.document)}; {how}", markup=False, soft_wrap=True)
    notes = {
        "absolute": "Shown is the size of each result, without its sign.",
        "offset": "Mid-grey stands for 0.",
    }
    if outcome.levels.signed in notes:
        console.print(f"  {notes[outcome.levels.signed]}", markup=False)
    if outcome.cut:
        share = 100 * outcome.cut / outcome.samples
        console.print(
            f"  {share:.3g} % of the samples lay beyond the range of {outcome.levels.dtype} "
            "and were cut off (not with --signed keep).",
            markup=False,
            soft_wrap=True,
        )
