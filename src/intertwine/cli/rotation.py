"""``intertwine rotation``: how one picture is turned against another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError
from intertwine.base.text import rotation_text
from intertwine.cli.console import out as standard_out
from intertwine.cli.options import path
from intertwine.files import Document, check_free, check_target, named, read, white, write
from intertwine.registration import Rotation
from intertwine.registration import rotation as find_rotation
from intertwine.registration.picture import brightness, shaped

#: Below this the answer is called uncertain.
_SURE = 0.9

#: How many equal angles are printed.
_LISTED = 8


def rotation(
    a: Annotated[Path, typer.Argument(parser=path, metavar="A", help="The first picture.")],
    b: Annotated[
        Path, typer.Argument(parser=path, metavar="B", help="The second; sizes may differ.")
    ],
    scale: Annotated[
        bool, typer.Option("--scale", help="B may be larger or smaller, by 0.5 to 2.")
    ] = False,
    shift: Annotated[bool, typer.Option("--shift/--no-shift", help="B may be shifted too.")] = True,
    mask: Annotated[
        Path | None,
        typer.Option(
            "--mask",
            parser=path,
            metavar="FILE",
            help="A picture as large as A: what is white in it counts, the rest of A does not.",
        ),
    ] = None,
    mask_b: Annotated[
        Path | None,
        typer.Option("--mask-b", parser=path, metavar="FILE", help="The same for B."),
    ] = None,
    align: Annotated[
        Path | None,
        typer.Option(
            "--align",
            parser=path,
            metavar="FILE",
            help="Write B turned back onto A, as large as A.",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            parser=path,
            metavar="FILE.png",
            help="Write A, B, and A in red with B laid over it in cyan.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace existing files.")] = False,
) -> None:
    """Find how picture A was turned, scaled and shifted to become B.

    Angles are counter-clockwise as the pictures are seen. The shift is where the centre of A lies
    in B, from the centre of B, in pixels. A confidence near 0 says that they do not match.

    \b
    [bold]Examples[/]
      intertwine rotation before.png after.png
      intertwine rotation before.png after.png --align after-on-before.png
      intertwine rotation map.tif photo.jpg --scale --plot match.png
      intertwine rotation a.png b.png --mask scene.png --mask-b scene.png
    """  # fmt: skip
    if plot is not None and plot.suffix.lower() != ".png":
        raise FileError(f"{plot}: the plot is a PNG picture.\n  Name it {plot.stem}.png.")
    for target in (align, plot):
        if target is not None:
            check_free(target, force)
    first, second = (_picture(read(each), each) for each in (a, b))
    if align is not None:
        check_target(align, second)
    found = find_rotation(
        first.pages[0],
        second.pages[0],
        scale=scale,
        shift=shift,
        mask=_white(mask),
        mask_b=_white(mask_b),
    )
    _report(found, scale, shift)
    if align is not None:
        aligned = replace(second, pages=(found.align(second.pages[0]),))
        write(align, aligned, overwrite=force)
        standard_out().print(f"aligned     {align}", markup=False, soft_wrap=True)
    if plot is not None:
        with atomic(plot) as handle:
            found.plot().savefig(handle, format="png", dpi=120)
        standard_out().print(f"plot        {plot}", markup=False, soft_wrap=True)


def _picture(document: Document, name: Path) -> Document:
    if document.kind in ("sound", "series"):
        raise FileError(f"{name} is {named(document.kind)}, not a picture.")
    return replace(document, pages=document.pages[:1])


def _white(name: Path | None) -> NDArray[np.bool_] | None:
    """Where the picture is more white than black."""
    if name is None:
        return None
    page = _picture(read(name), name).pages[0]
    return brightness(shaped("rotation", str(name), page)) > white(page.dtype) / 2


def _report(found: Rotation, scale: bool, shift: bool) -> None:
    lines = [f"angle       {rotation_text(found.angle_deg, 4)}"]
    if scale:
        lines.append(f"scale       {found.scale:.5f}")
    if shift:
        rows, columns = (round(by, 2) + 0.0 for by in found.shift)  # no minus zero
        lines.append(f"shift       {rows:+.2f} rows, {columns:+.2f} columns")
    lines.append(f"confidence  {found.confidence:.3f}")
    lines.append(f"agreement   {found.agreement:.3f} on {100 * found.overlap:.0f} % of the smaller")
    if found.confidence < _SURE:
        lines += _doubts(found, scale)
    for line in lines:
        standard_out().print(line, markup=False, soft_wrap=True)


def _doubts(found: Rotation, scale: bool) -> list[str]:
    """What else there is, and what to try."""
    alike = [c for c in found.candidates[1:] if c.confidence == found.confidence]
    if alike:
        angles = ", ".join(f"{c.angle_deg:.0f}" for c in alike[:_LISTED])
        more = ", ..." if len(alike) > _LISTED else ""
        return [f"The picture looks the same under other rotations: {angles}{more} degrees."]
    others = [c for c in found.candidates[1:] if c.confidence > 0.05]
    lines = [
        f"candidate   {rotation_text(c.angle_deg, 2)}, shift {c.shift[0]:+.1f} rows, "
        f"{c.shift[1]:+.1f} columns, confidence {c.confidence:.2f}"
        for c in others
    ]
    lines.append("The pictures may not match: do not rely on this.")
    if not scale:
        lines.append("If one is larger or smaller than the other, pass --scale.")
    return lines
