"""What comes in: the weights of every convolution, one filter an output channel, as float64.

A filter holds one kernel an input channel of its group: (out, in, K1, ..., Kd), whatever the way a
framework keeps it. Where batch normalisation follows, its factor is multiplied in: what the next
layer meets is the product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from intertwine.base.errors import OptionError, counted

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ConvWeights:
    """One layer's filters and what is known of how it applies them.

    Attributes
    ----------
    name : its name in the model.
    taps : (out, in of a group, K1, ..., Kd), with the factor of batch normalisation multiplied in.
    bias : (out,) or None.
    groups, stride, dilation : None where a bare state dict does not tell.
    transposed : whether it convolves (scatters) where others correlate.
    norm, factor : the batch normalisation that is multiplied in, and by how much, (out,); "" and
        None without one.
    module : the layer itself, where there is one.
    notes : what is not known, or was done to the numbers.
    """

    name: str
    taps: Array
    bias: Array | None = None
    groups: int | None = None
    stride: tuple[int, ...] | None = None
    dilation: tuple[int, ...] | None = None
    transposed: bool = False
    norm: str = ""
    factor: Array | None = None
    module: Any = None
    notes: tuple[str, ...] = field(default=())

    @property
    def size(self) -> tuple[int, ...]:
        """Taps along each axis."""
        return self.taps.shape[2:]

    @property
    def is_pointwise(self) -> bool:
        """Whether it mixes channels only."""
        return math.prod(self.size) == 1

    @property
    def is_depthwise(self) -> bool:
        """Whether each filter sees one channel of several."""
        return self.taps.shape[1] == 1 and (self.groups or self.taps.shape[0]) > 1

    @property
    def kind(self) -> str:
        """How its channels are connected, in a word."""
        if self.is_pointwise:
            return "pointwise"
        if self.transposed:
            return "transposed"
        if self.is_depthwise:
            return "depthwise" if self.groups else "depthwise or of one channel"
        return "grouped" if (self.groups or 1) > 1 else "dense"


def of_module(model: nn.Module) -> list[ConvWeights]:
    """The convolutions of a model, in the order in which it names them."""
    found = []
    named = list(model.named_modules())
    owners: dict[int, str] = {}
    for place, (name, module) in enumerate(named):
        layer = _layer(name or type(module).__name__, module)
        if layer is None:
            continue
        kept = dict(module.named_parameters(recurse=False)).get("weight")
        owner = layer.name if kept is None else owners.setdefault(id(kept), layer.name)
        if owner != layer.name:
            layer = replace(layer, notes=(*layer.notes, f"Its weights are those of {owner}."))
        later = (n for n, m in named[place + 1 :] if not _is_under(n, name) and _is_leaf(m))
        norm = next(later, "")
        found.append(_folded(layer, norm, model.get_submodule(norm) if norm else None))
    return found


def _is_under(name: str, parent: str) -> bool:
    return parent != "" and name.startswith(f"{parent}.")


def _is_leaf(module: nn.Module) -> bool:
    return next(module.children(), None) is None


def _layer(name: str, module: nn.Module) -> ConvWeights | None:
    if not hasattr(module, "kernel_size") or not hasattr(module, "out_channels"):
        return None
    weight: Any = getattr(module, "weight", None)
    weight = weight() if callable(weight) else weight  # quantised layers have a method
    if isinstance(weight, nn.parameter.UninitializedParameter):
        raise OptionError(
            f"read: {name} has no weights yet, its channels are not known.\n"
            "  Run the model once on an input, then read it."
        )
    if not isinstance(weight, Tensor) or weight.ndim not in (3, 4, 5):
        return None
    notes = []
    if hasattr(module, "probabilities"):
        weight = module.probabilities()  # type: ignore[operator]
        notes.append("Its weights are logits: the kernels are their softmax.")
    if hasattr(module, "angles"):
        notes.append(f"Each kernel is applied at {module.angles} angles; the first is read.")
    taps, note = as_array(name, weight)
    transposed = isinstance(module, _ConvTransposeNd) or "Transpose" in type(module).__name__
    groups = int(getattr(module, "groups", 1))
    if transposed:
        taps = _outputs_first(taps, groups)
    bias = getattr(module, "bias", None)
    bias = bias() if callable(bias) else bias
    return ConvWeights(
        name,
        taps,
        None if bias is None else as_array(f"{name}.bias", bias)[0],
        groups,
        _each(getattr(module, "stride", 1), taps.ndim - 2),
        _each(getattr(module, "dilation", 1), taps.ndim - 2),
        transposed,
        module=module if isinstance(module, _ConvNd) else None,
        notes=(*notes, *note),
    )


def _each(value: Any, count: int) -> tuple[int, ...]:
    return tuple(int(v) for v in value) if np.iterable(value) else (int(value),) * count


def _outputs_first(taps: Array, groups: int) -> Array:
    """(in, out of a group, ...) as (out, in of a group, ...)."""
    inputs, outputs = taps.shape[:2]
    apart = taps.reshape(groups, inputs // groups, outputs, *taps.shape[2:])
    return np.ascontiguousarray(
        np.swapaxes(apart, 1, 2).reshape(groups * outputs, inputs // groups, *taps.shape[2:])
    )


def _folded(layer: ConvWeights, name: str, norm: nn.Module | None) -> ConvWeights:
    """Multiply the factor of batch normalisation in, where one with as many channels follows."""
    variance = getattr(norm, "running_var", None)
    if variance is None or variance.shape != (layer.taps.shape[0],):
        return layer
    weight = getattr(norm, "weight", None)
    return _scaled(layer, name, variance, weight, float(getattr(norm, "eps", 1e-5)))


def _scaled(
    layer: ConvWeights, name: str, variance: Tensor, weight: Tensor | None, eps: float
) -> ConvWeights:
    factor = 1 / np.sqrt(as_array(f"{name}.running_var", variance)[0] + eps)
    if weight is not None:
        factor = factor * as_array(f"{name}.weight", weight)[0]
    taps = layer.taps * factor.reshape(-1, *[1] * (layer.taps.ndim - 1))
    return replace(layer, taps=taps, norm=name, factor=factor)


def of_state(state: dict[str, Any]) -> list[ConvWeights]:
    """The convolutions of a bare state dict, by the shapes and names of its tensors."""
    state = _joined(state)
    names = [n for n, v in state.items() if isinstance(v, Tensor)]
    found: list[ConvWeights] = []
    for place, key in enumerate(names):
        if not _is_filters(key, state[key]):
            continue
        before = len(found[-1].taps) if found else 1
        name = key.rpartition(".")[0] or key
        taps, notes = as_array(key, state[key])
        bias = state.get(f"{name}.bias")
        layer = ConvWeights(
            name,
            taps,
            None if bias is None else as_array(f"{name}.bias", bias)[0],
            _groups(taps, before),
            notes=notes,
        )
        found.append(_folded_state(layer, state, names[place + 1 :]))
    return found


def _groups(taps: Array, before: int) -> int | None:
    """Filters of one channel see one each, where as many maps come before; None: not known."""
    if taps.shape[1] > 1:
        return None
    return before if len(taps) % before == 0 else None


#: How weight normalisation stores a length and a direction, newer and older.
_LENGTHS = ((".parametrizations.weight.original0", "original1"), (".weight_g", "weight_v"))


def _joined(state: dict[str, Any]) -> dict[str, Any]:
    """Lengths and directions of weight normalisation as the weights that they make."""
    found = {}
    for key, value in state.items():
        found[key] = value
        for ending, other in _LENGTHS:
            direction = state.get(f"{key.rpartition('.')[0]}.{other}")
            if key.endswith(ending) and direction is not None and value.ndim == direction.ndim:
                axes = [a for a, n in enumerate(value.shape) if n == 1]
                length = torch.linalg.vector_norm(direction, dim=axes, keepdim=True)
                found[f"{key.removesuffix(ending)}.weight"] = value * direction / length
    return found


def _is_filters(key: str, value: Tensor) -> bool:
    plain = key == "weight" or key.endswith(".weight")
    return plain and value.ndim in (3, 4, 5) and value.numel() > 0


def _folded_state(layer: ConvWeights, state: dict[str, Any], later: list[str]) -> ConvWeights:
    """The next tensors that are not the layer's own are its batch normalisation, if they fit."""
    own = f"{layer.name}."
    norm = next((n.rpartition(".")[0] for n in later if not n.startswith(own)), "")
    variance = state.get(f"{norm}.running_var") if norm else None
    if variance is None or variance.shape != (layer.taps.shape[0],):
        return layer
    return _scaled(layer, norm, variance, state.get(f"{norm}.weight"), 1e-5)


def as_array(name: str, weight: Tensor) -> tuple[Array, tuple[str, ...]]:
    """A tensor as float64, and what was done to it.

    Raises
    ------
    OptionError
        Values that are NaN or infinite, complex, or without storage (the meta device).
    """
    if weight.is_meta:
        raise OptionError(
            f"read: {name} is on the meta device, it has a shape and no numbers.\n"
            "  Load its weights first."
        )
    if weight.is_complex():
        raise OptionError(
            f"read: {name} is complex ({weight.dtype}), and filters of nets are real.\n"
            "  Pass its real or its imaginary part."
        )
    notes: tuple[str, ...] = ()
    with torch.no_grad():
        if weight.is_quantized:
            notes = (f"Quantised weights ({weight.dtype}) are read with their scales.",)
            weight = weight.dequantize()
        elif not weight.is_floating_point():
            notes = (f"Weights are {weight.dtype} without scales: known up to a factor.",)
        elif weight.dtype not in (torch.float32, torch.float64):
            notes = (f"Weights are {weight.dtype}, and as coarse.",)
        values = np.asarray(weight.detach().cpu().to(torch.float64).numpy())
    wrong = int(values.size - np.count_nonzero(np.isfinite(values)))
    if wrong:
        raise OptionError(
            f"read: {wrong} of {counted(values.size, 'value')} of {name} "
            f"{'is' if wrong == 1 else 'are'} NaN or infinite.\n"
            "  The training diverged: read a checkpoint from before."
        )
    return values, notes
