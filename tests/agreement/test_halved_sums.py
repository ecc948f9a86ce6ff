"""Fractions of whole taps by a power of two, over bytes: 16-bit sums, halved, halves to even."""

from __future__ import annotations

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import BOUNDARIES, MODES
from rounded import kernel, samples

BOUNDED = [b for b in BOUNDARIES if b != "renormalize"]
SHORT = "sums in 16 bits"


def direct(x: np.ndarray, k: np.ndarray, **options: object) -> tuple[np.ndarray, bool]:
    """The answer of the method, the same on two threads, and whether it was summed in 16 bits."""
    plan = iw.plan(x, k, method="direct", overflow="saturate", **options)
    one = plan(x, threads=1)
    np.testing.assert_array_equal(one, plan(x, threads=2))
    return one, SHORT in plan.explain().partition("Alternatives")[0]


def exactly(
    x: np.ndarray, k: np.ndarray, dtype: str | None = None, **options: object
) -> np.ndarray:
    """The formula in long floats, which hold these sums, rounded and clipped."""
    want, _ = oracles.mix(True, x, k, adding=oracles.shifts, **options)
    return oracles.saturate(np.asarray(want, np.longdouble), dtype or x.dtype)


def pairs(dtype: str) -> np.ndarray:
    """Every pair of two numbers, one above the other."""
    limits = np.iinfo(dtype)
    every = np.arange(limits.min, limits.max + 1, dtype=dtype)
    return np.stack([np.tile(every, every.size), np.repeat(every, every.size)])


#: Taps whose sums are nearly all numbers of 16 bits, or half of them, and how far these are halved.
EVERY = [
    ("uint8", [255, 1], range(9)),  # 0 to 65280
    ("uint8", [127, 1], range(15)),
    ("uint8", [-127, 1], range(15)),  # -32385 to 255
    ("uint8", [1, -128], range(15)),
    ("int8", [255, 1], range(9)),  # -32768 to 32512
    ("int8", [127, -1], range(15)),
]


@pytest.mark.parametrize(("dtype", "taps", "times"), EVERY)
def test_every_sum_is_rounded_to_the_nearest_number(dtype, taps, times):
    x, limits = pairs(dtype), np.iinfo(dtype)
    sums = x.astype(np.int64).T @ np.array(taps[::-1])
    for halvings in times:
        got, short = direct(x, np.array(taps)[:, None] / 2.0**halvings, mode="valid", axes=(0, 1))
        assert short == (halvings > 0 or sums.max() < 1 << 15)
        below, part = sums >> halvings, sums & ((1 << halvings) - 1)
        up = 2 * part + (below & 1) > 1 << halvings
        np.testing.assert_array_equal(got[0], (below + up).clip(limits.min, limits.max))


@pytest.mark.parametrize(
    ("dtype", "taps", "halvings", "short"),
    [
        ("uint8", [200, 57], 1, False),  # 65535 + 1 wraps
        ("uint8", [199, 57], 8, True),  # 65280 + 128
        ("uint8", [199, 57], 9, False),  # 65280 + 256
        ("uint8", [127, 1, -128], 8, False),  # -32640 to 32640 + 128
        ("uint8", [127, 1, -128], 7, True),  # 32640 + 64
        ("uint8", [127, 1, -129], 1, False),  # -32895
        ("uint8", [129, -1], 1, False),  # 32895
        ("int8", [255, 1], 8, True),  # 32512 + 128
        ("int8", [255, 1], 9, False),  # 32512 + 256
        ("bool", [65533, 1], 1, True),  # 65534 + 1
        ("bool", [65534, 1], 1, False),  # 65535 + 1
        ("bool", [32766, 1], 0, True),
        ("bool", [32767, 1], 0, False),
        ("uint8", [1, 2], 15, False),  # more halvings than sums with a sign have bits
        ("uint8", [1, 2], 14, True),
    ],
)
def test_up_to_the_last_number(dtype, taps, halvings, short):
    limits = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    x = np.random.default_rng(4).choice(limits, (30, 131)).astype(dtype)
    k = np.array([taps]) / 2.0**halvings
    result = "uint8" if dtype == "bool" else dtype
    got, found = direct(x, k, dtype=result, mode="valid")
    assert found == short
    np.testing.assert_array_equal(got, exactly(x, k, result, mode="valid"))


@pytest.mark.parametrize("boundary", BOUNDED)
@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_every_boundary_and_mode(dtype, boundary):
    options = {"boundary": boundary, "cval": 9 if boundary == "constant" else 0}
    for shape, size in [
        ((13, 75), (3, 3)),
        ((9, 34, 3), (3, 5)),
        ((2, 140), (1, 4)),
        ((11, 67), (7, 1)),
    ]:
        axes = tuple(range(len(size)))
        for mode, kind in zip(MODES, ("signed", "outer", "lopsided"), strict=True):
            x, k = samples(dtype, shape), kernel(kind, size) / 16
            got, short = direct(x, k, mode=mode, axes=axes, **options)
            assert short
            np.testing.assert_array_equal(got, exactly(x, k, mode=mode, axes=axes, **options))


@pytest.mark.parametrize("changes", [{"stride": (2, 3)}, {"dilation": (2, 3)}, {"dtype": "int8"}])
def test_strides_dilations_and_other_results(changes):
    x, k = samples("uint8", (29, 230)), kernel("signed", (3, 4)) / 4
    got, short = direct(x, k, **changes)
    assert short
    np.testing.assert_array_equal(got, exactly(x, k, **changes))


def test_a_bank_is_halved_as_its_finest_kernel():
    x = samples("uint8", (33, 90))
    blur = np.multiply.outer([1, 2, 1], [1, 3, 2])
    bank = np.stack([blur / 2.0**n for n in range(3)])
    got, short = direct(x, bank, axes=(0, 1), boundary="zero")
    assert short
    for one, k in zip(got, bank, strict=True):
        np.testing.assert_array_equal(one, exactly(x, k, boundary="zero"))


@pytest.mark.parametrize("line", [[1, 2, 1], [1, 4, 6, 4, 1], [1, 1, 1, 1]])
def test_small_blurs_are_those_of_the_formula(line):
    x = samples("uint8", (61, 75, 3))
    k = np.multiply.outer(line, line) / sum(line) ** 2
    got, short = direct(x, k, axes=(0, 1))
    assert short
    np.testing.assert_array_equal(got, exactly(x, k, axes=(0, 1)))


def test_what_lies_outside_may_be_less_than_zero():
    x, k = samples("uint8", (12, 70)), np.array([[1, 2, 3], [0, 4, 1]]) / 8
    options = {"mode": "full", "boundary": "constant", "cval": -300}
    got, short = direct(x, k, **options)
    assert short
    np.testing.assert_array_equal(got, exactly(x, k, **options))


@pytest.mark.parametrize(
    ("dtype", "k", "options"),
    [
        ("uint8", [0.1, 0.9], {}),  # no fraction by a power of two
        ("uint8", [0.5, 1e30], {}),
        ("uint8", [0.5, 0.5], {"cval": 0.5, "boundary": "constant"}),
        ("uint8", [0.5, 0.5], {"cval": 1e9, "boundary": "constant"}),
        ("uint8", [0.5, 0.5], {"dtype": "int16"}),
        ("uint16", [0.5, 0.5], {}),
        ("float32", [0.5, 0.5], {"dtype": "uint8"}),
    ],
)
def test_what_is_not_summed_in_16_bits(dtype, k, options):
    x = np.random.default_rng(2).integers(0, 200, 300).astype(dtype)
    _, short = direct(x, np.array(k), **options)
    assert not short
