"""The choice: which method computes a problem, why, and the means to run it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod, sqrt
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.base import memory
from intertwine.base.errors import DTypeError, OptionError, ShapeError, did_you_mean
from intertwine.base.threads import resolve
from intertwine.engine import copies, missing, planes
from intertwine.engine.candidates import WORTH_A_THREAD, Candidate, candidates, least_saving
from intertwine.engine.flat import Flat
from intertwine.engine.means import Within, are_held
from intertwine.engine.memory import empty, held_bytes
from intertwine.engine.methods import BY_NAME
from intertwine.engine.methods.base import Prepared
from intertwine.engine.methods.rounding import rounding
from intertwine.engine.plan_cache import PlanCache
from intertwine.engine.problem import Problem
from intertwine.engine.weights import Division
from intertwine.engine.wisdom import WISDOM, Measured

Array = NDArray[Any]

#: Multiply-adds of a tiny product, and the fraction of the time that is clearly quicker.
_TINY, _CLEARLY = 1024, 0.8

#: What methods are called in other libraries, for hints.
_ELSEWHERE = {
    "fft": "overlap_save",
    "sep": "separable",
    "sepfir": "separable",
    "box": "running_sum",
    "boxfilter": "running_sum",
}

#: Seconds that sharing work with another thread takes.
WAKING = WORTH_A_THREAD / 4


#: What a plan takes beside its arrays, and what a call takes that finds it.
PLAN_BYTES = 8 << 10

#: What float32 sums round may be enlarged so many times by dividing by weights.
MOST_ENLARGED = 64.0


def in_double(problem: Problem) -> Problem:
    """The same problem, its sums in float64."""
    return replace(problem, compute="float64") if problem.compute == "float32" else problem


class Plan:
    """A chosen method with the share of the kernel, or of a bank's kernels, done already.

    Immutable and thread-safe. Call it on any array of the planned shape and type: ``y = plan(x)``.
    """

    def __init__(
        self, problem: Problem, caller: str, method: str = "auto", threads: int | None = None
    ) -> None:
        self._caller = caller
        #: What outputs are rescaled by where windows reach over the data, or samples are missing.
        self._division = Division(problem) if problem.weighted and problem.out_size else None
        if self._division and self._division.largest > MOST_ENLARGED:
            problem = in_double(problem)
        self._asked = method
        self._measured = WISDOM.recall(problem) if method == "auto" else None
        asked = method if self._measured is None else self._measured.method
        self._problem, self._found = candidates(problem, asked)
        self._chosen = self._choose(method)
        self._products = planes.products(self._problem) if self._problem.out_size else ()
        self._prepared = {factor: self._prepare(factor, threads) for factor in self._factors()}
        #: What holds means within the range of their samples, if sums of the core alone do not.
        self._within = self._hold()
        #: What makes results of flat data zero, if the method's own sums do not.
        self._flat = self._flat_results()
        #: Threads beyond this cost more than they bring.
        self.most_threads = 1 + int(min(self._chosen.seconds / WORTH_A_THREAD, 1e6))
        #: Bytes to work with that grow with the data: more than the machine has are refused.
        self.work_bytes = self._work_bytes()
        self._only = self._single_run()
        #: What calls come down to where data go into one sum of the core as they are.
        self.call = self._core_call()
        #: Memory that the plan holds on to: taps, factors, spectra, weights.
        shorter = [c.short for c in self._found if c.short is not None]
        self.kept_bytes = PLAN_BYTES + held_bytes(
            self._problem, shorter, self._prepared, self._division
        )

    def _prepare(self, factor: str, threads: int | None) -> Prepared:
        """The method's work on a plane of the kernel, or of the shorter one."""
        short = self._chosen.short
        problem = self._problem if short is None else short.problem
        taps = planes.take(problem.taps.array, factor)
        prepared = self._chosen.method.prepare(problem, taps, resolve(threads))
        return prepared if short is None else short.guard(prepared)

    def _hold(self) -> Within | None:
        problem = self._problem
        if not problem.means or not self._products:
            return None
        done = not problem.weighted and all(are_held(p) for p in self._prepared.values())
        return None if done else Within(problem)

    def _flat_results(self) -> Flat | None:
        problem = self._problem
        if problem.exact or problem.result.kind not in "fc" or not self._products:
            return None
        flat = Flat(problem)
        exact = self._chosen.short is None and flat.is_exact(self._chosen.method)
        return None if exact or not flat.kernels else flat

    def _factors(self) -> set[str]:
        """The planes of the kernel that the method meets one by one; "whole" when it does not."""
        whole = planes.taken_whole(self._problem, self._chosen.method.TAKES_COMPLEX)
        if self._products and whole:
            return {"whole"}
        return {p.factor for p in self._products}

    def _plain(self, able: dict[str, Candidate], best: Candidate) -> Candidate:
        """`best`, or direct where the product is tiny and no way is clearly quicker: exact sums."""
        plain = able.get("direct")
        size = self._problem.out_size * self._problem.kernel_size
        if plain is None or size > _TINY or best.seconds < _CLEARLY * plain.seconds:
            return best
        return plain

    def _choose(self, wanted: str) -> Candidate:
        if wanted == "auto":
            able = {c.method.NAME: c for c in self._found if not c.reason}
            if self._measured is not None and self._measured.method in able:
                return able[self._measured.method]
            self._measured = None
            if able:
                return self._plain(able, min(able.values(), key=self._weighed))
            asked = self._problem.precision
            best = f"{1.005 * min(c.error for c in self._found):.3g}"  # rounded up
            raise OptionError(
                f"{self._caller}: no method keeps to `precision={asked:.3g}` here; "
                f"the best bound is {best}.\n  Pass precision={best} or more."
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

    def _weighed(self, candidate: Candidate) -> float:
        """Predicted seconds as they count: with what rounding more must save, and with threads.

        They are the geometric mean of those on one thread and on two, so that the choice, and with
        it the rounding, is the same on any number of threads and good on both.
        """
        seconds = candidate.seconds
        if not self._problem.exact:  # whole numbers are not rounded
            seconds = seconds * candidate.method.MARGIN + least_saving(candidate, self._problem)
        shared = seconds / 2 + WAKING if candidate.shared else seconds
        return sqrt(seconds * shared)

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
    def measured(self) -> Measured | None:
        """What was measured when the choice was made by that and not by prediction."""
        return self._measured

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every method's answer, taken or not."""
        return self._found

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the choice; the kernel's work is done again where it is unpacked."""
        return make, (self._problem, self._caller, self.method)

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
        if mask is None and self.call is not None:
            done = self.call.run(self, x, out, threads)
            if done is not None:
                return cast(Array, done)
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
        if self._only is None:
            self._with_care(x, present, out, threads, caller)
        elif self._only(x, out, self._problem.cval.real, False, threads):
            self.stamp(x, out, threads)

    def stamp(self, x: Array, out: Array, threads: int) -> None:
        """Put what NaN and infinities mean into outputs whose sums left them out."""
        missing.stamp_planes(self._problem, self._chosen.short, self._products, x, out, threads)

    def _as_they_are(self) -> bool:
        """Whether data go into the sums as they are, and the core alone can rescale the results."""
        problem = self._problem
        ranged = problem.value_range is not None and problem.dtype.itemsize == 8
        weighed = self._division is not None and (problem.masked or self._division.core is None)
        careful = problem.missing != "propagate" or weighed or ranged or problem.added
        return bool(self._products) and not careful

    def _single_run(self) -> Callable[[Array, Array, float, bool, int], bool] | None:
        """What `execute` comes down to where data go into one sum."""
        beyond = self._division or self._within or self._flat or not self._as_they_are()
        if beyond or self._problem.result.kind == "c":
            return None
        return self._prepared[self._products[0].factor].run

    def _work_bytes(self) -> int:
        """What the method keeps for one thread, and the weights of outputs that have one."""
        problem = self._problem
        weights = 16 if problem.complex_taps else 8
        kept = self._chosen.memory + problem.weighted * weights * problem.out_size
        if problem.masked or problem.missing == "ignore":  # data without what is missing, and marks
            kept += prod(problem.shape) * (problem.dtype.itemsize + 1)
        return kept

    def _core_call(self) -> _core.Call | None:
        """The whole of a call, as far as the core can do it without asking."""
        problem = self._problem
        needed = self.work_bytes + problem.out_size * problem.result.itemsize
        # However the arrays lie there must be room: nobody asks again.
        needed += copies.fortran(self)
        needed += min(problem.out_size * problem.result.itemsize, copies.most())
        if self._flat or not self._as_they_are() or needed > memory.installed():
            return None
        steps: list[_core.Step] = []
        for method, whole, product in self._steps():
            if not isinstance(method, _core.Prepared):
                return None
            cval = planes.number(problem.cval, product.source), problem.cval.imag
            steps.append((method, whole, *product.places, cval, product.add))
        if problem.result.kind == "c" and len(steps) == 1 and not steps[0][1]:
            return None  # imaginary parts are zero
        if self._within and not self._within.core:
            return None
        return _core.Call(
            steps, problem.shape, problem.dtype, problem.out_shape, problem.result,
            self.most_threads, resolve, None if self._division is None else self._division.core,
            None if self._within is None else self._within.core,
        )  # fmt: skip

    def _steps(self) -> list[tuple[Prepared, bool, planes.Product]]:
        """What is run one after the other, and whether it takes both planes at once."""
        if "whole" in self._prepared:
            return [(self._prepared["whole"], True, self._products[0])]
        return [(self._prepared[p.factor], False, p) for p in self._products]

    def _with_care(
        self, x: Array, present: NDArray[np.bool_] | None, out: Array, threads: int, caller: str
    ) -> None:
        problem = self._problem
        if problem.out_size == 0:
            return
        self._check_values(x, caller)
        mask = present
        data, present = missing.clean(caller, problem, x, mask, threads)
        plan = self if present is None else self._where_missing(threads)
        if problem.added:
            lead = (np.newaxis,) * problem.added
            data, present = data[lead], None if present is None else present[lead]
            x, mask = x[lead], None if mask is None else mask[lead]
        plan.compute(data, present, out, threads)
        if self._within is not None:
            self._within.hold(x, mask, out, threads)
        if self._flat is not None:
            self._flat.hold(x, mask, out)

    def _where_missing(self, threads: int) -> Plan:
        """The plan for data of which some are missing: little weight enlarges what sums round."""
        double = in_double(self._problem)
        same = double is self._problem
        return self if same else CACHE.get(double, self._caller, self._asked, threads)

    def compute(
        self, data: Array, present: NDArray[np.bool_] | None, out: Array, threads: int
    ) -> None:
        """Fill `out` from clean `data` that have an axis for each of the problem's."""
        problem = self._problem
        if "whole" in self._prepared:
            self._run_whole(data, out, threads)
        else:
            self._run_planes(data, out, threads)
        if self._division is not None:
            missing.divide_by_weight(problem, self._division, present, out, threads)

    def _run_whole(self, x: Array, out: Array, threads: int) -> None:
        """Complex data as they are."""
        prepared: Any = self._prepared["whole"]
        fill = self._problem.cval
        if prepared.run_complex(x.real, x.imag, out.real, out.imag, fill.real, fill.imag, threads):
            self.stamp(x, out, threads)

    def _run_planes(self, x: Array, out: Array, threads: int) -> None:
        """Real data, or complex data as real planes whose products are added up."""
        if out.dtype.kind == "c" and len(self._products) == 1:
            out.imag = 0
        left_out = False
        for product in self._products:
            source, target = planes.take(x, product.source), planes.take(out, product.target)
            cval = planes.number(self._problem.cval, product.source)
            prepared = self._prepared[product.factor]
            left_out |= prepared.run(source, target, cval, product.add, threads)
        if left_out:
            self.stamp(x, out, threads)

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
        if x.dtype != problem.dtype and x.dtype.newbyteorder("=") != problem.dtype:
            raise DTypeError(
                f"plan: this plan is for {problem.dtype} data, not {x.dtype}.\n"
                f"  Make another plan, or convert: x.astype(np.{problem.dtype})."
            )


class RoundedPlan(Plan):
    """A plan for sums in floating point, whose results are rounded to integers last of all."""

    def __init__(
        self, problem: Problem, caller: str, method: str = "auto", threads: int | None = None
    ) -> None:
        sums = CACHE.get(problem.summed, caller, method, threads)
        self._sums = sums
        self._caller, self._asked, self._measured = caller, method, sums.measured
        self._problem = replace(problem, compute=sums.problem.compute)
        self._found, self._chosen = sums.candidates, sums.chosen
        wide = replace(self._problem, compute=sums.problem.result.name)
        self._rounding = rounding(wide) if problem.out_size else None
        self.most_threads, self.kept_bytes = sums.most_threads, sums.kept_bytes
        self.work_bytes = sums.work_bytes + problem.out_size * sums.problem.result.itemsize
        self.call = None

    def execute(
        self,
        x: Array,
        present: NDArray[np.bool_] | None,
        out: Array,
        threads: int,
        caller: str = "plan",
    ) -> None:
        """Fill `out`, by way of an array of sums."""
        if self._rounding is None:
            return
        sums = empty(out.shape, self._sums.problem.result)
        self._sums.execute(x, present, sums, threads, caller)
        self._rounding.run(sums, out, 0.0, False, threads)


def make(problem: Problem, caller: str, method: str = "auto", threads: int | None = None) -> Plan:
    """The plan of a problem."""
    kind = Plan if problem.summed is problem else RoundedPlan
    return kind(problem, caller, method, threads)


CACHE = PlanCache(make)
