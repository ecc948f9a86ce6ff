"""How Intertwine is called: the public function, its plans cached as in any program."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from benchmarks.case import Case, Contender

NAME = "intertwine"


def contender(case: Case, threads: int, method: str = "auto") -> Contender:
    """Return the calls to time; `method` forces one."""
    kept = case.empty()

    def convolve(out: np.ndarray | None) -> np.ndarray:
        return answer(case, case.boundary, threads, method, out)

    return Contender(lambda: convolve(None), lambda: convolve(kept), case.boundary)


def answer(
    case: Case,
    boundary: str,
    threads: int,
    method: str = "auto",
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Convolve, in one call also with many kernels."""
    return iw.convolve(
        case.x,
        case.taps.array,
        axes=case.axes,
        boundary=boundary,
        method=method,
        precision=case.precision,
        overflow="saturate" if case.rounds else "raise",
        out=out,
        threads=threads,
    )


def plan(case: Case, method: str = "auto") -> iw.engine.plan.Plan:
    """Return the plan of the case."""
    return iw.plan(
        case.x,
        case.taps.array,
        axes=case.axes,
        boundary=case.boundary,
        method=method,
        precision=case.precision,
        overflow="saturate" if case.rounds else "raise",
    )


def methods(case: Case, at_most: float = 20.0) -> dict[str, float]:
    """Predicted seconds of the methods that can be forced, but for hopeless ones."""
    able = {c.method.NAME: c.seconds for c in plan(case).candidates if not c.reason}
    best = min(able.values())
    return {name: seconds for name, seconds in able.items() if seconds <= at_most * best}
