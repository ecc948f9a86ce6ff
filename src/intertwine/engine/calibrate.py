"""Measure this machine: a few dozen small problems, and the constants that explain their times.

The fit knows nothing of the methods: it asks each for its cost and looks how that changes with
every constant. A constant that no probe depends on stays as shipped.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine import machine as machines
from intertwine.engine import missing
from intertwine.engine.arguments import Options, parse
from intertwine.engine.machine import Machine, Rates
from intertwine.engine.methods import BY_NAME
from intertwine.engine.plan import CACHE, Plan
from intertwine.engine.planes import runs
from intertwine.engine.problem import Problem

#: Seconds spent on each probe.
BUDGET = 0.02

#: How strongly constants stay as shipped where the probes say little, beside one probe's word.
PRIOR = 0.1

#: Steps of the fit, the step for its slopes, and how far constants may move: logarithms.
STEPS, SLOPE, FARTHEST = 6, 0.05, 3.5

Progress = Callable[[str, int, int], None]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Probe:
    """A problem for one method: data of a shape under random taps, a product, a box or a bell.

    "weights" are random taps too, over which outputs are divided by the weight inside.
    """

    method: str
    shape: tuple[int, ...]
    taps: tuple[int, ...]
    kind: str = "random"
    dtype: str = "float32"

    def data(self) -> NDArray[Any]:
        values = np.random.default_rng(0).integers(-9, 9, self.shape)
        return values.astype(self.dtype)

    def problem(self, x: NDArray[Any]) -> Problem:
        exact = self.dtype == "int64"
        taps = np.random.default_rng(1).integers(1, 9, self.taps).astype("i8" if exact else "f8")
        if self.kind == "product":
            taps = np.ones_like(taps) * np.arange(1, self.taps[-1] + 1)
        if self.kind == "box":
            taps = np.ones_like(taps)
        options = Options(boundary="renormalize") if self.kind == "weights" else Options()
        if self.kind == "bell":
            wide = np.ix_(*(np.linspace(-4, 4, n) for n in self.taps))
            taps = np.exp(-0.5 * sum(at**2 for at in wide))
            options = Options(precision=1e-3)
        problem = parse("calibrate", x, taps, options, flip=True).problem
        return replace(problem, compute="int64") if exact else problem


PROBES = (
    Probe("direct", (8,), (2,)),
    Probe("direct", (512, 512), (3, 3)),
    Probe("direct", (512, 512), (9, 9)),
    Probe("direct", (512, 512), (1, 15)),
    Probe("direct", (200_000,), (31,)),
    Probe("direct", (400,), (150,)),
    Probe("direct", (300, 218), (1, 25)),
    Probe("direct", (70, 34, 88), (5, 1, 11)),
    Probe("direct", (60, 60, 60), (3, 3, 3)),
    Probe("direct", (64, 64, 64), (2, 5, 5)),
    Probe("direct", (16, 6, 7), (9, 9, 5)),
    Probe("direct", (5, 400, 3), (3, 3, 3)),
    Probe("direct", (24, 24), (31, 31)),
    Probe("direct", (256, 256), (7, 7), dtype="float64"),
    Probe("direct", (256, 256), (1, 15), dtype="float64"),
    Probe("direct", (256, 256), (5, 5), dtype="int64"),
    Probe("direct", (256, 256), (1, 9), dtype="int64"),
    Probe("direct", (400, 400), (3, 3), dtype="uint8"),
    Probe("direct", (300, 300), (3, 3), dtype="complex64"),
    Probe("direct", (2, 250_000), (3, 3), "weights"),
    Probe("separable", (512, 512), (5, 5), "product"),
    Probe("separable", (512, 512), (31, 31), "product"),
    Probe("separable", (48, 48, 48), (7, 7, 7), "product"),
    Probe("separable", (40, 50), (61, 71), "product"),
    Probe("separable", (28, 18, 14), (2, 1, 2), "product"),
    Probe("separable", (384, 384), (15, 15), "product", "float64"),
    Probe("separable", (256, 256), (9, 9), "product", "int64"),
    Probe("separable", (300, 300), (9, 9), "product", "complex64"),
    Probe("separable", (400, 400), (11, 11), "product", "uint8"),
    Probe("running_sum", (512, 512), (15, 15), "box"),
    Probe("running_sum", (512, 512), (11, 11), "box", "uint8"),
    Probe("running_sum", (400, 300), (31, 31), "box", "int16"),
    Probe("running_sum", (300_000,), (101,), "box"),
    Probe("running_sum", (64, 64, 64), (5, 5, 5), "box"),
    Probe("overlap_save", (700, 700), (25, 25)),
    Probe("overlap_save", (700, 700), (25, 25), dtype="float64"),
    Probe("overlap_save", (300, 300), (101, 101)),
    Probe("overlap_save", (64, 64), (31, 31)),
    Probe("overlap_save", (43,), (109,)),
    Probe("overlap_save", (7, 3, 3), (5, 4, 7)),
    Probe("overlap_save", (60, 60, 60), (9, 9, 9)),
    Probe("overlap_save", (100_000,), (200,)),
    Probe("overlap_save", (20_000,), (2_000,)),
    Probe("overlap_save", (50_000,), (500,), dtype="float64"),
    Probe("overlap_save", (256, 256), (21, 21), dtype="complex64"),
    Probe("recursive", (400, 500), (81, 81), "bell"),
    Probe("recursive", (300, 300), (81, 1), "bell", "float64"),
    Probe("recursive", (200_000,), (161,), "bell"),
    Probe("reference", (256, 256), (3, 3)),
    Probe("reference", (16, 16), (3, 3)),
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured, how far it is explained, and where it is kept."""

    machine: Machine
    spread: float
    path: Path

    def report(self) -> str:
        """The figures beside those shipped, one a line."""
        lines = [f"{'step':20s} {'here':>12s} {'shipped':>12s}"]
        shipped = _flat(machines.SHIPPED)
        for name, value in _flat(self.machine).items():
            unit = "times" if name == "double" else "ns"
            scale = 1.0 if name == "double" else 1e9
            lines.append(
                f"{name:20s} {value * scale:9.4f} {unit:3s} {shipped[name] * scale:9.4f} {unit}"
            )
        lines.append(f"Half of the predictions are within {self.spread:.0%} of what was measured.")
        return "\n".join([*lines, f"Kept in {self.path}"])


def _flat(machine: Machine) -> dict[str, float]:
    flat = {}
    for name in machine.__dataclass_fields__:
        value = getattr(machine, name)
        if isinstance(value, Rates):
            flat.update({f"{name} {t}": value[t] for t in Rates.__dataclass_fields__})
        else:
            flat[name] = value
    return flat


def _cost(probe: Probe, problem: Problem, machine: Machine) -> float:
    """What the cost model says of a probe."""
    method = BY_NAME[probe.method]
    weights = missing.dividing(problem, machine, everywhere=False)
    return method.cost(problem, machine) * runs(problem, method.TAKES_COMPLEX) + weights


def _machine(logs: Values) -> Machine:
    """The machine whose constants have these logarithms, in the order of `_flat`."""
    constants = iter(np.exp(logs).tolist())
    values: dict[str, Any] = {}
    for name in Machine.__dataclass_fields__:
        if isinstance(getattr(machines.SHIPPED, name), Rates):
            values[name] = Rates(*(next(constants) for _ in Rates.__dataclass_fields__))
        else:
            values[name] = next(constants)
    return Machine(**values)


def measure(probe: Probe) -> tuple[Problem, float]:
    """The probe's problem, and the best time of one call on one thread."""
    x = probe.data()
    problem = probe.problem(x)
    plan = Plan(problem, "calibrate", probe.method)
    out = np.empty(problem.out_shape, problem.result)
    best, end = float("inf"), time.perf_counter() + BUDGET
    while True:
        begin = time.perf_counter()
        plan(x, out=out, threads=1)
        now = time.perf_counter()
        best = min(best, now - begin)
        if now > end:
            return problem, best


def fit(probes: Sequence[Probe], problems: Sequence[Problem], seconds: Sequence[float]) -> Machine:
    """The constants under which the costs come nearest to `seconds`, by ratio (Gauss-Newton)."""
    shipped = np.log(list(_flat(machines.SHIPPED).values()))

    def costs(logs: Values, which: NDArray[np.intp]) -> Values:
        machine = _machine(logs)
        found = [_cost(probes[i], problems[i], machine) for i in which]
        return np.log(np.maximum(found, 1e-12))

    every = np.arange(len(probes))
    matters = np.ones((len(probes), len(shipped)), bool)
    logs = shipped.copy()
    for _ in range(STEPS if len(probes) else 0):
        now = costs(logs, every)
        slopes = np.zeros(matters.shape)
        for j in range(len(shipped)):
            which = np.flatnonzero(matters[:, j])
            moved = logs.copy()
            moved[j] += SLOPE
            slopes[which, j] = (costs(moved, which) - now[which]) / SLOPE
        matters &= slopes != 0
        off = np.log(seconds) - now
        calm = 1 / np.sqrt(np.maximum(1.0, np.abs(off) / 0.3))  # a probe far off counts less
        rows = np.vstack([slopes * calm[:, None], PRIOR * np.eye(len(shipped))])
        wanted = np.concatenate([off * calm, PRIOR * (shipped - logs)])
        step = np.linalg.lstsq(rows, wanted, rcond=None)[0]
        logs = np.clip(logs + np.clip(step, -1, 1), shipped - FARTHEST, shipped + FARTHEST)
    return _machine(logs)


def calibrate(progress: Progress | None = None) -> Calibration:
    """Measure, keep the figures, and let every later plan use them.

    Parameters
    ----------
    progress : callable, optional
        Called before each step with its title, its number from 1 and how many there are.

    Raises
    ------
    OSError
        When the cache folder cannot be written; nothing is changed then.
    """
    problems, seconds = [], []
    for number, probe in enumerate(PROBES, 1):
        if progress is not None:
            progress(probe.method.replace("_", " "), number, len(PROBES))
        problem, spent = measure(probe)
        problems.append(problem)
        seconds.append(spent)
    machine = fit(PROBES, problems, seconds)
    off = [
        abs(np.log(_cost(probe, p, machine) / s))
        for probe, p, s in zip(PROBES, problems, seconds, strict=True)
    ]
    path = machines.save(machine)
    CACHE.clear()
    return Calibration(machine, float(np.expm1(statistics.median(off))) if off else 0.0, path)
