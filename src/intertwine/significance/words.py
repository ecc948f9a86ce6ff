"""The answer as a sentence: how large, how sure, and for whom."""

from __future__ import annotations

import math

from intertwine.base.text import number, p_text
from intertwine.significance.result import Found

PAIRED = ("paired", "signed-rank")

_LEAST_SHARE = 5e-5  # what two digits of a percentage can show


def sentence(
    design: str, alternative: str, found: Found, names: tuple[object, object] = ("a", "b")
) -> str:
    """What was found, in words; `names` are those of the two samples."""
    if math.isnan(found.statistic):
        if found.method == "unknown":
            return f"Nothing can be said of the correlation of {names[0]} with {names[1]}."
        return "NaN among the observations: nothing can be said."
    effect = _effect(design, alternative, found, *names)
    if math.isnan(found.bounds.high):
        return f"{effect} Whether chance alone would make it as large is not known."
    return " ".join([effect, _sure(design, alternative, found), _whom(design, found, *names)])


def _effect(design: str, alternative: str, found: Found, a: object, b: object) -> str:
    low, high = found.interval(0.95, alternative)
    if (low, high) in ((-math.inf, math.inf), (0, math.inf)):
        span = "too few for a 95 % interval"
    else:
        span = f"95 % interval {number(low)} to {number(high)}"
    if design == "correlation":
        return f"{found.effect_name} of {a} with {b} is {number(found.effect)} ({span})."
    if design == "proportion":
        return _proportions(found, span, a, b)
    if found.effect == 0:
        return f"{a} and {b} do not differ here: {found.effect_name} 0 ({span})."
    how = "above" if found.effect > 0 else "below"
    if found.relative is not None and abs(found.relative) >= _LEAST_SHARE:
        return (
            f"{a} is {abs(100 * found.relative):.2f} % {how} {b}: {found.effect_name} "
            f"{number(found.effect)} ({span})."
        )
    return f"{a} lies {how} {b}: {found.effect_name} {number(found.effect)} ({span})."


def _proportions(found: Found, span: str, a: object, b: object) -> str:
    apart = found.statistic
    if math.isnan(found.effect):
        return f"All cases are alike in {a} and {b}: no odds ratio can be told."
    how = (
        f"equals that in {b}"
        if apart == 0
        else f"is {abs(100 * apart):.4g} percentage points {'above' if apart > 0 else 'below'} "
        f"that in {b}"
    )
    return f"The proportion in {a} {how}; odds ratio {number(found.effect)} ({span})."


def _sure(design: str, alternative: str, found: Found) -> str:
    low, high = found.bounds
    how = {
        "exact": "exactly",
        "bracketed": f"between {low:.4g} and {high:.4g}, the larger counts",
        "sampled": f"sampled, standard error {found.standard_error:.2g}",
        "approximate": "approximately",
    }[found.method]
    far = {"two-sided": "as far from none", "greater": "as high", "less": "as low"}[alternative]
    text = f"Chance alone comes at least {far} with {p_text(high)} ({how})"
    side = found.statistic if design in ("correlation", "proportion") else found.effect
    if side * {"greater": 1, "less": -1}.get(alternative, 0) < 0:
        return f"{text}: nothing speaks for the side that was asked about."
    none = "relation" if design == "correlation" else "difference"
    verdict = (
        "it is hard to explain by chance"
        if high < 0.01
        else "chance is an unlikely explanation"
        if high < 0.05
        else "chance remains a possible explanation"
        if high < 0.1
        else f"chance may well explain it, which does not show that there is no {none}"
    )
    return f"{text}: {verdict}."


def _whom(design: str, found: Found, a: object, b: object) -> str:
    share = 100 * found.prediction
    knows = str(b) if design == "correlation" else "the group"
    if share > 0:
        text = (
            f"Knowing {knows} takes an estimated {share:.3g} % off the squared error for an unseen "
            f"{found.case}"
        )
    else:
        text = f"Knowing {knows} does not help to predict an unseen {found.case}"
    if math.isnan(found.superiority):
        return f"{text}."
    pair = "pairs" if design in PAIRED and found.case == "case" else f"pairs of {found.case}s"
    pair = pair if design in PAIRED else f"random {pair}"
    above = f"{100 * found.superiority:.3g} % of {pair}"
    return f"{text}; {a} is above {b} in {above}, ties counted half."
