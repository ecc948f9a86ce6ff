"""The tour's photo: any picture file in, 8-bit colour and grey levels of a handy size out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from intertwine.engine.errors import IntertwineError

#: A chapter can count on this many rows and columns: smaller photos are enlarged.
LEAST = 256
#: Longer sides are reduced, so that every pixel can be shown and the page stays small.
MOST = 640

_ORIENTATION = 0x0112
_WIDE_MODES = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")


class PhotoError(IntertwineError, ValueError):
    """A photo that cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """What every chapter looks at: between 256 and 640 pixels along each side.

    Attributes
    ----------
    name : str
        The file's name, for people.
    rgb : (H, W, 3) uint8 array
        Red, green and blue levels, 0 to 255. Three equal channels when the photo is grey.
    grey : (H, W) float32 array
        Brightness, whole levels from 0 to 255: 0.299 red + 0.587 green + 0.114 blue.
    notes : tuple of str
        What was done to the file to get here, in whole sentences.
    """

    name: str
    rgb: NDArray[np.uint8]
    grey: NDArray[np.float32]
    notes: tuple[str, ...] = ()

    def square(self, size: int = LEAST) -> Photo:
        """Return `size` × `size` pixels from the middle, in tall photos from above the middle."""
        height, width = self.grey.shape
        top, left = (height - size) // 4, (width - size) // 2
        part = slice(top, top + size), slice(left, left + size)
        return replace(self, rgb=self.rgb[part], grey=np.ascontiguousarray(self.grey[part]))


def default_path() -> Path:
    """The portrait of Grace Hopper that Matplotlib's wheel carries."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def read(path: Path) -> Photo:
    """Read the picture in `path`.

    Greyscale, palette, transparent (laid on white), 16-bit and float pictures (stretched to 256
    levels) and pictures turned by their EXIF tag are all brought to the one form.

    Raises
    ------
    PhotoError
        There is no such file, or no whole picture in it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd metadata, which is not shown
        image, notes = _decoded(path)
    image = _fitted(image, notes)
    grey = np.asarray(image.convert("L"), np.float32)
    return Photo(path.name, np.asarray(image), grey, tuple(notes))


def _decoded(path: Path) -> tuple[Image.Image, list[str]]:
    """The upright picture as 8-bit RGB, at least as large as is shown."""
    try:
        with Image.open(path) as image:
            size = image.size
            image.draft(None, (2 * MOST, 2 * MOST))
            notes = _size_notes(size, image.getexif().get(_ORIENTATION, 1))
            return _as_rgb(ImageOps.exif_transpose(image), notes), notes
    except FileNotFoundError:
        raise PhotoError(
            f"tour: there is no file {str(path)!r}.\n"
            "  Check the name, or leave it out to use the portrait that comes with Matplotlib."
        ) from None
    except UnidentifiedImageError:
        raise PhotoError(
            f"tour: {str(path)!r} is not a picture that Pillow can read.\n"
            "  Pass a PNG, JPEG, TIFF or WebP file."
        ) from None
    except Image.DecompressionBombError as error:
        raise PhotoError(
            f"tour: {str(path)!r} is too large: {error}.\n  Pass a smaller copy of it."
        ) from None
    except Exception as error:  # Pillow's decoders raise whatever a broken file leads them to
        raise PhotoError(
            f"tour: {str(path)!r} cannot be read: {error}.\n"
            "  Open it in a viewer to see whether it is whole, and save it again as PNG or JPEG."
        ) from error


def _size_notes(size: tuple[int, int], orientation: int) -> list[str]:
    width, height = size[::-1] if orientation >= 5 else size
    notes = [f"The file holds {width} × {height} pixels."]
    if orientation > 1:
        notes.append("It was turned upright as its EXIF tag asks.")
    return notes


def _as_rgb(image: Image.Image, notes: list[str]) -> Image.Image:
    if image.mode in _WIDE_MODES:
        image = _stretched(image, notes)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
        notes.append("Its transparent parts lie on white.")
    return image.convert("RGB")


def _stretched(image: Image.Image, notes: list[str]) -> Image.Image:
    """Bring wide values to 0 ... 255, darkest to black and brightest to white."""
    values: NDArray[Any] = np.asarray(image, np.float64)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    scale = 255 / (high - low) if high > low else 0.0
    levels = np.nan_to_num((values - low) * scale, nan=0.0, posinf=255.0, neginf=0.0)
    notes.append(f"Its values, {low:g} to {high:g}, were stretched to the levels 0 to 255.")
    return Image.fromarray(levels.round().astype(np.uint8))


def _fitted(image: Image.Image, notes: list[str]) -> Image.Image:
    """Reduce, enlarge or cut until both sides lie between `LEAST` and `MOST`."""
    given = image.size
    scale = max(min(1.0, MOST / max(given)), LEAST / min(given))
    fitted = image
    if scale != 1:
        fitted = _resized(image, scale)
        word = "reduced" if scale < 1 else "enlarged"
        notes.append(f"It was {word} to {_by(fitted)} pixels.")
    if max(fitted.size) > MOST:
        width, height = (min(MOST, side) for side in fitted.size)
        left, top = (fitted.width - width) // 2, (fitted.height - height) // 2
        fitted = fitted.crop((left, top, left + width, top + height))
        notes.append(f"Only the middle {_by(fitted)} pixels of it are used.")
    if scale != 1 or fitted.size != given:
        notes.append("All numbers below are those of this copy.")
    return fitted


def _resized(image: Image.Image, scale: float) -> Image.Image:
    """Resize by `scale`, cutting first what would be cut afterwards: a long strip stays small."""
    most = int(MOST / scale) + 2
    width, height = (min(side, most) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    image = image.crop((left, top, left + width, top + height))
    size = (max(LEAST, round(width * scale)), max(LEAST, round(height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)


def _by(image: Image.Image) -> str:
    return f"{image.width} × {image.height}"
