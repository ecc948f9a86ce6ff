"""`read`: a net in, its kernels in words and figures out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from intertwine.base.errors import OptionError
from intertwine.learn.reading import measures
from intertwine.learn.reading.correlations import Correlations, predicted
from intertwine.learn.reading.describing import say_all
from intertwine.learn.reading.duplicates import duplicates
from intertwine.learn.reading.layers import as_convolved, kernels_of, split, strongest, with_singles
from intertwine.learn.reading.lines import read_series
from intertwine.learn.reading.maps import Seen, first_layer, run
from intertwine.learn.reading.photos import inputs_of
from intertwine.learn.reading.result import ConvReading, NetReading
from intertwine.learn.reading.savings import savings
from intertwine.learn.reading.sources import Source, source_of
from intertwine.learn.reading.summary import layer_sentences
from intertwine.learn.reading.weights import ConvWeights

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
    spatial = tuple(layer for layer in source.layers if not layer.is_pointwise)
    if not spatial:
        raise OptionError(
            f"read: all {len(source.layers)} convolutions of {source.name} are pointwise: "
            "no kernel has more than one tap.\n  There is nothing spatial to read."
        )
    strengths = [np.sqrt(measures.noise_gains(layer.taps)) for layer in spatial]
    found = [predicted(layer, s) for layer, s in zip(spatial, strengths, strict=True)]
    seen, shown, notes = _look(source, spatial, found, photo)
    parts = [split(layer) for layer in spatial]
    stacks = [as_convolved(w, p.spatial) for w, p in zip(spatial, parts, strict=True)]
    singles = {n: s for n, w in enumerate(spatial) if (s := strongest(w)) is not None}
    others = [as_convolved(spatial[n], s.taps) for n, s in singles.items()]
    said = say_all(stacks + others, lambda done, total: tell("Kernels", done, total))
    of_singles = dict(zip(singles, said[len(stacks) :], strict=True))
    layers = []
    for number, layer in enumerate(spatial):
        tell("Layers", number, len(spatial))
        copies = duplicates(layer.taps, strengths[number])
        kernels = kernels_of(layer, parts[number], said[number], copies)
        if number in singles:
            kernels = with_singles(kernels, singles[number], of_singles[number])
        power = measures.powers(stacks[number]).mean(axis=0)
        view = seen.get(layer.name)
        if view is not None and view.likeness is not None:
            likeness = view.likeness
            kernels = tuple(replace(k, likeness=float(likeness[k.number])) for k in kernels)
        reading = ConvReading(
            replace(layer, module=None), kernels, (), power, measures.flatness(power),
            found[number], savings(layer), read_series(layer, [k.number for k in kernels]),
            copies.searched, view,
        )  # fmt: skip
        layers.append(replace(reading, sentences=layer_sentences(reading)))
    tell("Layers", len(spatial), len(spatial))
    pointwise = tuple((w.name, w.taps.shape[:2]) for w in source.layers if w.is_pointwise)
    return NetReading(source.name, tuple(layers), pointwise, (*source.notes, *notes), shown)


def _look(
    source: Source,
    spatial: tuple[ConvWeights, ...],
    found: list[Correlations | None],
    photo: Any,
) -> tuple[dict[str, Seen], str, tuple[str, ...]]:
    """What the photo makes of the layers, what it was, and what is not known."""
    if photo is None:
        return {}, "", ()
    first = source.layers[0]
    inputs = inputs_of(photo, first, source.preparation)
    if source.net is not None:
        seen, note = run(source.net, inputs, list(zip(spatial, found, strict=True)))
        missed = [layer.name for layer in spatial if layer.name not in seen]
        said = (f"Not reached by the photo: {', '.join(missed)}.",) if missed else ()
        return seen, _shown(inputs.name, note), said
    if first is not spatial[0] or first.taps.shape[1] not in (1, 3):
        raise OptionError(
            f"read: {source.name} holds weights alone and its first layer, {first.name}, takes "
            f"{first.taps.shape[1]} channels: no photo can be shown to it.\n"
            "  In Python pass the model itself: read(model, photo=...)."
        )
    tensor, note = inputs.tries[0]
    view = first_layer(first, found[0], tensor)
    said = (
        "Weights alone do not run: only the maps of the first layer are computed, by the operator, "
        "at stride 1 without a bias; that it sees the photo itself is assumed.",
    )
    return {first.name: view}, _shown(inputs.name, note), said


def _shown(name: str, note: str) -> str:
    return f"{name}, {note}" if note else name
