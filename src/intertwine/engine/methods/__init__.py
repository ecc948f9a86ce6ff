"""The methods. The planner compares them all; the order here is only that of `explain`.

A new method is a new module here and one more entry in `METHODS`; the planner, `explain` and the
agreement tests read this list.
"""

from __future__ import annotations

from intertwine.engine.methods import (
    direct,
    overlap_save,
    recursive,
    reference,
    running_sum,
    separable,
)
from intertwine.engine.methods.base import Method

METHODS: tuple[Method, ...] = (
    direct,
    separable,
    running_sum,
    overlap_save,
    recursive,
    reference,
)
BY_NAME: dict[str, Method] = {method.NAME: method for method in METHODS}
