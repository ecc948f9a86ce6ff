"""The candidates: what each method says to a problem, as it is or with shorter kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intertwine.engine import machine as machines
from intertwine.engine import planes
from intertwine.engine.methods import METHODS, separable
from intertwine.engine.methods.base import Means, Method, final_rounding
from intertwine.engine.methods.each import Each
from intertwine.engine.methods.tiles import converting
from intertwine.engine.problem import Problem
from intertwine.engine.shorten import Shortened, is_too_long, shortened

INFINITE = float("inf")
#: Kernels with more taps are not asked about as they are if they can be shorter, save for a method
#: that was asked for by name, and one that looks at a product's lines and shortens these.
MOST_ASKED = 1 << 20

#: With fewer outputs every method is asked about such a kernel, product or not.
MANY_OUTPUTS = 1 << 16

#: Kernels of a bank that tell how long all of them take, where it is this much too long.
ENOUGH_ASKED, FORESEEN = 8, 1.25

#: Predicted seconds that make a further thread worth waking.
WORTH_A_THREAD = 3e-5

#: What a method that rounds more must save is at most this share of its own time, save where so
#: few multiply-adds are summed plainly that one might do them by hand, and look at every digit.
MOST_SAVING, BY_HAND = 0.25, 1 << 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """One method's answer to a problem; `reason` says why it cannot be taken, or is empty.

    `shared` says whether its work falls into parts worth sharing between threads, `short` tells of
    the shorter kernels that it computes with, if it does.
    """

    method: Means
    reason: str
    seconds: float = INFINITE
    error: float = INFINITE
    memory: int = 0
    shared: bool = False
    short: Shortened | None = None


def least_saving(candidate: Candidate, problem: Problem) -> float:
    """Seconds that a method that rounds more must save beside its margin."""
    least = candidate.method.LEAST_SAVING
    if problem.out_size * problem.kernel_size <= BY_HAND:
        return least
    return min(least, MOST_SAVING * candidate.seconds)


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
    error = method.error(problem) * (2 if count == 4 else 1) + final_rounding(problem)
    seconds = method.cost(problem, machine) * planes.runs(problem, method.TAKES_COMPLEX)
    seconds += converting(problem, machine)
    shared = seconds > WORTH_A_THREAD and method.tiles(problem) > 1
    rough = _too_rough(error, problem)
    return Candidate(method, rough, seconds, error, method.memory(problem), shared)


def _too_rough(error: float, problem: Problem) -> str:
    """Why a bound on the error is too large, or ""."""
    asked = problem.precision
    if asked is None or problem.exact or error <= asked:
        return ""
    return f"its error bound {error:.1e} is above the asked precision {asked:.1e}"


def _shorter(
    method: Method, short: Shortened, machine: machines.Machine, at_most: float
) -> Candidate:
    """The answer for shorter kernels; what they cannot tell is looked for among the samples."""
    one = _candidate(method, short.problem, machine, at_most)
    looked = 0.0 if short.alike else machine.numpy
    error = one.error + short.error
    reason = one.reason if error == INFINITE else _too_rough(error, short.problem)
    return replace(one, reason=reason, seconds=one.seconds + looked, error=error, short=short)


def _one_by_one(
    method: Method, problem: Problem, machine: machines.Machine, at_most: float
) -> Candidate:
    """The answer of a method that takes the kernels of a bank one after the other.

    It is asked about no more of them once they take more than `at_most` seconds together, or a few
    of them tell that all will: asking about hundreds takes longer than filtering with them.
    """
    seconds, error, memory, why, shared = 0.0, 0.0, 0, "", False
    for asked, single in enumerate(problem.singles, 1):
        one = _candidate(method, single, machine)
        if one.reason and not why:
            why = f"{one.reason} (kernel {asked - 1})"
        if one.seconds == INFINITE:  # it cannot, however exact the others would be
            return Candidate(method, why)
        seconds += one.seconds
        error, memory = max(error, one.error), max(memory, one.memory)
        shared = shared or one.shared
        rest = problem.kernel_count / asked
        foreseen = asked >= ENOUGH_ASKED and seconds * rest > FORESEEN * at_most
        if (seconds > at_most or foreseen) and rest > 1:
            why = why or f"too slow after {asked} of its kernels already"
            seconds *= rest
            break
    return Candidate(Each(method), why, seconds, error, memory, shared)


def _lines_alone(problem: Problem, wanted: str, machine: machines.Machine) -> tuple[Candidate, ...]:
    """The answers where only a product's lines are looked at; none where all methods are asked.

    Shortening a large kernel and asking all methods about it takes longer than filtering by lines.
    """
    size = problem.taps.array.size
    small = size <= MOST_ASKED or problem.out_size < MANY_OUTPUTS
    if wanted != "auto" or problem.bank or small or not is_too_long(problem):
        return ()
    lines = _candidate(separable, problem, machine)
    if lines.reason:
        return ()
    why = f"not asked about the {size:,} taps of a product; method={{!r}} asks"
    return tuple(
        lines if method is separable else Candidate(method, why.format(method.NAME))
        for method in METHODS
    )


def candidates(problem: Problem, wanted: str) -> tuple[Problem, tuple[Candidate, ...]]:
    """Every method's answer; sums in float64 when float32 is not precise enough."""
    machine = machines.current()
    if lines := _lines_alone(problem, wanted, machine):
        return problem, lines
    short = shortened(problem)
    found: list[Candidate] = []
    for method in METHODS:
        best = min((c.seconds for c in found if not c.reason), default=INFINITE)
        named = wanted == method.NAME
        at_most = INFINITE if named else best
        answers = []
        looks_at_lines = method is separable
        if short is None or named or looks_at_lines or problem.taps.array.size <= MOST_ASKED:
            answers.append(_candidate(method, problem, machine, at_most))
        if short is not None:
            answers.append(_shorter(method, short, machine, at_most))
        # Of those that are not exact enough the most exact is named.
        found.append(
            min(answers, key=lambda c: (bool(c.reason), c.error if c.reason else c.seconds))
        )
    if problem.compute == "float32" and problem.precision and all(c.reason for c in found):
        return candidates(replace(problem, compute="float64"), wanted)
    return problem, tuple(found)


__all__ = ["WORTH_A_THREAD", "Candidate", "candidates", "least_saving"]
