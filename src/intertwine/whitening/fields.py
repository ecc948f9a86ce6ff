"""`whitening_kernel`: whitening a stationary field is one convolution.

The covariance of a field that looks alike everywhere is a convolution, so its inverse square root
is one too: the kernel whose spectrum is ``1 / sqrt(power)``. With few taps that holds as nearly as
they allow: of all kernels of a shape that look the same from both sides, the one that minimises

    sum over frequencies of  (K(f) sqrt(power(f)) - t(f))^2

with t = 1 at first, then raised at the rings of frequencies that came out too weak. Power is the
mean of windowed tiles, which fade to nothing before their edges: borders leave no trace in it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, linalg  # type: ignore[import-untyped]

from intertwine.base.checks import as_array, integer, per_axis
from intertwine.base.errors import OptionError, ShapeError
from intertwine.kernel import Kernel
from intertwine.whitening.reading import real_array

Array = NDArray[np.float64]

_ROUNDS, _RINGS = 5, 25
_RIDGE = 1e-12
_FLOOR = 1e-6  # of the mean power: what is weaker is dead, and not made as strong as the rest
_FEW_DEAD, _MOST_DEAD = 0.01, 0.85  # of the frequencies


def whitening_kernel(images: Any, shape: Any = 21) -> Kernel:
    """The kernel that whitens images like these: decorrelates neighbours, flattens the spectrum.

    Parameters
    ----------
    images : (H, W) or (N, H, W) array, or a list of (H, W) arrays
        Grey levels. Borders leave no trace in the kernel; a mean does not count.
    shape : int or (int, int)
        Odd numbers of taps.

    Returns
    -------
    Kernel
        Symmetric; independent noise of the images' power would come out with variance 1, and
        ``iw.convolve(image - image.mean(), kernel)`` is white as far as the taps reach.

    Raises
    ------
    ShapeError, OptionError
        Images smaller than twice the kernel, even shapes, constant images, images made of few
        waves, NaN.

    Warns
    -----
    UserWarning
        Where some frequencies hold nothing to amplify.
    """
    height, width = per_axis("whitening_kernel", "shape", shape, 2, _odd)
    tile = max(64, 1 << (max(height, width) * 2 - 1).bit_length())
    read = _read(images, (height, width))
    power = mean_power(read, tile)
    if not power.any():
        raise OptionError(
            "whitening_kernel: the images are constant, with no spectrum to flatten.\n"
            "  Pass images that vary."
        )
    dead = power < _FLOOR * power.mean()
    if dead.mean() < _FEW_DEAD:  # such as the mean, which is taken out
        dead[:] = False
    _check_alive(float(dead.mean()))
    power = np.maximum(power, _FLOOR * power.mean())
    taps = _fitted(power, dead, (height, width), read)
    return Kernel(taps, name=f"whitening({height}x{width})")


def _check_alive(dead: float) -> None:
    """Refuse fields of few waves, and tell of frequencies that no kernel brings to variance 1."""
    if dead > _MOST_DEAD:
        raise OptionError(
            f"whitening_kernel: {100 * dead:.0f} % of the frequencies hold next to nothing (less "
            f"than {_FLOOR:g} of the mean power): the images are made of few waves.\n"
            "  Nothing can be made white of them. Pass images with detail, or with noise added."
        )
    if dead:
        warnings.warn(
            f"whitening_kernel: {100 * dead:.1f} % of the frequencies hold next to nothing: the "
            "kernel does not make them as strong as the rest, and the whitened images lack them.",
            stacklevel=3,
        )


def _odd(value: Any) -> int:
    size = integer("whitening_kernel", "shape", value, 1, 255)
    if size % 2 == 0:
        raise OptionError(
            f"whitening_kernel: `shape` has {size} taps along an axis, which have no middle.\n"
            f"  Pass an odd number, such as {size + 1}."
        )
    return size


def _read(images: Any, shape: tuple[int, int]) -> list[Array]:
    if isinstance(images, Sequence) and len(images) == 0:
        raise ShapeError("whitening_kernel: `images` holds 0 images.\n  Pass one at least.")
    listed = list(images) if isinstance(images, Sequence) and np.ndim(images[0]) == 2 else images
    if not isinstance(listed, list):
        array = as_array("whitening_kernel", "images", images)
        if array.ndim == 3 and array.shape[2] in (3, 4) and min(array.shape[:2]) > 4:
            raise ShapeError(
                f"whitening_kernel: `images` of shape {array.shape} look like one colour picture.\n"
                "  Pass one channel, or their mean: images[..., :3].mean(axis=2)."
            )
        if array.ndim not in (2, 3):
            raise ShapeError(
                f"whitening_kernel: `images` has {array.ndim} axes; grey images have 2, stacks 3.\n"
                "  Pass one channel of a colour image."
            )
        listed = [array] if array.ndim == 2 else list(array)
    read = []
    for image in listed:
        grey = real_array(
            "whitening_kernel", "images", image, "Fill them, or pass a part without."
        ).astype(np.float64)
        if grey.ndim != 2:
            raise ShapeError(
                f"whitening_kernel: an image has {grey.ndim} axes; a grey image has 2.\n"
                "  Pass one channel of a colour image."
            )
        if min(grey.shape) < 2 * max(shape):
            raise ShapeError(
                f"whitening_kernel: an image of shape {grey.shape} is too small for "
                f"{shape[0]} x {shape[1]} taps.\n"
                f"  Pass images of at least {2 * max(shape)} pixels a side, or fewer taps."
            )
        read.append(grey - grey.mean())
    return read


def mean_power(images: list[Array], tile: int) -> Array:
    """The mean periodogram of half-overlapping tiles under a Hann window (Welch 1967)."""
    total, count = np.zeros((tile, tile)), 0
    for image in images:
        sides = [min(tile, n) for n in image.shape]
        window = np.outer(*(np.hanning(n + 2)[1:-1] for n in sides))
        tiles = np.lib.stride_tricks.sliding_window_view(image, sides)
        starts = [
            np.unique(np.linspace(0, n - s, -(-2 * (n - s) // s) + 1).round().astype(int))
            for n, s in zip(image.shape, sides, strict=True)
        ]
        chosen = tiles[np.ix_(*starts)].reshape(-1, *sides) * window
        # What a mean would leak into the lowest frequencies is taken out under the window.
        chosen -= window * (chosen.sum(axis=(1, 2)) / window.sum())[:, None, None]
        spectra = fft.rfft2(chosen, (tile, tile))
        energy = (np.abs(spectra) ** 2).sum(axis=0) / (window**2).sum()
        total += _both_halves(energy, tile)
        count += len(chosen)
    return total / count


def _both_halves(half: Array, tile: int) -> Array:
    """The whole of a real array's power spectrum, from the half that rfft2 gives."""
    mirrored = np.roll(half[::-1], 1, axis=0)[:, 1 : tile // 2][:, ::-1]
    return np.hstack([half, mirrored])


def _fitted(
    power: Array, dead: NDArray[np.bool_], shape: tuple[int, int], images: list[Array]
) -> Array:
    """Least squares for symmetric taps, with a target that is corrected ring by ring."""
    height, width = shape
    pairs = _pairs(height, width)
    # Where there is nothing to amplify the kernel is to be 0, not whatever helps elsewhere.
    normal = _normal(np.where(dead, power[~dead].mean(), power), pairs)
    ridge = _RIDGE * np.trace(normal) / len(normal) * np.eye(len(normal))
    factor = linalg.cho_factor(normal + ridge)
    across = np.fft.fftfreq(len(power))
    radius = np.hypot(across[:, None], across[None, :])
    middles = (np.arange(_RINGS) + 0.5) * 0.5 / _RINGS
    root, target = np.sqrt(power), (~dead).astype(np.float64)
    whole = [_Rings.of(image) for image in images]
    for _ in range(_ROUNDS):
        wanted = fft.ifft2(root * target).real
        found = linalg.cho_solve(
            factor, np.array([2 * wanted[p] if any(p) else wanted[p] for p in pairs])
        )
        taps = _placed(found, pairs, height, width)
        strength = np.mean([rings.of_white(taps) for rings in whole], axis=0)
        target /= np.sqrt(np.interp(radius, middles, strength))
    gain = np.abs(fft.fft2(taps, power.shape)) ** 2 * power
    return taps / float(np.sqrt(gain.mean()))


@dataclass(frozen=True, slots=True, eq=False)
class _Rings:
    """The power of a whole image, and the ring of every frequency."""

    power: Array
    ring: NDArray[np.intp]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, image: Array) -> _Rings:
        window = np.outer(*(np.hanning(n + 2)[1:-1] for n in image.shape))
        seen = (image - (image * window).sum() / window.sum()) * window
        power = np.abs(fft.rfft2(seen)) ** 2 / (window**2).sum()
        down, across = fft.fftfreq(image.shape[0]), fft.rfftfreq(image.shape[1])
        radius = np.hypot(down[:, None], across[None, :])
        ring = np.minimum((radius * 2 * _RINGS).astype(np.intp), _RINGS)
        return cls(power.ravel(), ring.ravel(), image.shape)

    def of_white(self, taps: Array) -> Array:
        """The mean power of each ring after the kernel."""
        gain = np.abs(fft.rfft2(taps, self.shape)) ** 2
        totals = np.bincount(self.ring, self.power * gain.ravel(), _RINGS + 1)
        return np.asarray((totals / np.bincount(self.ring, minlength=_RINGS + 1))[:_RINGS])


def _pairs(height: int, width: int) -> list[tuple[int, int]]:
    """One of every two opposite taps, as offsets from the middle."""
    return [
        (i, j)
        for i in range(height // 2 + 1)
        for j in range(-(width // 2), width // 2 + 1)
        if i > 0 or j >= 0
    ]


def _normal(power: Array, pairs: list[tuple[int, int]]) -> Array:
    """Inner products of the cosines of the taps under the power."""
    lags = fft.ifft2(power).real
    at = np.array(pairs)
    apart, together = at[:, None] - at[None], at[:, None] + at[None]
    twice = np.where(at.any(axis=1), 2.0, 1.0)
    sums = lags[apart[..., 0], apart[..., 1]] + lags[together[..., 0], together[..., 1]]
    return np.asarray(sums * twice[:, None] * twice[None] / 2)


def _placed(found: Array, pairs: list[tuple[int, int]], height: int, width: int) -> Array:
    taps = np.zeros((height, width))
    middle = height // 2, width // 2
    for value, (i, j) in zip(found, pairs, strict=True):
        taps[middle[0] + i, middle[1] + j] = taps[middle[0] - i, middle[1] - j] = value
    return taps
