"""32 kernels of 16 × 16 on a photo of 256 × 256: 32 maps of 241 × 241."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Picture
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, size

TITLE = "32 kernels, 32 maps"

_SIDE = 16
_LEAST_TIMES = 1.1  # a direction stands out from here
_ANGLES_DEG = tuple(22.5 * step for step in range(8))
_PERIODS_PX = (4, 6, 10)
_CODE = f"""
pair = iw.kernels.box((2, 2))
stack = []
for period in {_PERIODS_PX}:  # pixels from crest to crest
    for angle in np.arange(0, 180, 22.5):
        odd = iw.kernels.gabor(2.5, 1 / period, angle, truncate=2.8)     # 15 x 15 taps
        stack.append(iw.convolve(odd.taps, pair, mode="full", boundary="zero"))  # 16 x 16

corners = []
for top in (0, 128):
    for left in (0, 64, 128, 192):  # an eighth of the square, in tiles of 16 x 16
        tiles = x[top : top + 128, left : left + 64].reshape(8, 16, 4, 16).swapaxes(1, 2)
        down, right = np.unravel_index(tiles.var(axis=(2, 3)).argmax(), (8, 4))
        corners.append((int(top + 16 * down), int(left + 16 * right)))
        stack.append(tiles[down, right, ::-1, ::-1])

stack = [k - k.mean() for k in stack]                      # flat areas give 0
stack = np.stack([k / (np.linalg.norm(k) or 1) for k in stack])  # maps compare
maps = iw.convolve(x, stack, axes=(0, 1), mode="valid")
print(stack.shape, maps.shape)
"""


@dataclass(frozen=True, slots=True)
class Feature:
    """A kernel of the bank; `corner` is where it was cut from the photo, if it was."""

    label: str
    taps: np.ndarray
    corner: tuple[int, int] | None = None


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    grey, maps = ran["x"], ran["maps"]
    features = _features(ran)
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
        _directions(grey, maps),
        "The last eight are **patches of this photo itself**, the 16 × 16 tile with the most "
        "contrast "
        "from each eighth of it, less their mean. Turned by 180 degrees first, so that the "
        "convolution "
        "turns them back, they look for places that resemble themselves. "
        "Each label says where its patch begins.",
        _sheet(features[24:], maps[24:], "8 patches of the photo, each above its map."),
        _found(features, maps),
        ran.code("All 32 kernels, and all 32 maps in one call"),
    ]


def _features(ran: listing.Ran) -> list[Feature]:
    labels = [f"{angle:g}°, {period} px" for period in _PERIODS_PX for angle in _ANGLES_DEG]
    cut = [None] * len(labels) + ran["corners"]
    labels += [f"row {row}, column {column}" for row, column in ran["corners"]]
    return [Feature(*each) for each in zip(labels, ran["stack"], cut, strict=True)]


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
        f"{caption} The scale runs from −{fixed(reach, 0)} (blue) to {fixed(reach, 0)} (amber).",
        layout="sheet",
    )


def _kernel(feature: Feature) -> Picture:
    """The taps; a patch of the photo the right way round."""
    taps = feature.taps if feature.corner is None else feature.taps[::-1, ::-1]
    reach = float(np.abs(taps).max()) or 1.0
    return pictures.enlarged(pictures.signed(taps, f"Kernel: {feature.label}.", "", reach))


def _directions(grey: np.ndarray, maps: np.ndarray) -> str:
    """Which direction and width answer most strongly, if any does."""
    energy = np.square(maps[:24], dtype=float).mean(axis=(1, 2)).reshape(3, 8)
    if np.ptp(grey) == 0:
        return "This photo is flat: every one of these maps is 0, but for rounding."
    widths = ", ".join(fixed(float(e) ** 0.5, 1) for e in energy.mean(axis=1))
    return (
        f"The typical size (root mean square) of the maps is {widths} for the widths 4, 6 and 10: "
        f"{_coarse_or_fine(energy)} The angle of a wave is the direction in which it changes: 0° "
        f"answers to upright stripes, 90° to level ones. {_strongest(energy)}"
    )


def _strongest(energy: np.ndarray) -> str:
    by_angle = np.sqrt(energy.mean(axis=0))
    across = int(by_angle.argmax())
    times = float(by_angle[across] / np.median(by_angle))
    if times < _LEAST_TIMES:
        return (
            f"No direction stands out: over all three widths the strongest, {_ANGLES_DEG[across]:g}"
            f"°, has {fixed(times)} times the typical size of the median direction."
        )
    period, angle = divmod(int(energy.argmax()), 8)
    return (
        f"The strongest map, of typical size {fixed(float(energy.max()) ** 0.5, 1)}, is that of "
        f"{_PERIODS_PX[period]} pixels at {_ANGLES_DEG[angle]:g}°. Over all three widths the "
        f"direction {_ANGLES_DEG[across]:g}° is strongest, with {fixed(times)} times the typical "
        "size of the median direction."
    )


def _coarse_or_fine(energy: np.ndarray) -> str:
    fine, _, coarse = energy.sum(axis=1)
    if coarse > fine:
        return "like most photos, this one has more contrast in coarse structure than in fine."
    return "unlike most photos, this one has no more contrast in coarse structure than in fine."


def _found(features: list[Feature], maps: np.ndarray) -> str:
    """How many patches find their own place as the maximum of their map."""
    cut = [(f, m) for f, m in zip(features, maps, strict=True) if f.corner is not None]
    if not any(feature.taps.any() for feature, _ in cut):
        return "Here all eight are flat, so that there is nothing to look for."
    hits = sum(f.corner == divmod(int(m.argmax()), m.shape[1]) for f, m in cut)
    return (
        f"Of the eight maps, {hits} have their largest value exactly where the patch was cut "
        "out. A dot product also rewards sheer contrast, so that a bolder place elsewhere can win. "
        "Dividing by each patch's own contrast cures that, and makes a proper search."
    )
