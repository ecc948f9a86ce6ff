"""Pairs of pictures with known shifts and rotations: ordinary ones, and those that mislead.

`SHIFTS` and `ROTATIONS` name each kind's maker, a function from a generator of random numbers to a
`Pair`. Photos are those that come with scikit-image and, where INTERTWINE_DATA names a folder with
`clothing`, those in it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

Array = NDArray[Any]
Rng = np.random.Generator

NAMES = (
    "astronaut", "camera", "cat", "coffee", "coins", "moon", "rocket", "hubble_deep_field",
    "immunohistochemistry", "retina", "brick", "grass", "gravel", "microaneurysms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures; what is right, or None where nothing is; and the share that both show."""

    a: Array
    b: Array
    truth: tuple[float, ...] | None
    overlap: float
    options: dict[str, Any] = field(default_factory=dict)
    #: For rotations: the picture maps to itself after so many degrees.
    period: float = 360.0


@cache
def photos() -> list[Array]:
    """Grey pictures from 0 to 1."""
    from skimage import color, data

    pictures = [getattr(data, name)() for name in NAMES]
    greys = [color.rgb2gray(p[..., :3]) if p.ndim == 3 else p / 255.0 for p in pictures]
    if "INTERTWINE_DATA" in os.environ:
        folder = Path(os.environ["INTERTWINE_DATA"], "clothing")
        for path in sorted(folder.glob("t*/*/*.jpg"))[::7]:
            with Image.open(path) as opened:
                grey = np.asarray(opened.convert("L"), float) / 255
            if min(grey.shape) >= 300:
                greys.append(grey)
    return greys


def photo(rng: Rng, side: int) -> Array:
    """A square of a photo, at full size or reduced by 2."""
    return numbered_photo(rng, side)[1]


def numbered_photo(rng: Rng, side: int) -> tuple[int, Array]:
    """Which of the large enough photos it is, and a square of it."""
    choice = [p for p in photos() if min(p.shape) >= side] or [photos()[0]]
    number = int(rng.integers(len(choice)))
    whole = choice[number]
    if min(whole.shape) >= 2 * side and rng.random() < 0.5:
        whole = ndimage.gaussian_filter(whole, 0.8)[::2, ::2]
    if min(whole.shape) < side:
        whole = ndimage.zoom(whole, 1.02 * side / min(whole.shape), order=1)
    top, left = (rng.integers(n - side + 1) for n in whole.shape)
    return number, whole[top : top + side, left : left + side]


def texture(rng: Rng, side: int) -> Array:
    """Noise with a spectrum of some slope and some direction."""
    power = rng.uniform(0, 2.2)
    y, x = np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij")
    size = np.hypot(y * rng.uniform(0.5, 1), x) + 1.0 / side
    spectrum = np.fft.rfft2(rng.normal(size=(side, side))) / size**power
    picture = np.fft.irfft2(spectrum, (side, side))
    return 0.5 + 0.15 * (picture - picture.mean()) / picture.std()


def document(rng: Rng, side: int) -> Array:
    """Lines of words on paper, some of them the same words again."""
    image = Image.new("L", (side, side), 235)
    draw = ImageDraw.Draw(image)
    words = ["".join(rng.choice(list("etaoinshrdlucmfwyp"), rng.integers(2, 9))) for _ in range(60)]
    step = int(rng.integers(11, 24))
    for top in range(8, side, step):
        left = 8 + (20 if rng.random() < 0.2 else 0)
        while left < side * rng.uniform(0.7, 1.0):
            word = words[rng.integers(len(words))]
            draw.text((left, top), word, fill=40)
            left += int(draw.textlength(word + " "))
    return np.asarray(image, float) / 255


def microscopy(rng: Rng, side: int) -> Array:
    """Cells as soft spots, on a background with some shot noise that belongs to the scene."""
    picture = np.zeros((side, side))
    size = rng.uniform(2, 9)
    for _ in range(int(rng.uniform(0.02, 0.2) * (side / size) ** 2)):
        y, x = rng.uniform(0, side, 2)
        reach = int(4 * size)
        rows = slice(max(0, int(y) - reach), min(side, int(y) + reach))
        columns = slice(max(0, int(x) - reach), min(side, int(x) + reach))
        dy, dx = np.mgrid[rows, columns].astype(float)
        long, wide = size * rng.uniform(0.6, 1.6, 2)
        spot = np.exp(-(((dy - y) / long) ** 2 + ((dx - x) / wide) ** 2))
        picture[rows, columns] += rng.uniform(0.3, 1) * spot
    picture += 0.02 * ndimage.gaussian_filter(rng.normal(size=(side, side)), 1)
    return 0.1 + 0.5 * picture


def aerial(rng: Rng, side: int) -> Array:
    """Fields in different greys with some texture, roads between them, houses."""
    points = rng.uniform(0, side, (int(rng.integers(12, 60)), 2))
    y, x = np.mgrid[:side, :side]
    distance = np.hypot(y[..., None] - points[:, 0], x[..., None] - points[:, 1])
    nearest = distance.argmin(axis=2)
    two = np.partition(distance, 1, axis=2)
    picture = rng.uniform(0.2, 0.7, len(points))[nearest]
    picture = picture + 0.04 * ndimage.gaussian_filter(rng.normal(size=picture.shape), 1.2)
    picture[two[..., 1] - two[..., 0] < 3] = 0.8
    for _ in range(side // 8):
        top, left = rng.integers(0, side - 8, 2)
        picture[top : top + rng.integers(3, 8), left : left + rng.integers(3, 8)] = rng.uniform()
    return picture


SCENES: dict[str, Callable[[Rng, int], Array]] = {
    "photo": photo, "texture": texture, "document": document, "microscopy": microscopy,
    "aerial": aerial,
}  # fmt: skip


def scene(rng: Rng, side: int) -> Array:
    """Any of them; photos most often."""
    return photo(rng, side) if rng.random() < 0.5 else SCENES[rng.choice(list(SCENES))](rng, side)


def crops(
    rng: Rng, whole: Callable[[Rng, int], Array], least: float = 0.0, most: float = 0.8
) -> Pair:
    """Two crops of one scene, apart by `least` to `most` of the side on the longer axis."""
    side = int(rng.choice([96, 128, 192, 256]))
    far = rng.uniform(least, most) * side
    near = rng.uniform(-1, 1) * far * (rng.random() < 0.6) * 0.7
    shift = np.array([far * rng.choice([-1, 1]), near])[:: rng.choice([-1, 1])].round().astype(int)
    reach = int(np.abs(shift).max())
    picture = whole(rng, side + reach)
    start = np.maximum(0, shift)
    other = start - shift
    a, b = (picture[p[0] : p[0] + side, p[1] : p[1] + side] for p in (start, other))
    overlap = float(np.prod(1 - np.abs(shift) / side))
    return Pair(a, b, tuple(float(n) for n in shift), overlap)


def with_both(pair: Pair, a: Array, b: Array) -> Pair:
    """The same shift under other pictures."""
    return Pair(a, b, pair.truth, pair.overlap)


def noisy(rng: Rng, picture: Array, most: float) -> Array:
    """With noise up to `most` of the picture's own spread."""
    level = most * rng.random() * max(float(picture.std()), 1e-6)
    return picture + rng.normal(0, 1, picture.shape) * level


# Ordinary pairs


def ordinary(whole: Callable[[Rng, int], Array]) -> Callable[[Rng], Pair]:
    def make(rng: Rng) -> Pair:
        pair = crops(rng, whole)
        a, b = pair.a, pair.b
        if rng.random() < 0.6:
            a, b = noisy(rng, a, 0.3), noisy(rng, b, 0.3)
        if rng.random() < 0.5:
            b = rng.uniform(0.5, 2) * b + rng.uniform(-0.3, 0.3)
        if rng.random() < 0.3:
            a, b = (np.rint(255 * x.clip(0, 1)) for x in (a, b))
        return with_both(pair, a, b)

    return make


# Kinds that mislead


def smooth(rng: Rng) -> Pair:
    """Noise smoothed by 6 to 24 pixels; half of them with 1 % of noise of its spread."""
    width = float(rng.choice([6, 8, 12, 16, 20, 24]))

    def drawn(rng: Rng, side: int) -> Array:
        noise = rng.random((side + 64, side + 64))
        return ndimage.gaussian_filter(noise, width)[32:-32, 32:-32]

    pair = crops(rng, drawn, most=0.2)
    a, b = pair.a, pair.b
    if rng.random() < 0.5:
        a, b = (x + rng.normal(0, 0.01 * x.std(), x.shape) for x in (a, b))
    return with_both(pair, a, b)


def spot(rng: Rng) -> Pair:
    """One soft spot that moved."""
    y, x = np.mgrid[:128, :128] - 64.0
    width, moved = rng.uniform(5, 20), rng.integers(-12, 13, 2)
    a = np.exp(-(y**2 + x**2) / (2 * width**2))
    b = np.exp(-((y - moved[0]) ** 2 + (x - moved[1]) ** 2) / (2 * width**2))
    level = rng.choice([0, 0.01])
    a, b = (z + rng.normal(0, level, z.shape) for z in (a, b))
    return Pair(a, b, tuple(float(n) for n in moved), 0.9)


def signal(rng: Rng) -> Pair:
    """A slow signal of one axis."""
    size, width = int(rng.choice([200, 400, 1000])), rng.uniform(2, 20)
    shift = int(rng.uniform(-0.3, 0.3) * size)
    whole = ndimage.gaussian_filter1d(rng.normal(size=2 * size), width)
    start = size // 2
    a, b = whole[start : start + size], whole[start - shift : start - shift + size]
    a, b = (noisy(rng, x, 0.05) for x in (a, b))
    return Pair(a, b, (float(shift),), 1 - abs(shift) / size)


def far(rng: Rng) -> Pair:
    """Photos apart by 70 to 84 % of the side."""
    side = 256 if rng.random() < 0.5 else 160
    share = rng.uniform(0.7, 0.84)
    sign = rng.choice([-1, 1])
    moved = int(share * side)
    whole = photo(rng, side + moved)
    a, b = whole[:side, :side], whole[:side, moved : moved + side]
    shift = np.array([0, -moved]) * sign
    a, b = (a, b) if sign > 0 else (b, a)
    if rng.random() < 0.5:
        a, b, shift = a.T, b.T, shift[::-1]
    return Pair(a, b, tuple(float(n) for n in shift), 1 - share)


def _overlaid(rng: Rng, pair: Pair, which: str) -> Pair:
    a, b = pair.a.copy(), pair.b.copy()
    side = a.shape[0]
    if which == "hot pixels":
        at = tuple(rng.integers(0, side, (2, 10)))
        for x in (a, b):
            x[at] = 1.5 * np.abs(pair.a).max() + rng.uniform(0, 1, 10)
    elif which == "scale bar":
        length = int(side * rng.uniform(0.15, 0.35))
        for x in (a, b):
            x[-16:-11, -8 - length : -8] = 1.0
    elif which == "time stamp":
        stamp = Image.new("L", (side, side), 0)
        text = f"2026-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d} 12:{rng.integers(60):02d}"
        ImageDraw.Draw(stamp).text((6, 4), text, fill=255)
        on = np.asarray(stamp) > 100
        a[on], b[on] = 1.0, 1.0
    else:
        y, x = np.mgrid[:side, :side] - (side - 1) / 2
        outside = np.hypot(y, x) > 0.48 * side
        a[outside], b[outside] = 0.0, 0.0
    return with_both(pair, a, b)


def overlaid(which: str) -> Callable[[Rng], Pair]:
    def make(rng: Rng) -> Pair:
        return _overlaid(rng, crops(rng, scene, 0.05, 0.35), which)

    return make


def unrelated(rng: Rng) -> Pair:
    """Crops of two scenes of one kind, or the opposite corners of one photo."""
    side = int(rng.choice([96, 128, 192, 256]))
    if rng.random() < 0.3:
        whole = [p for p in photos() if min(p.shape) >= 2 * side] or [photos()[0]]
        one = whole[rng.integers(len(whole))]
        return Pair(one[:side, :side], one[-side:, -side:], None, 0.0)
    make = photo if rng.random() < 0.5 else SCENES[rng.choice(list(SCENES))]
    if make is not photo:
        return Pair(make(rng, side), make(rng, side), None, 0.0)
    (number, a), (again, b) = numbered_photo(rng, side), numbered_photo(rng, side)
    while again == number:  # two squares of one photo may share a part
        again, b = numbered_photo(rng, side)
    return Pair(a, b, None, 0.0)


def exposure(rng: Rng) -> Pair:
    """Another gain and gamma, or vignetting in the frame of each."""
    pair = crops(rng, scene, most=0.6)
    a, b = pair.a.clip(0, 1), pair.b.clip(0, 1)
    if rng.random() < 0.5:
        b = (rng.uniform(0.4, 1.6) * b ** rng.uniform(0.5, 2)).clip(0, 1)
    else:
        y, x = np.mgrid[-1 : 1 : a.shape[0] * 1j, -1 : 1 : a.shape[1] * 1j]
        shade = 1 - rng.uniform(0.2, 0.6) * (y**2 + x**2) / 2
        a, b = a * shade, b * shade
    return with_both(pair, a, b)


def jpeg(rng: Rng) -> Pair:
    """Both stored as JPEG of quality 20, or one in 8 bits."""
    pair = crops(rng, scene, most=0.6)

    def stored(x: Array, quality: int) -> Array:
        file = io.BytesIO()
        Image.fromarray(np.rint(255 * x.clip(0, 1)).astype(np.uint8)).save(
            file, "JPEG", quality=quality
        )
        return np.asarray(Image.open(file), float)

    if rng.random() < 0.3:
        return with_both(pair, np.rint(255 * pair.a.clip(0, 1)).astype(np.uint8), pair.b)
    return with_both(pair, stored(pair.a, 20), stored(pair.b, 20))


def blurred(rng: Rng) -> Pair:
    """One picture out of focus, the other noisy, or both."""
    pair = crops(rng, scene, most=0.6)
    a = ndimage.gaussian_filter(pair.a, rng.uniform(0.5, 3))
    b = noisy(rng, pair.b, 1.0) if rng.random() < 0.6 else pair.b
    return with_both(pair, a, b)


def foreground(rng: Rng) -> Pair:
    """Something on 30 % of the picture moves on its own."""
    pair = crops(rng, scene, 0.02, 0.3)
    side = pair.a.shape[0]
    size = int(np.sqrt(0.3) * side)
    thing = photo(rng, size)
    a, b = pair.a.copy(), pair.b.copy()
    for x in (a, b):
        top, left = rng.integers(0, side - size, 2)
        x[top : top + size, left : left + size] = thing
    return with_both(pair, a, b)


OVERLAYS = ("hot pixels", "scale bar", "time stamp", "endoscope")

SHIFTS: dict[str, Callable[[Rng], Pair]] = {
    **{f"ordinary {name}": ordinary(make) for name, make in SCENES.items()},
    "smooth": smooth, "spot": spot, "signal": signal, "far": far,
    **{name: overlaid(name) for name in OVERLAYS},
    "unrelated": unrelated, "exposure": exposure, "JPEG": jpeg, "blurred": blurred,
    "foreground": foreground,
}  # fmt: skip


# Rotations


def turned(
    rng: Rng,
    whole: Callable[[Rng, int], Array],
    most: float = 0.25,
    scale: float = 1.0,
    angle: float | None = None,
) -> Pair:
    """A crop, and one rotated by any angle and shifted by up to `most` of its side."""
    side = int(rng.choice([96, 128, 192]))
    picture = whole(rng, 2 * side)
    angle = rng.uniform(-180, 180) if angle is None else angle
    shift = rng.uniform(-most, most, 2) * side
    t = np.deg2rad(angle)
    back = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]) / scale
    middle = (np.array(picture.shape) - 1) / 2
    target = np.full(2, (side - 1) / 2)
    b = ndimage.affine_transform(
        picture, back, middle - back @ (target + shift), (side, side), order=3
    )
    start = (2 * side - side) // 2
    a = picture[start : start + side, start : start + side]
    return Pair(a, b, (float(angle),), 1 - float(np.abs(shift).sum()) / side)


def ordinary_turned(whole: Callable[[Rng, int], Array]) -> Callable[[Rng], Pair]:
    def make(rng: Rng) -> Pair:
        pair = turned(rng, whole)
        a, b = pair.a, pair.b
        if rng.random() < 0.6:
            a, b = noisy(rng, a, 0.3), noisy(rng, b, 0.3)
        if rng.random() < 0.5:
            b = rng.uniform(0.5, 2) * b + rng.uniform(-0.3, 0.3)
        return with_both(pair, a, b)

    return make


def symmetric(rng: Rng) -> Pair:
    """A bead, disk, ring, square or cross that moved, and was not rotated."""
    name = str(rng.choice(["bead", "disk", "ring", "square", "cross"]))
    size, moved = rng.uniform(10, 26), rng.integers(-10, 11, 2)

    def drawn(row: float, column: float) -> Array:
        y, x = np.mgrid[:128, :128] - 63.5
        y, x = y - row, x - column
        r = np.hypot(y, x)
        if name == "bead":
            return np.exp(-(r**2) / (2 * (size / 2) ** 2))
        edge = {
            "disk": size - r,
            "ring": 4 - np.abs(r - size),
            "square": size - np.maximum(np.abs(y), np.abs(x)),
            "cross": np.maximum(
                np.minimum(size - np.abs(y), 5 - np.abs(x)),
                np.minimum(size - np.abs(x), 5 - np.abs(y)),
            ),
        }[name]
        return np.clip(edge + 0.5, 0, 1)

    level = rng.choice([0, 0.02])
    a, b = (z + rng.normal(0, level, z.shape) for z in (drawn(0, 0), drawn(*moved)))
    period = {"square": 90.0, "cross": 90.0}.get(name, 1.0)
    return Pair(a, b, (0.0,), 0.9, period=period)


def overlaid_turned(which: str) -> Callable[[Rng], Pair]:
    def make(rng: Rng) -> Pair:
        return _overlaid(rng, turned(rng, scene, 0.15), which)

    return make


def zoomed(rng: Rng) -> Pair:
    """A zoom of 1.05 to 1.4 that nobody asked for."""
    return turned(rng, scene, 0.1, scale=float(rng.choice([1.05, 1.12, 1.25, 1.4])))


def smooth_turned(rng: Rng) -> Pair:
    width = float(rng.choice([4, 6, 8, 12]))
    pair = turned(rng, lambda r, n: ndimage.gaussian_filter(r.random((n, n)), width), 0.1)
    a, b = pair.a, pair.b
    if rng.random() < 0.5:
        a, b = (x + rng.normal(0, 0.01 * x.std(), x.shape) for x in (a, b))
    return with_both(pair, a, b)


def lit_turned(rng: Rng) -> Pair:
    pair = turned(rng, scene)
    return with_both(
        pair,
        pair.a.clip(0, 1),
        (rng.uniform(0.4, 1.6) * pair.b.clip(0, 1) ** rng.uniform(0.5, 2)).clip(0, 1),
    )


ROTATIONS: dict[str, Callable[[Rng], Pair]] = {
    **{f"ordinary {name}": ordinary_turned(make) for name, make in SCENES.items()},
    "symmetric": symmetric, "smooth": smooth_turned, "unrelated": unrelated, "zoomed": zoomed,
    **{name: overlaid_turned(name) for name in OVERLAYS},
    "exposure": lit_turned,
}  # fmt: skip
