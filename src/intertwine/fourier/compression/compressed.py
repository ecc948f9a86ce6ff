"""compress, and the Compressed picture that it returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from intertwine.base import checks
from intertwine.base.atomic import atomic, check_free
from intertwine.base.errors import FileError, OptionError, ShapeError
from intertwine.fourier import images, quality
from intertwine.fourier.compression import bases, coder, container
from intertwine.fourier.compression.bases import Basis
from intertwine.fourier.compression.choosing import Chosen, Waves, by_psnr, by_share
from intertwine.fourier.compression.container import Content
from intertwine.fourier.images import Array


@dataclass(frozen=True)
class Compressed:
    """A picture as the waves that were kept of it. Made by `compress`, `load` or `from_bytes`.

    Everything that can be asked of it is in its file, too: see
    `intertwine.fourier.compression.container` for the format.
    """

    content: Content

    @property
    def basis(self) -> str:
        """The waves: "circle", "largest", "dct" or "block-dct"."""
        return self.content.basis

    @property
    def shape(self) -> tuple[int, ...]:
        """The picture's shape, (H, W) or (H, W, 3)."""
        colours = () if self.content.channels == 1 else (3,)
        return (self.content.height, self.content.width, *colours)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the picture's samples."""
        return np.dtype(self.content.dtype)

    @property
    def kept(self) -> int:
        """How many coefficients were kept, over all channels."""
        return self.content.kept

    @property
    def coefficients(self) -> int:
        """How many there are in all."""
        return self._grid.size * self.content.channels

    @property
    def keep(self) -> float:
        """The share that was kept, `kept` of `coefficients`."""
        return self.kept / self.coefficients

    @property
    def ratio(self) -> float:
        """Coefficients left out for each one kept: the black area over the circle's area."""
        return (self.coefficients - self.kept) / self.kept if self.kept else math.inf

    @property
    def step(self) -> float:
        """Coefficients are whole multiples of this, in levels of 0 to 255."""
        return self.content.step

    @property
    def psnr(self) -> float:
        """Peak signal-to-noise ratio of `decompress()`, in decibels, measured when compressed."""
        return self.content.psnr

    @property
    def ssim(self) -> float:
        """Structural similarity of `decompress()`; NaN for pictures smaller than 7 x 7."""
        return self.content.ssim

    @property
    def nbytes(self) -> int:
        """The bytes of the file, header and checksum included."""
        return len(self.to_bytes())

    @property
    def bits_per_pixel(self) -> float:
        """Eight times `nbytes` over the number of pixels."""
        return 8 * self.nbytes / (self.content.height * self.content.width)

    @property
    def _grid(self) -> Basis:
        return Basis(self.content.basis, self.content.height, self.content.width)

    def decompress(self) -> Array:
        """The picture, in the shape and type that it came in.

        Raises
        ------
        FileError
            The coefficients are not those that the header promises.
        """
        content = self.content
        count = content.channels * content.coded
        numbers = coder.unpack(content.layers, count).reshape(content.channels, content.coded)
        return _rebuilt(self._grid, numbers, content.step, self.dtype)

    def to_bytes(self) -> bytes:
        """The file as bytes."""
        return container.to_bytes(self.content)

    @staticmethod
    def from_bytes(data: bytes) -> Compressed:
        """Read the bytes of a file; FileError when they are cut short or altered."""
        return Compressed(container.from_bytes(bytes(data), "The data"))

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the file whole or not at all. Its name ends with .iwc.

        Raises
        ------
        FileError
            The name ends otherwise, the file exists and `overwrite` is False, or it cannot be
            written.
        """
        target = Path(path)
        if target.suffix.lower() != container.SUFFIX:
            raise FileError(
                f"{target}: a compressed picture is a {container.SUFFIX} file.\n"
                f"  Name it {target.with_suffix(container.SUFFIX).name}."
            )
        check_free(target, overwrite)
        with atomic(target) as handle:
            handle.write(self.to_bytes())

    @staticmethod
    def load(path: str | Path) -> Compressed:
        """Read a file that `save` wrote; FileError when it is cut short or altered."""
        source = Path(path)
        try:
            data = source.read_bytes()
        except FileNotFoundError:
            raise FileError(f"There is no file {source}.") from None
        except OSError as error:
            raise FileError(f"Cannot read {source}: {error.strerror or error}.") from error
        return Compressed(container.from_bytes(data, str(source)))

    def __repr__(self) -> str:
        return (
            f"Compressed({self.basis}: {' x '.join(map(str, self.shape))} {self.dtype}, "
            f"{self.kept} of {self.coefficients} coefficients, {self.nbytes} bytes, "
            f"PSNR {self.psnr:.2f} dB)"
        )


def compress(
    image: ArrayLike,
    *,
    keep: float | None = None,
    ratio: float | None = None,
    psnr: float | None = None,
    basis: str = "circle",
) -> Compressed:
    """Write a picture as waves and keep few of them: ``c = B x``, ``x' = B^T round(c / s) s``.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) array
        uint8, uint16, or floats from 0 (black) to 1. Colours are coded as Y, Cb, Cr.
    keep : float
        The share of coefficients to keep, above 0 and up to 1.
    ratio : float
        The same as black area / circle area: ``keep = 1 / (1 + ratio)``.
    psnr : float
        The quality to reach, in decibels; the fewest bytes that were found to reach it. Exactly
        one of the three is given.
    basis : {"circle", "largest", "dct", "block-dct"}
        Fourier waves within a circle around frequency 0 (a low-pass filter); the largest Fourier
        waves wherever they are; the largest cosine waves of the picture; or those of its 8 x 8
        blocks, as in JPEG.

    Returns
    -------
    Compressed
        ``decompress()``, ``psnr``, ``ssim``, ``ratio``, ``nbytes``, ``save(path)``.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        `image` is no such picture, or an option is unknown or out of range.

    Notes
    -----
    With `keep` or `ratio` coefficients are written finely, so that the quality is that of leaving
    the others out. With `psnr` they are written as coarsely as the quality allows, which takes a
    fraction of the bytes.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine.fourier import compress
    >>> slope = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    >>> small = compress(slope, ratio=9)
    >>> small.decompress().shape, round(small.keep, 2), small.psnr > 25
    ((64, 64), 0.1, True)
    """
    source = images.as_image("compress", "image", image)
    height, width = source.shape[:2]
    _check_memory(source)
    share, target = check_options(keep, ratio, psnr, basis)
    grid = Basis(basis, height, width)
    waves = Waves.of(grid, images.to_planes(images.to_levels(source)))

    def measured(chosen: Chosen) -> float:
        return quality.psnr(source, _rebuilt(grid, chosen.numbers, chosen.step, source.dtype))

    chosen = by_share(waves, share) if target is None else by_psnr(waves, target, measured)
    return packed(source, grid, chosen)


def packed(source: Array, grid: Basis, chosen: Chosen) -> Compressed:
    """The choice as a file's content, its quality measured."""
    copy = _rebuilt(grid, chosen.numbers, chosen.step, source.dtype)
    small = min(source.shape[:2]) < quality.SSIM_SIDE
    content = Content(
        height=grid.height,
        width=grid.width,
        channels=len(chosen.numbers),
        basis=grid.name,
        dtype=source.dtype.name,
        kept=chosen.kept,
        coded=chosen.coded,
        step=chosen.step,
        psnr=quality.psnr(source, copy),
        ssim=math.nan if small else quality.ssim(source, copy),
        layers=coder.pack(chosen.numbers.ravel()),
    )
    return Compressed(content)


def _rebuilt(grid: Basis, numbers: coder.Whole, step: float, dtype: np.dtype[Any]) -> Array:
    """The picture that these numbers stand for."""
    waves = np.zeros((len(numbers), grid.size))
    places = grid.order(grid.radii())[: numbers.shape[1]]
    waves[:, places] = numbers * step
    return images.from_levels(images.from_planes(grid.synthesise(waves)), dtype)


def _check_memory(image: Array) -> None:
    if image.size > container.MOST_SAMPLES:
        raise ShapeError(
            f"compress: `image` of shape {image.shape} has {image.size} samples, more than "
            f"{container.MOST_SAMPLES}.\n  Compress parts of it."
        )


def check_options(
    keep: float | None, ratio: float | None, psnr: float | None, basis: str
) -> tuple[float, float | None]:
    """Return the share to keep, and the PSNR if that is what is asked for."""
    checks.word("compress", "basis", basis, bases.NAMES)
    given = {"keep": keep, "ratio": ratio, "psnr": psnr}
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise OptionError(
            f"compress: pass exactly one of keep=, ratio= and psnr=, not {len(named)}"
            f"{' (' + ', '.join(named) + ')' if named else ''}.\n"
            f"  keep=0.1 keeps a tenth of the coefficients, ratio=9 says the same."
        )
    if keep is not None:
        return _within("keep", keep, 0, 1, "above 0 and up to 1, a share"), None
    if ratio is not None:
        most = "from 0, coefficients left out for each one kept"
        return 1 / (1 + _within("ratio", ratio, -math.ulp(0.0), math.inf, most)), None
    return 1.0, _within("psnr", psnr, 0, 100, "above 0 and up to 100, in decibels")


def _within(name: str, value: Any, above: float, most: float, wanted: str) -> float:
    def accepts(number: float) -> bool:
        return math.isfinite(number) and above < number <= most

    return checks.number("compress", name, value, accepts, f"a number {wanted}")
