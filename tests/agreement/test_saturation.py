"""Results that are rounded and clipped to 8 and 16 bits: one answer from every method."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import BOUNDARIES, EXACT, unless_refused
from rounded import agree, kernel, samples, within

NARROW = ("uint8", "int8", "uint16", "int16")
LINES = [name for name in BOUNDARIES if name != "renormalize"]

#: Taps whose sums fit the result, leave it on both sides, and need more than 16, 24 and 53 bits.
INTEGER_SIZES = (1, 9, 300, 1 << 22, 1 << 34)
FLOAT_KINDS = ("lopsided", "signed", "outer", "rank2", "box", "boxes")


def cval(boundary: str) -> dict[str, float]:
    return {"cval": 7} if boundary == "constant" else {}


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("dtype", NARROW)
def test_integer_sums_are_exact_before_they_are_clipped(dtype: str, method: str) -> None:
    x = samples(dtype, (9, 37))
    kinds = zip(itertools.cycle(LINES), ("signed", "outer", "box", "lopsided"), strict=False)
    taken = 0
    for (boundary, kind), scale in itertools.product(kinds, INTEGER_SIZES):
        k = kernel(kind, (3, 4)) * scale
        options = {"boundary": boundary, **cval(boundary)}
        for result in (dtype, "uint8", "int16"):
            taken += agree(x, k, method, result, **options)
    assert taken >= 8


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_float_sums_are_rounded_once(boundary: str, method: str) -> None:
    taken = 0
    for dtype, kind in itertools.product(NARROW, FLOAT_KINDS):
        x, k = samples(dtype, (8, 41)), kernel(kind, (3, 4)) / 7
        taken += agree(x, k, method, dtype, boundary=boundary, **cval(boundary))
    assert taken >= 8


@pytest.mark.parametrize("method", EXACT)
def test_channels_strides_and_banks(method: str) -> None:
    x = samples("uint8", (40, 51, 3))
    for kind in FLOAT_KINDS:
        k = kernel(kind, (5, 4)) / 50
        one = unless_refused(
            iw.convolve, x, k, method=method, axes=(0, 1), overflow="saturate", stride=(1, 2)
        )
        if one is None:
            continue
        want, _ = oracles.mix(True, x, k, axes=(0, 1), stride=(1, 2), adding=oracles.shifts)
        within(one, want, 1e-4 * np.abs(k).sum() * 255)
        bank = np.stack([k, k[::-1], -k])[:, None]
        many = unless_refused(
            iw.convolve, x.transpose(2, 0, 1), bank, method=method, axes=(1, 2), overflow="saturate"
        )
        for i, own in enumerate(bank[:, 0]):
            alone = iw.convolve(x, own, axes=(0, 1), overflow="saturate", method=method)
            np.testing.assert_array_equal(many[i], alone.transpose(2, 0, 1))


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("options", [{}, {"nan": "ignore"}, {"boundary": "renormalize"}], ids=str)
def test_samples_that_are_no_numbers(options: dict[str, str], method: str) -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(-300, 400, (21, 34)).astype("float32")
    x[3, 4], x[10, 20], x[18, 5] = np.nan, np.inf, -np.inf
    for kind, dtype in itertools.product(FLOAT_KINDS, ("uint8", "int8")):
        k = kernel(kind, (3, 4)) / 20
        agree(x, k, method, dtype, **options)
    flat = unless_refused(
        iw.convolve, x, np.ones((1, 3)), method=method, dtype="int8", overflow="saturate"
    )
    if flat is not None:
        assert (flat[3, 3:6] == 0).all()  # NaN has no integer: zero stands for it
        assert (flat[10, 19:22] == 127).all()
        assert (flat[18, 4:7] == -128).all()


@pytest.mark.parametrize("method", EXACT)
def test_rounding_comes_after_weights(method: str) -> None:
    x = samples("uint8", (13, 22))
    mask = np.random.default_rng(6).random(x.shape) < 0.5
    mask[4:11, 3:14] = False
    agreed = 0
    for kind, whole in itertools.product(FLOAT_KINDS, (True, False)):
        k = kernel(kind, (3, 4)) if whole else kernel(kind, (3, 4)) / 7
        plan = unless_refused(iw.plan, x, k, method=method, overflow="saturate", mask=mask)
        if plan is None:
            continue
        want, factor = oracles.mix(True, x, k, mask=mask)
        got = plan(x, mask=mask)
        assert (got[6:9, 5:11] == 0).all()  # nothing is there
        size = np.abs(np.nan_to_num(np.asarray(factor, float))) * np.abs(k).sum() * 255
        within(got, want, 1e-12 * size + 1e-3)
        agreed += 1
    assert agreed >= 2


@pytest.mark.parametrize("dtype", NARROW)
def test_halves_go_to_even_numbers(dtype: str) -> None:
    line = np.arange(100, dtype=dtype)
    halves = oracles.saturate(np.arange(100, dtype=np.longdouble) / 2, dtype)
    for method in ("direct", "reference"):
        got = iw.convolve(line, [0.5, 0.0], method=method, overflow="saturate")
        np.testing.assert_array_equal(got, halves)
    pairs = np.add.outer(line, np.zeros(2, dtype)).ravel()[:100]  # 0 0 1 1 2 2
    means = oracles.saturate((pairs[1:].astype(np.longdouble) + pairs[:-1]) / 2, dtype)
    for method in ("direct", "running_sum", "reference"):
        got = iw.convolve(pairs, [0.5, 0.5], method=method, overflow="saturate", mode="valid")
        np.testing.assert_array_equal(got, means)


def test_recursions_are_rounded_last() -> None:
    x = samples("uint8", (120, 131))
    k = iw.kernels.gaussian(6.0, ndim=2)
    plan = iw.plan(x, k, overflow="saturate", precision=1e-3, method="recursive")
    assert plan.error <= 1e-3
    within(plan(x), iw.convolve(x, k, dtype="float64"), plan.error * 255)


def test_vectors_and_what_is_left_of_them() -> None:
    for width, dtype in itertools.product((1, 7, 31, 32, 33, 64, 95), NARROW):
        limits = np.iinfo(dtype)
        ends = [limits.min - 9.0, limits.min, -0.5, 0.5, 1.5, limits.max + 0.5, 1e30, -1e30]
        x = np.resize([*ends, np.nan, np.inf, -np.inf], width)
        for kind in ("float32", "float64"):
            got = iw.convolve(x.astype(kind), [1.0], dtype=dtype, overflow="saturate")
            want = oracles.saturate(x.astype(kind).astype(np.longdouble), dtype)
            np.testing.assert_array_equal(got, want)


def test_sums_that_fit_are_the_same_plan() -> None:
    x = samples("uint8", (5, 6))
    wide, clipped = (
        iw.plan(x, [[1, 2, 1]], dtype="uint16", overflow=word) for word in ("raise", "saturate")
    )
    assert wide.problem == clipped.problem
    assert "clipped" not in clipped.explain()


def test_fortran_order_and_out() -> None:
    x = np.asfortranarray(samples("uint8", (200, 210)))
    k = kernel("outer", (5, 5)) / 90
    out = np.empty((210, 200), "uint8").T
    same = iw.convolve(x, k, overflow="saturate", out=out)
    assert same is out
    np.testing.assert_array_equal(out, iw.convolve(np.ascontiguousarray(x), k, overflow="saturate"))
    once = x.copy()
    iw.convolve(once, k, overflow="saturate", out=once)
    np.testing.assert_array_equal(once, out)


def test_nothing_to_compute() -> None:
    for dtype in ("float32", "int16"):
        x = np.empty((0, 5), dtype)
        assert iw.convolve(x, [[0.5]], dtype="uint8", overflow="saturate").shape == (0, 5)


def test_plans_are_pickled_and_made_for_shapes() -> None:
    x = samples("uint8", (30, 20))
    k = kernel("outer", (3, 3)) / 40
    plan = iw.plan(x.shape, k, dtype="uint8", overflow="saturate", boundary="renormalize")
    again = pickle.loads(pickle.dumps(plan))
    assert plan.problem.result == again.problem.result == np.uint8
    np.testing.assert_array_equal(plan(x), again(x))
    assert "rounded and clipped to uint8" in plan.explain()


def test_methods_are_measured_on_sums() -> None:
    x = np.random.default_rng(7).random((90, 80), dtype="float32")
    plan = iw.plan(x, np.ones((9, 9)), dtype="uint8", overflow="saturate", measure=True)
    assert "Chosen by measuring" in plan.explain()
    iw.wisdom.forget()


@pytest.mark.parametrize("method", ["direct", "separable", "overlap_save"])
def test_means_of_bytes_stay_within_their_windows(method: str) -> None:
    x = samples("uint8", (90, 95)) // 8 + 200
    x[20:60, 30:70], x[60:90, :40] = 231, 200  # plains of the largest and of the least
    for sigma in (0.7, 1.5, 3.0):
        k = iw.kernels.gaussian(sigma, ndim=2)
        y = iw.convolve(x, k, overflow="saturate", method=method)
        assert y.min() >= 200
        assert y.max() <= 231
        reach = k.shape[0] // 2
        inner = slice(20 + reach, 60 - reach), slice(30 + reach, 70 - reach)
        assert (y[inner] == 231).all()


@pytest.mark.parametrize("size", [(3, 3), (5, 5), (15, 15), (1, 7), (9, 1), (2, 4), (17, 15)])
def test_means_of_bytes_are_the_nearest_numbers(size: tuple[int, int]) -> None:
    x = samples("uint8", (70, 83, 3))
    k = np.full(size, 1 / np.prod(size))
    got = iw.convolve(x, k, axes=(0, 1), overflow="saturate", method="running_sum")
    sums = iw.convolve(x, np.ones(size, int), axes=(0, 1), method="reference").astype(int)
    count = int(np.prod(size))
    twice = 2 * sums + count  # rounding halves up; to even ones where they are odd
    nearest = twice // (2 * count)
    nearest -= (twice % (2 * count) == 0) & (nearest % 2 == 1)
    np.testing.assert_array_equal(got, nearest)


@pytest.mark.parametrize("taps", [np.full((3, 3), 1 / 9), np.array([[0.1, 0.3], [-0.2, 0.9]])])
def test_large_images_are_as_their_parts(taps: np.ndarray) -> None:
    x = np.resize(samples("uint8", (211, 307)), (3001, 2999))  # past the caches
    method = "running_sum" if taps.size == 9 else "direct"
    whole = iw.convolve(x, taps, overflow="saturate", method=method)
    for first in (0, 1400, 2800):
        part = x[first : first + 200]
        near = iw.convolve(part, taps, overflow="saturate", method=method)
        inner = slice(0 if first == 0 else 2, 198)
        np.testing.assert_array_equal(whole[first : first + 200][inner], near[inner])
