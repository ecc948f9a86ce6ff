"""What may come as data, kernel, mask and shape: all that NumPy reads as numbers."""

import array

import numpy as np
import pandas as pd
import pytest

import intertwine as iw
import oracles
from intertwine.engine.problem import Taps

X = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])
K = [1, 2, 3]
#: Small whole numbers: every sum is exact.
WANT = oracles.convolve(X, np.array(K)).tolist()
PICTURE = X[:, None] + np.array([0.0, 5.0, 2.0])
SLOPES = np.array([[1, 2, 3], [0, 1, -1]])

LINES = {
    "list": X.tolist(),
    "tuple": tuple(X.tolist()),
    "memoryview": memoryview(X),
    "array.array": array.array("d", X),
    "big-endian": X.astype(">f8"),
    "read-only": np.frombuffer(X.tobytes()),
    "every other of an array": np.repeat(X, 2)[::2],
    "backwards twice": X[::-1].copy()[::-1],
    "masked array that hides nothing": np.ma.masked_array(X),
    "Series": pd.Series(X, index=list("abcdefg")),
    "Index": pd.Index(X),
    "nullable": pd.Series(X, dtype="Float64"),
    "sparse Series": pd.Series(pd.arrays.SparseArray(X)),
}


@pytest.mark.parametrize("given", LINES.values(), ids=LINES)
def test_lines_of_numbers(given):
    y = iw.convolve(given, K)
    assert type(y) is np.ndarray
    assert (y.dtype, y.tolist()) == (np.float64, WANT)


@pytest.mark.parametrize("given", [range(7), pd.RangeIndex(7), pd.Series(range(7), dtype="Int64")])
def test_whole_numbers_stay_whole(given):
    y = iw.convolve(given, K)
    assert y.dtype == np.int64
    assert y.tolist() == oracles.convolve(np.arange(7), np.array(K)).tolist()


@pytest.mark.parametrize("given", [tuple(K), pd.Series(K), np.ma.masked_array(K), range(1, 4)])
def test_kernels(given):
    assert iw.convolve(X, given).tolist() == WANT


PICTURES = {
    "Fortran order": np.asfortranarray(PICTURE),
    "transposed": PICTURE.T.copy().T,
    "DataFrame": pd.DataFrame(PICTURE, columns=list("rgb")),
}


@pytest.mark.parametrize("given", PICTURES.values(), ids=PICTURES)
def test_pictures(given):
    y = iw.convolve(given, SLOPES)
    assert type(y) is np.ndarray
    assert y.tolist() == oracles.convolve(PICTURE, SLOPES).tolist()


def test_what_is_missing_in_a_series_is_nan():
    for given in (pd.Series([1, None, 3.0, 4]), pd.Series([1, None, 3, 4], dtype="Int64")):
        assert np.isnan(iw.convolve(given, [1, 2, 3])).tolist() == [True, True, True, False]


def test_hidden_entries_are_left_out():
    hidden = np.ma.masked_array(X, X == 4)
    want = oracles.convolve(X, np.array(K), mask=X != 4)
    bound = 8 * np.finfo(np.float64).eps * 3 * X.max() * 3
    for y in (iw.convolve(hidden, K), iw.plan(hidden, K)(hidden)):
        np.testing.assert_allclose(y, want.astype(float), rtol=0, atol=bound)
    marks = pd.Series(X != 4)
    np.testing.assert_array_equal(iw.convolve(X, K, mask=marks), iw.convolve(hidden, K))


@pytest.mark.parametrize(
    ("shape", "planned"),
    [
        ((5, 7), (5, 7)),
        ([5, 7], (5, 7)),
        ([np.int64(5), np.uint8(7)], (5, 7)),
        (PICTURE.shape, (7, 3)),
        (PICTURE, (7, 3)),
        ([[5, 7]], (1, 2)),
        ([[5.0], [7.0]], (2, 1)),
    ],
    ids=repr,
)
def test_shapes_are_written_as_numpy_takes_them(shape, planned):
    assert iw.plan(shape, SLOPES).problem.shape == planned


@pytest.mark.parametrize("shape", [9, np.int32(9), [9], (9,), np.zeros(9), [1.5] * 9, [True] * 9])
def test_one_length_is_a_shape_and_other_numbers_are_data(shape):
    assert iw.plan(shape, K).problem.shape == (9,)


def test_integers_as_data_come_as_an_array():
    chosen = iw.plan(np.array([5, 7]), K)
    assert (chosen.problem.shape, chosen.problem.dtype) == ((2,), np.int64)


def test_a_kernel_may_be_written_to_after_the_call():
    """What is remembered of it is its own, however the axes were turned."""
    want = oracles.correlate(X, np.array(K)).tolist()
    k = np.array(K, float)
    assert iw.correlate(X, k, method="reference").tolist() == want
    assert k.flags.writeable
    k[:] = 100
    assert iw.correlate(X, np.array(K, float), method="reference").tolist() == want


def test_taps_are_compared_by_value():
    taps = np.arange(6.0).reshape(2, 3)
    mine = Taps(taps.T)
    assert mine == Taps(taps.T.copy())
    assert mine.array.tolist() == taps.T.tolist()
    assert not np.shares_memory(mine.array, taps)
    assert not mine.array.flags.writeable
    assert mine != Taps(taps)
