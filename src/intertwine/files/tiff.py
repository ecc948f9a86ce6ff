"""TIFF through tifffile: any depth, many pages. Odd colour spaces of 8 bits go through Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.errors import FileError
from intertwine.base.libraries import need
from intertwine.files.document import Array, Document, Kind
from intertwine.files.orientation import TAG, upright
from intertwine.files.pictures import samples

#: Compressions that lose nothing, kept as they are; others become deflate.
_LOSSLESS = {1: None, 5: "lzw", 8: "zlib", 32946: "zlib", 50000: "zstd"}
_ICC_PROFILE, _RESOLUTION_UNIT = 34675, 296
_ASSOCIATED, _UNASSOCIATED = 1, 2  # values of the ExtraSamples tag: alpha, premultiplied or not
_BIG = 4 * 10**9


def read(path: Path) -> Document:
    """Read every page at full resolution (thumbnails are left out), upright."""
    tifffile = need("tifffile", f"Reading {path.name}")
    try:
        with tifffile.TiffFile(path) as file:
            pages = [page for page in file.pages if not page.is_reduced]
            first = pages[0]
            if first.photometric.name not in ("MINISBLACK", "RGB"):
                return _read_by_pillow(path, first.photometric.name, first.dtype)
            return Document(
                "image", tuple(_page(page) for page in pages), _alpha(first) > 0, _meta(first)
            )
    except FileError:
        raise
    except Exception as error:  # tifffile's decoders raise many kinds on a damaged file
        raise FileError(f"{path} cannot be read as TIFF: {error}") from error


def _alpha(page: Any) -> int:
    """The kind of alpha in the last sample of a page, or 0."""
    kinds = [int(kind) for kind in page.extrasamples]
    own = 3 if page.photometric.name == "RGB" else 1
    return kinds[0] if page.samplesperpixel == own + 1 and kinds else 0


def _page(page: Any) -> Array:
    picture: Array = page.asarray()
    if picture.ndim > 2 and page.axes.startswith("S"):  # one plane a channel
        picture = np.moveaxis(picture, 0, -1)
    if picture.ndim > 3:
        raise FileError(f"a page has {picture.ndim} axes ({page.axes}): save it as .npy")
    if picture.dtype == np.bool_:
        picture = picture.astype(np.uint8) * np.uint8(255)
    if _alpha(page) == _ASSOCIATED:
        picture = _unpremultiplied(picture)
    return upright(np.ascontiguousarray(picture), _orientation(page))


def _orientation(page: Any) -> int:
    turn = page.tags.get(TAG)
    return 1 if turn is None else int(turn.value)


def _unpremultiplied(picture: Array) -> Array:
    colour, alpha = picture[..., :-1].astype(np.float64), picture[..., -1:]
    top = np.iinfo(picture.dtype).max if picture.dtype.kind in "iu" else 1.0
    plain = np.divide(colour * top, alpha, out=np.zeros_like(colour), where=alpha > 0)
    if picture.dtype.kind in "iu":
        plain = np.rint(plain).clip(0, top)
    return np.concatenate([plain.astype(picture.dtype), alpha], axis=-1)


def _meta(page: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {
        "compression": int(page.compression),
        "orientation": _orientation(page),
    }
    if _ICC_PROFILE in page.tags:
        meta["icc_profile"] = bytes(page.tags[_ICC_PROFILE].value)
    unit = page.tags.get(_RESOLUTION_UNIT)
    if unit is not None and int(unit.value) == 2 and page.resolution[0]:
        meta["dpi"] = tuple(float(n) for n in page.resolution)
    return meta


def _read_by_pillow(path: Path, colours: str, dtype: np.dtype[Any]) -> Document:
    """Palettes, white-is-zero, CMYK and their like, which become grey or RGB."""
    if dtype.itemsize > 1:
        raise FileError(f"{path}: {colours} TIFF of {dtype} is not supported.\n  Save it as RGB.")
    image_module = need("PIL.Image", f"Reading {path.name}")
    with image_module.open(path) as image:
        turn = image.getexif().get(TAG, 1)
        pages = []
        for number in range(image.n_frames):
            image.seek(number)
            picture, alpha = samples(image)
            pages.append(upright(picture, turn))
    return Document("image", tuple(pages), alpha, {"orientation": turn})


def check(path: Path, kind: Kind, pages: Sequence[Array], alpha: bool) -> None:
    """Real numbers in two axes, and a third for channels."""
    for page in pages:
        if kind == "sound" or page.ndim not in (2, 3):
            raise FileError(f"{path}: {kind} samples of shape {page.shape} are no picture.")
        if page.dtype.kind not in "iuf":
            raise FileError(f"{path}: TIFF does not hold {page.dtype} here.\n  Write a .npy.")


def write(path: Path, handle: Any, document: Document) -> None:
    """Write every page, compressed without loss as the source was."""
    tifffile = need("tifffile", f"Writing {path.name}")
    total = sum(page.nbytes for page in document.pages)
    with tifffile.TiffWriter(handle, bigtiff=total > _BIG) as file:
        for page in document.pages:
            file.write(np.ascontiguousarray(page), **_tags(page, document))


def _tags(page: Array, document: Document) -> dict[str, Any]:
    colour = page.ndim == 3 and page.shape[2] in (3, 4)
    extra = page.ndim == 3 and (page.shape[2] - (3 if colour else 1))
    tags: dict[str, Any] = {
        "photometric": "rgb" if colour else "minisblack",
        "compression": _LOSSLESS.get(document.meta.get("compression", 8), "zlib"),
        "metadata": None,
        "contiguous": False,
        "software": False,
    }
    if page.ndim == 3:
        tags["planarconfig"] = "contig"
    if extra:
        last = [_UNASSOCIATED] if document.alpha or page.shape[2] in (2, 4) else [0]
        tags["extrasamples"] = [0] * (extra - 1) + last
    if "icc_profile" in document.meta:
        tags["iccprofile"] = document.meta["icc_profile"]
    if "dpi" in document.meta:
        tags["resolution"] = document.meta["dpi"]
        tags["resolutionunit"] = "inch"
    return tags
