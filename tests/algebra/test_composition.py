"""The laws of composing, adding and scaling; whole taps, so that equality is exact."""

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intertwine as iw
from algebra.drawn import INEXACT, WHOLE, families, kernels, signal
from intertwine import Kernel
from intertwine.base.errors import DTypeError, OptionError, ShapeError

#: Adding one product after the other is exact on whole numbers.
convolve = partial(iw.convolve, method="direct")
few = settings(max_examples=50)

EXACT = ("int8", "int32", "int64", "float32", "float64", "complex64", "complex128", "bool")


def delta(k):
    return Kernel(np.ones((1,) * k.ndim, np.int64))


def slow_product(k, h):
    """The full convolution in Python's own numbers."""
    shape = [a + b - 1 for a, b in zip(k.shape, h.shape, strict=True)]
    full = np.zeros(shape, object)
    for i in itertools.product(*map(range, k.shape)):
        for j in itertools.product(*map(range, h.shape)):
            full[tuple(np.add(i, j))] += k.taps[i].item() * h.taps[j].item()
    return full


@few
@given(families(2))
def test_composition_is_full_convolution_and_origins_add(pair):
    k, h = pair
    product = k * h
    assert product.taps.tolist() == slow_product(k, h).tolist()
    assert product.origin == tuple(np.add(k.origin, h.origin))


@few
@given(families(3, EXACT))
def test_composition_is_commutative_associative_and_distributive(three):
    k, h, g = three
    assert k * h == h * k
    assert (k * h) * g == k * (h * g)
    left, right = k * (h + g), k * h + k * g
    assert left.isclose(right, 0)
    assert (k * h - k * g).isclose(k * (h - g), 0)
    assert k * delta(k) == k


@few
@given(families(2, EXACT))
def test_the_mirror_of_a_composition_composes_the_mirrors(pair):
    k, h = pair
    assert ~(k * h) == ~k * ~h
    assert (k * h).conjugate() == k.conjugate() * h.conjugate()


@few
@given(families(2, EXACT))
def test_sums_are_multiplied_and_added(pair):
    k, h = pair
    assert (k * h).sum == k.sum * h.sum
    assert (k + h).sum == k.sum + h.sum
    assert (k - h).isclose(-(h - k), 0)
    assert (3 * k).sum == 3 * k.sum
    assert (k + k).isclose(2 * k, 0)
    assert (2 * k / 2).isclose(k, 0)


@few
@given(families(2, ("int32", "float64", "complex128")))
def test_applying_a_composition_applies_both_away_from_borders(pair):
    k, h = pair
    x = signal(k * h, dtype=(k * h).dtype)
    once = convolve(x, k * h, mode="valid")
    twice = convolve(convolve(x, h, mode="valid"), k, mode="valid")
    assert once.tolist() == twice.tolist()


@few
@given(families(2, ("int32", "float64", "complex128")))
def test_applying_a_composition_applies_both_everywhere_where_nothing_is_cut(pair):
    k, h = pair
    x = signal(k * h, dtype=(k * h).dtype)
    wrapped = convolve(convolve(x, h, boundary="wrap"), k, boundary="wrap")
    np.testing.assert_array_equal(convolve(x, k * h, boundary="wrap"), wrapped)
    full = {"mode": "full", "boundary": "zero"}
    np.testing.assert_array_equal(
        convolve(x, k * h, **full), convolve(convolve(x, h, **full), k, **full)
    )


@few
@given(kernels(("int32", "float64", "complex128")))
def test_the_mirror_is_the_adjoint(k):
    x = signal(k, 1, dtype=complex)
    y = signal(k, 2, dtype=complex) * (1 + 2j)
    here = np.vdot(y, convolve(x, k, boundary="zero"))
    there = np.vdot(convolve(y, ~k, boundary="zero"), x)
    assert here == there


@few
@given(kernels(EXACT, longest=3), st.integers(0, 3), st.integers(0, 3))
def test_power_laws(k, m, n):
    assert k**m * k**n == k ** (m + n)
    assert (k**m) ** n == k ** (m * n)
    assert k**0 == delta(k)
    assert k**1 == k
    assert ~(k**n) == (~k) ** n


@few
@given(kernels())
def test_autocorrelation_is_its_own_mirror_with_the_energy_in_the_middle(k):
    own = k.autocorrelation()
    assert own == ~own
    wide = k.taps.astype(complex)
    assert own.taps[own.origin] == (wide.real**2 + wide.imag**2).sum()


@pytest.mark.parametrize("first", [*WHOLE, *INEXACT])
@pytest.mark.parametrize("second", [*WHOLE, *INEXACT])
def test_types_of_compositions(first, second):
    k, h = Kernel(np.ones(2, first)), Kernel(np.ones(3, second))
    whole = first in WHOLE and second in WHOLE
    expected = np.dtype("int64") if whole else np.result_type(first, second)
    assert (k * h).dtype == (k + h).dtype == expected


def test_integers_never_wrap():
    big = Kernel(np.array([200, 100, 255], np.uint8))
    assert (big * big).taps.tolist() == [40000, 40000, 112000, 51000, 65025]
    assert (big + big).taps.tolist() == [400, 200, 510]
    assert (-big).taps.tolist() == [-200, -100, -255]
    assert (Kernel([2**62]) + Kernel([2**62])).taps.tolist() == [2**63]
    assert (Kernel([2**40, 1]) * Kernel([2**22, -1])).taps.tolist() == [2**62, 2**22 - 2**40, -1]
    assert (Kernel([2**62, -(2**62)]) * Kernel([1, 1])).taps.tolist() == [2**62, 0, -(2**62)]
    binomial = Kernel([1, 1]) ** 62
    assert max(binomial.taps.tolist()) == 465428353255261088


def test_scalars():
    k = Kernel([1, 2], origin=1)
    assert (2 * k).taps.tolist() == (k * 2).taps.tolist() == [2, 4]
    assert (k * 0.5).dtype == np.float64
    assert (np.float32(2) * Kernel(np.ones(2, np.float32))).dtype == np.float32
    assert (1j * k).taps.tolist() == [1j, 2j]
    assert (k / 4).taps.tolist() == [0.25, 0.5]
    assert (+k) is k
    assert (-k).origin == (1,)


def test_isclose_looks_at_places_not_at_shapes():
    k = Kernel([1.0, 2, 3])
    assert k.isclose(Kernel([0, 1, 2, 3, 0]))
    assert k.isclose(Kernel([1, 2, 3 + 2e-9]))
    assert not k.isclose(Kernel([1, 2, 3 + 4e-9]))
    assert k.isclose(Kernel([1, 2, 3.5]), atol=0.5)
    assert not k.isclose(Kernel([1, 2, 3], origin=0))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: Kernel([1, 2]) * Kernel([[1]]),
            ShapeError,
            "k * h: one kernel has 1 axis and the other 2.\n  shapes: (2,) and (1, 1)\n"
            "  Give both the same axes: k.outer(h) appends those of h.",
        ),
        (
            lambda: Kernel([2**62, 1]) * Kernel([4]),
            DTypeError,
            "k * h: a tap becomes 18446744073709551616, beyond 64-bit integers "
            "(18446744073709551615).\n"
            "  Divide the taps first, or make them floats: 1.0 * k.",
        ),
        (
            lambda: Kernel([10**6, 1]) ** 4,
            DTypeError,
            "k * h: a tap becomes 1000000000000000000000000, beyond 64-bit integers "
            "(18446744073709551615).\n"
            "  Divide the taps first, or make them floats: 1.0 * k.",
        ),
        (
            lambda: Kernel([2**62, -1]) * Kernel([-4]),
            DTypeError,
            "k * h: a tap becomes -18446744073709551616, beyond 64-bit integers "
            "(-9223372036854775808).\n"
            "  Divide the taps first, or make them floats: 1.0 * k.",
        ),
        (
            lambda: 2**31 * Kernel([2**32, -(2**32)]),
            DTypeError,
            "scalar * k: a tap becomes 9223372036854775808, beyond signed 64-bit integers "
            "(9223372036854775807).\n"
            "  Divide the taps first, or make them floats: 1.0 * k.",
        ),
        (
            lambda: 3**2000 * Kernel([2, -1]),
            DTypeError,
            "scalar * k: a tap becomes about 2**3170, beyond 64-bit integers "
            "(9223372036854775807).\n"
            "  Divide the taps first, or make them floats: 1.0 * k.",
        ),
        (
            lambda: Kernel([1e200]) * Kernel([1e200]),
            OptionError,
            "k * h: taps leave the range of float64 (to 1.798e+308).\n"
            "  Divide the kernels by their largest taps first.",
        ),
        (
            lambda: float("nan") * Kernel([1]),
            OptionError,
            "scalar * k: nan is not finite.\n  Pass a finite number.",
        ),
        (lambda: Kernel([1]) / 0, OptionError, "k / scalar: division by zero."),
        (
            lambda: Kernel([1]) ** 0.5,
            OptionError,
            "k ** n: n is 0.5, not a whole number.\n  Write k.power(0.5).",
        ),
        (
            lambda: Kernel([1]) ** -1,
            OptionError,
            "k ** n: n is -1, below 0.\n  Write k.power(-1), or k.inverse().",
        ),
        (
            lambda: Kernel([1]) ** "2",
            OptionError,
            "k ** n: n must be a whole number, not '2'.",
        ),
        (
            lambda: Kernel([1]).isclose([1]),
            DTypeError,
            "isclose: the other is list [1], not a Kernel.\n  Write Kernel(taps, origin).",
        ),
        (
            lambda: Kernel([1]).isclose(Kernel([1]), rtol=-1),
            OptionError,
            "isclose: `rtol=-1` must be a finite number from 0 up.",
        ),
    ],
)
def test_refusals(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value) == text


@pytest.mark.parametrize("other", [[1, 2], "k", None, np.ones(2)])
def test_other_things_are_left_to_python(other):
    for operation in ("__mul__", "__rmul__", "__add__", "__sub__", "__truediv__"):
        assert getattr(Kernel([1, 2]), operation)(other) is NotImplemented
    with pytest.raises(TypeError):
        Kernel([1, 2]) + other
