"""The choice: which method computes a problem, why, and the means to run it again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine import machine as machines
from intertwine.engine import missing, planes
from intertwine.engine.errors import DTypeError, OptionError, ShapeError, did_you_mean
from intertwine.engine.methods import BY_NAME, METHODS
from intertwine.engine.methods.base import ROUNDOFF, Means, Method, Work
from intertwine.engine.methods.each import Each
from intertwine.engine.problem import Problem

Array = NDArray[Any]

#: What methods are called in other libraries, for hints.
_ELSEWHERE = {
    "fft": "overlap_save",
    "sep": "separable",
    "sepfir": "separable",
    "box": "running_sum",
    "boxfilter": "running_sum",
}


INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One method's answer to a problem; `reason` says why it cannot be taken, or is empty."""

    method: Means
    reason: str
    seconds: float = INFINITE
    error: float = INFINITE
    memory: int = 0


def _final_rounding(problem: Problem) -> float:
    """Rounding of the answer into a type narrower than the sums."""
    if problem.exact:
        return 0.0
    own = float(np.finfo(problem.result).eps) / 2
    return own if own > ROUNDOFF[problem.compute] else 0.0


def _candidate(
    method: Method, problem: Problem, machine: machines.Machine, at_most: float = INFINITE
) -> Candidate:
    if problem.bank and not method.BANKS:
        return _one_by_one(method, problem, machine, at_most)
    if problem.out_size == 0:
        return Candidate(method, "", 0.0, 0.0)  # nothing to compute: any method can
    reason = method.applies(problem)
    if reason:
        return Candidate(method, reason)
    count = len(planes.products(problem))
    error = method.error(problem) * (2 if count == 4 else 1) + _final_rounding(problem)
    seconds = method.cost(problem, machine) * count
    asked = problem.precision
    if asked is not None and not problem.exact and error > asked:
        reason = f"its error bound {error:.1e} is above the asked precision {asked:.1e}"
    return Candidate(method, reason, seconds, error, method.memory(problem))


def _one_by_one(
    method: Method, problem: Problem, machine: machines.Machine, at_most: float
) -> Candidate:
    """The answer of a method that takes the kernels of a bank one after the other.

    It is asked about no more of them once they take more than `at_most` seconds together.
    """
    seconds, error, memory, why = 0.0, 0.0, 0, ""
    for asked, single in enumerate(problem.singles, 1):
        one = _candidate(method, single, machine)
        if one.reason and not why:
            why = f"{one.reason} (kernel {asked - 1})"
        if one.seconds == INFINITE:  # it cannot, however exact the others would be
            return Candidate(method, why)
        seconds += one.seconds
        error, memory = max(error, one.error), max(memory, one.memory)
        if seconds > at_most and asked < problem.kernel_count:
            why = why or f"too slow after {asked} of its kernels already"
            seconds *= problem.kernel_count / asked
            break
    return Candidate(Each(method), why, seconds, error, memory)


def _candidates(problem: Problem, wanted: str) -> tuple[Problem, tuple[Candidate, ...]]:
    """Every method's answer; sums in float64 when float32 is not precise enough."""
    machine = machines.current()
    found: list[Candidate] = []
    for method in METHODS:
        best = min((c.seconds for c in found if not c.reason), default=INFINITE)
        at_most = INFINITE if wanted == method.NAME else best
        found.append(_candidate(method, problem, machine, at_most))
    if problem.compute == "float32" and problem.precision and all(c.reason for c in found):
        return _candidates(replace(problem, compute="float64"), wanted)
    return problem, tuple(found)


class Plan:
    """A chosen method with the share of the kernel, or of a bank's kernels, done already.

    Immutable and thread-safe. Call it on any array of the planned shape and type: ``y = plan(x)``.
    """

    def __init__(self, problem: Problem, caller: str, method: str = "auto") -> None:
        self._caller = caller
        self._problem, self._found = _candidates(problem, method)
        self._chosen = self._choose(method)
        taps = self._problem.taps.array
        self._products = planes.products(self._problem)
        factors = dict.fromkeys(p.factor for p in self._products)
        self._prepared = {
            factor: self._chosen.method.prepare(self._problem, planes.take(taps, factor))
            for factor in (factors if self._problem.out_size else ())
        }

    def _choose(self, wanted: str) -> Candidate:
        if wanted == "auto":
            able = [c for c in self._found if not c.reason]
            if able:
                return min(able, key=lambda c: c.seconds)
            asked = self._problem.precision
            best = min(c.error for c in self._found)
            raise OptionError(
                f"{self._caller}: no method keeps to `precision={asked:.3g}` here; "
                f"the best bound is {best:.3g}.\n  Pass precision={best:.3g} or more."
            )
        if wanted not in BY_NAME:
            hint = did_you_mean(_ELSEWHERE.get(wanted, wanted), [*BY_NAME, "auto"])
            raise OptionError(
                f"{self._caller}: `method={wanted!r}` is not known.{hint}\n"
                f"  Known: auto, {', '.join(BY_NAME)}."
            )
        found = self._found[list(BY_NAME).index(wanted)]
        if found.reason:
            raise OptionError(
                f"{self._caller}: `method={wanted!r}` cannot compute this: {found.reason}.\n"
                f"  Leave method='auto', or look at plan(...).explain() for those that can."
            )
        return found

    @property
    def kept_bytes(self) -> int:
        """Memory that the plan holds on to: a kernel's spectrum can be large."""
        return sum(getattr(p, "kept_bytes", 0) for p in self._prepared.values())

    @property
    def problem(self) -> Problem:
        """The canonical problem that this plan solves."""
        return self._problem

    @property
    def method(self) -> str:
        """Name of the chosen method."""
        return self._chosen.method.NAME

    @property
    def error(self) -> float:
        """Bound on ``|error| / (sum|k| * max|x|)``; 0 for exact integers."""
        return 0.0 if self._problem.exact else self._chosen.error

    @property
    def chosen(self) -> Candidate:
        """What was expected of the chosen method."""
        return self._chosen

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every method's answer, taken or not."""
        return self._found

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the choice; the kernel's work is done again where it is unpacked."""
        return Plan, (self._problem, self._caller, self.method)

    def __repr__(self) -> str:
        p = self._problem
        kernels = f"{p.kernel_count} kernels, " if p.bank else ""
        return f"Plan({self.method}: {kernels}{p.dtype} {p.shape} -> {p.result} {p.out_shape})"

    def explain(self) -> str:
        """Say in words and numbers what was chosen and what the alternatives would have cost."""
        from intertwine.engine.explain import explain  # only when asked: it formats text

        return explain(self)

    def __call__(
        self, x: Any, *, out: Array | None = None, mask: Any = None, threads: int | None = None
    ) -> Array:
        """Compute on `x`, an array of the planned shape and type."""
        from intertwine.convolution import run_plan  # the friendly layer reads the arguments

        return run_plan(self, x, out=out, mask=mask, threads=threads)

    def execute(
        self,
        x: Array,
        present: NDArray[np.bool_] | None,
        out: Array,
        threads: int,
        caller: str = "plan",
    ) -> None:
        """Fill `out`. Arguments are checked already; `x` is in native byte order.

        A plan may serve several callers: `caller` is whom an error about the data names.
        """
        problem = self._problem
        if problem.out_size == 0:
            return
        self._check_values(x, caller)
        data, present = missing.clean(caller, problem, x, present)
        if problem.added:
            lead = (np.newaxis,) * problem.added
            data, present = data[lead], None if present is None else present[lead]
        self.compute(data, present, out, threads)

    def compute(
        self, data: Array, present: NDArray[np.bool_] | None, out: Array, threads: int
    ) -> None:
        """Fill `out` from clean `data` that have an axis for each of the problem's."""
        problem = self._problem
        if problem.result.kind == "c" and len(self._products) == 1:
            out.imag = 0
        for product in self._products:
            source = planes.take(data, product.source)
            target = planes.take(out, product.target)
            cval = problem.cval.imag if product.source == "im" else problem.cval.real
            work = Work(problem, source, target, cval, product.add, threads)
            left_out = self._chosen.method.run(self._prepared[product.factor], work)
            if left_out:
                taps = planes.take(problem.taps.array, product.factor)
                missing.stamp(problem, source, taps, target, cval, threads)
        if problem.weighted:
            missing.divide_by_weight(problem, present, out, threads)

    def _check_values(self, x: Array, caller: str) -> None:
        """64-bit integers are exact only within the range the plan was made for."""
        span = self._problem.value_range
        if span is None or x.dtype.itemsize < 8 or x.size == 0:
            return
        least, largest = int(x.min()), int(x.max())
        if least < span[0] or largest > span[1]:
            raise DTypeError(
                f"{caller}: `x` holds {least} to {largest}, "
                f"but this plan is exact for {span[0]} to {span[1]} only.\n"
                f"  Make a plan from these data: plan(x, k)."
            )

    def check_fits(self, x: Array) -> None:
        """Raise unless `x` has the planned shape and type."""
        problem = self._problem
        if x.shape != problem.shape:
            raise ShapeError(
                f"plan: this plan is for shape {problem.shape}, not {x.shape}.\n"
                f"  Make another plan, or reshape x."
            )
        if x.dtype.newbyteorder("=") != problem.dtype:
            raise DTypeError(
                f"plan: this plan is for {problem.dtype} data, not {x.dtype}.\n"
                f"  Make another plan, or convert: x.astype(np.{problem.dtype})."
            )


#: Spectra kept for later calls, together.
MOST_KEPT_BYTES = 256 << 20


class PlanCache:
    """The plans made last, by problem and by call. One lock, held only to look up."""

    def __init__(self, most: int = 256) -> None:
        self._plans: OrderedDict[tuple[Problem, str], Plan] = OrderedDict()
        self._calls: OrderedDict[Hashable, Plan] = OrderedDict()
        self._lock = threading.Lock()
        self._most = most

    def get(self, problem: Problem, caller: str, method: str) -> Plan:
        key = (problem, method)
        with self._lock:
            plan = self._plans.get(key)
            if plan is not None:
                self._plans.move_to_end(key)
                return plan
        plan = Plan(problem, caller, method)
        with self._lock:
            self._plans[key] = plan
            self._forget()
        return plan

    def recall(self, signature: Hashable) -> Plan | None:
        """The plan of an equal call, if it was made lately."""
        with self._lock:
            return self._calls.get(signature)

    def remember(self, signature: Hashable, plan: Plan) -> None:
        """Keep the plan of a call; the call remembered longest ago is forgotten."""
        with self._lock:
            self._calls[signature] = plan
            self._forget()

    def _forget(self) -> None:
        """Drop what was made longest ago, beyond the number and the memory allowed."""
        for kept in (self._plans, self._calls):
            size = sum(plan.kept_bytes for plan in kept.values())
            while len(kept) > self._most or (size > MOST_KEPT_BYTES and len(kept) > 1):
                size -= kept.popitem(last=False)[1].kept_bytes

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()
            self._calls.clear()


CACHE = PlanCache()
