"""What this machine costs: the constants behind the planner's predictions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """Seconds per elementary step, on one thread, as shipped or as measured by `calibrate`."""

    gather: float = 8e-9


SHIPPED = Machine()


def current() -> Machine:
    """The calibrated constants if there are any, else the shipped ones."""
    return SHIPPED
