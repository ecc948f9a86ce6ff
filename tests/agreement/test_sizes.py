"""Samples of unlike sizes in one tile: quiet ones keep their digits, few ones stay alone."""

import numpy as np
import pytest

import intertwine as iw
from tiles import answers, forced

#: Data, taps, tiles and the axis along which these are folded.
TILES = [
    ((2000,), (40,), (1024,), -1),
    ((3000,), (200,), (1280,), -1),  # rows cut in two
    ((60, 90), (7, 5), (25, 80), -1),
    ((60, 90), (7, 5), (80, 96), 0),
    ((300, 480), (9, 7), (80, 96), -1),  # much data: rows transformed on the way
    ((420, 450), (9, 7), (480, 512), -1),  # shared by all threads
    ((20, 24, 40), (3, 4, 5), (9, 10, 48), -1),
]

#: The same, with one tile for all the data.
LONE = [
    ((900,), (40,), (1024,), -1),
    ((3000,), (200,), (4096,), -1),
    ((60, 90), (7, 5), (81, 144), -1),
    ((60, 90), (7, 5), (80, 96), 0),
    ((300, 480), (9, 7), (320, 512), -1),
    ((420, 450), (9, 7), (480, 512), -1),
    ((20, 24, 40), (3, 4, 5), (24, 30, 48), -1),
]


def numbers(rng, shape, dtype):
    values = rng.uniform(0.5, 1, shape) * rng.choice([-1, 1], shape)
    if np.dtype(dtype).kind == "c":
        values = values * np.exp(2j * np.pi * rng.random(shape))
    return values.astype(dtype)


def windows(x, k, boundary):
    """For each output, the largest sample that its window holds."""
    ones = np.ones(k.shape, "uint64")
    sizes = np.abs(x).astype("float64")
    largest = np.zeros(x.shape)
    for size in np.unique(sizes):
        held = iw.convolve((sizes == size).astype("uint8"), ones, boundary=boundary) > 0
        largest[held] = size
    return largest


@pytest.mark.parametrize(("shape", "size", "tile", "folded"), LONE)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("kernel", ["float32", "complex64"])
def test_few_samples_touch_their_windows_only(
    monkeypatch, shape, size, tile, folded, dtype, kernel
):
    rng = np.random.default_rng(9)
    x, k = np.zeros(shape, dtype), numbers(rng, size, kernel)
    places = rng.integers(0, x.size, 4)
    x.flat[places] = numbers(rng, 4, dtype) * [1, 1e12, 1e-12, 3]
    forced(monkeypatch, tile, folded if np.isrealobj(x) and np.isrealobj(k) else -1)
    for boundary in ("zero", "mirror"):
        y, bound = answers(x, k, "overlap_save", boundary)
        wide = x.astype("complex128" if x.dtype.kind == "c" else "float64")
        want = iw.convolve(wide, k, boundary=boundary, method="direct")
        largest = windows(x, k, boundary)
        assert (largest == 0).any()
        assert (np.abs(y - want) <= bound * np.abs(k).sum() * largest).all()


@pytest.mark.parametrize(("shape", "size", "tile", "folded"), TILES)
@pytest.mark.parametrize(("dtype", "quiet"), [("float32", 3e-6), ("complex64", 3e-6),
                                              ("float32", 1e-15), ("float64", 1e-15),
                                              ("complex128", 1e-15)])  # fmt: skip
def test_a_quiet_half_keeps_its_digits(monkeypatch, shape, size, tile, folded, dtype, quiet):
    rng = np.random.default_rng(10)
    x, k = numbers(rng, shape, dtype), numbers(rng, size, "float32")
    half = shape[0] // 2
    x[half:] *= np.dtype(dtype).type(quiet)
    forced(monkeypatch, tile, folded if np.isrealobj(x) and np.isrealobj(k) else -1)
    y, bound = answers(x, k, "overlap_save", "zero")
    wide = x.astype("complex128" if x.dtype.kind == "c" else "float64")
    error = np.abs(y - iw.convolve(wide, k, boundary="zero", method="direct"))
    assert error.max() <= bound * np.abs(k).sum()
    assert error[half + size[0] :].max() <= bound * np.abs(k).sum() * quiet


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_float32_whose_squares_leave_its_range(monkeypatch, scale):
    rng = np.random.default_rng(11)
    x, k = (numbers(rng, (60, 90), "float64") * scale).astype("float32"), numbers(rng, (7, 5), "f")
    forced(monkeypatch, (25, 80))
    y, bound = answers(x, k, "overlap_save", "wrap")
    want = iw.convolve(x.astype("float64"), k, boundary="wrap", method="direct")
    assert np.abs(y - want).max() <= bound * np.abs(k).sum() * scale


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_kernels_of_a_bank_share_samples_of_unlike_sizes(monkeypatch, dtype):
    rng = np.random.default_rng(12)
    x, k = numbers(rng, (60, 90), dtype), numbers(rng, (3, 7, 5), "float32")
    x[:, 40:] *= np.dtype(dtype).type(1e-10)
    x[20:, :] = 0
    forced(monkeypatch, (25, 80))
    bank = iw.convolve(x, k, method="overlap_save", boundary="zero", axes=(-2, -1))
    for one, taps in zip(bank, k, strict=True):
        y, _ = answers(x, taps, "overlap_save", "zero")
        assert one.tobytes() == y.tobytes()
