"""Traditional classifiers: features that somebody thought of, and the simplest rule on them.

Fourier's argument: a rotated picture has a rotated magnitude spectrum, and a shifted one has the
same. So on rings of the spectrum a rotation is a cyclic shift, and the magnitudes of the Fourier
coefficients along each ring do not change at all.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage  # type: ignore[import-untyped]

from intertwine.base.libraries import need

Array = NDArray[Any]

#: Says which class each of (n, H, H) uint8 pictures shows.
Classify = Callable[[Array], NDArray[np.int64]]

#: Fourier features: the transform's side, the rings, their angles, and the harmonics kept.
_SIDE, _RINGS, _ANGLES, _HARMONICS = 64, 20, 64, 12

#: HOG on 28 x 28: 4 x 4 cells in 3 x 3 blocks of 2 x 2 cells, 8 unsigned orientations.
_HOG = {"orientations": 8, "pixels_per_cell": (7, 7), "cells_per_block": (2, 2)}

#: Strengths of the L2 penalty that are tried; validation chooses.
_PENALTIES = (0.01, 0.1, 1.0)


def nearest(images: Array, labels: Array) -> Classify:
    """Raw pixels: the class of the training picture at the smallest Euclidean distance."""
    neighbors: Any = need("sklearn.neighbors", "The nearest neighbour")
    rule = neighbors.KNeighborsClassifier(1, algorithm="brute").fit(_pixels(images), labels)

    def classify(others: Array) -> NDArray[np.int64]:
        found: NDArray[np.int64] = rule.predict(_pixels(others))
        return found

    return classify


def linear(
    features: Callable[[Array], Array], train: tuple[Array, Array], validation: tuple[Array, Array]
) -> tuple[Classify, float]:
    """Multinomial logistic regression on features; validation chooses the penalty.

    Returns the classifier and its inverse penalty C.
    """
    models: Any = need("sklearn.linear_model", "A linear classifier")
    known = features(train[0])
    mean, deviation = known.mean(axis=0), known.std(axis=0) + 1e-6
    unseen = (features(validation[0]) - mean) / deviation
    known = (known - mean) / deviation
    best: tuple[float, float, Any] = (-1.0, 0.0, None)
    for strength in _PENALTIES:
        rule = models.LogisticRegression(C=strength, max_iter=60, tol=1e-3)
        with _unfinished():
            rule.fit(known, train[1])
        right = float((rule.predict(unseen) == validation[1]).mean())
        if right > best[0]:
            best = right, strength, rule
    chosen = best[2]

    def classify(others: Array) -> NDArray[np.int64]:
        found: NDArray[np.int64] = chosen.predict((features(others) - mean) / deviation)
        return found

    return classify, best[1]


def hog(images: Array) -> Array:
    """Histograms of oriented gradients (Dalal and Triggs 2005), by scikit-image."""
    feature: Any = need("skimage.feature", "HOG")
    return np.array([feature.hog(each, **_HOG) for each in images], np.float32)


def fourier(images: Array) -> Array:
    """The magnitude spectrum on rings: a shift leaves it, a rotation shifts it along the rings."""
    return _rings(images)[:, ::2, ::2].reshape(len(images), -1)


def fourier_rings(images: Array) -> Array:
    """Magnitudes of the harmonics along each ring: neither shifts nor rotations change them.

    The spectrum of real samples is even, so half a circle is a whole period.
    """
    waves = np.abs(fft.rfft(_rings(images), axis=2))[:, :, :_HARMONICS]
    return np.asarray(waves.reshape(len(images), -1), np.float32)


def _rings(images: Array) -> Array:
    """Logarithms of magnitudes at (rings, angles over half a circle): (n, rings, angles)."""
    result = np.empty((len(images), _RINGS, _ANGLES), np.float32)
    radius = (np.arange(_RINGS) + 1.0)[:, None] * (_SIDE / 2 / _RINGS / 1.6)
    angle = np.arange(_ANGLES) * np.pi / _ANGLES
    places = np.stack([radius * np.sin(angle), radius * np.cos(angle)]) + _SIDE // 2
    for number, image in enumerate(images):
        spectrum = fft.fftshift(np.abs(fft.fft2(image / np.float32(255), (_SIDE, _SIDE))))
        result[number] = ndimage.map_coordinates(np.log1p(spectrum), places, order=1)
    return result


def _pixels(images: Array) -> Array:
    return images.reshape(len(images), -1).astype(np.float32)


@contextmanager
def _unfinished() -> Iterator[None]:
    """Sixty steps of descent need not reach the bottom; scikit-learn would warn of that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
