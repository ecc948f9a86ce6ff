"""A plan in words and numbers: what was chosen, and what the alternatives would have cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intertwine import _core
from intertwine.base import threads
from intertwine.base.errors import counted
from intertwine.base.text import duration, size_text
from intertwine.engine import copies, missing
from intertwine.engine import machine as machines
from intertwine.engine.candidates import Candidate, least_saving
from intertwine.engine.problem import Problem
from intertwine.engine.types import integer_limits

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan


def _sizes(numbers: tuple[int, ...]) -> str:
    return " x ".join(f"{n:,}" for n in numbers)


def _question(problem: Problem) -> str:
    taps = tuple(problem.axes[i].k for i in problem.filtered) or (1,)
    outside = dict.fromkeys(problem.axes[i].boundary for i in problem.filtered)
    text = f"{problem.dtype} {_sizes(problem.shape)} under "
    if problem.bank:
        text += f"a bank of {problem.kernel_count:,} kernels of "
    text += counted(_sizes(taps), "tap")
    text += f" gives {problem.result} {_sizes(problem.out_shape)}"
    if outside:
        text += f"; outside lies: {', '.join(outside)}"
    if problem.weighted:
        text += "; outputs are divided by the weight present"
        if problem.min_weight:
            text += f", NaN where that is less than {problem.min_weight:g} of the whole"
    return text + "."


def _bound(plan: Plan) -> str:
    problem = plan.problem
    if problem.exact:
        low, high = integer_limits(problem.result)
        least, largest = problem.sum_range
        clipped = f"; those beyond {problem.result} are clipped" * (least < low or largest > high)
        return f"Every sum is exact{clipped}" if clipped else "Every result is exact"
    some = problem.masked or problem.missing == "ignore"
    wide = ", in float64 where samples are missing" * (some and problem.compute == "float32")
    text = f"Sums run in {problem.compute}{wide}; error at most {plan.error:.1e} of sum|k| * max|x|"
    text += " before they are divided" * problem.weighted
    return text + f"; then they are rounded and clipped to {problem.result}" * problem.rounded


def _copied(plan: Plan) -> str:
    """What data take that lie across memory."""
    more = copies.fortran(plan)
    return f", and {size_text(more)} for a copy of data in Fortran order" if more else ""


def _parts(candidate: Candidate, problem: Problem) -> str:
    """What a method does, with the shorter kernels if it takes them."""
    short = candidate.short
    return candidate.method.parts(problem if short is None else short.problem)


def _shorter(chosen: Candidate) -> list[str]:
    """The kernel that the chosen method computes with, if that is a shorter one."""
    if chosen.short is None:
        return []
    axes = chosen.short.problem.axes
    size = counted(_sizes(tuple(a.k for a in axes if a.filtered) or (1,)), "tap")
    return [f"  Taps that always meet the same samples (or none) become one: {size} are left."]


def _error(problem: Problem, bound: float) -> str:
    return "exact" if problem.exact else f"error {bound:.1e}"


def _other(candidate: Candidate, chosen: Candidate, problem: Problem) -> str:
    name = f"  {candidate.method.NAME:13s}"
    if candidate.seconds == float("inf"):
        return f"{name} cannot: {candidate.reason}"
    ratio = candidate.seconds / chosen.seconds
    said = f"{ratio:.3g} times as long" if ratio >= 1 else f"{1 / ratio:.3g} times faster"
    text = f"{name} {duration(candidate.seconds):>9s}, {said}, {_error(problem, candidate.error)}"
    text += f", {size_text(candidate.memory)}: {_parts(candidate, problem)}"
    why = candidate.reason or (_passed_over(candidate, chosen, problem) if ratio < 1 else "")
    return f"{text}; not taken: {why}" if why else text


def _passed_over(candidate: Candidate, chosen: Candidate, problem: Problem) -> str:
    """Why a method is not taken that is quicker on one thread."""
    if chosen.shared and not candidate.shared:
        return "threads cannot share its work"
    margin = candidate.method.MARGIN
    if problem.exact or margin <= 1:
        return ""
    saving = least_saving(candidate, problem)
    least = f" and {duration(saving)}" if saving else ""
    return f"it rounds more, and must be {margin:g} times{least} faster"


def _measured(plan: Plan) -> list[str]:
    """What trying said, quickest first."""
    if plan.measured is None:
        return []
    ranking = sorted(plan.measured.seconds.items(), key=lambda pair: pair[1])
    times = ", ".join(f"{name} {duration(spent)}" for name, spent in ranking)
    count = plan.measured.threads
    return [f"  Chosen by measuring on {counted(count, 'thread')}: {times}."]


def _predicted(plan: Plan) -> list[str]:
    """What the call takes; outputs are divided by weights beside the method's own work."""
    problem, machine = plan.problem, machines.current()
    source = "shipped figures" if machine is machines.SHIPPED else "calibrated figures"
    summing = missing.weighing(problem)
    adding_up = summing.chosen.seconds if summing else 0.0
    always = missing.dividing(problem, machine, everywhere=problem.masked)
    always += adding_up * problem.masked
    rest = missing.dividing(problem, machine, everywhere=True) + adding_up - always
    part = f", {duration(always)} of them for weights," if always else ""
    lines = [
        f"  Predicted {duration(plan.chosen.seconds + always)}{part} on one thread ({source}); "
        f"up to {counted(threads.resolve(None), 'thread')}, SIMD level {_core.level}."
    ]
    if summing and not problem.masked:
        lines.append(f"  Where samples are missing, weights take {duration(rest)} more.")
    return lines


def explain(plan: Plan) -> str:
    """The whole story of a plan, as text."""
    problem, chosen = plan.problem, plan.chosen
    if problem.out_size == 0:
        return (
            f"{_question(problem)}\nMethod {plan.method}: nothing to compute, the result is empty."
        )
    lines = [
        _question(problem),
        f"Method {plan.method}: {_parts(chosen, problem)}.",
        *_shorter(chosen),
        *_measured(plan),
        *_predicted(plan),
        f"  {_bound(plan)}; work space {size_text(chosen.memory)} a thread{_copied(plan)}.",
        "Alternatives:",
    ]
    lines += [_other(c, chosen, problem) for c in plan.candidates if c is not chosen]
    return "\n".join(lines)
