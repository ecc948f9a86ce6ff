"""How Intertwine is called: the public function, its plans cached as in any program."""

from __future__ import annotations

from collections.abc import Iterator

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
    """Convolve; several kernels are taken one by one, all images of a channel at once."""
    if not case.taps.many:
        return iw.convolve(
            case.x,
            case.taps.array,
            axes=case.axes,
            boundary=boundary,
            method=method,
            out=out,
            threads=threads,
        )
    out = np.empty(case.out_shape, case.result) if out is None else out
    for x, taps, y in one_kernel_each(case, out):
        iw.convolve(
            x, taps, axes=case.axes, boundary=boundary, method=method, out=y, threads=threads
        )
    return out


def one_kernel_each(
    case: Case, out: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield (samples, taps, answer) of each kernel, channels being the axis before the last."""
    for j, taps in enumerate(case.taps.array):
        channel = (..., j, *(slice(None),) * case.taps.ndim)
        yield case.x[channel] if case.x.ndim > case.taps.ndim else case.x, taps, out[channel]


def plan(case: Case, method: str = "auto") -> iw.engine.plan.Plan:
    """Return the plan of the case, of its first kernel when there are several."""
    if not case.taps.many:
        x, taps = case.x, case.taps.array
    else:
        x, taps, _ = next(one_kernel_each(case, np.empty(case.out_shape, case.result)))
    return iw.plan(x, taps, axes=case.axes, boundary=case.boundary, method=method)


def methods(case: Case, at_most: float = 20.0) -> dict[str, float]:
    """Predicted seconds of the methods that can be forced, but for hopeless ones."""
    able = {c.method.NAME: c.seconds for c in plan(case).candidates if not c.reason}
    best = min(able.values())
    return {name: seconds for name, seconds in able.items() if seconds <= at_most * best}
