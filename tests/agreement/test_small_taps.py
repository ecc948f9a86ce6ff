"""Small taps beside large ones: factors and boxes keep each, or are not used."""

import numpy as np
import pytest

import intertwine as iw
from cases import EXACT, unless_refused
from intertwine.engine.factor import KEPT

#: Methods that do not round relative to the whole kernel, as transforms do.
LOCAL = [name for name in EXACT if name != "overlap_save"]


def bell(sigma, radius):
    taps = np.exp(-(np.arange(-radius, radius + 1.0) ** 2) / (2 * sigma**2))
    return taps / sigma


def product(*lines):
    taps = np.ones(())
    for line in lines:
        taps = np.multiply.outer(taps, line)
    return taps


def corner(shape, *values):
    """Zeros with the values at the first and the last tap, and so on inwards."""
    taps = np.zeros(shape)
    taps.flat[: len(values) - 1] = values[:-1]
    taps.flat[-1] = values[-1]
    return taps


KERNELS = {
    "far": corner(62, 1, 1e16),
    "near": np.array([3.0, 1e16, 5.0]),
    "box and one": np.r_[np.full(20, 1e16), 7.0],
    "boxes": np.r_[np.full(5, 1.0), np.full(5, 1e9), np.full(5, 1e18)],
    "hole": np.array([5.0, 5, 5, 1e-10, 5, 5, 5]),
    "corners": corner((9, 8), 1, 1e16),
    "rank two": np.array([[1e16, 1.0], [2.0, 1e16]]),
    "rank three": product([1.0, 2, 3], [1.0, 2]).T * 1e15 + corner((2, 3), 3, 2, 1e-3),
    "lines": product([1e8, 1, 1e-8], [1.0, 1e9, 3]),
    "two bells": product(bell(3, 40), bell(3, 40)) - product(bell(4.8, 40), bell(4.8, 40)),
    "gabor": iw.kernels.gabor(4.0, 0.1, 30.0).taps,  # some of its taps are rounding, 1e-17
    "volume": product([1e12, 1, 2], [1, 3.0], [1.0, 5]) + corner((3, 2, 2), 1e-6, 1e-5),
}
SINGLE = {"gabor", "two bells", "rank two", "corners", "hole"}


@pytest.mark.parametrize("method", LOCAL)
@pytest.mark.parametrize(
    ("name", "dtype"),
    [*((name, "float64") for name in KERNELS), *((name, "float32") for name in sorted(SINGLE))],
)
def test_an_impulse_shows_every_tap(method, name, dtype):
    k = KERNELS[name]
    x = np.zeros(k.shape, dtype)
    x[(0,) * k.ndim] = 1
    options = {"mode": "full", "boundary": "zero", "method": method}
    y = unless_refused(iw.convolve, x, k, **options)
    if y is None:
        assert method in ("separable", "running_sum")
        return
    shown = y[tuple(slice(0, n) for n in k.shape)].astype(np.longdouble)
    seen = np.abs(k) >= np.finfo(dtype).tiny
    off = np.abs(shown - k)
    assert (off[seen] <= KEPT[dtype] * np.abs(k[seen])).all()
    rounding = 2.0 ** (-24 if dtype == "float32" else -53) * k.size
    assert (off[~seen] <= rounding * np.abs(k).max()).all()


def test_who_keeps_them():
    """Products of lines whatever their sizes, and crosses where singular vectors drown some."""
    able = {
        name: [
            c.method.NAME
            for c in iw.plan((50,) * k.ndim, k).candidates
            if c.method.NAME in ("separable", "running_sum") and not c.reason
        ]
        for name, k in KERNELS.items()
    }
    for name in ("rank two", "lines", "two bells", "gabor"):
        assert able[name] == ["separable"], name
    for name in ("far", "near", "box and one", "hole"):
        assert able[name] == [], name


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("tap", [2**53 - 1, 2**53 + 1, 2**60 + 1])
def test_whole_taps_are_whole_in_boxes(method, tap):
    k = np.full(3, tap)
    y = unless_refused(iw.convolve, np.array([0, 0, 1, 0, 0]), k, method=method)
    if y is not None:
        assert y.tolist() == [0, tap, tap, tap, 0]
