"""One box that slides over rows and columns: narrow and wide ones, channels, every type of data."""

from __future__ import annotations

import numpy as np
import pytest

import intertwine as iw

SIZES = ((2, 1), (1, 2), (2, 3), (3, 2), (3, 3), (4, 4), (5, 6), (7, 9), (17, 23), (40, 36))


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("channels", [0, 1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("shape", [(40, 37), (130, 530), (300, 70)])
def test_agrees_with_direct(shape: tuple[int, ...], channels: int, dtype: str) -> None:
    x = np.random.default_rng(1).integers(0, 255, (*shape, channels) if channels else shape)
    x = x.astype(dtype) if dtype == "uint8" else (x / 7 - 3).astype(dtype)
    for size in SIZES:
        taps = np.full(size, 1 / np.prod(size))
        right = iw.convolve(x.astype(float), taps, axes=(0, 1), method="direct")
        one, two = (
            iw.convolve(x, taps, axes=(0, 1), method="running_sum", threads=n) for n in (1, 2)
        )
        np.testing.assert_array_equal(one, two)
        close = 1e-13 if dtype == "float64" else 1e-6
        np.testing.assert_allclose(one, right, rtol=0, atol=close * np.abs(right).max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_sample_is_felt_outside_its_windows(dtype: str) -> None:
    x = np.zeros((90, 700), dtype)
    x[41, 353] = x[7, 12] = 1e30
    x[60:, 500:] = 1e-30
    for size in ((3, 3), (5, 10), (11, 17), (21, 51)):
        taps = np.ones(size)
        felt = iw.convolve(x, taps, boundary="zero", method="running_sum")
        right = iw.convolve(x, taps, boundary="zero", method="direct")
        np.testing.assert_array_equal(felt == 0, right == 0)
        np.testing.assert_allclose(felt, right, rtol=1e-5)
