"""The pretrained encoder: a network's features of the picture and of the garment, fused with shape.

What a network learned from photos knows a skirt from a dress but minds the background and colours;
the linear shape code minds neither. Each block is centred and scaled to a mean square length of 1,
weighted, and all are brought to 64 numbers by principal components.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.errors import OptionError
from intertwine.style.codes import Codes
from intertwine.style.encoders.linear import LinearEncoder
from intertwine.style.encoders.networks import (
    Network,
    NetworkSource,
    efficientnet_lite,
    is_loaded,
)
from intertwine.style.encoders.projection import Projection
from intertwine.style.garments import CutOut

#: Weights of the blocks, chosen on photos: see benchmarks/style.py.
WEIGHTS = {"whole": 0.5, "garment": 0.9, "shape": 0.7}

#: The picture around the garment that the network sees beside it, a fraction of the extent.
MARGIN = 0.05


class PretrainedEncoder(LinearEncoder):
    """The linear encoder's views, its shape code fused with the features of a network.

    Parameters
    ----------
    network : NetworkSource, str or None
        Where the network comes from; a word is its `model`. None: EfficientNet-lite0, if the
        packages that carry it are installed.

    Raises
    ------
    MissingExtraError
        PyTorch, onnxruntime or the packages of EfficientNet-lite0 are needed and not installed.
    FileError
        The weights or the ONNX file are not there.
    OptionError
        Nothing can be imported by that path.
    """

    name = "pretrained"

    def __init__(self, network: NetworkSource | str | None = None) -> None:
        super().__init__()
        if network is None:
            network = efficientnet_lite()
        self._network = Network(NetworkSource(network) if isinstance(network, str) else network)
        self._blocks: dict[str, tuple[Array, Array]] = {}
        self._fusion: Projection | None = None

    def _tables(self, pictures: list[Array], cut_outs: list[CutOut]) -> dict[str, Array]:
        colours = [_rgb(picture) for picture in pictures]
        garments = [around_garment(p, c) for p, c in zip(colours, cut_outs, strict=True)]
        return super()._tables(pictures, cut_outs) | {
            "whole": self._network(colours),
            "garment": self._network(garments),
        }

    def _fit_tables(self, tables: dict[str, Array]) -> None:
        super()._fit_tables(tables)
        blocks = self._raw_blocks(tables, super()._codes(tables)["shape"])
        self._blocks = {name: _centre_and_scale(rows) for name, rows in blocks.items()}
        self._fusion = Projection.fit(self._fused(blocks))

    def _codes(self, tables: dict[str, Array]) -> dict[str, Array]:
        codes = super()._codes(tables)
        assert self._fusion is not None
        fused = self._fused(self._raw_blocks(tables, codes["shape"]))
        return codes | {"shape": self._fusion(fused)}

    @staticmethod
    def _raw_blocks(tables: dict[str, Array], shape: Array) -> dict[str, Array]:
        length = np.linalg.norm(shape, axis=1, keepdims=True)
        shape = shape / np.maximum(length, np.float32(1e-9))
        return {"whole": tables["whole"], "garment": tables["garment"], "shape": shape}

    def _fused(self, blocks: dict[str, Array]) -> Array:
        scaled = []
        for name, weight in WEIGHTS.items():
            mean, scale = self._blocks[name]
            scaled.append((blocks[name] - mean) * (np.float32(weight) * scale))
        return np.concatenate(scaled, axis=1)

    def agreement(self, picture: Array, other: Codes) -> None:
        """None: a network's features are no sum over cells."""
        return None

    def card(self) -> dict[str, Any]:
        """JSON: name, version, settings, the network, and what it was fitted on."""
        return super().card() | {
            "fusion": WEIGHTS,
            "network": self._network.source.as_card(),
            "network_fingerprint": self._network.fingerprint,
        }

    def arrays(self) -> dict[str, Array]:
        """Each view's mean and matrix, and those of the fusion; not the network."""
        found = super().arrays()
        if self._fusion is not None:
            found |= self._fusion.arrays("fusion")
        for name, (mean, scale) in self._blocks.items():
            found |= {f"block {name}.mean": mean, f"block {name}.scale": scale}
        return found

    def _restore(self, card: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        super()._restore(card, arrays)
        self._fusion = Projection.restore(arrays, "fusion")
        self._blocks = {
            name: (arrays[f"block {name}.mean"], arrays[f"block {name}.scale"]) for name in WEIGHTS
        }

    @classmethod
    def restore(cls, card: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """Return the fitted encoder that `card` and `arrays` describe.

        Raises
        ------
        OptionError
            The network has other weights than it was fitted with, or its code is not imported:
            a card never imports code by itself.
        """
        source = NetworkSource.from_card(card["network"])
        if not is_loaded(source):
            module = source.model.partition(":")[0]
            raise OptionError(
                f"pretrained: this encoder runs code of {module}, which is not imported.\n"
                f"  If you trust it, run `import {module}` first."
            )
        encoder = cls(source)
        encoder._restore(card, arrays)
        if encoder._network.fingerprint != card["network_fingerprint"]:
            raise OptionError(
                f"pretrained: the weights of {source.model} are not those that the encoder was "
                f"fitted with.\n  Put them back, or fit it again."
            )
        return encoder


def _centre_and_scale(rows: Array) -> tuple[Array, Array]:
    """The mean row, and the factor that brings the mean square length around it to 1."""
    mean = rows.mean(axis=0, dtype=float).astype(np.float32)
    square = float(((rows - mean) ** 2).sum(axis=1, dtype=float).mean())
    return mean, np.array(1 / np.sqrt(square) if square else 1.0, np.float32)


def _rgb(picture: Array) -> Array:
    return np.repeat(picture[..., np.newaxis], 3, axis=2) if picture.ndim == 2 else picture


def around_garment(picture: Array, cut: CutOut) -> Array:
    """Return the part of a picture around its garment."""
    box = []
    for axis in (0, 1):
        inside = np.flatnonzero(cut.mask.any(axis=1 - axis))
        scale = picture.shape[axis] / cut.mask.shape[axis]
        margin = MARGIN * (inside[-1] + 1 - inside[0])
        low = max(0, int((inside[0] - margin) * scale))
        high = min(picture.shape[axis], int(np.ceil((inside[-1] + 1 + margin) * scale)))
        box.append(slice(low, high))
    return picture[tuple(box)]
