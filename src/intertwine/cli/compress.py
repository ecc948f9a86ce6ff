"""``intertwine compress`` and ``decompress``: a photo as few waves, beside JPEG."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from intertwine.base.errors import FileError
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out
from intertwine.cli.console import progress
from intertwine.files import Document, check_free, check_target, read, white, write
from intertwine.fourier.compression import bases
from intertwine.fourier.compression.compressed import Compressed, check_options
from intertwine.fourier.compression.compressed import compress as compressed
from intertwine.fourier.images import Array


def compress(
    source: Annotated[
        Path, typer.Argument(parser=o.path, metavar="PHOTO", help="A picture.", show_default=False)
    ],
    keep: Annotated[
        float | None,
        typer.Option("--keep", help="The share of coefficients to keep. Default: 0.1."),
    ] = None,
    ratio: Annotated[
        float | None, typer.Option("--ratio", help="Black area / circle area: 9 is --keep 0.1.")
    ] = None,
    psnr: Annotated[
        float | None, typer.Option("--psnr", help="The quality to reach instead, in decibels.")
    ] = None,
    basis: Annotated[
        str, typer.Option("--basis", metavar="NAME", help=f"{', '.join(bases.NAMES)}.")
    ] = "circle",
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", parser=o.path, metavar="FILE.iwc", help="Keep the compressed photo here."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=o.path,
            metavar="FILE.png",
            help="The drawing. Default: beside the photo, photo.jpg -> photo-rates.png.",
        ),
    ] = None,
    force: o.Force = False,
) -> None:
    """Write a photo as few waves, and compare all bases with JPEG.

    Prints what is kept, what is lost and how many bytes it takes, and draws quality against bytes
    for every basis beside Pillow's JPEG.

    \b
    [bold]Examples[/]
      intertwine compress photo.jpg --keep 0.05
      intertwine compress photo.jpg --ratio 19 --basis largest
      intertwine compress photo.jpg --psnr 32 --basis block-dct --save photo.iwc
    """  # fmt: skip
    target = source.with_name(f"{source.stem}-rates.png") if out is None else out
    if target.suffix.lower() != ".png":
        raise FileError(f"{target}: a drawing is a .png file.\n  Name it {target.stem}.png.")
    if keep is ratio is psnr is None:
        keep = 0.1
    check_options(keep, ratio, psnr, basis)
    for path in (target, save):
        if path is not None:
            check_free(path, force)
    image = _eight_bits(read(source), source)
    small = compressed(image, keep=keep, ratio=ratio, psnr=psnr, basis=basis)
    if save is not None:
        small.save(save, overwrite=force)
    _compare(image, source, target, force, small)


def decompress(
    source: Annotated[Path, typer.Argument(parser=o.path, metavar="FILE.iwc", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", parser=o.path, metavar="FILE", help="Default: FILE.png beside it."
        ),
    ] = None,
    force: o.Force = False,
) -> None:
    """Turn a file of `intertwine compress --save` back into a picture.

    \b
    [bold]Examples[/]
      intertwine decompress photo.iwc
      intertwine decompress photo.iwc -o photo.tif
    """  # fmt: skip
    target = source.with_suffix(".png") if out is None else out
    small = Compressed.load(source)
    check_free(target, force)
    document = Document("image", (np.broadcast_to(np.zeros((), small.dtype), small.shape),))
    check_target(target, document)
    write(target, Document("image", (small.decompress(),)), overwrite=force)
    standard_out().print(f"{target}  {small!r}", markup=False, soft_wrap=True)


def _eight_bits(document: Document, source: Path) -> Array:
    """The first page in 8 bits, as JPEG takes it, without opacity."""
    if document.kind != "image":
        raise FileError(f"{source} is no picture.\n  Pass a PNG, JPEG, TIFF, WebP or BMP.")
    page = np.atleast_3d(document.pages[0])
    colours = page[..., :-1] if document.alpha else page
    if colours.dtype != np.uint8:
        scaled = colours.astype(np.float64) * (255 / white(colours.dtype))
        colours = np.clip(np.rint(np.nan_to_num(scaled)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(colours if colours.shape[2] == 3 else colours[..., 0])


def _compare(image: Array, source: Path, target: Path, force: bool, small: Compressed) -> None:
    from intertwine.fourier.compression import rates
    from intertwine.fourier.plots import rate, sheet

    curves = []
    with progress() as bar:
        task = bar.add_task("", total=len(bases.NAMES) + 1)
        for name in bases.NAMES:
            bar.update(task, description=name)
            curves.append(rates.basis_curve(image, name))
            bar.advance(task)
        bar.update(task, description="JPEG")
        curves.append(rates.jpeg_curve(image))
    figure = rate.draw(curves, image.shape[0] * image.shape[1], source.name)
    sheet.save(figure, target, force)
    console = standard_out()
    console.print(_card(small))
    console.print(rates.verdict(curves, small.psnr), markup=False)
    console.print(str(target), markup=False, soft_wrap=True)


def _card(small: Compressed) -> Table:
    table = Table.grid(padding=(0, 2))
    shape = " x ".join(map(str, small.shape))
    for label, text in (
        ("basis", small.basis),
        ("kept", f"{small.kept} of {small.coefficients} coefficients, {100 * small.keep:.3g} %"),
        ("ratio", f"{small.ratio:.4g} left out for each one kept (black area / circle area)"),
        ("bytes", f"{small.nbytes}, {small.bits_per_pixel:.3g} bits a pixel, of {shape} samples"),
        ("quality", f"PSNR {small.psnr:.2f} dB, SSIM {small.ssim:.4f}"),
    ):
        table.add_row(label, text)
    return table
