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


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("specks", [0, 2])
def test_sums_beyond_float32_have_means_within(specks: int, channels: int) -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(0.2, 3.4, (150, 90, channels)).astype(np.float32) * np.float32(1e38)
    x[40, 50] = np.float32(-1e30)
    x[7, :specks] = np.nan
    for size in ((2, 3), (9, 11), (31, 40)):
        taps = np.full(size, 1 / np.prod(size))
        right = iw.convolve(x.astype(float), taps, axes=(0, 1), method="direct")
        got = iw.convolve(x, taps, axes=(0, 1), method="running_sum")
        np.testing.assert_allclose(got, right, rtol=1e-5)
        assert np.isfinite(got).any()
        assert np.isnan(got).any() == (specks > 0)


@pytest.mark.parametrize("at", [(0, 0), (74, 3), (149, 89), (60, 40)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_not_finite_is_seen_wherever_it_lies(dtype: str, at: tuple[int, int]) -> None:
    x = np.random.default_rng(3).uniform(-1, 1, (150, 90)).astype(dtype)
    calm = x.copy()
    x[at] = -np.inf
    calm[at] = 0
    for size in ((3, 2), (8, 21)):
        taps = np.full(size, 0.125)
        felt = iw.convolve(x, taps, boundary="zero", method="running_sum")
        without = iw.convolve(calm, taps, boundary="zero", method="running_sum")
        touched = iw.convolve(np.isinf(x).astype(int), taps, boundary="zero") > 0
        np.testing.assert_array_equal(felt, np.where(touched, -np.inf, without))


def test_an_asked_precision_is_kept_by_longer_sums() -> None:
    x = np.random.default_rng(4).uniform(-1, 1, (80, 70, 3)).astype(np.float32)
    taps = np.full((31, 31), 1 / 961)
    plain = iw.plan(x, taps, axes=(0, 1), method="running_sum")
    exact = iw.plan(x, taps, axes=(0, 1), method="running_sum", precision=1.2e-7)
    right = iw.convolve(x.astype(float), taps, axes=(0, 1), method="direct")
    assert exact.error < 1.2e-7 < plain.error < 100 * np.finfo(np.float32).eps
    for plan in (plain, exact):
        assert np.abs(plan(x) - right).max() < plan.error


@pytest.mark.parametrize("dtype", ["float64", "complex128", "float32"])
@pytest.mark.parametrize(
    ("shape", "size"),
    [((300,), (31,)), ((60, 80), (7, 9)), ((60, 80, 3), (9, 9)), ((20, 30, 25), (3, 5, 3)),
     ((40, 5000), (1, 101))],
)  # fmt: skip
def test_samples_near_the_largest_numbers(shape, size, dtype):
    largest = np.finfo(dtype).max * 0.9
    x = np.full(shape, largest, dtype)
    x[tuple(n // 2 for n in shape)] = 1.0
    k = np.full(size, 1 / np.prod(size))
    options = {"axes": tuple(range(len(size))), "boundary": "mirror"}
    want = iw.convolve(x / largest, k, method="direct", **options)
    with np.errstate(over="ignore"):  # of the comparison
        y = iw.convolve(x, k, method="running_sum", **options)
    np.testing.assert_allclose(y / largest, want, rtol=1e-5 if dtype == "float32" else 1e-13)


def test_too_large_sums_beside_missing_samples():
    x = np.full((50, 60), 1e308)
    x[20, 30], x[40, 3] = np.nan, np.inf
    k = np.full((5, 5), 0.04)
    got = iw.convolve(x, k, method="running_sum")
    np.testing.assert_allclose(got, iw.convolve(x, k, method="direct"), rtol=1e-13)
    assert np.isnan(got).sum() == 25
