"""A model's convolutions, swapped where another engine is measured to be quicker."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from intertwine.base.errors import DTypeError, OptionError, counted
from intertwine.learn.layers.convolution import Conv1d, Conv2d, Conv3d
from intertwine.learn.layers.timing import alternating
from intertwine.learn.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

#: torch's layers -> ours. Classes made from torch's are left alone: they may do something else.
TWINS: dict[type[nn.Module], Any] = {
    nn.Conv1d: Conv1d,
    nn.Conv2d: Conv2d,
    nn.Conv3d: Conv3d,
    nn.ConvTranspose1d: ConvTranspose1d,
    nn.ConvTranspose2d: ConvTranspose2d,
    nn.ConvTranspose3d: ConvTranspose3d,
}

#: A layer is swapped when ours is quicker by this factor, and the swaps stay when the whole model
#: keeps this fraction of its speed.
GAIN, KEPT = 1.1, 0.97

_ARGUMENTS = (
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
)


@dataclass(frozen=True, slots=True)
class Swap:
    """One layer that was swapped: its name in the model, and seconds for the example."""

    name: str
    layer: nn.Module
    before: float
    after: float

    @property
    def gain(self) -> float:
        return self.before / self.after


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """What `convert` did: print it.

    Attributes
    ----------
    model : the model, whose layers were swapped in place.
    swaps : the layers that were swapped; empty where nothing was quicker.
    convolutions : how many convolutions the example went through.
    before, after : seconds for the whole model on the example.
    """

    model: nn.Module
    swaps: tuple[Swap, ...] = field(repr=False)
    convolutions: int
    before: float
    after: float

    @property
    def gain(self) -> float:
        return self.before / self.after

    def __str__(self) -> str:
        if not self.convolutions:
            return (
                "Nothing swapped: the example met no convolution of torch's own classes without "
                "hooks or attributes of its own."
            )
        swapped = len({id(swap.layer) for swap in self.swaps})
        text = f"{swapped} of {counted(self.convolutions, 'convolution')} swapped"
        if not self.swaps:
            return f"{text}: torch's own are as quick."
        lines = [f"{text}; the model is {_quicker(self.before, self.after)}."]
        lines += [f"  {s.name}: {s.layer} is {_quicker(s.before, s.after)}" for s in self.swaps]
        return "\n".join(lines)


def _quicker(before: float, after: float) -> str:
    return f"{before / after:.2f} times as fast ({1e3 * before:.3g} ms to {1e3 * after:.3g} ms)"


def convert(model: nn.Module, *example: Any) -> Conversion:
    """Swap the convolutions of `model` where ours is quicker on an example; say which.

    Every convolution that `example` passes through is timed beside its twin of this package, on the
    input that reaches it. Twins hold the same parameters, so that optimisers and ``state_dict``
    stay as they are. At the end the whole model is timed with and without them; where it lost
    speed, everything is as before. Times are of evaluation without gradients.

    Parameters
    ----------
    model : torch.nn.Module, changed in place.
    example : what the model is called with.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU())
    >>> print(convert(model, torch.zeros(1, 3, 32, 32)))
    0 of 1 convolution swapped: torch's own are as quick.
    """
    if not isinstance(model, nn.Module):
        raise DTypeError(
            f"convert: the model is {type(model).__name__}, not a torch.nn.Module.\n"
            f"  Pass a model, such as torch.nn.Sequential(layer)."
        )
    if type(model) in TWINS:
        name = type(model).__name__
        raise OptionError(
            f"convert: the model is a single {name}, which cannot be swapped in place.\n"
            f"  Pass torch.nn.Sequential(layer), or make an intertwine.learn.{name}."
        )
    if not example:
        raise OptionError(
            "convert: no example input, which the layers are timed on.\n"
            "  Pass what the model is called with: convert(model, torch.randn(8, 3, 224, 224))."
        )
    training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            return _convert(model, example)
    finally:
        for module, was in training.items():
            module.training = was


def _convert(model: nn.Module, example: tuple[Any, ...]) -> Conversion:
    inputs = _inputs(model, example)
    count = len(inputs)
    measured = [(layer, _better(layer, x)) for layer, x in inputs.items()]
    found = {layer: swap for layer, swap in measured if swap is not None}
    named = [(n, m) for n, m in model.named_modules(remove_duplicate=False) if m in found]
    swaps = [replace(found[layer], name=name) for name, layer in named]
    originals = dict(named)
    inputs.clear()

    def plain() -> Any:
        _put(model, originals)
        return model(*example)

    def swapped() -> Any:
        _put(model, {swap.name: swap.layer for swap in swaps})
        return model(*example)

    before, after = alternating([plain, swapped])
    if not swaps or before / after < KEPT:
        _put(model, originals)
        return Conversion(model, (), count, before, before)
    return Conversion(model, tuple(swaps), count, before, after)


def _inputs(model: nn.Module, example: tuple[Any, ...]) -> dict[nn.Module, Tensor]:
    """The first input of each convolution."""
    found: dict[nn.Module, Tensor] = {}

    def keep(layer: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        found.setdefault(layer, args[0] if args else named["input"])

    hooks = [
        module.register_forward_pre_hook(keep, with_kwargs=True)
        for module in model.modules()
        if type(module) in TWINS and _is_plain(module)
    ]
    try:
        model(*example)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def _is_plain(layer: nn.Module) -> bool:
    """Whether a twin can take its place: nobody hooks into it or hangs anything on it."""
    own, usual = vars(layer), vars(type(layer)(1, 1, 1, device="meta"))
    hooks = [value for name, value in own.items() if name.endswith(("hooks", "hooks_with_kwargs"))]
    hung = layer._buffers or layer._modules or set(layer._parameters) != {"weight", "bias"}
    return own.keys() == usual.keys() and not any(hooks) and not hung


def _better(layer: nn.Module, x: Tensor) -> Swap | None:
    """The twin of a layer, if it takes another way than torch and is quicker."""
    twin = twin_of(layer)
    if twin.engine(x) == "torch":
        return None
    before, after = alternating([lambda: layer(x), lambda: twin(x)])
    return Swap("", twin, before, after) if before / after >= GAIN else None


def twin_of(layer: nn.Module) -> Any:
    """Our layer with the parameters of torch's."""
    options = {name: getattr(layer, name) for name in _ARGUMENTS}
    options |= {"bias": layer.bias is not None, "padding_mode": layer.padding_mode}
    if hasattr(layer, "output_padding") and "Transpose" in type(layer).__name__:
        options["output_padding"] = layer.output_padding
    twin = TWINS[type(layer)](**options, device="meta")
    twin.weight, twin.bias = layer.weight, layer.bias
    twin.training = layer.training
    return twin


def _put(model: nn.Module, layers: dict[str, nn.Module]) -> None:
    for name, layer in layers.items():
        parent, _, own = name.rpartition(".")
        setattr(model.get_submodule(parent), own, layer)
