"""Trimming, embedding, turning and joining."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algebra.drawn import INEXACT, WHOLE, kernels
from intertwine import Kernel
from intertwine import kernels as named
from intertwine.base.errors import OptionError, ShapeError

few = settings(max_examples=40)


@few
@given(kernels(), st.integers(0, 4), st.integers(0, 4))
def test_trimming_undoes_embedding(k, before, after):
    shape = [n + before + after for n in k.shape]
    larger = k.embedded(shape, [at + before for at in k.origin])
    assert larger.isclose(k, 0)
    assert larger.trimmed() == k.trimmed()
    assert larger.dtype == k.dtype


def test_trimming_keeps_the_origin_and_drops_what_is_small():
    assert Kernel([0, 0, 1, 2], origin=0).trimmed().taps.tolist() == [0, 0, 1, 2]
    assert Kernel([1e-9, 1, 1e-9]).trimmed(1e-8).taps.tolist() == [1]
    assert Kernel([[0, 0], [0, 0]], origin=(1, 1)).trimmed().shape == (1, 1)


@few
@given(kernels(ndim=2), st.integers(-5, 5))
def test_quarter_turns_are_exact(k, quarters):
    turned = k.rotated(90 * quarters).trimmed()
    assert turned.dtype == k.dtype
    size = 2 * max(k.shape) + 1
    middle = k.embedded((size, size), (size // 2, size // 2))
    expected = Kernel(np.rot90(middle.taps, quarters), (size // 2, size // 2))
    assert turned == expected.trimmed()


@few
@given(kernels((*WHOLE, "float64", "complex128"), ndim=2), st.floats(-360, 360))
def test_moments_to_order_three_are_turned(k, angle):
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    turned = k.rotated(angle)
    rows, columns = np.indices(k.shape)
    down, right = rows - k.origin[0], columns - k.origin[1]
    down, right = c * down - s * right, s * down + c * right
    raw = turned.moments(3).raw
    for a in range(4):
        for b in range(4 - a):
            expected = (k.taps * down**a * right**b).sum()
            assert abs(raw[a, b] - expected) <= 1e-9 * max(1, k.norm(1)) * 10.0 ** (a + b)


def test_turning_other_axes_and_lopsided_types():
    k = Kernel(np.arange(8.0).reshape(2, 2, 2), origin=(0, 0, 0))
    assert k.rotated(90, axes=(0, 2)).isclose(Kernel(np.rot90(k.taps, axes=(0, 2)), (1, 0, 0)), 0)
    for dtype in INEXACT:
        assert Kernel(np.ones((2, 3), dtype)).rotated(33).dtype == dtype
    assert Kernel(np.ones((2, 3), np.int8)).rotated(33).dtype.kind == "f"
    assert named.identity(ndim=2).rotated(33).trimmed(1e-15) == named.identity(ndim=2)


@few
@given(kernels(ndim=1), kernels(ndim=2))
def test_outer_products(k, h):
    product = k.outer(h)
    assert product.origin == (*k.origin, *h.origin)
    assert (
        product.taps.tolist()
        == np.multiply.outer(k.taps.astype(product.dtype), h.taps.astype(product.dtype)).tolist()
    )
    assert Kernel(np.array([200], np.uint8)).outer(Kernel([2])).taps.tolist() == [[400]]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: Kernel([1, 2, 3]).embedded(2),
            ShapeError,
            "embedded: the 3 taps of axis 0 would lie at -1 to 1, outside the 2 of the new shape.\n"
            "  kernel: shape (3,), origin (1,)    new: shape (2,), origin (0,)\n"
            "  Pass a larger shape or another origin, or trim the kernel.",
        ),
        (
            lambda: Kernel([1]).embedded((3, 3)),
            ShapeError,
            "`shape` (3, 3) names 2 axes, not 1.",
        ),
        (
            lambda: Kernel([1]).embedded("3"),
            OptionError,
            "`shape` must be integers, one for each axis, not '3'.",
        ),
        (
            lambda: Kernel([1]).rotated(10),
            ShapeError,
            "rotated: a kernel of 1 axis has no plane to turn in.\n"
            "  Join another first: k.outer(h).",
        ),
        (
            lambda: Kernel([[1]]).rotated(10, axes=(0, 2)),
            OptionError,
            "rotated: `axes` (0, 2) are no two of the 2 axes.",
        ),
        (
            lambda: Kernel([[1]]).rotated(float("nan")),
            OptionError,
            "rotated: `angle_deg=nan` must be a finite number.",
        ),
        (
            lambda: Kernel([1]).trimmed(-1),
            OptionError,
            "trimmed: `tol=-1` must be a finite number from 0 up.",
        ),
    ],
)
def test_refusals(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value) == text
