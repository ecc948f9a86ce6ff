"""The views of a picture, and how their cosines mix into one score.

``score(a, b) = sum_v w_v * cos(a_v, b_v) / sum_v w_v``: the weights come with the question, so one
index answers "the same shape", "the same colour" and anything between without encoding again.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from numbers import Real
from typing import Any

from intertwine.base.checks import Array
from intertwine.base.errors import OptionError, did_you_mean, shown
from intertwine.style.codes import Codes

#: What a picture can be compared by.
VIEWS = ("shape", "colour", "texture", "detail")

#: Only shape counts unless the question says more.
DEFAULT_WEIGHTS = {"shape": 1.0}


def check_weights(
    caller: str, weights: Mapping[str, Any], available: Collection[str] = VIEWS
) -> dict[str, float]:
    """Return the positive weights, in the order of `VIEWS`; views of weight 0 are left out.

    Raises
    ------
    OptionError
        A view is unknown or not among those `available`, a weight is negative or not finite, or
        no weight is positive.
    """
    for view, weight in weights.items():
        if view not in VIEWS:
            raise OptionError(
                f"{caller}: there is no view {shown(view)}.{did_you_mean(view, VIEWS)}\n"
                f"  Views: {', '.join(VIEWS)}."
            )
        if not isinstance(weight, Real) or not 0 <= float(weight) < math.inf:
            raise OptionError(
                f"{caller}: `{view}={shown(weight)}` must be a finite number of at least 0."
            )
        if weight and view not in available:
            raise OptionError(
                f"{caller}: `{view}={shown(weight)}`, but the codes have no {view} view.\n"
                f"  Views they have: {', '.join(available)}."
            )
    positive = {view: float(weights[view]) for view in VIEWS if weights.get(view)}
    if not positive:
        raise OptionError(
            f"{caller}: every weight is 0.\n  Give one view a positive weight, such as shape=1."
        )
    return positive


def scores(queries: Codes, gallery: Codes, weights: Mapping[str, float]) -> Array:
    """Return the weighted mean of the views' cosines: float32 (queries, gallery), -1 to 1.

    Parameters
    ----------
    queries, gallery : Codes
        Of one encoder; both have every view of `weights`.
    weights : mapping
        As `check_weights` returns them.
    """
    total = math.fsum(weights.values())
    parts = [w / total * (queries[view] @ gallery[view].T) for view, w in weights.items()]
    result: Array = sum(parts[1:], start=parts[0])
    return result
