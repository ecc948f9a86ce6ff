"""The tour's photo: any picture file in, 8-bit colour and grey levels of a handy size out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from intertwine import files

#: A chapter can count on this many rows and columns: smaller photos are enlarged.
LEAST = 256
#: Longer sides are reduced, so that every pixel can be shown and the page stays small.
MOST = 640


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
    path : Path or None
        The file, as it was given.
    """

    name: str
    rgb: NDArray[np.uint8]
    grey: NDArray[np.float32]
    notes: tuple[str, ...] = ()
    path: Path | None = None

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


def read(path: str | Path) -> Photo:
    """Read the picture in `path`.

    Greyscale, palette, transparent (laid on white), 16-bit and float pictures (stretched to 256
    levels) and pictures that an EXIF tag turns are all brought to the one form.

    Raises
    ------
    FileError
        There is no such file, or no whole picture in it.
    """
    path = Path(path)
    document = files.read(path)
    if document.kind != "image":
        known = " ".join(files.suffixes("image"))
        raise files.FileError(f"{path} holds no picture.\n  Pass a file of one of {known}.")
    page = document.pages[0]
    notes = [f"The file holds {page.shape[1]} × {page.shape[0]} pixels."]
    if len(document.pages) > 1:
        notes.append(f"Only the first of its {len(document.pages)} pages is used.")
    image = _fitted(Image.fromarray(_as_rgb(page, document.alpha, notes)), notes)
    grey = np.asarray(image.convert("L"), np.float32)
    return Photo(path.name, np.asarray(image), grey, tuple(notes), path)


def _as_rgb(page: NDArray[Any], alpha: bool, notes: list[str]) -> NDArray[np.uint8]:
    page = np.atleast_3d(page)
    colours = page[..., :-1] if alpha else page
    if colours.shape[2] not in (1, 3):
        notes.append(f"Only the first of its {colours.shape[2]} channels is used.")
        colours = colours[..., :1]
    levels = colours if colours.dtype == np.uint8 else _stretched(colours, notes)
    if alpha and (page[..., -1] < files.white(page.dtype)).any():
        cover = page[..., -1:] / np.float32(files.white(page.dtype))
        levels = np.rint(255 + cover * (levels - np.float32(255))).astype(np.uint8)
        notes.append("Its transparent parts lie on white.")
    return np.ascontiguousarray(np.broadcast_to(levels, (*levels.shape[:2], 3)))


def _stretched(values: NDArray[Any], notes: list[str]) -> NDArray[np.uint8]:
    """Bring wide values to 0 ... 255, darkest to black and brightest to white."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    scale = 255 / (high - low) if high > low else 0.0
    notes.append(f"Its values, {low:g} to {high:g}, were stretched to the levels 0 to 255.")
    shares = np.where(np.isfinite(values), values, low) - low
    return np.rint(shares * scale).astype(np.uint8)


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
