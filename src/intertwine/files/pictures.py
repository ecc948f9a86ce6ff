"""PNG, JPEG, WebP and BMP through Pillow; PNG with 16-bit colour through imagecodecs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.errors import FileError
from intertwine.base.libraries import need
from intertwine.files import deep_png
from intertwine.files.document import Array, Document, Kind
from intertwine.files.orientation import TAG, upright

#: How each format is written: nothing lost, save in JPEG, whose colours stay at full resolution.
_SAVE: dict[str, dict[str, Any]] = {
    "PNG": {},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True, "exact": True},
    "BMP": {},
}
_FORMAT_OF = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".bmp": "BMP"}

#: Pillow's modes that are arrays as they stand, and what the others become.
_PLAIN = {"L", "LA", "RGB", "RGBA"}
_BECOMES = {"1": "L", "La": "LA", "PA": "RGBA", "RGBa": "RGBA"}


def read(path: Path) -> Document:
    """Read a still picture, upright, without a palette."""
    image_module = need("PIL.Image", f"Reading {path.name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with image_module.open(path) as image:
                if getattr(image, "n_frames", 1) > 1:
                    raise FileError(
                        f"{path} is an animation of {image.n_frames} frames.\n"
                        f"  Convert it to a multi-page .tif, or to one picture."
                    )
                if deep_png.is_deep(path):
                    picture, alpha = deep_png.read(path)
                else:
                    picture, alpha = samples(image)
                return _document(image, picture, alpha)
        except FileError:
            raise
        except Exception as error:  # Pillow's decoders raise many kinds on a damaged file
            raise FileError(f"{path} cannot be read as a picture: {error}") from error


def _document(image: Any, picture: Array, alpha: bool) -> Document:
    exif = image.getexif()
    turn = exif.pop(TAG, 1)
    picture = upright(picture, turn)
    meta: dict[str, Any] = {"orientation": turn}
    if len(exif):
        meta["exif"] = exif.tobytes()
    if image.info.get("dpi"):
        meta["dpi"] = tuple(float(n) for n in image.info["dpi"])
    if image.info.get("icc_profile") and image.mode not in ("CMYK", "LAB", "YCbCr"):
        meta["icc_profile"] = image.info["icc_profile"]
    return Document("image", (picture,), alpha, meta)


def samples(image: Any) -> tuple[Array, bool]:
    """The samples of a Pillow image and whether the last channel is alpha."""
    if image.mode.startswith("I"):
        return np.asarray(image).astype(np.uint16, casting="unsafe"), False
    if image.mode == "F":
        return np.asarray(image), False
    image = image.convert(_mode_for(image))
    return np.asarray(image), image.mode in ("LA", "RGBA")


def _mode_for(image: Any) -> str:
    clear = image.has_transparency_data
    mode: str = image.mode
    if mode == "P":
        grey = _is_grey(image.getpalette("RGB"))
        return ("LA" if clear else "L") if grey else ("RGBA" if clear else "RGB")
    mode = _BECOMES.get(mode, mode if mode in _PLAIN else "RGB")
    return {"L": "LA", "RGB": "RGBA"}.get(mode, mode) if clear else mode


def _is_grey(palette: Sequence[int]) -> bool:
    return palette[0::3] == palette[1::3] == palette[2::3]


def check(path: Path, kind: Kind, pages: Sequence[Array], alpha: bool) -> None:
    """One page of 8 bits; PNG takes 16, and JPEG and BMP no alpha."""
    name = _FORMAT_OF[path.suffix.lower()]
    page = pages[0]
    channels = 1 if page.ndim == 2 else page.shape[-1]
    if kind == "sound" or page.ndim not in (2, 3) or channels > 4:
        raise FileError(f"{path}: {kind} samples of shape {page.shape} are no picture.")
    if len(pages) > 1:
        raise FileError(f"{path}: {name} holds one page, not {len(pages)}.\n  Write a .tif.")
    deep = name == "PNG" and page.dtype == np.uint16
    if page.dtype != np.uint8 and not deep:
        bits = "8 or 16" if name == "PNG" else "8"
        raise FileError(
            f"{path}: {name} holds samples of {bits} bits, not {page.dtype}.\n"
            f"  Write a .tif or .npy, or pass --signed clip, offset or absolute."
        )
    if name in ("JPEG", "BMP") and (alpha or channels in (2, 4)):
        raise FileError(f"{path}: {name} has no transparency.\n  Write a .png or .tif.")


def write(path: Path, handle: Any, document: Document) -> None:
    """Write one picture with its colour profile, resolution and camera data."""
    image_module = need("PIL.Image", f"Writing {path.name}")
    name = _FORMAT_OF[path.suffix.lower()]
    picture = np.ascontiguousarray(document.pages[0])
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[:, :, 0]
    wanted = ("dpi",) if name == "BMP" else ("exif", "dpi", "icc_profile")
    meta = {word: document.meta[word] for word in wanted if word in document.meta}
    if picture.dtype == np.uint16 and picture.ndim == 3:
        handle.write(deep_png.encode(picture, meta))
    else:
        image_module.fromarray(picture).save(handle, format=name, **_SAVE[name], **meta)
