"""What a kernel does, in one sentence, decided from its moments, symmetry and spectrum alone.

The three say different things, and a class of kernels is where they meet:

- the sum and the lowest moment that is not 0 say what flat, sloped and curved signals become;
- symmetry about a point tells a made kernel from any array of numbers: a blur prefers no side, and
  a derivative is the same from both sides but for its sign. Random taps have neither;
- the spectrum says which waves pass, and whether the kernel is a wave itself.

`rules.py` asks in order, from the special to the general, and the first rule that holds answers.
What no rule holds for is "none of these", with the reason. Names are never looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intertwine.algebra.description.answer import Description
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.description.rules import RULES, none_of_these

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

__all__ = ["Description", "describe"]


def describe(k: Kernel) -> Description:
    """Say what `k` does, by the first rule that holds."""
    found = Measures.of(k)
    answers = (rule(found) for rule in RULES)
    return next((answer for answer in answers if answer is not None), None) or none_of_these(found)
