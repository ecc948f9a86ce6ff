"""Arrays to pictures and grids of numbers, with one colour for each meaning.

Brightness is grey. Signed results run from blue (negative) over mid-grey (zero) to amber
(positive), growing lighter all the way, so that they stay readable without colour.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from intertwine.tour.blocks import Cell, Grid, Picture
from intertwine.tour.words import fixed, tap

Array = NDArray[Any]
Palette = NDArray[np.uint8]

_ROUNDING = 1e-4  # of a grey level
_MARK = (255, 209, 26)


def ramp(*stops: tuple[int, int, int], middle: int | None = None) -> Palette:
    """256 colours that pass through the `stops` at equal distances.

    With `middle`, that entry is exactly half way.
    """
    at = np.linspace(0, len(stops) - 1, 256)
    if middle is not None:
        at = np.interp(range(256), (0, middle, 255), (0, (len(stops) - 1) / 2, len(stops) - 1))
    channels = np.array(stops, float).T
    return np.stack([np.interp(at, range(len(stops)), c) for c in channels], 1).round().astype("u1")


GREY = ramp((0, 0, 0), (255, 255, 255))
_ZERO = 128
SIGNED = ramp(
    (0, 32, 110), (45, 88, 170), (128, 128, 128), (224, 160, 60), (255, 226, 150), middle=_ZERO
)
CHANNELS = (
    ramp((0, 0, 0), (235, 30, 30), (255, 225, 215)),
    ramp((0, 0, 0), (20, 160, 40), (225, 255, 220)),
    ramp((0, 0, 0), (40, 80, 240), (220, 230, 255)),
)


def colour(rgb: ArrayLike, alt: str, label: str = "") -> Picture:
    """A colour picture of levels 0 to 255, clipped."""
    return _picture(_levels(rgb), None, alt, label)


def grey(levels: ArrayLike, alt: str, label: str = "", palette: Palette = GREY) -> Picture:
    """Brightness from 0 (black) to 255 (white), clipped."""
    return _picture(_levels(levels), palette, alt, label)


def signed(values: ArrayLike, alt: str, label: str = "", reach: float | None = None) -> Picture:
    """Values of both signs from ``-reach`` to ``reach``, zero in mid-grey.

    `reach` is by default the size that all but one in 200 values keep to.
    """
    values = np.asarray(values, float)
    if reach is None:
        reach = usual_reach(values)
    return _picture(_shades(values, reach), SIGNED, alt, label)


def strength(values: ArrayLike, alt: str, label: str = "") -> Picture:
    """Values from 0 (black) to the size that all but one in 200 keep to (white)."""
    values = np.asarray(values, float)
    return _picture(_levels(values * (255 / usual_reach(values))), GREY, alt, label)


def usual_reach(values: ArrayLike) -> float:
    """The size that all but one in 200 of the `values` keep to; 1 when all are zero or rounding."""
    sizes = np.abs(values)
    reach, largest = float(np.quantile(sizes, 0.995)), float(sizes.max())
    return next((each for each in (reach, largest) if each > _ROUNDING), 1.0)


def enlarged(picture: Picture) -> Picture:
    """The same picture, to be shown with its pixels as squares."""
    return Picture(picture.png, picture.width, picture.height, picture.alt, picture.label, True)


def framed(levels: ArrayLike, top: int, left: int, height: int, width: int) -> Array:
    """A colour copy of `levels` with a yellow frame, two pixels wide, around a part of it."""
    bottom, right = top + height - 1, left + width - 1
    return outlined(levels, [(top, left), (top, right), (bottom, right), (bottom, left)])


def outlined(levels: ArrayLike, corners: ArrayLike) -> Array:
    """The same around a rectangle that may be turned: its four corner pixels, in turn."""
    rgb = _levels(levels)
    if rgb.ndim == 2:
        rgb = np.repeat(rgb[..., None], 3, axis=2)
    rgb = rgb.copy()
    box = np.asarray(corners, float)
    rows, columns = np.ogrid[: rgb.shape[0], : rgb.shape[1]]
    distance = np.full(rgb.shape[:2], -np.inf)
    for side in (box[1] - box[0], box[3] - box[0]):
        length = float(np.hypot(*side))
        down, across = side / length
        middle = box.mean(0)
        along = np.abs(down * (rows - middle[0]) + across * (columns - middle[1]))
        distance = np.maximum(distance, along - length / 2)
    rgb[(distance > 0) & (distance <= 2)] = _MARK
    rgb[(distance > 2) & (distance <= 3)] = 0
    return rgb


def taps_grid(taps: ArrayLike, alt: str, label: str = "") -> Grid:
    """A kernel's taps as numbers, fractions where they are simple."""
    values = np.asarray(taps, float)
    return _grid(values, [tap(v) for v in values.ravel()], alt, label)


def signed_grid(values: ArrayLike, alt: str, label: str = "", digits: int = 0) -> Grid:
    """Numbers of both signs with so many decimals, zero in mid-grey."""
    values = np.asarray(values, float)
    return _grid(values, [fixed(v, digits) for v in values.ravel()], alt, label)


def levels_grid(levels: ArrayLike, alt: str, label: str = "", marked: Array | None = None) -> Grid:
    """Brightness levels as numbers on their own shade; `marked` is True where outlined."""
    values = np.asarray(levels, float)
    shades = _levels(values)
    marks = np.zeros(values.shape, bool) if marked is None else marked
    cells = [
        _cell(fixed(v, 0), GREY[s], bool(m))
        for v, s, m in zip(values.ravel(), shades.ravel(), marks.ravel(), strict=True)
    ]
    return Grid(_in_rows(cells, values.shape[1]), alt, label)


def _grid(values: Array, texts: list[str], alt: str, label: str) -> Grid:
    shades = _shades(values, float(np.abs(values).max()) or 1.0).ravel()
    cells = [_cell(text, SIGNED[shade]) for text, shade in zip(texts, shades, strict=True)]
    return Grid(_in_rows(cells, values.shape[1]), alt, label)


def _in_rows(cells: list[Cell], width: int) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(cells[i : i + width]) for i in range(0, len(cells), width))


def _cell(text: str, paper: Palette, marked: bool = False) -> Cell:
    red, green, blue = (int(level) for level in paper)
    ink = "#000" if _luminance(paper) > 0.179 else "#fff"  # the better contrast (WCAG 2.1)
    return Cell(text, f"#{red:02x}{green:02x}{blue:02x}", ink, marked)


def _luminance(rgb: Palette) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.1)."""
    level = rgb / 255.0
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _levels(values: ArrayLike) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _shades(values: Array, reach: float) -> NDArray[np.uint8]:
    return _levels(_ZERO + values * (127 / reach))


def _picture(levels: NDArray[np.uint8], palette: Palette | None, alt: str, label: str) -> Picture:
    image = Image.fromarray(np.ascontiguousarray(levels))
    if palette is not None and palette is not GREY:
        image.putpalette(palette.tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)  # 9 takes four times as long for 3 % less
    return Picture(buffer.getvalue(), image.width, image.height, alt, label)
