"""How good the planner's choices are: random problems, every sensible method run on each.

A miss is how much longer the chosen method takes than the quickest one, both as ready plans on
memory that is there already. Methods that are predicted to take many times as long as the choice
are not run.
"""

from __future__ import annotations

import math
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import intertwine as iw
from intertwine.engine.plan import Plan

GOOD, POOR = 1.15, 1.5  # times the quickest: as good as right, and never to be exceeded
SAMPLES = (32, 4_000_000)
MOST_TAPS = 1 << 20
KINDS = ("random", "product", "gaussian", "box")
LONGEST_S = 0.3  # predicted for the choice on one thread: longer problems are not drawn
ABSURD = 12.0  # times the choice's prediction: not run
LAGGARD = 2.0  # times the quickest so far: run no more
ROUNDS = (3, 60)
BUDGET_S = 0.25  # for one problem, when the fewest rounds take less
LEAST_S = 1e-3  # shorter runs are repeated and timed together


@dataclass(frozen=True)
class Drawn:
    """A random problem. Axes that are not filtered hold images or channels of their own."""

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    taps: np.ndarray
    kind: str
    dtype: str
    mode: str
    threads: int

    def plan(self, method: str = "auto") -> Plan:
        """Plan by the planner, or by a method that is forced."""
        return iw.plan(
            self.shape,
            self.taps,
            axes=self.axes,
            dtype=self.dtype,
            mode=self.mode,
            method=method,
        )

    def __str__(self) -> str:
        size, taps = ("x".join(map(str, s)) for s in (self.shape, self.taps.shape))
        along = "" if len(self.axes) == len(self.shape) else f" along {self.axes}"
        return (
            f"{self.dtype} {size}, {self.kind} {taps}{along}, {self.mode}, threads {self.threads}"
        )


@dataclass
class Verdict:
    """What each method took on a problem, and what it was predicted to take, in seconds."""

    problem: Drawn
    chosen: str
    predicted: dict[str, float]
    times: dict[str, list[float]] = field(default_factory=dict)

    @property
    def seconds(self) -> dict[str, float]:
        """The least time of each method: all that disturbs adds."""
        return {name: min(times) for name, times in self.times.items()}

    @property
    def best(self) -> str:
        """The quickest method."""
        return min(self.seconds, key=self.seconds.__getitem__)

    @property
    def miss(self) -> float:
        """Time of the choice over that of the quickest."""
        return self.seconds[self.chosen] / self.seconds[self.best]


def draw(rng: np.random.Generator, threads: list[int]) -> Drawn:
    """Return any problem of 1 to 3 axes, with images or channels of three beside them or not."""
    ndim = int(rng.integers(1, 4))
    samples = _between(rng, *SAMPLES)
    images = round(_between(rng, 2, 20)) if rng.random() < 0.15 else 1
    channels = 3 if rng.random() < 0.2 else 1
    sides = np.exp(rng.uniform(-0.7, 0.7, ndim))
    sides *= (samples / (images * channels) / sides.prod()) ** (1 / ndim)
    lengths = tuple(max(1, round(n)) for n in sides)
    size = _size(rng, lengths)
    kind = str(rng.choice(KINDS, p=[0.45, 0.2, 0.15, 0.2]))
    dtype = str(rng.choice(["float32", "float64", "uint8", "complex64"], p=[0.5, 0.2, 0.2, 0.1]))
    mode = "valid" if rng.random() < 0.3 and all(map(int.__le__, size, lengths)) else "same"
    shape = (images,) * (images > 1) + lengths + (channels,) * (channels > 1)
    axes = tuple(i + (images > 1) for i in range(ndim))
    return Drawn(shape, axes, _taps(rng, kind, size), kind, dtype, mode, int(rng.choice(threads)))


def _size(rng: np.random.Generator, lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Taps along each axis."""
    ndim = len(lengths)
    taps = min(_between(rng, 1, MOST_TAPS), 2.0**ndim * math.prod(lengths))
    size = np.exp(rng.uniform(-0.5, 0.5, ndim)) * taps ** (1 / ndim)
    if ndim > 1 and rng.random() < 0.15:
        size[rng.integers(ndim)] = 1
    return tuple(max(1, round(k)) for k in size)


def _between(rng: np.random.Generator, least: float, most: float) -> float:
    return math.exp(rng.uniform(math.log(least), math.log(most)))


def _taps(rng: np.random.Generator, kind: str, size: tuple[int, ...]) -> np.ndarray:
    if kind == "box":
        return np.full(size, 1 / math.prod(size))
    if kind == "random":
        return rng.normal(size=size)
    product = np.ones(())
    for n in size:
        places = np.linspace(-3, 3, n) if n > 1 else np.zeros(1)
        line = np.exp(-(places**2) / 2) if kind == "gaussian" else rng.normal(size=n)
        product = np.multiply.outer(product, line)
    return product


def judge(problem: Drawn, rng: np.random.Generator) -> Verdict | None:
    """Run the methods in turns; None when the problem would take too long."""
    plan = problem.plan()
    if plan.chosen.seconds > LONGEST_S:
        return None
    able = {c.method.NAME: c.seconds for c in plan.candidates if not c.reason}
    predicted = {name: s for name, s in able.items() if s <= ABSURD * plan.chosen.seconds}
    verdict = Verdict(problem, plan.method, predicted)
    x = _samples(rng, problem)
    out = np.empty(plan.problem.out_shape, plan.problem.result)
    racing = {name: (problem.plan(name), 0) for name in predicted}
    for name, (each, _) in racing.items():
        once = _timed(each, x, out, problem.threads, 1)
        once = min(once, _timed(each, x, out, problem.threads, 1))
        racing[name] = each, max(1, round(LEAST_S / once))
        verdict.times[name] = []
    start = time.perf_counter()
    for done in range(ROUNDS[1]):
        if done >= ROUNDS[0] and time.perf_counter() - start > BUDGET_S:
            break
        for name, (each, repeats) in racing.items():
            verdict.times[name].append(_timed(each, x, out, problem.threads, repeats))
        seconds = verdict.seconds
        racing = {n: r for n, r in racing.items() if seconds[n] < LAGGARD * min(seconds.values())}
        if len(racing) == 1 and done:
            break
    _look_again(verdict, x, out)
    return verdict


def _look_again(verdict: Verdict, x: np.ndarray, out: np.ndarray) -> None:
    """Time the choice and the quickest some more where they differ: a disturbance may be why."""
    end = time.perf_counter() + BUDGET_S
    while verdict.miss > GOOD and time.perf_counter() < end:
        for name in (verdict.chosen, verdict.best):
            plan = verdict.problem.plan(name)
            plan(x, out=out, threads=verdict.problem.threads)
            repeats = max(1, round(LEAST_S / verdict.seconds[name]))
            verdict.times[name].append(_timed(plan, x, out, verdict.problem.threads, repeats))


def _timed(plan: Plan, x: np.ndarray, out: np.ndarray, threads: int, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        plan(x, out=out, threads=threads)
    return (time.perf_counter() - start) / repeats


def _samples(rng: np.random.Generator, problem: Drawn) -> np.ndarray:
    if problem.dtype == "uint8":
        return rng.integers(0, 256, problem.shape, np.uint8)
    return rng.standard_normal(problem.shape, np.float32).astype(problem.dtype)


def verdicts(count: int, threads: list[int], seed: int = 1) -> Iterator[Verdict]:
    """Yield `count` verdicts on random problems."""
    rng = np.random.default_rng(seed)
    found = 0
    while found < count:
        verdict = judge(draw(rng, threads), rng)
        if verdict is not None:
            found += 1
            yield verdict


def report(found: list[Verdict], worst: int = 15) -> str:
    """Say how often the choice was right, where it was not, and how far predictions are off."""
    misses = sorted(found, key=lambda v: -v.miss)
    share = {limit: sum(v.miss <= limit for v in found) / len(found) for limit in (GOOD, POOR)}
    lines = [
        f"{len(found)} problems; the choice takes at most {GOOD} times the quickest method's time "
        f"in {share[GOOD]:.1%}, at most {POOR} times in {share[POOR]:.1%}; "
        f"worst {misses[0].miss:.2f}.",
        "Chosen, and quickest where that was another by more than 15 %:",
    ]
    pairs = Counter((v.chosen, v.best if v.miss > GOOD else v.chosen) for v in found)
    lines += [
        f"  {chosen:13s} {count:4d}" + (f"  but {best}" if best != chosen else "")
        for (chosen, best), count in sorted(pairs.items())
    ]
    lines.append("Time measured over time predicted, by method (10 %, median, 90 %):")
    for name in sorted({name for v in found for name in v.seconds}):
        off = [_off(v, name) for v in found if name in v.seconds]
        low, high = np.quantile(off, [0.1, 0.9])
        lines.append(f"  {name:13s} {low:6.2f} {statistics.median(off):6.2f} {high:6.2f}")
    lines.append("Worst:")
    for v in misses[:worst]:
        times = ", ".join(
            f"{name} {1e3 * s:.3g} ms (predicted {1e3 * v.predicted[name]:.3g})"
            for name, s in sorted(v.seconds.items(), key=lambda pair: pair[1])
        )
        lines.append(f"  {v.miss:5.2f}  {v.problem}: chose {v.chosen}; {times}")
    return "\n".join(lines)


def _off(verdict: Verdict, name: str) -> float:
    return verdict.seconds[name] / verdict.predicted[name]


def again(kept: list[dict[str, Any]]) -> Iterator[Verdict]:
    """Yield a verdict on each of what `rows` gave, by today's predictions on the times kept.

    A choice that was not timed then cannot be judged, and is left out.
    """
    for row in kept:
        taps = _taps(np.random.default_rng(0), row["kind"], tuple(row["taps"]))
        named = [row[name] for name in ("kind", "dtype", "mode", "threads")]
        axes = tuple(row.get("axes", range(len(row["shape"]))))
        problem = Drawn(tuple(row["shape"]), axes, taps, *named)
        plan = problem.plan()
        predicted = {c.method.NAME: c.seconds for c in plan.candidates if not c.reason}
        times = {name: [s] for name, s in row["seconds"].items() if name in predicted}
        if plan.method in times:
            yield Verdict(problem, plan.method, predicted, times)


def rows(found: list[Verdict]) -> list[dict[str, Any]]:
    """What ``--json`` writes."""
    return [
        {
            "shape": v.problem.shape,
            "axes": v.problem.axes,
            "taps": v.problem.taps.shape,
            "kind": v.problem.kind,
            "dtype": v.problem.dtype,
            "mode": v.problem.mode,
            "threads": v.problem.threads,
            "chosen": v.chosen,
            "best": v.best,
            "miss": v.miss,
            "seconds": v.seconds,
            "predicted": v.predicted,
        }
        for v in found
    ]
