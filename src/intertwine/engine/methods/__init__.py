"""The methods, fastest ones last only by chance: the planner compares them all.

A new method is a new module here and one more entry in `METHODS`; the planner, `explain` and the
agreement tests read this list.
"""

from __future__ import annotations

from intertwine.engine.methods import reference
from intertwine.engine.methods.base import Method

METHODS: tuple[Method, ...] = (reference,)
BY_NAME: dict[str, Method] = {method.NAME: method for method in METHODS}
