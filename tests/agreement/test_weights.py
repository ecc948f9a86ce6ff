"""Outputs rescaled to the kernel's full weight: kept or not, near the ends or everywhere."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import banks
import intertwine as iw
import oracles
from cases import MODES, Case, check
from intertwine.engine import weights

#: Kernels smaller than the data, as large, and larger; on one axis, two and three.
SIZES = [
    ((23,), (4,)), ((9,), (9,)), ((6,), (17,)), ((11, 8), (3, 4)), ((7, 6), (13, 12)),
    ((5, 9), (9, 2)), ((4, 5, 6), (3, 2, 11)),
]  # fmt: skip
STEPS = [(1, 1), (2, 1), (1, 3), (3, 2)]
BORDERS = ["renormalize", ("renormalize", "zero"), ("mirror", "renormalize"),
           ("constant", "renormalize"), ("renormalize", "wrap")]  # fmt: skip


def fits(case):
    """Whether `case` has outputs and as many borders as axes."""
    lengths = zip(case.shape, case.size, strict=True)
    inside = all((k - 1) * case.dilation < n for n, k in lengths)
    words = 1 if isinstance(case.boundary, str) else len(case.boundary)
    return (case.mode != "valid" or inside) and words in (1, len(case.shape))


def cases(**more):
    every = product(SIZES, MODES, STEPS, BORDERS)
    found = [
        Case(n, k, boundary=b, mode=m, stride=s, dilation=d, **more)
        for (n, k), m, (s, d), b in every
    ]
    return [case for case in found if fits(case)]


@pytest.mark.parametrize("method", ["direct", "overlap_save"])
@pytest.mark.parametrize("missing", [{}, {"masked": True}, {"specks": 2, "nan": "ignore"}], ids=str)
@pytest.mark.parametrize(
    "types",
    [{}, {"dtype": "float32"}, {"dtype": "complex64"}, {"taps_dtype": "complex128"}],
    ids=str,
)
def test_every_mode_step_and_border(method, missing, types):
    chosen = cases(**missing, **types)
    assert len(chosen) == 173
    few = 5 if types else 1  # the oracle is slow
    assert all(check(case, method) for case in chosen[::few])


@pytest.mark.parametrize("dtype", ["float16", "uint8", "int32"])
def test_other_types(dtype):
    assert all(check(case, "direct") for case in cases(dtype=dtype)[::3])


@pytest.mark.parametrize("missing", [{}, {"masked": True}], ids=str)
@pytest.mark.parametrize("taps", ["float64", "complex128"])
@pytest.mark.parametrize("kernels", [(3,), (4, 1)])
def test_banks(missing, taps, kernels):
    for border in BORDERS:
        case = Case((9, 8, 3), (4, 3), boundary=border, axes=(0, 1), taps_dtype=taps, **missing)
        assert banks.check(banks.Bank(case, kernels), "direct")


def signed(rng, size):
    """Taps of very unlike sizes whose sums over boxes nearly cancel."""
    taps = rng.normal(size=size) * 10.0 ** rng.integers(-12, 3, size)
    return taps - taps.mean() + 1e-6 * np.abs(taps).sum() / taps.size


@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e300])
@pytest.mark.parametrize(
    ("shape", "size"), [((40,), (60,)), ((9, 70), (11, 65)), ((70, 5), (69, 4))]
)
def test_weights_are_exact_to_a_rounding(shape, size, scale):
    taps = signed(np.random.default_rng(8), size) * scale
    problem = iw.plan(np.ones(shape), taps, boundary="renormalize").problem
    sums = weights._BoxSums(problem, range(len(shape)))
    array = np.array([Fraction(float(t)) for t in problem.taps.array.flat]).reshape(size)
    total = float(sum(abs(t) for t in array.flat))
    lines = []
    for a, (begin, end) in zip(problem.axes, sums.whole, strict=True):
        taken = range(a.m) if begin == a.m else [*range(begin + 1), *range(end, a.m)]
        lines.append([[j for j in range(a.k) if 0 <= n + a.start + j < a.n] for n in taken])
    # The whole multiples of a unit of 2^-60 of the sum at most are exact, what is left is less.
    eps = np.finfo(float).eps
    rest = taps.size**2 * eps * 2.0**-60 * total
    assert sums.values.shape == tuple(len(line) for line in lines)
    for place in np.ndindex(sums.values.shape):
        boxes = np.ix_(*(line[i] for line, i in zip(lines, place, strict=True)))
        want = array[boxes].sum()
        off = abs(Fraction(float(sums.values[place])) - want)
        assert off <= Fraction(eps) * abs(want) + Fraction(rest)


@pytest.mark.parametrize("method", ["direct", "overlap_save"])
@pytest.mark.parametrize("taps", [1.0, 1j])
@pytest.mark.parametrize("options", [{}, {"mask": np.arange(40) % 5 > 0}])
def test_weights_too_large_to_keep_are_worked_out_again(monkeypatch, method, taps, options):
    rng = np.random.default_rng(9)
    x, k = rng.normal(size=(30, 40)), taps * rng.uniform(0.5, 1, (15, 33))
    call = {"boundary": ("renormalize", "zero"), "method": method, **options}
    kept = iw.plan(x, k, **call)
    assert kept.kept_bytes > iw.plan(x, k, boundary="zero", method=method).kept_bytes
    monkeypatch.setattr(weights, "MOST_KEPT_BYTES", 0)
    again = weights.Division(kept.problem)
    assert again.kept_bytes == 0
    y = kept(x, **options)
    monkeypatch.setattr(kept, "_division", again)
    monkeypatch.setattr(kept, "call", None)
    np.testing.assert_array_equal(kept(x, **options), y)


def test_a_plan_keeps_what_outputs_near_the_ends_are_rescaled_by():
    x, k = np.ones((300, 200), np.float32), np.ones((5, 3), np.float32)
    kept = [
        iw.plan(x, k, method="direct", boundary=b).kept_bytes for b in ("renormalize", "mirror")
    ]
    assert kept[0] - kept[1] == 8 * 5 * 3  # two at either end, one for all between, and so on


@pytest.mark.parametrize("method", ["direct", "overlap_save"])
@pytest.mark.parametrize("sign", [1, -1])
def test_nan_and_infinities_near_the_ends(method, sign):
    rng = np.random.default_rng(10)
    x, k = rng.uniform(1, 2, (60, 70)), sign * rng.uniform(0.5, 1, (9, 8))
    x[0, 3], x[59, 68], x[30, 0], x[20, 30] = np.nan, np.inf, -np.inf, np.inf
    want = oracles.convolve(x, k, boundary="renormalize", adding=oracles.shifts)
    plan = iw.plan(x, k, boundary="renormalize", method=method)
    for y in (plan(x), plan(x), plan(x, out=np.empty_like(x.T).T)):
        np.testing.assert_array_equal(np.isnan(y), np.isnan(want))
        np.testing.assert_array_equal(np.isposinf(y), np.isposinf(want))
        np.testing.assert_array_equal(np.isneginf(y), np.isneginf(want))
    assert np.isnan(want).sum() == 5 * 8  # outputs whose window holds the one in the first row
