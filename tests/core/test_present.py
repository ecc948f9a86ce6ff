"""Samples put aside: at every level, on every number of threads, and in wrong calls."""

import numpy as np
import pytest

from intertwine import _core

SCRIPT = """
import numpy as np
from intertwine import _core
rng = np.random.default_rng(2)
seen = 0
for kind in "fdFD":
    for count in (1, 31, 511, 513, 200_001):
        x = rng.normal(size=count).astype(kind)
        if kind in "FD":
            x.imag = rng.normal(size=count)
            x.imag[rng.random(count) < 0.01] = np.inf
        x.real[rng.random(count) < 0.02] = np.nan
        x.real[rng.random(count) < 0.02] = -np.inf
        x[-1] = 1e30 if kind in "fF" else 1e300
        for mask in (None, rng.random(count) < 0.7, np.arange(count) < count):
            for finite in (False, True):
                if mask is None and not finite:
                    continue
                want = np.ones(count, bool) if mask is None else mask.copy()
                if finite:
                    want &= np.isfinite(x)
                for threads in (1, 4):
                    clean, present = np.full_like(x, 9), np.zeros(count, bool)
                    assert _core.put_aside(x, mask, finite, None, None, threads) != want.all()
                    found = _core.put_aside(x, mask, finite, clean, present, threads)
                    assert found != want.all()
                    assert np.array_equal(present, want)
                    assert np.array_equal(clean, np.where(want, x, 0), equal_nan=True)
                    seen += 1
print(_core.level, seen)
"""


@pytest.mark.parametrize("level", _core.levels.split())
def test_every_level_agrees_with_numpy(level, run_at):
    assert run_at(level, SCRIPT) == [level, "200"]


X, MASK = np.ones(4), np.ones(4, bool)


@pytest.mark.parametrize(("arguments", "text"), [
    ((X, MASK[:3], False, None, None, 1), "mask: has another size"),
    ((X, MASK, False, X.copy(), None, 1), "clean, present: both or none"),
    ((X, MASK, False, X[:3].copy(), MASK.copy(), 1), "clean, present: sizes differ"),
    ((X, MASK, False, X.copy(), MASK[:2].copy(), 1), "clean, present: sizes differ"),
    ((X, None, False, None, None, 1), "mask: none, and NaN are no matter"),
    ((X, MASK, False, None, None, 0), "threads: less than 1"),
])  # fmt: skip
def test_arguments_are_checked_again(arguments, text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        _core.put_aside(*arguments)


def test_other_types_are_refused():
    with pytest.raises(TypeError):
        _core.put_aside(np.ones(4, int), MASK, False, None, None, 1)
    with pytest.raises(TypeError):
        _core.put_aside(X, MASK.view(np.uint8), False, None, None, 1)
