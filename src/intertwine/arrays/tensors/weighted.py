"""Where samples are missing: each output divided by the weight that was present.

    y[n] = sum(k) * sum_present k * x / sum_present k        (Knutsson and Westin, 1993)

Both sums are the operator again, so that gradients pass through both.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from intertwine.arrays.tensors.geometry import Geometry

#: As in the engine: below this fraction of ``sum|k|`` a weight is no weight.
LEAST_WEIGHT = 1e-9

Sum = Callable[[Tensor, Tensor, Geometry], Tensor]


def divided(
    sum_: Sum, x: Tensor, w: Tensor, geometry: Geometry, present: Tensor, least: float | None
) -> Tensor:
    """The sums over the samples that are `present`, rescaled to the kernel's full weight.

    `sum_` is the operator; outputs with less than `least` of ``sum|k|`` are NaN.
    """
    count = len(geometry.axes)
    own = tuple(range(-count, 0))
    numbers = geometry._replace(boundaries=tuple(map(_without_weights, geometry.boundaries)))
    # What lies outside counts as present, unless the boundary says that nothing does.
    there = geometry._replace(boundaries=tuple(map(_as_weights, geometry.boundaries))).filled(1.0)
    y = sum_(torch.where(present, x, torch.zeros_like(x)), w, numbers)
    # In float64, so that what rounding leaves of an absent weight does not pass for one.
    marks, weights = present.to(torch.float64), w.to(_double(w.dtype))
    inside = sum_(marks, weights, there)
    total = _over_result(weights.sum(own), inside, geometry)
    size = _over_result(weights.detach().abs().sum(own), inside, geometry)
    enough = inside.detach().abs() > LEAST_WEIGHT * size
    if least is not None:
        enough = enough & (sum_(marks, weights.detach().abs(), there) > least * size)
    safe = torch.where(enough, inside, torch.ones_like(inside))
    nan = complex("nan+nanj") if y.is_complex() else float("nan")
    return torch.where(enough, y * (total / safe).to(w.dtype), torch.full_like(y, nan))


def _without_weights(boundary: str) -> str:
    return "zero" if boundary == "renormalize" else boundary


def _as_weights(boundary: str) -> str:
    return {"renormalize": "zero", "zero": "constant"}.get(boundary, boundary)


def _double(dtype: torch.dtype) -> torch.dtype:
    return torch.complex128 if dtype.is_complex else torch.float64


def _over_result(numbers: Tensor, result: Tensor, geometry: Geometry) -> Tensor:
    """A number for each kernel, where its results lie."""
    for axis in sorted(axis % result.ndim for axis in geometry.axes):
        numbers = numbers.unsqueeze(axis)
    return numbers
