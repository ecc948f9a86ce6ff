"""Kernel: what it keeps, what it refuses, and the laws of mirroring."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from scipy import ndimage, signal

import intertwine as iw
from intertwine import Kernel
from intertwine.base.errors import DTypeError, OptionError, ShapeError

LOPSIDED = [
    Kernel([1, 2, 3]),
    Kernel([1, 2, 3, 5], origin=0, name="causal"),
    Kernel([[1, -2, 4], [8, 16, 32]], origin=(1, 0)),
    Kernel([1 + 2j, 3, -5j], origin=2),
    Kernel(np.arange(24.0).reshape(2, 3, 4)),
    Kernel([True, False], origin=1),
]


@pytest.mark.parametrize(
    ("taps", "dtype"),
    [
        ([True, False], bool),
        ([1, 2, 3], np.int64),
        ([2**63], np.uint64),
        ([1.5, 2], np.float64),
        ([1, 2j], np.complex128),
        (np.array([1, 2], np.int8), np.int8),
        (np.array([1, 2], np.float16), np.float16),
        (np.array([1, 2], np.complex64), np.complex64),
        (np.array([1, 2], ">f4"), np.float32),
    ],
)
def test_the_type_of_the_taps_is_kept(taps, dtype):
    k = Kernel(taps)
    assert k.dtype == np.dtype(dtype)
    assert k.dtype.isnative
    assert k.taps.tolist() == np.asarray(taps).tolist()


@pytest.mark.parametrize("shape", [(1,), (2,), (3,), (4, 5), (2, 1, 6)])
def test_the_origin_is_the_middle_or_just_before_it(shape):
    assert Kernel(np.ones(shape)).origin == tuple((size - 1) // 2 for size in shape)


def test_what_a_kernel_is():
    k = Kernel([[1, -2, 4], [8, 16, 32]], origin=[np.int32(1), 0], name="doubles")
    assert (k.origin, k.name, k.ndim, k.shape, k.size) == ((1, 0), "doubles", 2, (2, 3), 6)
    assert type(k.origin[0]) is int
    assert k.sum == 59
    assert type(k.sum) is int
    assert Kernel([3, 4], np.array([1])).origin == (1,)


def test_a_kernel_of_a_kernel_keeps_its_origin_and_name():
    k = Kernel([1, 2, 3], origin=0, name="causal")
    assert Kernel(k) == k
    assert Kernel(k).name == "causal"
    assert Kernel(k, origin=2, name="late").origin == (2,)
    assert Kernel(k, origin=2, name="late").name == "late"


def test_taps_are_a_copy_that_cannot_be_unlocked():
    mine = np.array([[1.0, 2.0], [3.0, 5.0]]).T
    k = Kernel(mine)
    mine[0, 0] = 9
    assert k.taps.tolist() == [[1, 3], [2, 5]]
    assert k.taps.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        k.taps[0, 0] = 9
    with pytest.raises(ValueError, match="WRITEABLE"):
        k.taps.setflags(write=True)


def test_attributes_cannot_be_set_deleted_or_added():
    k = Kernel([1, 2, 3])
    for attribute in ("origin", "_taps", "colour"):
        with pytest.raises(AttributeError) as caught:
            setattr(k, attribute, (0,))
        assert str(caught.value) == (
            f"Kernel: cannot set `{attribute}`, a kernel never changes.\n"
            "  Build another: Kernel(taps, origin, name)."
        )
    with pytest.raises(AttributeError) as caught:
        del k._taps
    assert str(caught.value) == "Kernel: cannot delete `_taps`, a kernel never changes."
    assert k.taps.tolist() == [1, 2, 3]


def test_the_sum_is_exact_whatever_the_order():
    assert Kernel([2**62] * 4).sum == 2**64
    assert Kernel(np.full(300, 100, np.int8)).sum == 30_000
    assert Kernel([1e100, 1.0, -1e100]).sum == 1.0
    assert Kernel([1e308, 1e308, -1e308, -1e308, 5.0]).sum == 5.0
    assert Kernel([1e308, 1e308]).sum == np.inf
    assert Kernel([1 + 2j, 3, -5j]).sum == 4 - 3j
    assert Kernel([True, True, False]).sum == 2


@pytest.mark.parametrize("k", LOPSIDED, ids=repr)
def test_mirroring_twice_changes_nothing(k):
    assert ~~k == k
    assert (~~k).name == k.name
    assert ~k != k
    assert (~k).dtype == k.dtype
    assert (~k).sum == k.sum.conjugate()


def test_mirroring_takes_the_origin_and_the_conjugate_along():
    mirrored = ~Kernel([[1, 2j, 3], [4, 5, 6]], origin=(0, 2), name="k")
    assert mirrored.taps.tolist() == [[6, 5, 4], [3, -2j, 1]]
    assert mirrored.origin == (1, 0)
    assert mirrored.name == "~k"


@pytest.mark.parametrize("k", LOPSIDED, ids=repr)
def test_correlating_is_convolving_with_the_mirror(k):
    x = np.random.default_rng(7).integers(-9, 9, (7,) * k.ndim)
    assert np.array_equal(iw.correlate(x, k), iw.convolve(x, ~k))


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_scipy_signal_agrees_from_the_origins_that_it_means(size):
    x, taps = np.array([3, 1, -4, 1, 5, -9]), [1, 2, 3, 5][:size]
    convolved = iw.convolve(x, Kernel(taps), boundary="zero")
    correlated = iw.convolve(x, ~Kernel(taps, origin=size // 2), boundary="zero")
    assert convolved.tolist() == signal.convolve(x, taps, "same").tolist()
    assert correlated.tolist() == signal.correlate(x, taps, "same").tolist()


def test_matmul_convolves():
    x = np.array([[3, 1, -4, 1], [5, -9, 2, 6], [5, 3, 5, 8]])
    k = Kernel([[1, -2, 4], [8, 16, 32]], origin=(1, 0))
    assert np.array_equal(k @ x, iw.convolve(x, k))
    assert np.array_equal(k @ x, ndimage.convolve(x, k.taps, origin=(0, -1)))
    assert (Kernel([1, 2, 3], origin=0) @ [0, 1, 0, 0, 0, 0]).tolist() == [3, 1, 2, 3, 0, 0]


@pytest.mark.parametrize("x", [np.ones(4), [1, 2, 3], np.float64(2)])
def test_a_kernel_on_the_right_says_which_way_round(x):
    with pytest.raises(TypeError) as caught:
        x @ Kernel([1, 2, 3])
    assert str(caught.value) == (
        f"x @ k: a kernel acts on what stands to its right, here {type(x).__name__} stands to its "
        "left.\n  Write `k @ x`, or convolve(x, k)."
    )


def test_arrays_leave_arithmetic_to_the_kernel():
    k = Kernel([1, 2, 3])
    with pytest.raises(TypeError, match="'Kernel' and 'Kernel'"):
        k @ k
    with pytest.raises(TypeError, match="unsupported operand"):
        np.ones(3) * k
    assert (np.array([1, 2, 3]) == k) is False


def test_equality_is_of_numbers_shape_and_origin():
    k = Kernel([1, 2, 3], name="a")
    for same in (Kernel([1.0, 2, 3], name="b"), Kernel(np.array([1, 2, 3], np.complex64))):
        assert k == same
        assert hash(k) == hash(same)
    for other in (
        Kernel([3, 2, 1]),
        Kernel([1, 2, 3], origin=0),
        Kernel([[1, 2, 3]]),
        Kernel([1, 2, 3, 0], origin=1),
        [1, 2, 3],
    ):
        assert k != other
    assert Kernel([[1, 2]], origin=(0, 0)) != Kernel([[1], [2]], origin=(0, 0))
    assert Kernel([2**53 + 1]) != Kernel([2.0**53])  # NumPy would call these equal
    assert len({k, Kernel([1, 2, 3.0]), Kernel([1, 2, 4])}) == 2


@pytest.mark.parametrize("k", LOPSIDED, ids=repr)
def test_copies_and_pickles_are_the_same_kernel(k):
    for twin in (copy.copy(k), copy.deepcopy(k), pickle.loads(pickle.dumps(k))):
        assert twin == k
        assert (twin.name, twin.dtype) == (k.name, k.dtype)
        assert not twin.taps.flags.writeable


def test_the_array_protocol():
    k = Kernel([1, 2, 3])
    assert np.shares_memory(np.asarray(k), k.taps)
    assert not np.asarray(k).flags.writeable
    assert np.array(k).flags.writeable
    assert np.asarray(k, np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.asarray(k, np.float32, copy=False)


def test_repr_is_a_card_with_the_taps_of_small_kernels():
    assert repr(Kernel([[1, 2], [3, -5]], name="odd one")) == (
        "Kernel 'odd one', shape (2, 2), origin (0, 0), int64, sum 1\n[[ 1  2]\n [ 3 -5]]"
    )
    assert repr(Kernel([0.5, 0.125])) == (
        "Kernel shape (2,), origin (0,), float64, sum 0.625\n[0.5   0.125]"
    )
    assert repr(Kernel(np.ones((13, 5), np.float32))) == (
        "Kernel shape (13, 5), origin (6, 2), float32, sum 65"
    )


REFUSED = [
    (
        ([],),
        ShapeError,
        "Kernel: `taps` is empty, its shape is (0,).\n  Pass at least one tap on every axis.",
    ),
    (
        (np.ones((2, 0)),),
        ShapeError,
        "Kernel: `taps` is empty, its shape is (2, 0).\n  Pass at least one tap on every axis.",
    ),
    (
        (3,),
        ShapeError,
        "Kernel: `taps` is the single number 3, without an axis.\n"
        "  Pass [3] for one tap on one axis.",
    ),
    (
        (["a", "bc"],),
        DTypeError,
        "Kernel: `taps` has dtype <U2, which does not hold numbers.\n"
        "  Pass bool, integer (to 64 bits), float or complex taps.",
    ),
    (
        ([2**70],),
        DTypeError,
        "Kernel: `taps` has dtype object, which does not hold numbers.\n"
        "  Pass bool, integer (to 64 bits), float or complex taps.",
    ),
    (
        ([[1, 2], [3, np.nan], [np.inf, 4]],),
        OptionError,
        "Kernel: 2 of 6 taps are not finite; the first, at (1, 1), is nan.\n"
        "  Replace them first: missing data belong in the signal, see convolve(..., nan=...).",
    ),
    (
        ([1, 2, 3], 3),
        OptionError,
        "Kernel: `origin` 3 lies outside the 3 taps of axis 0.\n"
        "  Pass an index from 0 to 2; to shift further, pad the taps with zeros.",
    ),
    (
        ([[1, 2, 3]], (0, -1)),
        OptionError,
        "Kernel: `origin` -1 lies outside the 3 taps of axis 1.\n"
        "  Pass an index from 0 to 2; to shift further, pad the taps with zeros.",
    ),
    (
        ([[1, 2, 3]], 0),
        ShapeError,
        "Kernel: `origin` (0,) names 1 axis but `taps` has 2.\n"
        "  taps: shape (1, 3)\n  Pass one index for each axis.",
    ),
    (
        ([1, 2, 3], 1.0),
        OptionError,
        "Kernel: `origin` must be integers, one for each axis, not 1.0.",
    ),
    (
        ([1, 2, 3], None, 7),
        OptionError,
        "Kernel: `name` must be a string or None, not 7.",
    ),
]


@pytest.mark.parametrize(("args", "error", "text"), REFUSED)
def test_refusals_say_what_and_what_next(args, error, text):
    with pytest.raises(error) as caught:
        Kernel(*args)
    assert type(caught.value) is error
    assert str(caught.value) == text


def test_ragged_taps_are_refused():
    with pytest.raises(ShapeError, match=r"^Kernel: `taps` does not form an array: .*inhomogen"):
        Kernel([[1], [1, 2]])
