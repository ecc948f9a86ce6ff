"""The kernel's gradient against its formula in plain loops, over tiles large and small."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intertwine.engine import kernel_gradient as module
from intertwine.engine.kernel_gradient import kernel_gradient
from intertwine.engine.problem import Axis
from oracles import fold

BOUNDARIES = ("zero", "constant", "nearest", "symmetric", "mirror", "wrap", "renormalize")
ZEROS = ("zero", "renormalize")

#: The length of the signal, of the result and of the kernel along an axis that is not filtered.
FREE = [(1, 1, 1), (3, 3, 1), (3, 3, 3), (1, 3, 3)]


def outside(index, axis, cval):
    """Which sample stands at a place, or the number that does."""
    if axis.boundary in ("zero", "constant", "renormalize"):
        inside = 0 <= index < axis.n
        return index if inside else (cval if axis.boundary == "constant" else 0.0,)
    return fold(index, axis.n, axis.boundary)


def sample(x, place, axes, along, cval):
    """The sample at a place of the endless signal; zeros stand beyond two axes at once."""
    found = list(place)
    for a in sorted(along, key=lambda a: axes[a].boundary not in ZEROS):
        found[a] = outside(place[a], axes[a], cval)
        if isinstance(found[a], tuple):
            return found[a][0]
    return x[tuple(found)]


def loops(x, g, axes, along, shape, cval):
    u = np.zeros(shape, np.result_type(x, g))
    for n in np.ndindex(g.shape):
        for j in np.ndindex(*(axes[a].k if a in along else 1 for a in range(x.ndim))):
            place, tap = list(n), list(n)
            for a, axis in enumerate(axes):
                if a in along:
                    place[a] = n[a] * axis.stride + axis.start + j[a] * axis.dilation
                    tap[a] = j[a]
                else:
                    place[a] = min(n[a], x.shape[a] - 1)
                    tap[a] = min(n[a], shape[a] - 1)
            u[tuple(tap)] += g[n] * sample(x, place, axes, along, cval)
    return u


@st.composite
def filtered(draw, most=9):
    return Axis(
        n=draw(st.integers(1, most)),
        m=draw(st.integers(1, most)),
        k=draw(st.integers(1, 4)),
        start=draw(st.integers(-6, 4)),
        stride=draw(st.integers(1, 2)),
        dilation=draw(st.integers(1, 2)),
        boundary=draw(st.sampled_from(BOUNDARIES)),
    )


@st.composite
def cases(draw):
    lines = [(axis, axis.n, axis.m, axis.k) for axis in draw(st.lists(filtered(), max_size=2))]
    lines += [(draw(filtered(30)),)]
    lines[-1] = (lines[-1][0], lines[-1][0].n, lines[-1][0].m, lines[-1][0].k)
    free = draw(st.lists(st.sampled_from(FREE), max_size=2))
    lines += [(Axis(n, m), n, m, k) for n, m, k in free]
    order = draw(st.permutations(range(len(lines))))
    axes, x, g, shape = zip(*(lines[i] for i in order), strict=True)
    along = sorted(order.index(i) for i in range(len(lines) - len(free)))
    kinds = draw(st.tuples(*[st.sampled_from("fc")] * 2))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x, g = (
        rng.normal(size=size) + 1j * (kind == "c") * rng.normal(size=size)
        for size, kind in zip((x, g), kinds, strict=True)
    )
    x, g = (v if kind == "c" else v.real for v, kind in zip((x, g), kinds, strict=True))
    return x, g, axes, along, shape, 1.5


@pytest.mark.parametrize("together", [module.TOGETHER, 16])
@settings(deadline=None, max_examples=15)
@given(cases())
def test_the_formula(together, case):
    x, g, axes, along, shape, cval = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TOGETHER", together)
        found = kernel_gradient(x, g, axes, along, shape, cval, threads=1)
        again = kernel_gradient(x, g, axes, along, shape, cval, threads=3)
    wanted = loops(x, g, axes, along, shape, cval)
    scale = (abs(x).max() + cval) * abs(g).sum()
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, rtol=0, atol=64 * np.finfo(float).eps * scale)
    np.testing.assert_array_equal(found, again)


def test_types_are_kept():
    line = Axis(n=64, m=64, k=5, start=-2)
    x = np.ones(64, np.float32)
    assert kernel_gradient(x, x, [line], [0], [5]).dtype == np.float32


def test_no_signal_gives_zeros():
    x = np.ones((0, 8))
    found = kernel_gradient(x, x, [Axis(0, 0), Axis(8, 8, 3, -1)], [1], [1, 3])
    np.testing.assert_array_equal(found, np.zeros((1, 3)))


def test_nan_shows():
    x = np.arange(8.0)
    found = kernel_gradient(x, np.where(x == 3, np.nan, x), [Axis(8, 8, 3, -1)], [0], [3])
    assert np.isnan(found).all()
