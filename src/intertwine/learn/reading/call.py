"""`read`: a net in, its kernels in words and figures out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, counted
from intertwine.learn.reading import measures
from intertwine.learn.reading.colours import Parts
from intertwine.learn.reading.correlations import Correlations, predicted
from intertwine.learn.reading.describing import Said, say_all
from intertwine.learn.reading.duplicates import duplicates
from intertwine.learn.reading.layers import (
    Singles,
    as_convolved,
    kernels_of,
    split,
    strongest,
    with_singles,
)
from intertwine.learn.reading.lines import read_series
from intertwine.learn.reading.maps import Seen, first_layer, run
from intertwine.learn.reading.photos import inputs_of
from intertwine.learn.reading.result import ConvReading, NetReading
from intertwine.learn.reading.savings import savings
from intertwine.learn.reading.sources import Source, source_of
from intertwine.learn.reading.summary import layer_sentences
from intertwine.learn.reading.weights import ConvWeights

Array = NDArray[np.float64]
Report = Callable[[str, int, int], None]


def read(model: Any, *, photo: Any = None, progress: Report | None = None) -> NetReading:
    """Read every kernel of every spatial convolution of a trained net.

    A filter of several channels is read by its strongest product of a direction of channels and a
    spatial part, the first term of a singular value decomposition; the fraction of energy that the
    part holds is said. Layers correlate: a description is that of the mirrored kernel, which
    convolves as the layer does.

    Parameters
    ----------
    model : torch.nn.Module, Classifier, state dict, or path
        Of a model's folder that `train` made, or of a ``.safetensors`` or PyTorch file, read
        without running any code in it.
    photo : path or (C, ...) array, optional
        What a model that runs is shown. Of a bare state dict only the first layer can be.
    progress : callable, optional
        Told ``(what, done, total)``.

    Returns
    -------
    NetReading
        Printed, sentences; ``page(path)`` writes the page, ``save(path)`` the figures.

    Raises
    ------
    OptionError, DTypeError, FileError, ShapeError
        What came in is not a model, holds no spatial convolution, has weights that are not finite,
        or does not run on the photo.

    Examples
    --------
    >>> import torch
    >>> net = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 3, bias=False))
    >>> with torch.no_grad():
    ...     _ = net[0].weight.copy_(torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    >>> read(net).layers[0].kernels[0].kind
    'edge detector'
    """
    tell = progress or (lambda what, done, total: None)
    source = source_of(model)
    spatial = [_prepared(layer) for layer in source.layers if not layer.is_pointwise]
    if not spatial:
        raise OptionError(
            f"read: no kernel of {source.name} has more than one tap: "
            f"{counted(len(source.layers), 'convolution')}, each pointwise.\n"
            "  There is nothing spatial to read."
        )
    seen, shown, notes = _look(source, spatial, photo)
    said = _said(spatial, lambda done, total: tell("Kernels", done, total))
    layers = []
    for number, (prepared, sentences) in enumerate(zip(spatial, said, strict=True)):
        tell("Layers", number, len(spatial))
        layers.append(_reading(prepared, sentences, seen.get(prepared.layer.name)))
    tell("Layers", len(spatial), len(spatial))
    pointwise = tuple((w.name, w.taps.shape[:2]) for w in source.layers if w.is_pointwise)
    return NetReading(source.name, tuple(layers), pointwise, (*source.notes, *notes), shown)


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A layer with what follows from its weights before anything is described.

    `taps` and `single_taps` are the kernels that convolve as the layer does.
    """

    layer: ConvWeights
    strength: Array
    correlations: Correlations | None
    parts: Parts
    taps: Array
    singles: Singles | None
    single_taps: Array | None


def _prepared(layer: ConvWeights) -> _Prepared:
    strength = np.sqrt(measures.noise_gains(layer.taps))
    parts, singles = split(layer), strongest(layer)
    return _Prepared(
        layer,
        strength,
        predicted(layer, strength),
        parts,
        as_convolved(layer, parts.spatial),
        singles,
        None if singles is None else as_convolved(layer, singles.taps),
    )


def _said(
    spatial: list[_Prepared], tell: Callable[[int, int], None]
) -> list[tuple[list[Said], list[Said]]]:
    """What is said of the parts and of the single kernels of each layer, all in one pass."""
    stacks = [each.taps for each in spatial]
    singles = [each.single_taps for each in spatial if each.single_taps is not None]
    said = say_all(stacks + singles, tell)
    of_singles = iter(said[len(stacks) :])
    return [
        (of_parts, [] if each.singles is None else next(of_singles))
        for each, of_parts in zip(spatial, said, strict=False)
    ]


def _reading(
    prepared: _Prepared, said: tuple[list[Said], list[Said]], view: Seen | None
) -> ConvReading:
    """All of one layer."""
    layer = prepared.layer
    copies = duplicates(layer.taps, prepared.strength)
    kernels = kernels_of(layer, prepared.parts, said[0], copies)
    if prepared.singles is not None:
        kernels = with_singles(kernels, prepared.singles, said[1])
    if view is not None and view.likeness is not None:
        likeness = view.likeness
        kernels = tuple(replace(k, likeness=float(likeness[k.number])) for k in kernels)
    power = measures.powers(prepared.taps).mean(axis=0)
    reading = ConvReading(
        weights=replace(layer, module=None),
        kernels=kernels,
        sentences=(),
        power=power,
        flatness=measures.flatness(power),
        correlations=prepared.correlations,
        savings=savings(layer),
        series=read_series(layer, [k.number for k in kernels]),
        searched=copies.searched,
        seen=view,
    )
    return replace(reading, sentences=layer_sentences(reading))


def _look(
    source: Source, spatial: list[_Prepared], photo: Any
) -> tuple[dict[str, Seen], str, tuple[str, ...]]:
    """What the photo makes of the layers, what it was, and what is not known."""
    if photo is None:
        return {}, "", ()
    first = source.layers[0]
    inputs = inputs_of(photo, first, source.preparation)
    if source.net is not None:
        wanted = [(each.layer, each.correlations) for each in spatial]
        seen, note = run(source.net, inputs, wanted)
        missed = [layer.name for layer, _ in wanted if layer.name not in seen]
        said = (f"Not reached by the photo: {', '.join(missed)}.",) if missed else ()
        return seen, _shown(inputs.name, note), said
    if first is not spatial[0].layer or first.taps.shape[1] not in (1, 3):
        raise OptionError(
            f"read: {source.name} holds weights alone and its first layer, {first.name}, takes "
            f"{first.taps.shape[1]} channels: no photo can be shown to it.\n"
            "  In Python pass the model itself: read(model, photo=...)."
        )
    tensor, note = inputs.tries[0]
    view = first_layer(first, spatial[0].correlations, tensor)
    said = (
        "Weights alone do not run: only the maps of the first layer are computed, by the operator, "
        "at stride 1 without a bias; that it sees the photo itself is assumed.",
    )
    return {first.name: view}, _shown(inputs.name, note), said


def _shown(name: str, note: str) -> str:
    return f"{name}, {note}" if note else name
