"""``intertwine diffuse``: take the barriers out of an aquarium whose cells are a photo's pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError, OptionError, unknown_suffix
from intertwine.cli import diffuse_options as o
from intertwine.cli.console import out as standard_out
from intertwine.cli.console import progress
from intertwine.files import Document, check_free, write

if TYPE_CHECKING:
    from intertwine.aquarium import State

_ANIMATIONS = (".gif", ".webp")


def diffuse(
    photo: o.Photo,
    time: o.Time = "5,50,500",
    diffusivity: o.Diffusivity = "1",
    drift: o.Drift = None,
    boundary: o.Boundary = "symmetric",
    discrete: o.Discrete = False,
    out: o.Out = None,
    frame_s: o.FrameS = 0.8,
    force: o.Force = False,
) -> None:
    """Take the barriers out of an aquarium whose cells are a photo's pixels.

    Each frame shows the 256 x 256 cells, the mean concentration of each column, the total mass and
    the entropy. Every time is reached in one step from the start. The water is the same everywhere.

    \b
    [bold]Examples[/]
      intertwine diffuse photo.jpg
      intertwine diffuse photo.jpg --time 5,50,500 -o frames/
      intertwine diffuse photo.jpg --time 0,1,2,4,8,16,32 -o spreading.webp
      intertwine diffuse photo.jpg -t 0,20 --drift 0,4 --boundary wrap -o wind.gif
    """
    from intertwine.diffusion import diffuse as diffuse_array

    times = _numbers("--time", time)
    options: dict[str, Any] = {
        "diffusivity": _one_or_all("--diffusivity", diffusivity),
        "boundary": boundary,
        "discrete": discrete,
    }
    if drift is not None:
        options["drift"] = _one_or_all("--drift", drift)
    if not 0.02 <= frame_s <= 60:
        raise OptionError(f"--frame-s {frame_s:g}: write seconds from 0.02 to 60.")
    for each in times:
        diffuse_array(np.zeros((2, 2)), each, **options)  # wrong options are said first
    targets = _targets(photo, times, out, force)
    states, frames = _drawn(photo, times, options)
    console = standard_out()
    for state in states:
        console.print(
            f"t = {state.time:<8g} mass {state.mass:,.3f}   entropy {state.entropy_nats:.6f} nats",
            markup=False,
        )
    _write(targets, frames, frame_s, force)
    for target in targets:
        console.print(str(target), markup=False, soft_wrap=True)


def _drawn(
    photo: Path, times: list[float], options: dict[str, Any]
) -> tuple[list[State], list[NDArray[Any]]]:
    """The aquarium at each time, and its pictures."""
    from intertwine import aquarium
    from intertwine.tour import photo as photos

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
    return states, frames


def _write(targets: list[Path], frames: list[NDArray[Any]], frame_s: float, force: bool) -> None:
    """One animation, or a picture for each frame."""
    first = targets[0]
    if len(targets) == 1 and first.suffix.lower() in _ANIMATIONS:
        from intertwine.aquarium import animation

        with atomic(first) as handle:
            handle.write(animation(frames, first.suffix.lower(), frame_s))
        return
    for target, frame in zip(targets, frames, strict=True):
        target.parent.mkdir(exist_ok=True)  # `frames/`, where it is new
        write(target, Document("image", (frame,)), overwrite=force)


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
    elif out.is_dir() or not (out.suffix or out.exists()):
        names = [f"{photo.stem}-t{time:g}.png" for time in times]
        targets = [out / name for name in names]
    else:
        targets = [out]
        suffix = out.suffix.lower()
        if suffix == ".png" and len(times) > 1:
            raise FileError(
                f"{out}: a .png holds one picture, not {len(times)}.\n"
                f"  Name a folder, or a .gif or .webp."
            )
        if suffix not in (*_ANIMATIONS, ".png"):
            known = (*_ANIMATIONS, ".png")
            raise unknown_suffix(out, "no picture of an aquarium", known, "or a folder")
    if len(set(targets)) < len(targets):
        raise OptionError("--time names a time twice; each picture needs a name of its own.")
    new_folder = out is not None and targets[0].parent == out and not out.exists()
    for target in [out] if out is not None and new_folder else targets:
        check_free(target, force)
    return targets
