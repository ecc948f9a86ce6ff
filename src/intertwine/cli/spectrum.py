"""``intertwine spectrum``: the waves in a picture or a recording, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from intertwine.base.errors import FileError, counted
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out
from intertwine.files import Document, check_free, named, read


def spectrum(
    source: Annotated[
        Path,
        typer.Argument(
            parser=o.path, metavar="FILE", help="A picture or a recording.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=o.path,
            metavar="FILE.png",
            help="Default: beside the input, photo.jpg -> photo-spectrum.png.",
        ),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            "--window",
            metavar="NAME",
            help="Pictures: fade the borders, by a window of SciPy such as hann. Default: only the "
            "jumps between opposite borders are taken out.",
        ),
    ] = None,
    force: o.Force = False,
) -> None:
    """Draw the spectrum of a picture or a recording.

    Pictures: the log spectrum with axes in cycles per pixel, and the mean power by fineness. The
    brightness is taken, and the cross that opposite borders draw is taken out.
    Recordings: a spectrogram, and the level of each octave as the bars of an equaliser.

    \b
    [bold]Examples[/]
      intertwine spectrum photo.jpg
      intertwine spectrum scan.png --window hann -o stripes.png
      intertwine spectrum song.ogg
    """  # fmt: skip
    target = source.with_name(f"{source.stem}-spectrum.png") if out is None else out
    if target.suffix.lower() != ".png":
        raise FileError(f"{target}: a drawing is a .png file.\n  Name it {target.stem}.png.")
    if window is not None:
        from intertwine.fourier.spectra import window_weights

        window_weights(window, 8)  # a wrong name is said first
    check_free(target, force)
    document = read(source)
    figure = _drawn(document, source, window)
    from intertwine.fourier.plots.sheet import save

    save(figure, target, force)
    standard_out().print(str(target), markup=False, soft_wrap=True)


def _drawn(document: Document, source: Path, window: str | None) -> Any:
    if document.kind == "image":
        from intertwine.fourier.plots import picture
        from intertwine.fourier.spectra import spectrum as spectrum_of

        grey = brightness(document)
        if grey.min() == grey.max():
            raise FileError(
                f"{source} is of one brightness all over: it holds no waves.\n"
                f"  Pass a picture that shows something."
            )
        found = spectrum_of(grey, window=window, detrend="mean" if window else "periodic")
        return picture.draw(found, f"{source.name}: log spectrum")
    if document.kind == "sound":
        from intertwine.files.sounds import full_scale
        from intertwine.fourier.plots import sound

        scale = full_scale(document.meta["subtype"])
        mean = document.pages[0].mean(axis=1, dtype=np.float64) / scale
        if mean.size < 16:
            raise FileError(
                f"{source} holds {counted(mean.size, 'sample')}, too few for a spectrum: 16."
            )
        return sound.draw(mean, document.meta["rate_hz"], f"{source.name}: spectrogram")
    raise FileError(
        f"{source} holds {named(document.kind)}; drawn are those of pictures and recordings.\n"
        f"  Pass one of these, or call intertwine.spectrum in Python."
    )


def brightness(document: Document) -> Any:
    """The first page of a picture as levels from 0 to 255; BT.601 luma where it has colours."""
    page = np.atleast_3d(document.pages[0])
    colours = page[..., :-1] if document.alpha else page
    white = 1.0 if colours.dtype.kind in "fb" else float(np.iinfo(colours.dtype).max)
    levels = colours.astype(np.float64) * (255 / white)
    return levels @ (0.299, 0.587, 0.114) if levels.shape[2] == 3 else levels[..., 0]
