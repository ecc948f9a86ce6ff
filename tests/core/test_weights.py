"""Results times factors near their ends, or over weights: at every level, and in wrong calls."""

import numpy as np
import pytest

from intertwine import _core

SCRIPT = """
import numpy as np
from intertwine import _core
rng = np.random.default_rng(1)

def places(m, begin, end):
    i = np.arange(m)
    return np.minimum(i, begin) + np.maximum(i - (end - 1), 0)

cases = [
    ((), (), ()), ((1,), (0,), (1,)), ((40,), (3,), (38,)), ((40,), (40,), (40,)),
    ((70_000,), (20_000,), (20_001,)), ((5, 900), (1, 7), (3, 890)),
    ((300, 500), (9, 0), (290, 500)),
    ((80, 90, 3), (5, 6, 0), (80, 70, 3)), ((2, 40, 50), (2, 4, 0), (2, 40, 49)),
    ((3, 1, 2, 4), (0, 0, 1, 4), (2, 1, 2, 4)),
]
seen = 0
for shape, begin, end in cases:
    ways = [places(*way) for way in zip(shape, begin, end)]
    table = rng.uniform(0.5, 2, [way[-1] + 1 for way in ways])
    table.flat[0] = np.nan
    weights = _core.WeightTable(table, shape, begin, end)
    assert weights.kept_bytes == table.nbytes
    spread = table[np.ix_(*ways)] if shape else table
    whole = np.zeros(shape, bool)
    whole[tuple(slice(*ends) for ends in zip(begin, end))] = True
    inside = rng.uniform(-1, 1, (*shape, 2))[..., 1]
    sums = [m if m == 3 else 1 for m in shape]
    total, least = rng.uniform(1, 2, sums), rng.uniform(0.5, 1.5, sums)
    weight = inside + spread
    with np.errstate(invalid="ignore"):
        over = np.where(np.abs(weight) > least, total / weight, np.nan)
    for kind in (np.float32, np.float64):
        for order in "CF":
            room = rng.normal(size=(2, *shape)).astype(kind, order=order)
            for threads in (1, 3):
                out = room.copy()
                weights.scale(out[1, ...], threads)
                want = np.where(whole, room[1, ...], room[1, ...] * spread).astype(kind)
                assert np.array_equal(out[1, ...], want, equal_nan=True), (shape, kind, order)
                weights.divide(out[0, ...], inside, total, least, threads)
                want = (room[0, ...] * over).astype(kind)
                assert np.array_equal(out[0, ...], want, equal_nan=True), (shape, kind, order)
                seen += 2
print(_core.level, seen)
"""


@pytest.mark.parametrize("level", _core.levels.split())
def test_every_level_agrees_with_numpy(level, run_at):
    assert run_at(level, SCRIPT) == [level, "160"]


def table(shape=(4, 5), begin=(1, 0), end=(3, 5), entries=(3, 1), kind=float):
    return _core.WeightTable(np.ones(entries, kind), shape, begin, end)


@pytest.mark.parametrize(("options", "text"), [
    ({"entries": (3, 2)}, "table: wrong type, size or order"),
    ({"kind": np.float32}, "table: wrong type, size or order"),
    ({"begin": (1,)}, "begin, end: one an axis"),
    ({"end": (3, 5, 1)}, "begin, end: one an axis"),
    ({"begin": (-1, 0)}, "begin, end: outside the results"),
    ({"end": (5, 5)}, "begin, end: outside the results"),
    ({"begin": (3, 0)}, "begin, end: outside the results"),
    ({"shape": (0, 5), "begin": (0, 0), "end": (0, 5)}, "begin, end: outside the results"),
    ({"shape": (1 << 40,) * 2, "begin": (1 << 40,) * 2, "end": (1 << 40,) * 2},
     "shape: too large"),
    ({"shape": (2**63 - 1, 5), "begin": (0, 0), "end": (1, 1)}, "shape: too large"),
    ({"shape": (1,) * 16, "begin": (0,) * 16, "end": (1,) * 16}, "shape: too many axes"),
])  # fmt: skip
def test_tables_are_checked_again(options, text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        table(**options)


ONES = np.ones((4, 5))
ONE = np.ones((1, 1))


@pytest.mark.parametrize(("call", "text"), [
    (lambda t: t.scale(np.ones((4, 5), int), 1), "out: no float32 or float64"),
    (lambda t: t.scale(np.ones(4), 1), "out: wrong number of axes"),
    (lambda t: t.scale(np.ones((5, 4)), 1), "out: has another shape"),
    (lambda t: t.scale(np.ones((4, 5)), 0), "threads: less than 1"),
    (lambda t: t.divide(ONES.copy(), ONES.astype("f4"), ONE, ONE, 1),
     "inside, total, least: no float64"),
    (lambda t: t.divide(ONES.copy(), ONES, ONE[0], ONE, 1),
     "inside, total, least: wrong number of axes"),
    (lambda t: t.divide(ONES.copy(), ONES.T, ONE, ONE, 1), "inside, total, least: sizes differ"),
    (lambda t: t.divide(ONES.copy(), ONES, ONES[:2, :1].copy(), ONES[:2, :1].copy(), 1),
     "inside, total, least: sizes differ"),
    (lambda t: t.divide(ONES.copy(), ONES, ONE, ONES[:, :1].copy(), 1),
     "least: wrong type, size or order"),
    (lambda t: t.divide(ONES.copy(), ONES, ONES[:, ::3], ONE, 1),
     "total: wrong type, size or order"),
])  # fmt: skip
def test_sizes_are_checked_again(call, text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        call(table())


def test_results_that_cannot_be_written_are_refused():
    frozen = np.ones((4, 5))
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match=r"^buffer source array is read-only$"):
        table().scale(frozen, 1)
    assert frozen.min() == 1


@pytest.mark.parametrize("shape", [(1, 7, 1), (3, 9, 2), (70, 11, 1), (2, 12, 33), (5, 4, 90)])
def test_sums_over_boxes(shape):
    rng = np.random.default_rng(3)
    low = np.array([0, 2, 1, 3, 4])
    high = np.array([4, 2, shape[1], shape[1], 4])
    whole = rng.integers(-(1 << 62), 1 << 62, shape)  # sums wrap
    for numbers in (whole, rng.integers(-99, 99, shape) / 8):
        out = np.empty((shape[0], 5, shape[2]), numbers.dtype)
        _core.box_sums(numbers, low, high, out)
        boxes = zip(low, high, strict=True)
        want = np.stack([numbers[:, a:b].sum(axis=1) for a, b in boxes], axis=1)
        np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize(("low", "high", "out", "text"), [
    ([0, 1], [2], (2, 2, 3), "box_sums: low and high differ"),
    ([0], [2], (2, 2, 3), "box_sums: sizes differ"),
    ([0], [2], (2, 1, 2), "box_sums: sizes differ"),
    ([0], [5], (2, 1, 3), "box_sums: outside the taps"),
    ([-1], [2], (2, 1, 3), "box_sums: outside the taps"),
    ([3], [2], (2, 1, 3), "box_sums: outside the taps"),
])  # fmt: skip
def test_boxes_are_checked_again(low, high, out, text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        _core.box_sums(np.ones((2, 4, 3)), np.array(low), np.array(high), np.ones(out))
