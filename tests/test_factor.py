"""Kernels as sums of products, and as sums of boxes."""

import pickle

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine.boxes import (
    MOST_CANCELLED,
    TELLING,
    _has_many_corners,
    boxes,
    covered,
)
from intertwine.engine.factor import (
    MOST_TERMS,
    integer_factors,
    outer,
    real_factors,
)

TIGHT = 1e-12


@pytest.mark.parametrize(
    ("kernel", "rank"),
    [
        (iw.kernels.gaussian(3.0, ndim=2), 1),
        (iw.kernels.gaussian((1.0, 2.0, 3.0)), 1),
        (iw.kernels.laplacian(), 2),
        (iw.kernels.log(2.0), 2),
        (iw.kernels.gabor(4.0, 0.1, 30), 2),
        (iw.kernels.disk(9), 7),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_published_ranks(kernel, rank):
    found = real_factors(kernel.taps, TIGHT)
    assert len(found.terms) == rank
    assert found.error <= 2 * TIGHT
    off = np.abs(sum(outer(t) for t in found.terms) - kernel.taps).sum()
    assert off <= 2 * TIGHT * np.abs(kernel.taps).sum()


def test_taps_rounded_to_float32_are_still_separable():
    taps = iw.kernels.gaussian(20.0, ndim=2).taps.astype(np.float32)
    assert len(real_factors(taps, 2.0**-22).terms) == 1


def test_a_large_kernel_is_read_off_its_lines():
    taps = iw.kernels.gaussian(200.0, ndim=2).taps
    assert len(real_factors(taps, TIGHT).terms) == 1


def test_too_many_terms_are_no_factors():
    rng = np.random.default_rng(1)
    for size in (MOST_TERMS + 1, 200):
        assert real_factors(rng.normal(size=(size, size)), TIGHT) is None
    low = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 180))
    assert len(real_factors(low, TIGHT).terms) == 5


def test_as_many_terms_as_allowed_are_found_however_large_the_kernel():
    rng = np.random.default_rng(4)
    for rows, columns in ((MOST_TERMS + 1, 40), (60, 70), (200, 300)):
        taps = rng.normal(size=(rows, MOST_TERMS)) @ rng.normal(size=(MOST_TERMS, columns))
        assert len(real_factors(taps, TIGHT).terms) == MOST_TERMS
        taps[rows // 2, columns // 3] += 1
        assert real_factors(taps, TIGHT) is None


def test_whole_number_factors_are_exact_or_none():
    taps = np.multiply.outer([1, 2, 1], np.multiply.outer([3, 0, -3], [5, 7]))
    (term,) = integer_factors(taps).terms
    np.testing.assert_array_equal(outer(term), taps)
    assert integer_factors(np.array([[1, 2], [3, 4]])) is None
    assert integer_factors(np.zeros((2, 3), int)) is None


def test_large_kernels_of_whole_numbers_are_factored_exactly():
    rows, columns = np.arange(-400, 500), np.r_[0, 7:1400:7]
    taps = np.multiply.outer(rows, columns)
    (term,) = integer_factors(taps).terms
    np.testing.assert_array_equal(outer(term), taps)
    taps[-1, -1] += 1
    assert integer_factors(taps) is None
    for wide in (2**33, 2**62 + 1):  # products of these would wrap in 64 bits
        assert integer_factors(np.array([[1, 2], [wide, 2]], np.uint64)) is None
    (term,) = integer_factors(np.array([[6, 2], [3 * 2**31, 2**31]])).terms
    assert [factor.tolist() for factor in term] == [[2, 2**31], [3, 1]]


def test_boxes_add_up_to_the_kernel():
    taps = np.zeros((7, 9))
    taps[1:6, 2:8] += 2.0
    taps[2:5, 3:5] -= 0.5
    found = boxes(taps, 8)
    built = np.zeros_like(taps)
    for box in found:
        place = tuple(slice(f, f + n) for f, n in zip(box.first, box.length, strict=True))
        built[place] += box.weight
    np.testing.assert_allclose(built, taps, atol=1e-15)
    assert len(found) == 2
    assert boxes(np.random.default_rng(0).normal(size=(5, 5)), 8) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_boxes_do_not_cancel_much(sign):
    for taps in ([9000, 1, 1, 1, 7000], [1, 2, 3, 2, 1], [4, 4, 0, 0, 3, 3, 3], [[99, 1], [1, 1]]):
        whole = sign * np.array(taps)
        assert covered(boxes(whole, 8)) <= MOST_CANCELLED * np.abs(whole).sum()
    spread = np.repeat(sign * np.array([-1, 1000]), [3000, 10])
    assert covered(boxes(spread, 8)) < 2 * np.abs(spread).sum()


def test_large_kernels_are_read_in_the_middle_first_and_then_whole():
    rng = np.random.default_rng(3)
    taps = np.zeros((300, 170))
    assert taps.size > 2 * TELLING
    taps[20:280, 30:160] += 2.0
    taps[50:150, 40:90] -= 0.5
    assert [(box.first, box.length) for box in boxes(taps, 8)] == [
        ((20, 30), (260, 130)),
        ((50, 40), (100, 50)),
    ]
    taps[-9:, -9:] = rng.normal(size=(9, 9))
    assert boxes(taps, 8) is None
    taps[140:160] = rng.normal(size=(20, 170))
    assert boxes(taps, 8) is None


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_no_sum_of_few_boxes_is_taken_for_more(ndim):
    rng = np.random.default_rng(ndim)
    for _ in range(50):
        taps = np.zeros((15,) * ndim)
        for _ in range(8):
            ends = np.sort(rng.integers(0, 16, (ndim, 2)))
            taps[tuple(slice(a, b) for a, b in ends)] += rng.normal()
        small = 4 * np.finfo(float).eps * np.abs(taps).max()
        assert not _has_many_corners(taps, small, 8)
    assert _has_many_corners(rng.normal(size=(15,) * ndim), 0.0, 15 // 2**ndim)


def test_a_plan_can_be_pickled():
    x = np.arange(400.0).reshape(20, 20)
    plan = iw.plan(x, iw.kernels.gaussian(1.0, ndim=2))
    again = pickle.loads(pickle.dumps(plan))
    np.testing.assert_array_equal(again(x), plan(x))
