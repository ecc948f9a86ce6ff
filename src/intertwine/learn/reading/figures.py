"""A reading as plain figures, and these as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.atomic import atomic, check_free
from intertwine.learn.reading.correlations import Correlations
from intertwine.learn.reading.maps import Seen
from intertwine.learn.reading.result import ConvReading, KernelReading, NetReading
from intertwine.learn.reading.summary import directions, group_of

_DIGITS = 6


def figures(net: NetReading) -> dict[str, Any]:
    """Everything that was found, in lists and mappings of numbers and words."""
    found = {
        "name": net.name,
        "sentence": net.sentence,
        "notes": net.notes,
        "photo": net.photo,
        "pointwise": [{"name": name, "shape": shape} for name, shape in net.pointwise],
        "layers": [_layer(layer) for layer in net.layers],
    }
    plain: dict[str, Any] = _plain(found)
    return plain


def save(net: NetReading, path: Path, overwrite: bool) -> None:
    """Write the figures: the file is there whole or not at all."""
    check_free(path, overwrite)
    with atomic(path) as handle:
        handle.write(encoded(net))


def encoded(net: NetReading) -> bytes:
    """The figures as JSON."""
    return json.dumps(figures(net), ensure_ascii=False).encode("utf-8")


def _layer(layer: ConvReading) -> dict[str, Any]:
    weights = layer.weights
    return {
        "name": layer.name,
        "kind": weights.kind,
        "shape": weights.taps.shape,
        "groups": weights.groups,
        "stride": weights.stride,
        "dilation": weights.dilation,
        "batch_normalisation": weights.norm,
        "sentences": layer.sentences,
        "directions": dict(directions(layer)),
        "separable_fraction": layer.separable,
        "spatial_part_energy": _spread(layer.part_energy),
        "strongest_kernel_energy": _spread(layer.single_energy),
        "flatness": layer.flatness,
        "correlations": _correlations(layer.correlations),
        "photo": _seen(layer.seen),
        "savings": [asdict(each) | {"factor": each.factor} for each in layer.savings],
        "series": layer.series.sentences,
        "kernels": [_kernel(kernel) for kernel in layer.kernels],
    }


def _spread(values: tuple[float, float, float] | None) -> dict[str, float] | None:
    return None if values is None else dict(zip(("low", "median", "high"), values, strict=True))


def _kernel(kernel: KernelReading) -> dict[str, Any]:
    found = {name: getattr(kernel, name) for name in _NAMES}
    found["group"] = group_of(kernel)
    for name, (drift, spread) in (("softmax", kernel.softmax), ("abs", kernel.absolute)):
        found[name] = {"drift": drift, "spread": spread}
    found["colour"] = None if kernel.colour is None else asdict(kernel.colour)
    found["single"] = None if kernel.single is None else asdict(kernel.single)
    found["duplicate"] = None if kernel.duplicate is None else asdict(kernel.duplicate)
    return found


_NAMES = (
    "number", "kind", "sentence", "angle_deg", "energy", "strength", "noise_gain", "rank",
    "separable", "flatness", "orientation_deg", "clarity", "peak", "is_dead", "likeness", "taps",
)  # fmt: skip


def _correlations(found: Correlations | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "maps": found.maps,
        "predicted_for_white_input": found.predicted,
        "mean": found.mean,
        "neighbours": found.neighbours,
        "pairs": [asdict(pair) for pair in found.pairs],
    }


def _seen(seen: Seen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    return {
        "shape": seen.shape,
        "correlations": seen.matrix,
        "mean": seen.mean,
        "neighbours": seen.neighbours,
        "flatness": seen.flatness,
        "white": seen.white,
        "tested_for_whiteness": seen.tested,
        "pairs": [asdict(pair) for pair in seen.pairs],
        "correlators_by_chance": seen.by_chance,
    }


def _plain(value: Any) -> Any:
    """Numbers to six digits; JSON has no NaN: null."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value
