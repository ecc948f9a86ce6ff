"""A dense layer on the features of a network that others trained: a linear probe.

Three blocks of features: the network's of the whole picture and of the part around the garment, or
whatever stands out from the background, and the edges of its shape. Each is the mean over the
picture and its mirror image, centred, and scaled to a mean square length of 1. Which blocks count,
and how strongly weights are held back, is chosen by cross-validation on the training pictures; its
answers, each from pictures that the layer had not seen, also calibrate the probabilities.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import linalg  # type: ignore[import-untyped]

from intertwine.base.libraries import need
from intertwine.learn.training import evaluation
from intertwine.learn.training.classifier import Classifier
from intertwine.learn.training.encoding import Encoder, encoder_of, from_card
from intertwine.learn.training.measuring import ACROSS, finished
from intertwine.learn.training.parts import Parts
from intertwine.learn.training.sources import Source, check_classes
from intertwine.learn.training.squares import Progress, all_broken
from intertwine.style import shape
from intertwine.style.encoders.batches import cut_out_all
from intertwine.style.encoders.pretrained import around_garment
from intertwine.style.garments import place

Array = NDArray[Any]

#: The blocks that cross-validation chooses from.
CHOICES = (
    ("whole",),
    ("garment",),
    ("whole", "garment"),
    ("garment", "shape"),
    ("whole", "garment", "shape"),
)

#: The inverse strengths of the penalty that it chooses from.
STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)

#: Pictures are told apart in so many rounds, each with another part held back.
FOLDS = 5

#: The square in which shapes are looked at.
_SIDE = 112

_BATCH = 64


@dataclass(frozen=True)
class Layer:
    """A dense layer on blocks of features.

    Attributes
    ----------
    blocks : block -> its mean row and its scale
    weight : (d, classes), bias : (classes,)
    """

    blocks: Mapping[str, tuple[Array, Array]]
    weight: Array
    bias: Array

    def __call__(self, tables: Mapping[str, Array]) -> Array:
        """Return (n, classes) logits."""
        return np.asarray(joined(tables, self.blocks) @ self.weight + self.bias)


class ProbeScorer:
    """A dense layer on an encoder: pictures in, logits out."""

    kind = "probe"

    def __init__(self, encoder: Encoder, layer: Layer, strength: float) -> None:
        self._encoder = encoder
        self._layer = layer
        self._strength = strength

    def logits(self, pictures: Sequence[Array]) -> Array:
        """Return (n, classes) of uint8 pictures (H, W, C), of any size."""
        return self._layer(features(pictures, self._encoder, tuple(self._layer.blocks)))

    def arrays(self) -> dict[str, Array]:
        """The layer, and each block's mean and scale."""
        found = {"weight": self._layer.weight, "bias": self._layer.bias}
        for name, (mean, scale) in self._layer.blocks.items():
            found |= {f"{name}.mean": mean, f"{name}.scale": scale}
        return {name: np.ascontiguousarray(each, np.float32) for name, each in found.items()}

    def card(self) -> dict[str, Any]:
        """JSON: the encoder, the blocks and the penalty that were chosen."""
        return {
            "encoder": self._encoder.card(),
            "encoder_fingerprint": self._encoder.fingerprint,
            "blocks": list(self._layer.blocks),
            "C": self._strength,
            "flip_average": True,
        }

    @classmethod
    def restore(cls, card: Mapping[str, Any], arrays: Mapping[str, Array]) -> ProbeScorer:
        """Return what `card` and `arrays` describe."""
        encoder = from_card(card["encoder"], card["encoder_fingerprint"])
        blocks = {
            name: (arrays[f"{name}.mean"], arrays[f"{name}.scale"]) for name in card["blocks"]
        }
        return cls(encoder, Layer(blocks, arrays["weight"], arrays["bias"]), float(card["C"]))


def train_probe(parts: Parts, encoder: Any, seed: int, progress: Progress | None) -> Classifier:
    """Choose and train a dense layer on the features of `encoder`; see `train`."""
    begun = time.monotonic(), time.process_time()
    found = encoder if callable(encoder) else encoder_of(encoder)
    read = _read(parts.train, found, progress)
    check_classes(read.source, FOLDS, "readable pictures, one for each round of cross-validation")
    limits = need("threadpoolctl", "Training on an encoder").threadpool_limits
    with limits(torch.get_num_threads()):  # NumPy's own threads wait for each other busily
        layer, strength, guesses = _chosen(read.tables, read.labels, seed, progress)
    scorer = ProbeScorer(found, layer, strength)
    logits = {ACROSS: (guesses, read.labels)}
    skipped = read.skipped
    if parts.test is not None:
        test = _read(parts.test, found, progress)
        logits["test"] = (layer(test.tables), test.labels)
        skipped += test.skipped
    return finished(
        scorer,
        parts.train.classes,
        logits,
        fingerprint=read.fingerprint,
        trained=len(read.labels),
        skipped=skipped,
        settings={"seed": seed, "folds": FOLDS},
        spent=(time.monotonic() - begun[0], time.process_time() - begun[1]),
    )


def features(
    pictures: Sequence[Array],
    encoder: Encoder,
    blocks: Sequence[str] = ("whole", "garment", "shape"),
) -> dict[str, Array]:
    """Return each block's features (n, d), the mean over pictures and their mirror images."""
    colours = [_rgb(each) for each in pictures]
    tables: dict[str, Array] = {}
    if "whole" in blocks:
        tables["whole"] = _both_ways(encoder, colours)
    if set(blocks) - {"whole"}:
        cut_outs = cut_out_all(colours)
    if "garment" in blocks:
        near = [around_garment(p, c) for p, c in zip(colours, cut_outs, strict=True)]
        tables["garment"] = _both_ways(encoder, near)
    if "shape" in blocks:
        rows = shape.features(place(cut_outs, _SIDE))
        tables["shape"] = (rows + shape.mirrored(rows)) / 2
    return {name: tables[name] for name in blocks}


def scaled(rows: Array) -> tuple[Array, Array]:
    """The mean row, and the factor that brings the mean square length around it to 1."""
    mean = rows.mean(axis=0, dtype=float).astype(np.float32)
    square = float(((rows - mean) ** 2).sum(axis=1, dtype=float).mean())
    return mean, np.array(1 / np.sqrt(square) if square else 1.0, np.float32)


def joined(tables: Mapping[str, Array], blocks: Mapping[str, tuple[Array, Array]]) -> Array:
    """Blocks beside each other, each centred and scaled."""
    return np.concatenate([(tables[k] - m) * s for k, (m, s) in blocks.items()], axis=1)


@dataclass(frozen=True)
class Rotated:
    """Rows of features as coordinates in the space that they span: a penalty on the length of
    weights means the same there, and there are no more numbers than pictures.

    Attributes
    ----------
    blocks : block -> its mean row and its scale
    coordinates : (n, r), basis : (r, d)
    """

    blocks: Mapping[str, tuple[Array, Array]]
    coordinates: Array
    basis: Array

    @classmethod
    def of(cls, tables: Mapping[str, Array], names: Sequence[str]) -> Rotated:
        """The blocks of these names, beside each other."""
        blocks = {name: scaled(tables[name]) for name in names}
        left, values, basis = linalg.svd(
            joined(tables, blocks).astype(float), full_matrices=False, check_finite=False
        )
        return cls(blocks, left * values, basis)

    def layer(self, labels: Array, strength: float) -> Layer:
        """Return the layer by logistic regression."""
        weight, bias = regressed(self.coordinates, labels, strength)
        return Layer(
            self.blocks, (self.basis.T @ weight).astype(np.float32), bias.astype(np.float32)
        )


def regressed(rows: Array, labels: Array, strength: float) -> tuple[Array, Array]:
    """Return weights (r, classes) and biases by logistic regression."""
    linear = need("sklearn.linear_model", "Training on an encoder")
    model = linear.LogisticRegression(C=strength, max_iter=2000).fit(rows, labels)
    weight, bias = model.coef_.T, model.intercept_
    if weight.shape[1] == 1:  # of two classes scikit-learn keeps the difference
        return np.hstack([0 * weight, weight]), np.array([0.0, bias[0]])
    return weight, bias


def _chosen(
    tables: Mapping[str, Array], labels: Array, seed: int, progress: Progress | None
) -> tuple[Layer, float, Array]:
    """The layer of the blocks and the strength with the lowest loss in cross-validation, that
    strength, and the logits of the pictures that were held back."""
    selection = need("sklearn.model_selection", "Choosing an encoder's blocks")
    rounds = list(
        selection.StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels)
    )
    best: tuple[float, Rotated, float, Array] | None = None
    done = 0
    for names in CHOICES:
        space = Rotated.of(tables, names)
        for strength in STRENGTHS:
            rows = np.empty((len(labels), int(labels.max()) + 1))
            for kept, held in rounds:
                # Per picture the penalty is that of the layer of all: so are the logits' lengths.
                same = strength * len(labels) / len(kept)
                weight, bias = regressed(space.coordinates[kept], labels[kept], same)
                rows[held] = space.coordinates[held] @ weight + bias
            loss = evaluation.mean_loss(rows / evaluation.temperature(rows, labels), labels)
            if best is None or loss < best[0]:
                best = loss, space, strength, rows
            done += 1
            if progress:
                progress("choosing", done, len(CHOICES) * len(STRENGTHS))
    assert best is not None
    _, space, strength, rows = best
    return space.layer(labels, strength), strength, rows


@dataclass(frozen=True)
class _Features:
    """The features of the readable pictures of a source."""

    tables: dict[str, Array]
    labels: Array
    source: Source
    fingerprint: str
    skipped: tuple[tuple[str, str], ...]


def _read(source: Source, encoder: Encoder, progress: Progress | None) -> _Features:
    digest = hashlib.sha256(repr(source.classes).encode())
    rows: list[dict[str, Array]] = []
    places: list[int] = []
    skipped: list[tuple[str, str]] = []
    done = 0
    for few in _batches(enumerate(source.read())):
        good = [(i, p) for i, p in few if not isinstance(p, str)]
        skipped += [(str(source.pictures[i]), p) for i, p in few if isinstance(p, str)]
        if good:
            for _, picture in good:
                digest.update(np.ascontiguousarray(picture).tobytes())
            rows.append(features([p for _, p in good], encoder))
            places += [i for i, _ in good]
        done += len(few)
        if progress:
            progress("looking", done, len(source.pictures))
    if not rows:
        raise all_broken(source.origin, skipped)
    tables = {name: np.concatenate([each[name] for each in rows]) for name in rows[0]}
    labels = source.labels[places]
    digest.update(labels.tobytes())
    readable = Source(source.classes, labels, [], source.origin)
    return _Features(tables, labels, readable, digest.hexdigest()[:32], tuple(skipped))


def _both_ways(encoder: Callable[[Sequence[Array]], Array], pictures: Sequence[Array]) -> Array:
    mirrored = [np.ascontiguousarray(each[:, ::-1]) for each in pictures]
    return (encoder(pictures) + encoder(mirrored)) / 2


def _rgb(picture: Array) -> Array:
    return np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while few := list(islice(rest, _BATCH)):
        yield few
