"""Norms and scores from sums over windows: at every SIMD level, and in calls that are wrong."""

import numpy as np
import pytest

from intertwine import _core
from intertwine.engine import normalising

SCRIPT = """
import numpy as np
from intertwine import _core
rng = np.random.default_rng(1)
for kind in (np.float32, np.float64):
    for places in (1, 7, 511, 512, 1500):  # around the pieces in which it works
        sums = rng.normal(size=(3, places))
        squares = sums**2 / 5 + rng.random((3, places))
        floor, share = np.array([0.2, 0.5, 0.9]), 0.05
        part = sums**2 / 5
        power = squares - part
        bound = floor[:, None] + share * part
        clear = np.abs(power - bound) > 1e-9
        out = np.empty(sums.shape, kind)
        lost = _core.norms(sums, squares, floor, 1 / 5, share, out)
        expected = np.where(power > bound, np.sqrt(power), np.nan).astype(kind)
        assert clear.all()
        assert lost == np.isnan(out).any()
        assert np.array_equal(np.isnan(out), np.isnan(expected))
        bound = 4 * np.finfo(kind).eps + 1e-14 / floor.min()
        assert np.nanmax(np.abs(out / expected - 1), initial=0) < bound, places
        products = rng.normal(size=(2, 3, places)).astype(kind)
        held = np.clip(products / out, -1, 1)
        _core.scores(out, products)
        assert np.array_equal(products, held, equal_nan=True)
print(_core.level)
"""


@pytest.mark.parametrize("level", _core.levels.split())
def test_every_level_agrees_with_numpy(level, run_at):
    assert run_at(level, SCRIPT) == [level]


def test_none_is_lost_where_all_are_above_the_floor():
    out = np.empty((1, 3))
    sums, squares = np.array([[1.0, 2, 3]]), np.array([[1.0, 3, 7]])
    assert not normalising.norms(sums, squares, 2, np.array([0.4]), 0.0, out)
    assert (out**2).ravel() == pytest.approx([0.5, 1, 2.5])
    assert normalising.norms(sums, squares, 2, np.array([0.5]), 0.0, out)
    assert np.isnan(out).tolist() == [[True, False, False]]


@pytest.mark.parametrize(("call", "text"), [
    (lambda a, b: _core.norms(a, b[:5], b[:1], 1, 0, b.copy()), "norms: sizes differ"),
    (lambda a, b: _core.norms(a, b, b[:1], 1, 0, b[:5].copy()), "norms: sizes differ"),
    (lambda a, b: _core.norms(a, b, b[:4], 1, 0, b.copy()), "norms: floor has a wrong size"),
    (lambda a, b: _core.norms(a, b, b[:0], 1, 0, b.copy()), "norms: floor has a wrong size"),
    (lambda a, b: _core.scores(a, b[:5].copy()), "scores: sizes differ"),
    (lambda a, b: _core.scores(a[:0], b.copy()), "scores: sizes differ"),
])  # fmt: skip
def test_sizes_are_checked_again(call, text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        call(np.ones(6), np.ones(6))


def test_other_types_and_orders_are_refused():
    ones = np.ones((4, 6))
    with pytest.raises(TypeError):
        _core.scores(ones[0], np.ones(6, np.float32))
    with pytest.raises(TypeError):
        _core.norms(ones, ones, ones[0, :1], 1.0, 0.0, np.ones((6, 4), order="F").T[:, ::2])
    with pytest.raises(TypeError):
        _core.norms(ones, ones, ones[0, :1], 1.0, 0.0, np.ones((4, 6), int))
    frozen = np.ones(6)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        _core.scores(ones[0], frozen)
