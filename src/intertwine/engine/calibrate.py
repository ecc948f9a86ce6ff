"""Measure this machine: one small problem for each figure of the cost model, about a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.engine import machine as machines
from intertwine.engine.arguments import Options, parse
from intertwine.engine.machine import Machine, Rates
from intertwine.engine.methods import overlap_save, separable
from intertwine.engine.plan import CACHE, Plan
from intertwine.engine.problem import Problem

#: Seconds spent on each probe.
BUDGET = 0.05

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured, and where it is kept."""

    machine: Machine
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


def _problem(shape: tuple[int, ...], k: Any, dtype: Any) -> tuple[Any, Problem]:
    x = np.random.default_rng(0).integers(-9, 9, shape).astype(dtype)
    problem = parse("calibrate", x, k, Options(), flip=True).problem
    return x, replace(problem, compute="int64") if dtype == np.int64 else problem


def _seconds(shape: tuple[int, ...], k: Any, method: str, dtype: Any = np.float32) -> float:
    """Best time of one convolution on one thread."""
    x, problem = _problem(shape, k, dtype)
    plan = Plan(problem, "calibrate", method)
    out = np.empty(problem.out_shape, problem.result)
    best, end = float("inf"), time.perf_counter() + BUDGET
    while True:
        begin = time.perf_counter()
        plan.execute(x, None, out, threads=1)
        now = time.perf_counter()
        best = min(best, now - begin)
        if now > end:
            return best


def _direct(machine: Machine) -> Machine:
    call = _seconds((8,), np.ones(2, np.float32), "direct")
    size = 512 * 512
    sample = max(1e-11, (_seconds((512, 512), np.ones((1, 2)), "direct") - call) / size)
    products = {}
    for compute, dtype in (("float32", np.float32), ("float64", np.float64), ("int64", np.int64)):
        taps = np.ones((9, 9), dtype)
        spent = _seconds((512, 512), taps, "direct", dtype) - call - sample * size
        products[compute] = max(1e-13, spent / (size * taps.size))
    return replace(machine, call=call, sample=sample, product=Rates(**products))


def _separable(machine: Machine) -> Machine:
    rates = {}
    passes = machine.pass_
    for compute, dtype in (("float32", np.float32), ("float64", np.float64), ("int64", np.int64)):
        kernels = [np.ones((n, n), dtype) for n in (3, 33)]
        short, long = (_seconds((512, 512), k, "separable", dtype) for k in kernels)
        few, many = (separable.tiling(_problem((512, 512), k, dtype)[1]) for k in kernels)
        rates[compute] = max(1e-13, (long - short) / (many.products - few.products))
        if compute == "float32":
            moved = machine.call + machine.sample * (few.loaded + 512**2)
            passes = max(1e-12, (short - moved - rates[compute] * few.products) / few.passed)
    return replace(machine, product_1d=Rates(**rates), pass_=passes)


def _running(machine: Machine) -> Machine:
    size = 512 * 512
    spent = _seconds((512, 512), np.ones((15, 15), np.float32), "running_sum") - machine.call
    return replace(machine, running=max(1e-12, spent / size - 2 * machine.sample))


def _transforms(machine: Machine) -> Machine:
    """Scale both figures of the transform by what a problem took against its prediction."""
    spent = {}
    for dtype in (np.float32, np.float64):
        rng = np.random.default_rng(1)
        spent[dtype] = _seconds((700, 700), rng.normal(size=(25, 25)), "overlap_save", dtype)
    _, problem = _problem((700, 700), np.random.default_rng(1).normal(size=(25, 25)), np.float32)
    predicted = overlap_save.run_seconds(problem, machine)
    factor = spent[np.float32] / predicted
    return replace(
        machine,
        fft=machine.fft * factor,
        tile=machine.tile * factor,
        double=max(1.0, spent[np.float64] / spent[np.float32]),
    )


def _gather(machine: Machine) -> Machine:
    spent = _seconds((256, 256), np.ones((3, 3)), "reference")
    return replace(machine, gather=max(1e-12, spent / 9 / 256**2 - 3e-10))


STEPS: tuple[tuple[str, Callable[[Machine], Machine]], ...] = (
    ("direct", _direct),
    ("separable", _separable),
    ("running sums", _running),
    ("transforms", _transforms),
    ("reference", _gather),
)


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
    machine = machines.SHIPPED
    for number, (title, measure) in enumerate(STEPS, 1):
        if progress is not None:
            progress(title, number, len(STEPS))
        machine = measure(machine)
    path = machines.save(machine)
    CACHE.clear()
    return Calibration(machine, path)
