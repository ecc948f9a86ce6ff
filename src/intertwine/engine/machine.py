"""What this machine costs: the constants behind the planner's predictions.

They are seconds on one thread. The shipped values were measured on an AMD Milan with AVX2;
`intertwine calibrate` measures the machine at hand and keeps the result in the user's cache folder,
``INTERTWINE_CACHE`` if that is set, else ``intertwine`` under ``XDG_CACHE_HOME`` or ``~/.cache``.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from intertwine import _core


@dataclass(frozen=True, slots=True)
class Rates:
    """One figure for each type that sums run in."""

    float32: float
    float64: float
    int64: float

    def __getitem__(self, compute: str) -> float:
        return float(getattr(self, compute))


def _default_product() -> Rates:
    return Rates(2.2e-11, 4.8e-11, 1.9e-10)


def _default_product_1d() -> Rates:
    return Rates(3.8e-11, 8.0e-11, 2.3e-10)


@dataclass(frozen=True, slots=True)
class Machine:
    """Seconds per elementary step.

    Attributes
    ----------
    call : entering the core at all.
    sample : reading or writing one sample.
    product : one multiply-add of `direct`, by compute type.
    product_1d : one multiply-add of `separable`, by compute type.
    pass_ : moving one sample through a pass of `separable`.
    running : one sample through a pass of `running_sum`.
    fft : one complex sample through one doubling of a float32 transform, there and back.
    tile : one complex sample in and out of a tile.
    row : reading or writing one row of a tile, however short.
    double : how much longer transforms take in float64.
    gather : one tap on one sample in the NumPy reference.
    """

    call: float = 5.6e-6
    sample: float = 2.7e-10
    product: Rates = field(default_factory=_default_product)
    product_1d: Rates = field(default_factory=_default_product_1d)
    pass_: float = 1e-12
    running: float = 1.2e-9
    fft: float = 2.5e-10
    tile: float = 1.15e-9
    row: float = 4e-8
    double: float = 1.7
    gather: float = 3.8e-9


SHIPPED = Machine()


def cache_file() -> Path:
    """Where `calibrate` keeps what it measured."""
    folder = os.environ.get("INTERTWINE_CACHE")
    if folder:
        return Path(folder) / "machine.json"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "intertwine" / "machine.json"


def _identity() -> str:
    """Figures hold for one kind of processor and one SIMD level."""
    return f"{platform.machine()} {platform.processor()} {_core.level}"


def save(machine: Machine) -> Path:
    """Keep measured figures; the file is replaced whole or not at all."""
    path = cache_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"measured_on": _identity(), "seconds": asdict(machine)}, indent=2)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text + "\n")
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
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
        if kept["measured_on"] == _identity():
            return _read(kept["seconds"])
    except (OSError, ValueError, TypeError, KeyError, RuntimeError):
        pass  # none there, or not readable: the shipped figures always work
    return SHIPPED
