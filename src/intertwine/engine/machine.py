"""What this machine costs: the constants behind the planner's predictions.

They are seconds on one thread. The shipped values lie between those that an AMD Genoa has with
AVX2 and with AVX-512; `intertwine calibrate` measures the machine at hand and keeps the result in
the user's cache folder, ``INTERTWINE_CACHE`` if that is set, else ``intertwine`` under
``XDG_CACHE_HOME`` or ``~/.cache``.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from intertwine import _core
from intertwine.base.atomic import atomic
from intertwine.base.cache import cache_folder


@dataclass(frozen=True, slots=True)
class Rates:
    """One figure for each type that sums run in."""

    float32: float
    float64: float
    int64: float

    def __getitem__(self, compute: str) -> float:
        return float(getattr(self, compute))


#: Bytes of a vector register at the SIMD level that runs here.
VECTOR_BYTES = {"x86-64-v4": 64, "x86-64-v3": 32}.get(_core.level, 16)


@dataclass(frozen=True, slots=True)
class Machine:
    """Seconds per elementary step.

    Attributes
    ----------
    call : a call that finds its plan.
    sample : reading or writing one sample.
    row : reading one row of a tile, or beginning one of outputs, however short.
    outside : looking up one sample beyond the end of a row.
    plane : one sample of the real or imaginary plane of a complex array, more than `sample`.
    product : one multiply-add where rows above each other share what they read, by compute type.
    product_row : one multiply-add of rows by themselves, by compute type.
    start : beginning with one tap on a piece of a row by itself.
    line : one multiply-add of a separable pass, by compute type.
    narrow : one multiply-add in a row that is narrower than a vector.
    tap : getting one tap ready for one tile.
    pass_ : moving one sample through a pass of `separable`.
    running : one sample through a pass of `running_sum`.
    whole : one small integer through `running_sum`, in 16 bits; in 32 it takes twice as long.
    recursion : one float32 sample through the recursion of one pole.
    turn : bringing one float32 sample before its recursions, or one result back.
    fft : one complex sample through one doubling of a float32 transform, there and back.
    tile : one complex sample in and out of a tile.
    weight : dividing one real output by the weight that was present.
    double : how much longer transforms take in float64.
    gather : one tap on one sample in the NumPy reference.
    numpy : one tap in the NumPy reference, however few samples.
    """

    call: float = 8.0e-7
    sample: float = 5.5e-11
    row: float = 1.5e-8
    outside: float = 8.0e-10
    plane: float = 2.0e-10
    product: Rates = Rates(2.25e-11, 4.2e-11, 1.0e-10)
    product_row: Rates = Rates(3.0e-11, 5.6e-11, 1.6e-10)
    start: float = 2.0e-10
    line: Rates = Rates(1.8e-11, 4.0e-11, 1.1e-10)
    narrow: float = 5.0e-10
    tap: float = 6.2e-10
    pass_: float = 1.5e-10
    running: float = 8.5e-10
    whole: float = 8.5e-11
    recursion: float = 6.6e-11
    turn: float = 3.0e-10
    fft: float = 1.1e-10
    tile: float = 8.0e-10
    weight: float = 3.3e-10
    double: float = 1.8
    gather: float = 2.8e-9
    numpy: float = 2.0e-5


SHIPPED = Machine()


def cache_file() -> Path:
    """Where `calibrate` keeps what it measured."""
    return cache_folder() / "machine.json"


def processor() -> str:
    """The processor's name as the system tells it."""
    try:
        info = Path("/proc/cpuinfo").read_text()
    except OSError:
        info = ""
    names = (line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line)
    return next(names, platform.processor() or platform.machine())


@lru_cache(maxsize=1)
def identity() -> str:
    """What measured figures hold for: one kind of processor and one SIMD level."""
    return f"{processor()}, {_core.level}"


def save(machine: Machine) -> Path:
    """Keep measured figures; the file is replaced whole or not at all."""
    path = cache_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"measured_on": identity(), "seconds": asdict(machine)}, indent=2)
    with atomic(path) as file:
        file.write(text.encode() + b"\n")
    current.cache_clear()
    return path


def _read(figures: dict[str, Any]) -> Machine:
    values: dict[str, Any] = {}
    for name, value in figures.items():
        values[name] = Rates(**value) if isinstance(value, dict) else float(value)
    machine = Machine(**values)
    flat = [v for value in asdict(machine).values()
            for v in (value.values() if isinstance(value, dict) else [value])]  # fmt: skip
    if not all(0 < v < 100 for v in flat):
        raise ValueError("figures out of range")
    return machine


@lru_cache(maxsize=1)
def current() -> Machine:
    """The calibrated figures when they fit this machine, else the shipped ones."""
    try:
        kept = json.loads(cache_file().read_text())
        if kept["measured_on"] == identity():
            return _read(kept["seconds"])
    except (OSError, ValueError, TypeError, KeyError, RuntimeError):
        pass  # none there, or not readable: the shipped figures always work
    return SHIPPED
