"""The compiled core (see core/README.md): plain buffers in, plain numbers out."""

from collections.abc import Sequence
from typing import Any

level: str
levels: str
max_axes: int

def direct(
    x: Any,
    out: Any,
    taps: Any,
    compute: str,
    geometry: Sequence[int],
    fill: Sequence[float],
    add: bool,
    threads: int,
) -> None: ...
def separable(
    x: Any,
    out: Any,
    factors: Any,
    tile: Sequence[int],
    batch: int,
    compute: str,
    geometry: Sequence[int],
    fill: Sequence[float],
    add: bool,
    threads: int,
) -> bool: ...
def running_sum(
    x: Any,
    out: Any,
    weight: Sequence[float],
    first: Sequence[int],
    length: Sequence[int],
    compute: str,
    geometry: Sequence[int],
    fill: Sequence[float],
    add: bool,
    threads: int,
) -> bool: ...

class Spectrum:
    def __init__(
        self, taps: Any, compute: str, geometry: Sequence[int], tile: Sequence[int]
    ) -> None: ...
    def run(
        self,
        x: Any,
        out: Any,
        geometry: Sequence[int],
        fill: Sequence[float],
        add: bool,
        threads: int,
    ) -> bool: ...
