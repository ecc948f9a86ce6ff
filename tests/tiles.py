"""Tiles of a chosen shape, and answers that must be the same on any number of threads."""

from dataclasses import replace

import numpy as np

import intertwine as iw
from intertwine.engine.methods import overlap_save


def forced(monkeypatch, tile, folded=-1):
    """Let overlap_save take this tile, whatever its cost model says."""
    model = overlap_save._tiling

    def chosen(axes, precision, whole, machine):
        found = model(axes, precision, whole, machine)
        return None if found is None else replace(found, tile=tile, folded=folded)

    monkeypatch.setattr(overlap_save, "_tiling", chosen)
    iw.release_memory()  # plans that were made with other tiles


def answers(x, k, method, boundary):
    """The answer on one, two and eight threads, which must be the same to the bit."""
    plan = iw.plan(x, k, method=method, boundary=boundary)
    one, two, eight = (plan(x, threads=threads) for threads in (1, 2, 8))
    assert one.tobytes() == two.tobytes() == eight.tobytes()
    return one, plan.error


def agree(y, bound, x, k, boundary):
    wide = x.astype("complex128" if x.dtype.kind == "c" else "float64")
    want = iw.convolve(wide, k, boundary=boundary, method="direct")
    scale = np.abs(k).sum() * np.abs(x).max()
    assert np.abs(y - want).max() <= bound * scale
