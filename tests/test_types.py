"""The types of answers, and that integers are exact to their last unit."""

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import COMPLEXES, EXACT, FLOATS, INTEGERS, unless_refused

NAMES = EXACT
X = np.array([1, 0, 1, 1, 0])
REAL_TAPS = ["float16", "float32", "float64"]
NARROW = ["bool", "uint8", "int8", "uint16", "int16"]
WIDE = ["uint32", "int32", "uint64", "int64"]


def _answer(x, k, **options):
    return iw.convolve(X.astype(x), np.array([1, 2, 1]).astype(k), **options).dtype


@pytest.mark.parametrize("taps", [*REAL_TAPS, *INTEGERS])
@pytest.mark.parametrize("x", [*FLOATS, *COMPLEXES])
def test_floats_and_complex_keep_their_type(x, taps):
    assert _answer(x, taps) == x


@pytest.mark.parametrize("taps", COMPLEXES)
def test_complex_taps_turn_the_answer_complex(taps):
    for x in COMPLEXES:
        assert _answer(x, taps) == x
    for x in ["float16", "float32", *NARROW]:
        assert _answer(x, taps) == np.complex64
    for x in ["float64", *WIDE]:
        assert _answer(x, taps) == np.complex128


@pytest.mark.parametrize("taps", REAL_TAPS)
def test_integers_under_a_float_kernel(taps):
    for x in NARROW:
        assert _answer(x, taps) == np.float32
    for x in WIDE:
        assert _answer(x, taps) == np.float64


@pytest.mark.parametrize(
    ("x", "taps", "result"),
    [
        ("bool", [1], "uint8"),
        ("bool", [True, True], "uint8"),
        ("bool", [1, -1], "int8"),
        ("bool", [255], "uint8"),
        ("bool", [256], "uint16"),
        ("uint8", [1], "uint8"),
        ("uint8", [0], "uint8"),
        ("uint8", [1, 1], "uint16"),
        ("uint8", [1, -1], "int16"),
        ("uint8", [257], "uint16"),
        ("uint8", [258], "uint32"),
        ("int8", [1], "int8"),
        ("int8", [-1], "int16"),
        ("int16", [1, 1], "int32"),
        ("uint16", [1] * 65537, "uint32"),
        ("uint16", [1] * 65538, "uint64"),
        ("int32", [1, 1], "int64"),
        ("uint32", [1, 1], "uint64"),
        ("uint32", [1, -1], "int64"),
    ],
)
def test_the_narrowest_integer_that_holds_every_sum(x, taps, result):
    assert iw.convolve(np.ones(4, x), taps).dtype == result


def test_sixty_four_bits_go_by_the_data():
    assert iw.convolve(np.array([5, 2**40]), [1, 1]).dtype == np.int64
    assert iw.convolve(np.array([5, 2**40], np.uint64), [1, 1]).dtype == np.uint64
    with pytest.raises(iw.DTypeError, match="beyond signed 64-bit integers"):
        iw.convolve(np.array([2**62]), [1, 1, 1])


EXTREME_TAPS = [[1, 1, 1], [3, -2, 1], [[1, 1], [1, 1]], [[2, -1, 3]], [[1, 2], [-3, 4], [5, 6]]]


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", [*NARROW, "uint32", "int32"])
def test_extremes_are_exact(method, dtype):
    least, most = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    rng = np.random.default_rng(2)
    seen = 0
    for taps in map(np.array, EXTREME_TAPS):
        for levels in ([most], [least], [least, most], [least, 0, most, most]):
            x = rng.choice(levels, (13, 17)[: taps.ndim]).astype(dtype)
            y = unless_refused(iw.convolve, x, taps, boundary="symmetric", method=method)
            if y is not None:
                seen += 1
                assert (y == oracles.convolve(x, taps)).all()
                assert y.dtype.kind in "iu"
    assert seen >= 4


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize(
    ("dtype", "values", "taps"),
    [
        ("int64", [2**53 + 1, -(2**53) - 3, 7], [[1, 1], [1, 1]]),
        ("int64", [2**60 + 1, -(2**60) - 3], [[1, 1, 1]]),
        ("int64", [2**61 - 1, -(2**60)], [1, 2]),
        ("int64", [-(2**63), 2**63 - 1], [1]),
        ("uint64", [2**64 - 1, 2**63 + 1, 3], [1]),
        ("uint64", [2**62 - 1, 2**61 + 1, 3], [[1, 1], [1, 1]]),
        ("uint64", [2**53 + 1, 5], [2, 3]),
        ("uint8", [255, 254], np.full((20, 20), 2**44 + 1)),
        ("int32", [2**31 - 1, -(2**31)], [2**31 - 1, 2**31 - 5]),
    ],
)
def test_large_integers_are_exact(method, dtype, values, taps):
    taps = np.array(taps)
    x = np.random.default_rng(3).choice(np.array(values, dtype), (9, 11)[: taps.ndim])
    y = unless_refused(iw.convolve, x, taps, boundary="wrap", method=method)
    if y is None:
        assert method not in ("reference", "direct")
        return
    assert y.dtype.kind in "iu"
    assert (y == oracles.convolve(x, taps, boundary="wrap", adding=oracles.shifts)).all()


@pytest.mark.parametrize("method", NAMES)
def test_float16_sums_in_float32(method):
    x = np.full(3000, 3.0, "float16")
    taps = np.ones(2500)  # 7500 is a float16, and 2049 * 3 is not: sums in float16 would stick
    y = unless_refused(iw.convolve, x, taps, boundary="nearest", method=method)
    if y is None:
        assert method == "separable"
        return
    assert y.dtype == np.float16
    assert (y == 7500).all()


def test_float32_under_a_float64_kernel_is_summed_in_float32():
    p = iw.plan((64, 64), np.ones((3, 3)), dtype="float32")
    assert (p.problem.compute, p.problem.result) == ("float32", np.float32)
    assert iw.plan((64, 64), np.ones((3, 3)), dtype="int32").problem.compute == "float64"
    assert iw.plan((64, 64), [[1, 2]], dtype="uint8").problem.compute == "float32"
    assert iw.plan((64, 64), [[1, 2**20]], dtype="uint8").problem.compute == "float64"
    assert iw.plan((64, 64), [[1, 2**50]], dtype="uint8").problem.compute == "int64"


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_asked_types(dtype):
    k = np.array([0.5, 0.25, 1 / 3])
    x = np.linspace(0, 1, 20)
    y = iw.convolve(x, k, dtype=dtype)
    assert y.dtype == dtype
    bound = iw.plan(x, k, dtype=dtype).error * np.abs(k).sum()
    assert np.abs(y - oracles.convolve(x, k)).max() <= bound


def test_a_wider_dtype_brings_its_precision():
    x = np.linspace(0, 1, 50, dtype="float32")
    y = iw.convolve(x, [1 / 3, 1 / 7], dtype="float64")
    np.testing.assert_allclose(y, oracles.convolve(x, [1 / 3, 1 / 7]).astype(float), rtol=1e-15)


def test_asked_integers():
    x = np.array([1, 2, 3], "uint8")
    assert iw.convolve(x, [1, 1], dtype="int32").dtype == np.int32
    assert iw.convolve(x, [1, 1], dtype="uint16").tolist() == [2, 3, 5]
    assert iw.convolve(x, [1, 1], dtype=float).tolist() == [2.0, 3.0, 5.0]
    assert iw.convolve(x, [0], dtype=bool).tolist() == [False] * 3
    with pytest.raises(iw.DTypeError, match="dtype=uint8 holds 0 to 255, but this kernel can give"):
        iw.convolve(x, [1, 1], dtype="uint8")


def test_float_dtype_for_integers_beyond_64_bits():
    y = iw.convolve(np.array([2**62, 2**62, 1]), [1, 1, 1], dtype="float64", boundary="zero")
    assert y.tolist() == [2.0**63, 2.0**63, 2.0**62]


def test_a_mask_or_renormalising_makes_integers_fractions():
    x = np.array([1, 2, 9], "uint8")
    assert iw.convolve(x, [1, 1, 1], boundary="renormalize").tolist() == [4.5, 12, 16.5]
    assert iw.convolve(x, [1, 1, 1], boundary="renormalize").dtype == np.float32
    assert iw.convolve(x.astype("int64"), [1, 2, 1], mask=[True] * 3).dtype == np.float64


def test_out_keeps_its_type_and_is_returned():
    out = np.empty(5, "float32")
    assert iw.convolve(X.astype("float32"), [1.0, 2.0], out=out) is out
    with pytest.raises(iw.DTypeError, match="`out` is float64 but the result is float32"):
        iw.convolve(X.astype("float32"), [1.0, 2.0], out=np.empty(5))


def test_float16_taps_and_narrow_results_overflow_to_infinity_quietly():
    y = iw.convolve(np.full(5, 6e4, "float16"), np.array([1, 1], "float16"))
    assert np.isposinf(y).all()
    assert y.dtype == np.float16


@pytest.mark.skipif(np.dtype("longdouble").itemsize == 8, reason="long double is double here")
def test_long_double_is_refused():
    with pytest.raises(iw.DTypeError, match=r"Convert it with x\.astype\(np\.float64\)"):
        iw.convolve(np.ones(3, "longdouble"), [1])
    with pytest.raises(iw.DTypeError, match=r"Convert it with k\.astype\(np\.complex128\)"):
        iw.convolve(np.ones(3), np.ones(2, "clongdouble"))


def test_sums_of_64_bit_integers_are_refused_only_when_the_data_can_reach_beyond():
    assert iw.convolve([2**61] * 5, [1, 1, 1])[2] == 3 * 2**61
    assert iw.convolve(np.full(5, -(2**60)), [4, 3])[2] == -7 * 2**60
    with pytest.raises(iw.DTypeError, match="may reach 92233720"):
        iw.convolve([2**61] * 5, [2, 1, 1])


def test_no_samples_reach_nowhere():
    assert iw.convolve(np.zeros(0, np.uint64), [9, 8]).dtype == np.uint64
    assert iw.convolve(np.zeros((0, 3), np.int64), [[9, -8]]).dtype == np.int64


def test_arrays_of_more_axes_than_numpy_iterates_over():
    x = np.full((1,) * 33, 2.0)
    assert iw.convolve(x, [3.0], axes=0).item() == 6
    assert iw.convolve(np.full((1,) * 63, 2.0), [3.0, 1.0], axes=5).item() == 8


def test_arrays_of_more_axes_than_numpy_indexes_are_refused():
    with pytest.raises(iw.ShapeError) as caught:
        iw.convolve(np.zeros((1,) * 64), [1.0, 2.0], axes=3)
    assert str(caught.value) == (
        "convolve: `x` has 64 axes, at most 63 can be taken.\n"
        "  Join axes with x.reshape(...), or drop those of length 1."
    )
