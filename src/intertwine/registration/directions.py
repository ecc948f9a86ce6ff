"""`orientation`: the directions in which a picture changes, from its spectrum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import ArrayLike, NDArray

from intertwine.registration.log_polar import radial_window
from intertwine.registration.picture import Grey, as_grey
from intertwine.registration.structure_tensor import structure_tensor

Array = NDArray[Any]

#: The frequencies looked at, in cycles per pixel, and those that stand for noise.
_LOWEST, _HIGHEST, _NOISE = 0.02, 0.45, 0.42

#: Power below so many times that of the noise does not count.
_ABOVE_NOISE = 5.0

#: Larger pictures are read in squares of this side.
_SIDE = 512

#: Half the angle that one direction takes up, and half of the window that it is centred with.
_SECTOR, _CENTRING = math.radians(15), math.radians(12)

#: Directions weaker than this, plus so much over the side in pixels, are none: textures without one
#: reach 0.11, and noise the more the fewer waves fit in.
_LEAST_STRENGTH, _SMALLER = 0.15, 6.0

#: Peaks of the rough profile stronger than this are looked at more closely.
_LIKELY = 0.1

#: Power that chance may hold, as a multiple of what it does on average.
_CHANCES = 20.0

_BINS = 180


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction in which a picture changes.

    Attributes
    ----------
    angle_deg : float
        The direction of the change, counter-clockwise from the columns' axis, 0 to 180.
    strength : float
        0 where all directions hold alike, 1 where this one holds all of the slopes' power.
    uncertainty_deg : float
        Standard error of the angle, from how parts of the picture differ; NaN below 32 pixels.
    period_px : float
        The distance from crest to crest: the mean over this direction's power.
    """

    angle_deg: float
    strength: float
    uncertainty_deg: float
    period_px: float

    @property
    def along_deg(self) -> float:
        """The direction of the stripes themselves: across that of the change."""
        return (self.angle_deg + 90) % 180


@dataclass(frozen=True, slots=True)
class Orientation:
    """The directions of a picture, strongest first; none for a picture that is alike all around.

    Attributes
    ----------
    directions : tuple of Direction
    tensor_deg, coherence : float
        The cross-check in the picture itself: the structure tensor's direction, and how far it
        holds, from 0 to 1. It knows one direction only: for two at right angles it has none.
    """

    directions: tuple[Direction, ...]
    tensor_deg: float
    coherence: float

    @property
    def angle_deg(self) -> float | None:
        """The strongest direction of change, or None."""
        return self.directions[0].angle_deg if self.directions else None

    @property
    def along_deg(self) -> float | None:
        """The direction of the strongest stripes themselves, or None."""
        return self.directions[0].along_deg if self.directions else None

    @property
    def strength(self) -> float:
        """That of the strongest direction; 0 where there is none."""
        return self.directions[0].strength if self.directions else 0.0

    @property
    def uncertainty_deg(self) -> float:
        """That of the strongest direction; NaN where there is none."""
        return self.directions[0].uncertainty_deg if self.directions else math.nan


def orientation(image: ArrayLike) -> Orientation:
    """Find the directions in which `image` changes, from the power of its slopes.

    The spectrum ``F`` of a picture under a round window shows a wave as a spot in the wave's
    direction. The power of the slopes is ``f^2 |F(f)|^2``; what rises above the noise is gathered
    over angle, and each peak is centred until it no longer moves.

    Angles are counter-clockwise from the columns' axis as the picture is seen, as those of
    `iw.kernels.gabor`: vertical stripes change in direction 0, and a picture turned by 37 degrees
    has 37 degrees added.

    Parameters
    ----------
    image : (H, W) or (H, W, channels) array
        At least 16 x 16 pixels; colours count by their brightness.

    Returns
    -------
    Orientation
        ``directions``, strongest first and empty for isotropic pictures; ``angle_deg``,
        ``along_deg``, ``strength`` and ``uncertainty_deg`` of the first; ``tensor_deg`` and
        ``coherence`` of the structure tensor.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        As for `rotation`.

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> row, column = np.mgrid[:128, :128]
    >>> t = np.deg2rad(37)
    >>> stripes = np.sin(2 * np.pi / 8 * (column * np.cos(t) - row * np.sin(t)))
    >>> found = iw.orientation(stripes)
    >>> round(found.angle_deg, 2), round(found.along_deg, 2)
    (37.0, 127.0)
    >>> round(found.directions[0].period_px, 1)
    8.0
    >>> iw.orientation(np.random.default_rng(0).random((128, 128))).angle_deg is None
    True
    """
    grey = as_grey("orientation", "image", image)
    side = min(*grey.shape, _SIDE)
    spectrum = _spectrum(grey, side)
    parts = [_spectrum(part, part.shape[0]) for part in _parts(grey, side)] if side >= 32 else []
    likely = [start for start in _peaks(spectrum) if _strength(spectrum, start) > _LIKELY]
    found = [_direction(spectrum, _centred(spectrum, start), parts) for start in likely]
    least = _LEAST_STRENGTH + _SMALLER / side
    strong = [each for each in found if each.strength >= least]
    strong.sort(key=lambda each: -each.strength)
    angle, coherence = structure_tensor(grey)
    return Orientation(tuple(strong), angle, coherence)


@dataclass(frozen=True, slots=True)
class _Spectrum:
    """The power of the slopes where it rises above the noise, and that frequency's angle and size.

    `chance` is how much would rise above by chance if there were noise alone.
    """

    power: Array
    angle: Array
    frequency: Array
    chance: float


def _spectrum(grey: Grey, side: int) -> _Spectrum:
    """The mean over squares that cover the picture."""
    size = scipy.fft.next_fast_len(2 * side, real=True)
    window = radial_window((side, side), side / 2)
    total, count = np.zeros((size, size // 2 + 1), np.float32), 0
    for square in _squares(grey, side, side):
        level = float((square * window).sum() / window.sum())
        total += np.abs(scipy.fft.rfft2((square - level) * window, (size, size))) ** 2
        count += 1
    total[:, 0] /= 2  # half of this column is the mirror image of its other half
    up, right = -scipy.fft.fftfreq(size)[:, None], scipy.fft.rfftfreq(size)[None, :]
    frequency = np.hypot(up, right)
    ring = (frequency > _NOISE) & (frequency < _HIGHEST + 0.02)
    noise = float(np.median(total[ring])) / math.log(2)  # power of noise is exponential
    band = (frequency > max(_LOWEST, 1.5 / side)) & (frequency < _HIGHEST)
    chance = math.exp(-_ABOVE_NOISE) * noise * float((frequency[band] ** 2).sum()) / count
    kept = band & (total > _ABOVE_NOISE * noise)
    rows, columns = np.nonzero(kept)
    frequency = frequency[kept]
    return _Spectrum(
        power=(total[kept] - _ABOVE_NOISE * noise) * frequency**2,
        angle=np.mod(np.arctan2(up[rows, 0], right[0, columns]), np.pi),
        frequency=frequency,
        chance=chance,
    )


def _squares(grey: Grey, side: int, step: int) -> Iterator[Grey]:
    """Squares of `side` that cover the picture, at most `step` apart."""
    starts = []
    for size in grey.shape:
        count = 1 + math.ceil((size - side) / step)
        starts.append(np.linspace(0, size - side, count).round().astype(int))
    for row in starts[0]:
        for column in starts[1]:
            yield grey[row : row + side, column : column + side]


def _parts(grey: Grey, side: int) -> list[Grey]:
    """Squares of half the side from all over the picture, overlapping by half at most."""
    half = side // 2
    step = max(half // 2, (max(grey.shape) - half) // 3)
    return list(_squares(grey, half, step))


def _peaks(spectrum: _Spectrum) -> list[float]:
    """Angles at which the power over angle has a maximum."""
    bins = np.minimum((spectrum.angle * (_BINS / np.pi)).astype(int), _BINS - 1)
    profile = np.bincount(bins.ravel(), spectrum.power.ravel(), _BINS)
    smooth = scipy.ndimage.gaussian_filter1d(profile, 3, mode="wrap")
    tops = np.flatnonzero(smooth == scipy.ndimage.maximum_filter1d(smooth, 31, mode="wrap"))
    return [float((top + 0.5) * np.pi / _BINS) for top in tops if smooth[top] > 0]


def _strength(spectrum: _Spectrum, angle: float) -> float:
    """What a sector holds beyond its even share, over all that chance does not explain."""
    near = np.abs(_apart(spectrum.angle, angle)) < _SECTOR
    total, even = float(spectrum.power.sum()), 2 * _SECTOR / np.pi
    beyond = float(spectrum.power[near].sum()) - even * total
    return beyond / ((1 - even) * (total + _CHANCES * spectrum.chance) + 1e-30)


def _direction(spectrum: _Spectrum, angle: float, parts: list[_Spectrum]) -> Direction:
    near = np.abs(_apart(spectrum.angle, angle)) < _SECTOR
    inside = spectrum.power[near]
    return Direction(
        angle_deg=math.degrees(angle) % 180,
        strength=_strength(spectrum, angle),
        uncertainty_deg=_uncertainty(parts, angle),
        period_px=float(inside.sum() / (inside * spectrum.frequency[near]).sum()),
    )


def _centred(spectrum: _Spectrum, angle: float) -> float:
    """Move to the centre of what lies around `angle` until it stays."""
    for _ in range(60):
        step = _offset(spectrum, angle)[0]
        angle += 1.5 * step
        if abs(step) < 1e-8:
            break
    return angle


def _offset(spectrum: _Spectrum, angle: float) -> tuple[float, float]:
    """The mean angle of the power around `angle`, from there, and how much power there is."""
    apart = _apart(spectrum.angle, angle)
    near = np.abs(apart) < _CENTRING
    weight = spectrum.power[near] * np.cos(0.5 * np.pi / _CENTRING * apart[near]) ** 2
    total = float(weight.sum())
    return (float((weight * apart[near]).sum()) / total if total else 0.0), total


def _uncertainty(parts: list[_Spectrum], angle: float) -> float:
    """The standard error of the mean over parts, each counted by its power.

    Parts overlap by half, so that one in four is new on a square.
    """
    if len(parts) < 4:
        return math.nan
    offsets, powers = np.array([_offset(part, angle) for part in parts]).T
    if not powers.sum():
        return math.nan
    shares = powers / powers.sum()
    offsets = 2 * offsets  # the window of `_offset` holds a mean back to about half
    spread = float(shares @ (offsets - shares @ offsets) ** 2)
    return math.degrees(math.sqrt(spread * max(4 / len(parts), float(shares @ shares))))


def _apart(angle: Array, other: float) -> Array:
    """The difference of two directions, from -90 to 90 degrees, in radians."""
    apart: Array = np.mod(angle - other + np.pi / 2, np.pi) - np.pi / 2
    return apart
