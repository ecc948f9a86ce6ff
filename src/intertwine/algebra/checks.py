"""Numbers that methods are given: finite, in range, or an error that says so."""

from __future__ import annotations

import math
from typing import Any

from intertwine.base.checks import number


def finite(caller: str, name: str, value: Any) -> float:
    """Return `value` as a finite float."""
    return number(caller, name, value, math.isfinite, "a finite number")


def at_least(caller: str, name: str, value: Any, least: float, *, strictly: bool = False) -> float:
    """Return `value` as a finite float from `least` on, or above it."""

    def accepts(given: float) -> bool:
        return math.isfinite(given) and (given > least or (given == least and not strictly))

    how = f"above {least:g}" if strictly else f"from {least:g} up"
    return number(caller, name, value, accepts, f"a finite number {how}")
