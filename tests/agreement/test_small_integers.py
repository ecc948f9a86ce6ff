"""One box over 8- and 16-bit samples, summed as whole numbers: nothing may overflow or be lost.

The sums are NumPy's, over padded copies; means of them are rounded once.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import intertwine as iw

#: The borders as NumPy pads them.
PADS = {
    "zero": "constant",
    "constant": "constant",
    "nearest": "edge",
    "symmetric": "symmetric",
    "mirror": "reflect",
    "wrap": "wrap",
}
DTYPES = ("bool", "uint8", "int8", "uint16", "int16")

#: Boxes put together plainly and those that move on, in 16 and in 32 bits; lines along either axis.
SIZES = ((1, 2), (3, 1), (3, 3), (2, 7), (5, 8), (4, 11), (9, 17), (1, 40), (33, 1),
         (12, 23), (21, 51))  # fmt: skip

CVAL = 7

#: Rows of several vectors, with channels and without, and rows that fill none.
SHAPES = ((40, 90), (33, 71, 3), (9, 5))


def window_sums(x: np.ndarray, size: tuple[int, ...], boundary: str, cval: int = 0) -> np.ndarray:
    """Sums over the windows of the first axes, as int64."""
    ends = [(k - 1 - (k - 1) // 2, (k - 1) // 2) for k in size] + [(0, 0)] * (x.ndim - len(size))
    more = {"constant_values": cval} if boundary == "constant" else {}
    sums = np.pad(x.astype(np.int64), ends, PADS[boundary], **more)
    for axis, k in enumerate(size):
        total = np.cumsum(sums, axis)
        total = np.concatenate([np.zeros_like(total.take([0], axis)), total], axis)
        n = total.shape[axis]
        sums = total.take(range(k, n), axis) - total.take(range(n - k), axis)
    return sums


def samples(shape: tuple[int, ...], dtype: str, seed: int = 5) -> np.ndarray:
    """Samples from the whole range of a type."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return rng.random(shape) < 0.7
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def boxed(x: np.ndarray, taps: np.ndarray, **options: object) -> np.ndarray:
    """What the method gives, the same from one thread and from two."""
    axes = tuple(range(taps.ndim))
    one, two = (
        iw.convolve(x, taps, axes=axes, method="running_sum", threads=n, **options) for n in (1, 2)
    )
    np.testing.assert_array_equal(one, two)
    return one


def bits(x: np.ndarray, size: tuple[int, ...]) -> int:
    """How many bits sums of the box run in; 0 where they are not summed as whole numbers."""
    taps = np.full(size, 1 / np.prod(size))
    plan = iw.plan(x, taps, axes=tuple(range(len(size))), method="running_sum")
    method = plan.explain().splitlines()[1]
    return next((n for n in (16, 32) if f"sums in {n} bits" in method), 0)


@pytest.mark.parametrize("channels", [0, 1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(23, 37), (150, 45), (64, 131)])
def test_means_are_the_nearest_numbers(shape: tuple[int, ...], dtype: str, channels: int) -> None:
    x = samples((*shape, channels) if channels else shape, dtype)
    for size in SIZES:
        taps = np.full(size, 1 / np.prod(size))
        right = window_sums(x, size, "symmetric") / np.prod(size)
        np.testing.assert_array_equal(boxed(x, taps), right.astype(np.float32), str(size))


@pytest.mark.parametrize("taps", [256, 257, 400, 512, 513])
def test_means_of_sums_around_2_to_24(taps: int) -> None:
    """Larger sums are no float32: 257 samples of 65,535 are the first that are beyond."""
    x = np.random.default_rng(9).integers(65_000, 65_536, (60, 700)).astype(np.uint16)
    for size in ((1, taps), (taps // 16, 16)):
        count = int(np.prod(size))
        right = window_sums(x, size, "wrap") / count
        got = boxed(x, np.full(size, 1 / count), boundary="wrap")
        np.testing.assert_array_equal(got, right.astype(np.float32))


@pytest.mark.parametrize("boundary", PADS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_boundary(dtype: str, boundary: str) -> None:
    for shape, size in itertools.product([(61, 53, 3), (61, 53), (9, 7)], [(4, 6), (15, 40)]):
        cval = (1 if dtype == "bool" else CVAL) * (boundary == "constant")
        x = samples(shape, dtype)
        right = window_sums(x, size, boundary, cval) / np.prod(size)
        got = boxed(x, np.full(size, 1 / np.prod(size)), boundary=boundary, cval=cval)
        np.testing.assert_array_equal(got, right.astype(np.float32), f"{shape} {size}")


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
def test_lines_longer_than_a_tile(dtype: str) -> None:
    x = samples((20_011,), dtype)
    for size in (2, 9, 30, 257, 700):
        right = (window_sums(x, (size,), "mirror") / size).astype(np.float32)
        np.testing.assert_array_equal(boxed(x, np.full(size, 1 / size), boundary="mirror"), right)


@pytest.mark.parametrize(
    ("dtype", "size", "summed"),
    [
        ("uint8", (1, 257), 16),  # 257 * 255 is the largest number of 16 bits
        ("uint8", (257, 1), 16),
        ("uint8", (1, 258), 32),
        ("uint8", (2, 129), 32),
        ("uint8", (16, 16), 16),
        ("uint8", (17, 17), 32),
        ("uint8", (64, 40), 32),  # four sums down the columns fit 16 bits
        ("uint8", (65, 40), 32),
        ("int8", (63, 40), 32),
        ("int8", (64, 40), 32),
        ("int8", (1, 255), 16),
        ("int8", (15, 17), 16),
        ("int8", (16, 16), 32),
        ("uint8", (2056, 4096), 32),  # 2^31 - 32,768
        ("uint16", (32768,), 32),
        ("uint16", (32769,), 0),
        ("uint16", (128, 256), 32),
        ("uint16", (129, 256), 0),
        ("int16", (65535,), 32),
        ("int16", (65536,), 0),
    ],
)
def test_the_largest_boxes_do_not_overflow(dtype: str, size: tuple[int, ...], summed: int) -> None:
    limits = np.iinfo(dtype)
    for value in {limits.max, limits.min} - {0}:
        x = np.full([n + 3 for n in size], value, dtype)  # else the box would be shortened
        assert bits(x, size) == summed
        got = boxed(x, np.full(size, 1 / np.prod(size)), boundary="nearest", dtype="float64")
        np.testing.assert_allclose(got, value, rtol=4 * np.finfo(float).eps, atol=0)


@pytest.mark.parametrize("result", ["float32", "float64"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weight", [0.3, -2.75, 1e-30, 3e30])
def test_any_weight_is_rounded_as_in_float64(dtype: str, weight: float, result: str) -> None:
    for shape, size in itertools.product(SHAPES, [(3, 3), (7, 33)]):
        x = samples(shape, dtype)
        right = (window_sums(x, size, "nearest") * weight).astype(result)
        got = boxed(x, np.full(size, weight), boundary="nearest", dtype=result)
        np.testing.assert_array_equal(got, right)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weight", [1, -3, 70_000])
def test_whole_weights_give_whole_numbers(dtype: str, weight: int) -> None:
    for shape, size in itertools.product(SHAPES, [(1, 2), (3, 3), (7, 33)]):
        x = samples(shape, dtype)
        got = boxed(x, np.full(size, weight), boundary="nearest")
        assert got.dtype.kind in "iu"
        np.testing.assert_array_equal(got, window_sums(x, size, "nearest") * weight)


@pytest.mark.parametrize("cval", [300, -1, 2.5, 255])
def test_what_lies_outside_need_not_be_a_sample(cval: float) -> None:
    x, size = samples((30, 47), "uint8"), (5, 6)
    padded = np.pad(x.astype(float), [(2, 2), (3, 2)], constant_values=cval)
    right = np.lib.stride_tricks.sliding_window_view(padded, size).sum((-2, -1)) / 30
    got = boxed(x, np.full(size, 1 / 30), boundary="constant", cval=cval)
    np.testing.assert_array_equal(got, right.astype(np.float32))
    assert bits(x, size) == 16


def test_strides_dilations_and_masks() -> None:
    x = samples((71, 83), "uint8")
    size, taps = (5, 9), np.full((5, 9), 1 / 45)
    right = (window_sums(x, size, "symmetric") / 45).astype(np.float32)
    np.testing.assert_array_equal(boxed(x, taps, stride=(2, 3)), right[::2, ::3])
    dilated = iw.convolve(x, taps[:3, :3], dilation=2, boundary="zero")
    spread = np.zeros((5, 5))
    spread[::2, ::2] = 1 / 45
    close = 9 * np.finfo(np.float32).eps * 255 / 45
    plain = iw.convolve(x.astype(float), spread, boundary="zero", method="direct")
    np.testing.assert_allclose(dilated, plain, rtol=0, atol=4 * close)

    mask = np.random.default_rng(2).random(x.shape) < 0.8
    present = window_sums(mask, size, "symmetric")
    ratio = window_sums(np.where(mask, x, 0), size, "symmetric") / present
    got = boxed(x, taps, mask=mask)
    np.testing.assert_allclose(got, ratio, rtol=4 * np.finfo(np.float32).eps, atol=0)


def test_samples_and_results_that_lie_apart() -> None:
    whole = samples((50, 80, 6), "uint8")
    x, size = whole[::-1, ::2, 1:4], (6, 21)
    right = (window_sums(x, size, "wrap") / 126).astype(np.float32)
    taps = np.full(size, 1 / 126)
    out = np.zeros((50, 40, 6), np.float32)
    boxed(x, taps, boundary="wrap", out=out[..., ::2])
    np.testing.assert_array_equal(out[..., ::2], right)
    assert not out[..., 1::2].any()
    turned = boxed(np.asfortranarray(x), taps, boundary="wrap")
    np.testing.assert_array_equal(turned, right)


def test_results_beyond_the_caches() -> None:
    x, size = samples((1200, 2333, 3), "uint8"), (3, 5)
    right = (window_sums(x, size, "mirror") / 15).astype(np.float32)
    assert right.nbytes > 32 << 20
    np.testing.assert_array_equal(boxed(x, np.full(size, 1 / 15), boundary="mirror"), right)


def test_sums_of_zero_have_no_sign():
    """Negative taps over zeros give 0 wherever results go, as a sum of products does."""
    x = np.array([3, 0, 0, 0, 0, 1, 2, 0, 0, 0] * 4, np.int16)
    for k in ([-1.0, -1.0], [-0.1, -0.1, -0.1]):
        for dtype in (np.float32, np.float64):
            y = iw.convolve(x, k, method="running_sum", dtype=dtype)
            out = np.zeros(2 * x.size, dtype)[::-2]
            iw.convolve(x, k, method="running_sum", dtype=dtype, out=out)
            assert (y == 0).any()
            assert not np.signbit(y[y == 0]).any()
            assert not np.signbit(out[out == 0]).any()
            np.testing.assert_array_equal(out, y)
