"""The oracles themselves: against worked examples, and the quick one against the loops."""

import numpy as np
import pytest

import oracles
from cases import BOUNDARIES, MODES, Case


@pytest.mark.parametrize(
    ("boundary", "picture"),
    [
        ("symmetric", "3 3 2 1 1 2 3 3 2 1 1"),
        ("mirror", "1 2 3 2 1 2 3 2 1 2 3"),
        ("nearest", "1 1 1 1 1 2 3 3 3 3 3"),
        ("wrap", "3 1 2 3 1 2 3 1 2 3 1"),
        ("zero", "- - - - 1 2 3 - - - -"),
    ],
)
def test_pictures(boundary, picture):
    folded = [oracles.fold(i, 3, boundary) for i in range(-4, 7)]
    assert " ".join("-" if f is None else str(f + 1) for f in folded) == picture


def test_formulas_by_hand():
    x, k = [1, 0, 0, 10], [1, 2, 3, 4]
    assert oracles.convolve(x, k, boundary="zero").tolist() == [2, 3, 14, 20]
    assert oracles.convolve(x, k, mode="full", boundary="zero").tolist() == [
        1,
        2,
        3,
        14,
        20,
        30,
        40,
    ]
    assert oracles.convolve(x, k, mode="valid").tolist() == [14]
    assert oracles.correlate(x, k, boundary="zero").tolist() == [3, 2, 41, 30]
    assert oracles.correlate(x, k, mode="full", boundary="zero").tolist() == [
        4,
        3,
        2,
        41,
        30,
        20,
        10,
    ]
    assert oracles.correlate(x, k, mode="valid").tolist() == [41]
    assert oracles.convolve(x, [1, 2, 3], boundary="constant", cval=5).tolist() == [17, 3, 10, 25]
    assert oracles.convolve(x, [1, 2], dilation=2, boundary="zero").tolist() == [1, 0, 2, 10]


def test_missing_samples_by_hand():
    x = np.array([2.0, np.nan, 6.0, 8.0])
    got = oracles.convolve(x, [1, 2, 3], nan="ignore", boundary="zero")
    np.testing.assert_allclose(got, [4 * 6 / 5, 12 * 6 / 4, 20 * 6 / 3, 34 * 6 / 6], rtol=1e-15)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["int8", "float32", "complex64"])
@pytest.mark.parametrize("nan", ["propagate", "ignore"])
def test_shifts_are_the_loops(boundary, mode, dtype, nan):
    case = Case((4, 7), (3, 2), boundary=boundary, mode=mode, dtype=dtype, nan=nan, specks=2)
    x, k, options = case.x(), case.taps(), {**case.options, "stride": (1, 2), "dilation": (1, 3)}
    plain = oracles.convolve(x, k, **options)
    np.testing.assert_array_equal(oracles.convolve(x, k, **options, adding=oracles.shifts), plain)


def test_the_first_word_counts_at_corners():
    x = np.ones((1, 1), int)
    k = np.arange(1, 10).reshape(3, 3)
    both = {"boundary": ("zero", "constant"), "cval": 100, "mode": "same"}
    want = [[5 + 100 * (4 + 6)]]
    assert oracles.convolve(x, k, **both).tolist() == want
    assert oracles.convolve(x, k, **both, adding=oracles.shifts).tolist() == want
