"""The answer as a sentence: how large, how sure, and for whom."""

from __future__ import annotations

import math

from intertwine.base.text import number
from intertwine.significance.result import Found


def sentence(design: str, alternative: str, found: Found) -> str:
    """What was found, in words."""
    if math.isnan(found.statistic):
        return "NaN among the observations: nothing can be said."
    return " ".join(
        [_effect(design, alternative, found), _sure(alternative, found), _whom(design, found)]
    )


def _effect(design: str, alternative: str, found: Found) -> str:
    low, high = found.interval(0.95, alternative)
    span = f"95 % interval {number(low)} to {number(high)}"
    if design == "correlation":
        return f"{found.effect_name} of a with b is {number(found.effect)} ({span})."
    if design == "proportion":
        return (
            f"The proportion in a is {abs(100 * found.statistic):.4g} percentage points "
            f"{_above(found.statistic)} that in b; odds ratio {number(found.effect)} ({span})."
        )
    if found.effect == 0:
        return f"a and b do not differ: {found.effect_name} 0 ({span})."
    how = _above(found.effect)
    if found.relative is not None:
        return (
            f"a is {abs(100 * found.relative):.2f} % {how} b: {found.effect_name} "
            f"{number(found.effect)} ({span})."
        )
    return f"a lies {how} b: {found.effect_name} {number(found.effect)} ({span})."


def _above(value: float) -> str:
    return "above" if value > 0 else "below" if value < 0 else "equal to"


def _sure(alternative: str, found: Found) -> str:
    low, high = found.bounds
    how = {
        "exact": "exactly",
        "bracketed": f"between {low:.4g} and {high:.4g}, the larger counts",
        "sampled": f"sampled, standard error {found.standard_error:.2g}",
    }[found.method]
    far = {"two-sided": "as far from none", "greater": "as high", "less": "as low"}[alternative]
    verdict = (
        "it is hard to explain by chance"
        if high < 0.01
        else "chance is an unlikely explanation"
        if high < 0.05
        else "chance may well explain it, which does not show that there is no difference"
    )
    return f"Chance alone comes at least {far} with p = {high:.4g} ({how}): {verdict}."


def _whom(design: str, found: Found) -> str:
    share = 100 * found.prediction
    knows = "b" if design == "correlation" else "the group"
    if share > 0:
        text = f"Knowing {knows} takes {share:.3g} % off the squared error for an unseen case"
    else:
        text = f"Knowing {knows} does not help to predict an unseen case"
    if math.isnan(found.superiority):
        return f"{text}."
    pair = "pairs" if design in ("paired", "signed-rank") else "random pairs of cases"
    return f"{text}; a is above b in {100 * found.superiority:.3g} % of {pair}."
