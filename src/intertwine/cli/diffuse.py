"""``intertwine diffuse``: take the barriers out of an aquarium whose cells are a photo's pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from intertwine.cli.console import out as standard_out
from intertwine.cli.console import progress
from intertwine.cli.options import path
from intertwine.engine.errors import OptionError, did_you_mean
from intertwine.files import Document, FileError, check_free, write
from intertwine.files.atomic import atomic

_ANIMATIONS = (".gif", ".webp")


def diffuse(
    photo: Annotated[
        Path,
        typer.Argument(parser=path, metavar="PHOTO", help="A picture; 256 x 256 of it are used."),
    ],
    time: Annotated[
        str, typer.Option("--time", "-t", metavar="T,T,...", help="Times since the barriers went.")
    ] = "5,50,500",
    diffusivity: Annotated[
        str,
        typer.Option(
            "--diffusivity", "-d", metavar="D or D,D", help="Pixels² a unit of time; down,across."
        ),
    ] = "1",
    drift: Annotated[
        str | None,
        typer.Option(
            "--drift", metavar="V,V", help="A current: pixels a unit of time, down,across."
        ),
    ] = None,
    boundary: Annotated[
        str,
        typer.Option(
            "--boundary",
            metavar="WORD",
            help="symmetric (glass walls), wrap (around), zero (out), nearest (edges flow in).",
        ),
    ] = "symmetric",
    discrete: Annotated[
        bool, typer.Option("--discrete", help="The grid's own equation, not the continuous one.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=path,
            metavar="FILE|FOLDER",
            help="A .gif or .webp for an animation, a .png for one time, a folder that exists for "
            "one picture a time. Default: PHOTO-diffused.gif",
        ),
    ] = None,
    frame_s: Annotated[
        float, typer.Option("--frame-s", help="Seconds that a frame of an animation is shown.")
    ] = 0.8,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace existing files.")] = False,
) -> None:
    """Take the barriers out of an aquarium whose cells are a photo's pixels.

    Each frame shows the 256 x 256 cells, the mean concentration of each column, the total mass
    and the entropy. Every time is reached in one step from the start. The water is the same
    everywhere.

    \b
    [bold]Examples[/]
      intertwine diffuse photo.jpg
      intertwine diffuse photo.jpg --time 5,50,500 -o frames/
      intertwine diffuse photo.jpg --time 0,1,2,4,8,16,32 -o spreading.webp
      intertwine diffuse photo.jpg --time 0,10,20 --drift 0,4 --boundary wrap -o convection.gif
    """
    from intertwine import aquarium
    from intertwine.tour import photo as photos

    times = _numbers("--time", time)
    options: dict[str, Any] = {
        "diffusivity": _one_or_all("--diffusivity", diffusivity),
        "boundary": boundary,
        "discrete": discrete,
    }
    if drift is not None:
        options["drift"] = _one_or_all("--drift", drift)
    targets = _targets(photo, times, out, force)
    if not 0.02 <= frame_s <= 60:
        raise OptionError(f"--frame-s {frame_s:g}: write seconds from 0.02 to 60.")
    cells = photos.read(photo).square(aquarium.SIDE).grey.astype(np.float64)
    start = aquarium.state(0.0, cells)
    with progress() as bar:
        task = bar.add_task("diffusing", total=2 * len(times))
        states = aquarium.run(cells, times, lambda: bar.advance(task), **options)
        bar.update(task, description="drawing")
        frames = []
        for each in states:
            frames.append(aquarium.draw(each, start))
            bar.advance(task)
    console = standard_out()
    for each in states:
        console.print(
            f"t = {each.time:<8g} mass {each.mass:,.3f}   entropy {each.entropy_nats:.6f} nats",
            markup=False,
        )
    if len(targets) == 1 and targets[0].suffix.lower() in _ANIMATIONS:
        with atomic(targets[0]) as handle:
            handle.write(aquarium.animation(frames, targets[0].suffix.lower(), frame_s))
    else:
        for target, frame in zip(targets, frames, strict=True):
            write(target, Document("image", (frame,)), overwrite=force)
    for target in targets:
        console.print(str(target), markup=False, soft_wrap=True)


def _numbers(option: str, text: str) -> list[float]:
    try:
        numbers = [float(word) for word in text.split(",")]
    except ValueError:
        raise OptionError(f"{option} {text}: write numbers, such as {option} 5,50,500") from None
    if len(numbers) > 1000:
        raise OptionError(f"{option} names {len(numbers)} numbers; at most 1000 are taken.")
    return numbers


def _one_or_all(option: str, text: str) -> float | list[float]:
    numbers = _numbers(option, text)
    return numbers[0] if len(numbers) == 1 else numbers


def _targets(photo: Path, times: list[float], out: Path | None, force: bool) -> list[Path]:
    """One animation, or one picture for each time; refused before any work is done."""
    if out is None:
        targets = [photo.with_name(f"{photo.stem}-diffused.gif")]
    elif out.is_dir():
        names = [f"{photo.stem}-t{time:g}.png" for time in times]
        targets = [out / name for name in names]
    else:
        targets = [out]
        suffix = out.suffix.lower()
        if not suffix:
            raise FileError(
                f"There is no folder {out}, and no picture without an ending.\n"
                f"  mkdir {out}, or name a file: {out}.gif"
            )
        if suffix == ".png" and len(times) > 1:
            raise FileError(
                f"{out}: a .png holds one picture, not {len(times)}.\n"
                f"  Name a folder that exists, or a .gif or .webp."
            )
        if suffix not in (*_ANIMATIONS, ".png"):
            known = (*_ANIMATIONS, ".png")
            raise FileError(
                f"{out}: {suffix} is no picture of an aquarium."
                f"{did_you_mean(suffix, known)}\n  Known: {' '.join(known)}, or a folder that "
                "exists."
            )
    if len(set(targets)) < len(targets):
        raise OptionError("--time names a time twice; each picture needs a name of its own.")
    for target in targets:
        check_free(target, force)
    return targets
