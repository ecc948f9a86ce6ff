"""Any picture as 8-bit RGB: a file, an array or a Pillow image, upright and of bounded size.

Product photos come in every format that phones and shops write. What no encoder looks at is left
out on the way: resolution beyond `LONGEST_PX`, bits beyond eight, opacity (laid over white).
"""

from __future__ import annotations

import hashlib
import io
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.checks import Array, as_array, describe
from intertwine.base.errors import DTypeError, FileError, OptionError, ShapeError
from intertwine.base.libraries import need

#: Pictures are brought down to this longest side as they are read.
LONGEST_PX = 512

#: A file that claims more pixels is refused before any is decoded: a decompression bomb.
MOST_PIXELS = 100_000_000

#: A larger file is refused before it is read.
MOST_BYTES = 200 << 20

THUMBNAIL_PX = 96

SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".heic", ".heif", ".bmp", ".gif",
)  # fmt: skip


def read_picture(source: str | Path | bytes | Any) -> Array:
    """Return a picture as uint8 (H, W, 3), upright, at most `LONGEST_PX` on a side.

    Parameters
    ----------
    source : path, bytes of a file, array or PIL.Image.Image
        Arrays are grey (H, W), or have 1 to 4 channels (H, W, C): grey, grey and opacity, RGB,
        RGBA. They are uint8, uint16, bool, or floating point from 0 to 1.

    Raises
    ------
    FileError
        The file is missing, empty, damaged, too large, or no picture.
    ShapeError, DTypeError, OptionError
        The array is no picture, has a type that is not listed, or values outside 0 to 1.
    """
    if isinstance(source, bytes):
        return _decode(io.BytesIO(source), "the picture", len(source))
    if isinstance(source, str | Path):
        return _read_file(Path(source))
    if _is_pillow(source):
        return _from_pillow(source, "the picture")
    return _shrink(_from_array(source))


def _read_file(path: Path) -> Array:
    if path.is_dir():
        raise FileError(f"{path} is a folder.\n  Name one picture, or index the folder.")
    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    try:
        with path.open("rb") as file:
            return _decode(file, str(path), path.stat().st_size)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"Cannot read {path}: {error.strerror or error}.") from error


def _decode(file: Any, name: str, size: int) -> Array:
    if size == 0:
        raise FileError(f"{name} is empty.")
    if size > MOST_BYTES:
        raise FileError(
            f"{name} has {size} bytes, more than {MOST_BYTES}.\n  Pass a smaller picture."
        )
    module = need("PIL.Image", "Reading pictures")
    _register_heif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with module.open(file) as image:
                return _from_pillow(image, name)
        except FileError:
            raise
        except module.UnidentifiedImageError as error:
            raise FileError(f"{name} cannot be read as a picture: no known format.") from error
        except module.DecompressionBombError as error:
            raise FileError(f"{name} claims more than {MOST_PIXELS:,} pixels.") from error
        except Exception as error:  # Pillow's decoders raise many kinds on a damaged file
            raise FileError(f"{name} cannot be read as a picture: {error}") from error


@lru_cache(maxsize=1)
def _register_heif() -> bool:
    """Let Pillow read HEIC where pi-heif is installed."""
    try:
        import pi_heif  # type: ignore[import-untyped]
    except ImportError:
        return False
    pi_heif.register_heif_opener()
    return True


def _is_pillow(source: Any) -> bool:
    return hasattr(source, "getbands") and hasattr(source, "convert")


def _from_pillow(image: Any, name: str) -> Array:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise FileError(
            f"{name} claims {width} x {height} pixels, more than {MOST_PIXELS:,}.\n"
            f"  Pass a smaller picture."
        )
    operations = need("PIL.ImageOps", "Reading pictures")
    if image.format == "JPEG":
        image.draft("RGB", (LONGEST_PX, LONGEST_PX))  # decodes at a fraction of the size
    image = operations.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        levels = np.asarray(image, np.float64)
        return _shrink(_over_white(_as_bytes(levels / _white_level(image, levels))))
    if image.has_transparency_data:
        return _shrink(_over_white(np.asarray(image.convert("RGBA"))))
    image = image.convert("RGB")
    image.thumbnail((LONGEST_PX, LONGEST_PX))
    return _samples(image)


def _white_level(image: Any, levels: Array) -> float:
    """What is white in a picture of deep or floating samples."""
    if image.mode == "F":
        return max(1.0, float(np.nanmax(levels, initial=0.0)))
    return 65535.0 if levels.size and levels.max() > 255 else 255.0


def _from_array(source: Any) -> Array:
    picture = as_array("StyleIndex", "picture", source)
    if picture.ndim == 2:
        picture = picture[:, :, None]
    if picture.ndim != 3 or picture.shape[2] > 4 or 0 in picture.shape:
        raise ShapeError(
            f"StyleIndex: a picture has shape (H, W) or (H, W, 1 to 4).\n"
            f"  {describe('picture', np.asarray(source))}"
        )
    return _over_white(_as_bytes(_unit_range(picture)) if picture.dtype != np.uint8 else picture)


def _unit_range(picture: Array) -> Array:
    if picture.dtype == np.bool_:
        return picture.astype(np.float64)
    if picture.dtype == np.uint16:
        return picture / 65535.0
    if picture.dtype.kind != "f":
        raise DTypeError(
            f"StyleIndex: `picture` is {picture.dtype}; pictures are uint8, uint16, bool or "
            f"floating point from 0 to 1.\n  Convert it, for example with picture.astype('uint8')."
        )
    low, high = float(picture.min()), float(picture.max())
    if not 0 <= low <= high <= 1:  # a NaN fails too
        raise OptionError(
            f"StyleIndex: a floating-point picture runs from 0 to 1, this one from {low:.4g} to "
            f"{high:.4g}.\n  Divide it by its white level, such as picture / 255."
        )
    return picture


def _as_bytes(levels: Array) -> Array:
    """Levels from 0 to 1 as uint8; what is no number is black."""
    rounded: Array = np.rint(255 * np.clip(np.nan_to_num(levels), 0, 1)).astype(np.uint8)
    return rounded


def _over_white(picture: Array) -> Array:
    """One to four channels as RGB: opacity shows the picture over white."""
    if picture.ndim == 2:
        picture = picture[:, :, None]
    if picture.shape[2] in (2, 4):
        opacity = picture[:, :, -1:].astype(np.float32) / 255
        shown = picture[:, :, :-1] * opacity + 255 * (1 - opacity)
        picture = np.rint(shown).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(picture, (*picture.shape[:2], 3)))


def _shrink(picture: Array) -> Array:
    if max(picture.shape[:2]) <= LONGEST_PX:
        return picture
    image = need("PIL.Image", "Reading pictures").fromarray(picture)
    image.thumbnail((LONGEST_PX, LONGEST_PX))
    return _samples(image)


def _samples(image: Any) -> Array:
    """The levels of a Pillow image, as an array of its own."""
    levels: Array = np.array(image)
    return levels


def thumbnail(picture: Array) -> bytes:
    """Return a small JPEG of a picture, as kept in the index."""
    image = need("PIL.Image", "Thumbnails").fromarray(picture)
    image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=85, subsampling=0)
    return written.getvalue()


def content_hash(path: Path) -> str:
    """Return 32 hexadecimal digits that tell a file's bytes from all others."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError as error:
        raise FileError(f"Cannot read {path}: {error.strerror or error}.") from error
