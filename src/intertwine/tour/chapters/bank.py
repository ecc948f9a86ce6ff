"""32 kernels of 16 × 16 on a photo of 256 × 256: 32 maps of 241 × 241."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import intertwine as iw
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Picture
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, size

TITLE = "32 kernels, 32 maps"

_SIDE = 16
_ANGLES_DEG = tuple(22.5 * step for step in range(8))
_PERIODS_PX = (4, 6, 10)


@dataclass(frozen=True, slots=True)
class Feature:
    """A kernel of the bank; `corner` is where it was cut from the photo, if it was."""

    label: str
    taps: np.ndarray
    corner: tuple[int, int] | None = None


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey
    features = [*waves(), *cuttings(grey)]
    kernels = np.stack([feature.taps for feature in features])
    maps = iw.convolve(grey, kernels, axes=(0, 1), mode="valid")
    n_maps, *map_shape = maps.shape
    return [
        "One kernel answers one question about each patch. A layer of a neural network asks many "
        f"at once: here **{n_maps} kernels of {_SIDE} × {_SIDE}** look at a photo of "
        f"{size(grey.shape)}, and each gives a map of 256 − 16 + 1 = {map_shape[0]} pixels a side. "
        f"All together the answer is an array of **{size(maps.shape)}**, "
        f"{fixed(maps.size / 1e6, 2)} million numbers.",
        "Instead of learning the kernels we chose them by two simple rules. The first 24 are "
        "**Gabor kernels**, a wave under a Gaussian bell, in eight directions (0° to 157.5°) and "
        "three widths (4, 6 and 10 pixels from crest to crest). They answer to stripes and edges "
        "of their own direction and width; cells in our own visual system do much the same.",
        *_wave_sheets(features, maps),
        _directions(maps),
        "The last eight are **patches of this photo itself**, the one with the most contrast from "
        "each eighth of it, less their mean. Turned by 180 degrees first, so that the convolution "
        "turns them back, they look for places that resemble themselves. "
        "The two numbers are the row and the column where the patch begins.",
        _sheet(features[24:], maps[24:], "8 patches of the photo, each above its map."),
        _found(features, maps),
        Code(
            "wave = iw.kernels.gabor(2.5, 1 / 6, 45.0, truncate=2.8)            # 15 x 15\n"
            "k = iw.convolve(wave.taps, iw.kernels.box((2, 2)), mode='full')    # 16 x 16\n"
            "y = iw.convolve(x[:256, :256], k - k.mean(), mode='valid')         # 241 x 241",
            "One of the Gabor kernels: a 2 × 2 mean makes its size even. All 32 take one call: "
            "iw.convolve(x, stack, axes=(0, 1)), the stack being 32 × 16 × 16",
        ),
    ]


def waves() -> list[Feature]:
    """24 Gabor kernels of 16 × 16 with sum 0 and sum of squares 1."""
    pair = iw.kernels.box((2, 2))
    features = []
    for period in _PERIODS_PX:
        for angle in _ANGLES_DEG:
            odd = iw.kernels.gabor(2.5, 1 / period, angle, truncate=2.8).taps
            even = iw.convolve(odd, pair, mode="full", boundary="zero")
            features.append(Feature(f"{angle:g}°, {period} px", _levelled(even)))
    return features


def cuttings(grey: np.ndarray) -> list[Feature]:
    """The patch with the most contrast from each eighth of the photo, turned by 180 degrees."""
    height, width = grey.shape[0] // 2, grey.shape[1] // 4
    features = []
    for top in (0, height):
        for left in range(0, 4 * width, width):
            row, column = _liveliest(grey[top : top + height, left : left + width])
            row, column = top + row, left + column
            patch = grey[row : row + _SIDE, column : column + _SIDE]
            taps = _levelled(patch[::-1, ::-1].astype(float))
            features.append(Feature(f"at ({row}, {column})", taps, (row, column)))
    return features


def _liveliest(part: np.ndarray) -> tuple[int, int]:
    """Where in `part` the 16 × 16 tile with the largest variance starts."""
    rows, columns = (length // _SIDE for length in part.shape)
    tiles = part.reshape(rows, _SIDE, columns, _SIDE).swapaxes(1, 2)
    row, column = divmod(int(tiles.var(axis=(2, 3)).argmax()), columns)
    return _SIDE * row, _SIDE * column


def _levelled(taps: np.ndarray) -> np.ndarray:
    """Sum 0, so that flat areas give 0; sum of squares 1, so that maps compare."""
    taps = taps - taps.mean()
    length = float(np.linalg.norm(taps))
    return (taps / length if length else taps).astype(np.float32)


def _wave_sheets(features: list[Feature], maps: np.ndarray) -> list[Figure]:
    """One sheet a width, each on its own scale: fine stripes are the faintest."""
    count = len(_ANGLES_DEG)
    return [
        _sheet(
            features[start : start + count],
            maps[start : start + count],
            f"Waves of {period} pixels in {count} directions, each kernel above its map.",
        )
        for start, period in zip(range(0, 24, count), _PERIODS_PX, strict=True)
    ]


def _sheet(features: list[Feature], maps: np.ndarray, caption: str) -> Figure:
    reach = pictures.usual_reach(maps)
    stacks = tuple(
        (_kernel(feature), pictures.signed(result, f"Map: {feature.label}.", feature.label, reach))
        for feature, result in zip(features, maps, strict=True)
    )
    return Figure(
        stacks,
        f"{caption} Colours run from −{fixed(reach, 0)} to {fixed(reach, 0)}.",
        layout="sheet",
    )


def _kernel(feature: Feature) -> Picture:
    """The taps; a patch of the photo the right way round."""
    taps = feature.taps if feature.corner is None else feature.taps[::-1, ::-1]
    reach = float(np.abs(taps).max()) or 1.0
    return pictures.enlarged(pictures.signed(taps, f"Kernel: {feature.label}.", "", reach))


def _directions(maps: np.ndarray) -> str:
    """Which direction and width answer most strongly."""
    energy = np.square(maps[:24], dtype=float).mean(axis=(1, 2)).reshape(3, 8) ** 0.5
    period, angle = divmod(int(energy.argmax()), 8)
    by_angle = np.square(energy).sum(axis=0)
    across = int(by_angle.argmax())
    widths = ", ".join(fixed(float(e), 1) for e in np.sqrt(np.square(energy).mean(axis=1)))
    return (
        f"The typical size (root mean square) of the maps is {widths} for the widths 4, 6 and 10: "
        f"{_coarse_or_fine(energy)} An angle is the direction in which the wave changes: 0° "
        "answers to upright stripes, 90° to level ones. The strongest answer here, a typical size "
        f"of {fixed(energy[period, angle], 1)}, comes from the wave of {_PERIODS_PX[period]} "
        f"pixels at {_ANGLES_DEG[angle]:g}°; over all three widths together the direction "
        f"{_ANGLES_DEG[across]:g}° is strongest."
    )


def _coarse_or_fine(energy: np.ndarray) -> str:
    fine, _, coarse = np.square(energy).sum(axis=1)
    if coarse > fine:
        return "like most photos, this one has more contrast in coarse structure than in fine."
    return "unlike most photos, this one has no more contrast in coarse structure than in fine."


def _found(features: list[Feature], maps: np.ndarray) -> str:
    """How many patches find their own place as the maximum of their map."""
    hits = sum(
        feature.corner == divmod(int(result.argmax()), result.shape[1])
        for feature, result in zip(features, maps, strict=True)
        if feature.corner is not None
    )
    return (
        f"Of the eight maps, {hits} have their largest value exactly where the patch was cut "
        "out. A dot product also rewards sheer contrast, so a bolder place elsewhere can win over "
        "the true one; dividing by each patch's own contrast cures that, and makes a proper search."
    )
