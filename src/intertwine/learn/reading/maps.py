"""What a photo makes of a net: feature maps, their correlations, and kernels that find their patch.

The model runs once, with a hook on each convolution, and each layer is measured as it runs: no
layer's maps are kept but a few, small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from intertwine.base.errors import OptionError
from intertwine.convolution import correlate
from intertwine.learn.reading.correlations import (
    Correlations,
    Pair,
    measured_at,
    measured_matrix,
    off_diagonal,
)
from intertwine.learn.reading.measures import flatness
from intertwine.learn.reading.photos import Inputs
from intertwine.learn.reading.weights import ConvWeights
from intertwine.whitening import is_white

Array = NDArray[np.float64]

#: Normalised correlation of a kernel with its strongest patch from which it finds that patch.
CORRELATES = 0.8
_SHOWN = 16  # maps that are kept, the strongest kernels'
_SIDE = 56  # pixels of a kept map, at most
_LEAST_SIDE = 16  # samples along each axis from which a map is tested for whiteness
_CORRELATE: dict[int, Any] = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}


@dataclass(frozen=True, eq=False)
class Seen:
    """One layer on the photo.

    Attributes
    ----------
    shape : of its maps, channels first.
    matrix : correlations of the maps that `Correlations.maps` names, at lag 0.
    mean : the mean size of those of different maps.
    neighbours : the mean correlation of a map with itself one sample further along each axis.
    flatness : of the mean power spectrum of these maps.
    white, tested : how many of them `iw.is_white` finds uncorrelated, of those large enough.
    pairs : the pairs that are predicted to go together most, with what was measured.
    likeness : (out,) normalised correlation of each kernel with its strongest patch.
    by_chance : the fraction that reaches `CORRELATES` with the taps in random order.
    pictures : (n, h, w) bytes, maps of the first n of `Correlations.maps`.
    """

    shape: tuple[int, ...]
    matrix: Array
    mean: float
    neighbours: tuple[float, ...]
    flatness: float
    white: int
    tested: int
    pairs: tuple[Pair, ...]
    likeness: Array | None
    by_chance: float
    pictures: NDArray[np.uint8] | None


Wanted = Sequence[tuple[ConvWeights, Correlations | None]]


def run(net: nn.Module, inputs: Inputs, wanted: Wanted) -> tuple[dict[str, Seen], str]:
    """Show a net the first input that it takes, and measure every layer; what it was, in words.

    Raises
    ------
    OptionError
        It takes none of them.
    """
    seen: dict[str, Seen] = {}
    training = {module: module.training for module in net.modules()}
    net.eval()
    hooks = [
        layer.module.register_forward_hook(_watcher(layer, found, seen))
        for layer, found in wanted
        if layer.module is not None
    ]
    try:
        note = _forward(net, inputs, seen)
    finally:
        for hook in hooks:
            hook.remove()
        for module, was in training.items():
            module.training = was
    return seen, note


def _forward(net: nn.Module, inputs: Inputs, seen: dict[str, Seen]) -> str:
    like = next(net.parameters(), torch.zeros(()))
    first = ""
    for tensor, note in inputs.tries:
        seen.clear()
        try:
            with torch.no_grad():
                net(tensor.to(device=like.device, dtype=like.dtype))
        except Exception as error:  # a model may raise anything
            line = " ".join(str(error).split())[:160]
            first = first or f"{type(error).__name__}: {line}"
            continue
        return note
    shape = tuple(inputs.tries[0][0].shape)
    raise OptionError(
        f"read: the model cannot run on {inputs.name} as {shape}: {first}\n"
        "  In Python pass photo= an array as the model takes it, without the batch axis."
    )


def _watcher(layer: ConvWeights, found: Correlations | None, seen: dict[str, Seen]) -> Any:
    def watch(module: nn.Module, arguments: tuple[Any, ...], result: Any) -> None:
        if arguments and isinstance(result, Tensor) and result.ndim == len(layer.size) + 2:
            seen[layer.name] = _measured(layer, found, arguments[0].detach(), result.detach())

    return watch


def _measured(layer: ConvWeights, found: Correlations | None, x: Tensor, y: Tensor) -> Seen:
    maps = y[0].double().cpu().numpy()
    if layer.factor is not None:  # which may turn signs
        maps = maps * layer.factor.reshape(-1, *[1] * (maps.ndim - 1))
    chosen = np.arange(min(len(maps), _SHOWN)) if found is None else found.maps
    likeness, by_chance = (None, 0.0) if layer.transposed else _likeness(layer, x)
    return of_maps(maps, chosen, () if found is None else found.pairs, likeness, by_chance)


def of_maps(
    maps: Array,
    chosen: NDArray[np.int64],
    pairs: tuple[Pair, ...],
    likeness: Array | None,
    by_chance: float,
) -> Seen:
    """Measure the maps (C, ...) of one layer."""
    some = maps[chosen]
    matrix = measured_matrix(some)
    axes = range(maps.ndim - 1)
    steps = [tuple(int(a == axis) for a in axes) for axis in axes]
    together = [[measured_at(one, one, step) for one in some] for step in steps]
    neighbours = tuple(
        float(np.nanmean(row)) if np.isfinite(row).any() else 0.0 for row in together
    )
    centred = some - some.mean(axis=tuple(range(1, some.ndim)), keepdims=True)
    power = np.square(np.abs(np.fft.fftn(centred, axes=tuple(range(1, some.ndim))))).mean(axis=0)
    flat = flatness(power.ravel()[1:]) if power.size > 1 else 1.0
    found = tuple(
        Pair(
            p.first, p.second, p.lag, p.predicted, measured_at(maps[p.first], maps[p.second], p.lag)
        )
        for p in pairs
    )
    pictures = np.stack([_small(one) for one in some[:_SHOWN]]) if some.ndim == 3 else None
    return Seen(
        maps.shape, matrix, off_diagonal(matrix), neighbours, flat, *_whiteness(some), found,
        likeness, by_chance, pictures,
    )  # fmt: skip


def _whiteness(maps: Array) -> tuple[int, int]:
    """How many maps pass for uncorrelated, and how many can be tested: not constant nor tiny."""
    kinds = {1: "series", 2: "image"}
    if maps.ndim - 1 not in kinds or min(maps.shape[1:]) < _LEAST_SIDE:
        return 0, 0
    tested = [one for one in maps if float(np.ptp(one)) > 0]
    verdicts = [is_white(one, kinds[maps.ndim - 1]) for one in tested]
    return sum(verdict.is_uncorrelated for verdict in verdicts), len(tested)


def _small(one: Array) -> NDArray[np.uint8]:
    """A map as bytes, every n-th sample of it: 0 is mid-grey, so that signs are seen."""
    step = -(-max(one.shape) // _SIDE)
    shown = one[::step, ::step]
    reach = float(np.quantile(np.abs(shown), 0.995)) or 1.0
    return np.asarray(np.clip(np.rint(127.5 + 127 * shown / reach), 0, 255), np.uint8)


def _likeness(layer: ConvWeights, x: Tensor) -> tuple[Array | None, float]:
    """Each kernel beside the patch that it answers most; and the same with its taps shuffled."""
    stride, dilation = layer.stride or (1,), layer.dilation or (1,)
    reach = [(k - 1) * d + 1 for k, d in zip(layer.size, dilation, strict=True)]
    if layer.is_pointwise or any(n < r for n, r in zip(x.shape[2:], reach, strict=True)):
        return None, 0.0
    values = x[:1].float().cpu()
    taps = torch.from_numpy(layer.taps).float()
    own = _strongest(values, taps, stride, dilation, layer.groups or 1)
    order = np.random.default_rng(0).permuted(
        np.tile(np.arange(taps[0].numel()), (len(taps), 1)), axis=1
    )
    shuffled = taps.flatten(1).gather(1, torch.from_numpy(order)).reshape(taps.shape)
    other = _strongest(values, shuffled, stride, dilation, layer.groups or 1)
    return own, float((np.abs(other) >= CORRELATES).mean())


def _strongest(
    x: Tensor, taps: Tensor, stride: tuple[int, ...], dilation: tuple[int, ...], groups: int
) -> Array:
    """Normalised correlation (means removed) of each kernel with its strongest patch."""
    ndim = taps.ndim - 2
    y = _CORRELATE[ndim](x, taps, None, stride, 0, dilation, groups)[0]
    at = y.flatten(1).abs().argmax(1).numpy()
    places = np.stack(np.unravel_index(at, y.shape[1:]), axis=1) * np.array(stride)
    inputs, outputs = taps.shape[1], len(taps) // groups
    found = np.zeros(len(taps))
    for number, place in enumerate(places):
        first = number // outputs * inputs
        windows: tuple[Any, ...] = tuple(
            slice(int(p), int(p) + (k - 1) * d + 1, d)
            for p, k, d in zip(place, taps.shape[2:], dilation, strict=True)
        )
        patch = x[0, first : first + inputs][(slice(None), *windows)].double().numpy().ravel()
        kernel = taps[number].double().numpy().ravel()
        patch, kernel = patch - patch.mean(), kernel - kernel.mean()
        size = float(np.linalg.norm(patch) * np.linalg.norm(kernel))
        found[number] = float(patch @ kernel) / size if size > 1e-20 else 0.0
    return found


def first_layer(layer: ConvWeights, found: Correlations | None, x: Tensor) -> Seen:
    """The maps of a first layer from its weights alone: by the operator, at stride 1, valid."""
    signal = x[0].double().numpy()
    maps = np.stack([correlate(signal, taps, mode="valid")[0] for taps in layer.taps])
    chosen = np.arange(min(len(maps), _SHOWN)) if found is None else found.maps
    plain = ConvWeights(
        layer.name, layer.taps, groups=1, stride=(1,) * len(layer.size),
        dilation=(1,) * len(layer.size),
    )  # fmt: skip
    likeness, by_chance = _likeness(plain, x)
    return of_maps(maps, chosen, () if found is None else found.pairs, likeness, by_chance)
