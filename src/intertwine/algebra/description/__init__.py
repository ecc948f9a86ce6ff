"""What a kernel does, in two sentences, decided from its taps alone.

The first names it, by the first of the rules that holds: families that a formula gives, averages
and sharpeners, filters and derivatives, and last the nearest of many shapes with the fraction of
the energy that it explains. Names are never looked at. What no family explains to 80 % is "none of
these".

The second says what the kernel does to flat areas, ramps, steps, sinusoids and noise, each clause
computed from the taps (`behaviour.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from intertwine.algebra.description.answer import Description
from intertwine.algebra.description.behaviour import clauses
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.description.rules import RULES, none_of_these
from intertwine.algebra.description.whitens import whitens

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

__all__ = ["Description", "describe"]


_ONE_TAP = ("zero", "identity", "shift")


def describe(k: Kernel) -> Description:
    """Say what `k` does, by the first rule that holds."""
    found = Measures.of(k)
    answers = (rule(found) for rule in RULES)
    answer = next((answer for answer in answers if answer is not None), None)
    answer = answer or none_of_these(found)
    if answer.kind in _ONE_TAP and "share" not in answer.numbers:
        return answer
    said = (*clauses(found, answer.kind), whitens(found, answer.kind))
    what = "; ".join(clause for clause in said if clause)
    return replace(answer, sentence=f"{answer.sentence}. {what[0].upper()}{what[1:]}.")
