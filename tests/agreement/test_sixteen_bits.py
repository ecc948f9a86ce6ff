"""Whole taps over small integers, summed in 16 bits: up to the last number that these hold."""

from __future__ import annotations

import numpy as np
import pytest

import intertwine as iw
from cases import BOUNDARIES, MODES, Case, answer

#: Wider than a vector of any level, with ends that fill none; channels; planes; a line.
SHAPES = {(13, 75): (3, 3), (9, 34, 3): (3, 5), (6, 7, 40): (3, 3, 2), (19, 70): (2, 7),
          (130,): (9,), (7, 96): (1, 5), (11, 67): (7, 1)}  # fmt: skip

BOUNDED = [b for b in BOUNDARIES if b != "renormalize"]

#: Taps that reach both ends of 16 bits, but not beyond, under the samples of a type.
EXTREMES = [
    ("uint8", [200, 57], "uint16", 0, 65535),
    ("uint8", [100, -128, 28], "int16", -32640, 32640),
    ("int8", [-128, 100, 28], "int16", -32640, 32640),
    ("int8", [255, 1], "int16", -32768, 32512),
    ("bool", [65000, 535], "uint16", 0, 65535),
    ("bool", [-32768, 32767], "int16", -32768, 32767),
    ("uint16", [0, 1], "uint16", 0, 65535),
    ("int16", [1, 0], "int16", -32768, 32767),
    ("uint8", [1, 0], "uint8", 0, 255),
    ("int8", [0, 1], "int8", -128, 127),
]


def in_16_bits(x: np.ndarray, taps: np.ndarray, **options: object) -> np.ndarray:
    """The answer of the method, the same from one thread and from two."""
    plan = iw.plan(x, taps, method="direct", **options)
    assert "sums in 16 bits" in plan.explain()
    one, two = plan(x, threads=1), plan(x, threads=2)
    np.testing.assert_array_equal(one, two)
    return one


def given_to_plan(options: dict[str, object]) -> dict[str, object]:
    """The options of a call but for its mask."""
    return {name: value for name, value in options.items() if name != "mask"}


@pytest.mark.parametrize(("dtype", "taps", "result", "least", "largest"), EXTREMES)
def test_up_to_the_last_number(dtype, taps, result, least, largest):
    limits = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    x = np.random.default_rng(4).choice(limits, (40, 301)).astype(dtype)
    k = np.array([taps])
    got = in_16_bits(x, k, mode="valid")
    wide = x.astype(np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(wide, len(taps), axis=1)
    assert got.dtype == result
    assert (got.min(), got.max()) == (least, largest)
    np.testing.assert_array_equal(got, windows @ np.array(taps[::-1]))


@pytest.mark.parametrize("boundary", BOUNDED)
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_boundary_and_mode(shape, dtype, boundary):
    for mode in MODES:
        case = Case(shape, SHAPES[shape], "signed", boundary, mode, dtype, "int64",
                    axes=tuple(range(len(SHAPES[shape]))))  # fmt: skip
        want, _ = answer(case)
        got = in_16_bits(case.x(), case.k(), **given_to_plan(case.options))
        np.testing.assert_array_equal(got, want.astype(np.int64))


@pytest.mark.parametrize("changes", [{"stride": (2, 3)}, {"dilation": (2, 3)}, {"flip": False}])
def test_strides_and_dilations(changes):
    case = Case((29, 230), (3, 4), "signed", "mirror", dtype="uint8", taps_dtype="int64", **changes)
    want, _ = answer(case)
    got = case.call(case.x(), case.k(), method="direct", **case.options)
    np.testing.assert_array_equal(got, want.astype(np.int64))


@pytest.mark.parametrize("cval", [-7, 200, -30_000])
def test_what_lies_outside_need_not_be_a_sample(cval):
    x = np.random.default_rng(3).integers(0, 256, (12, 70)).astype(np.uint8)
    k = np.array([[1, 0, -1], [0, 0, 0]])
    got = in_16_bits(x, k, mode="full", boundary="constant", cval=cval)
    padded = np.pad(x.astype(np.int64), ((1, 1), (2, 2)), constant_values=cval)
    np.testing.assert_array_equal(got, (padded[:, 2:] - padded[:, :-2])[1:])


@pytest.mark.parametrize("dtype", ["int16", "uint16"])
def test_samples_are_read_where_they_lie(dtype):
    limits = np.iinfo(dtype)
    x = np.random.default_rng(5).integers(limits.min, limits.max, (70, 400), dtype, endpoint=True)
    k = np.zeros((3, 3), np.int64)
    k[0, 2] = 1
    padded = np.pad(x, 1, "wrap")
    right = padded[2:, :-2]
    np.testing.assert_array_equal(in_16_bits(x, k, boundary="wrap"), right)
    apart = np.zeros((70, 800), dtype)
    apart[:, ::2] = x
    np.testing.assert_array_equal(in_16_bits(apart[:, ::2], k, boundary="wrap"), right)


def test_narrow_rows_are_summed_in_longer_numbers():
    x = np.random.default_rng(6).integers(0, 256, (40, 7)).astype(np.uint8)
    k = np.array([[1, 2, -3]])
    plan = iw.plan(x, k, method="direct")
    assert "16 bits" not in plan.explain()
    padded = np.pad(x.astype(np.int64), ((0, 0), (1, 1)), "symmetric")
    np.testing.assert_array_equal(plan(x), padded[:, 2:] + 2 * padded[:, 1:-1] - 3 * padded[:, :-2])


def test_a_bank_of_kernels():
    x = np.random.default_rng(7).integers(0, 256, (33, 90)).astype(np.uint8)
    bank = np.random.default_rng(8).integers(-9, 10, (4, 3, 3))
    got = in_16_bits(x, bank, axes=(0, 1), boundary="zero")
    for one, k in zip(got, bank, strict=True):
        np.testing.assert_array_equal(one, iw.convolve(x.astype(np.int64), k, boundary="zero"))
