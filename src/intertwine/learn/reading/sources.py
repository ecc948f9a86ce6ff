"""A model in any form: a module, a state dict, a file of one, a trained model; never a pickle."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from intertwine.base.errors import DTypeError, FileError, OptionError, shown
from intertwine.base.libraries import need
from intertwine.learn.reading.photos import Preparation
from intertwine.learn.reading.weights import ConvWeights, of_module, of_state
from intertwine.learn.training.classifier import CARD, MODEL, Classifier
from intertwine.learn.training.scorers import NetScorer

#: Where checkpoints of others keep the weights.
_INSIDE = ("state_dict", "model_state_dict", "model", "net", "weights", "ema")


@dataclass(frozen=True, eq=False)
class Source:
    """A model that came in: its name, its convolutions, and the module that runs, if there is one.

    `notes` say what is not known of it.
    """

    name: str
    layers: tuple[ConvWeights, ...]
    net: nn.Module | None = None
    notes: tuple[str, ...] = ()
    preparation: Preparation | None = None


def source_of(model: Any) -> Source:
    """Read a module, a state dict or a path.

    Raises
    ------
    DTypeError
        `model` is none of these.
    FileError
        The file is not there, damaged, or holds code beside tensors.
    OptionError
        There is no convolution in it, or its weights are not finite.
    """
    if isinstance(model, Classifier):
        return _of_classifier(model, "the classifier")
    if isinstance(model, nn.Module):
        name = type(model).__name__
        return _checked(Source(name, tuple(of_module(model)), model), "the model")
    if isinstance(model, Mapping):
        return _of_state(dict(model), "state dict", "the state dict")
    if isinstance(model, (str, Path)):
        return _of_path(Path(model))
    raise DTypeError(
        f"read: the model is {type(model).__name__}, which holds no layers.\n"
        "  Pass a torch.nn.Module, its state_dict(), a Classifier, or the path of a model's file."
    )


def _of_state(state: dict[Any, Any], name: str, where: str) -> Source:
    tensors = _tensors(state)
    layers = tuple(of_state(tensors))
    notes: tuple[str, ...] = ()
    if layers:
        notes = (
            "Only weights came in: strides, dilations, groups and the order of layers are not "
            "known. Filters of one channel are taken to be depthwise, those of the first layer "
            "not; a transposed convolution cannot be told from another and is mirrored here.",
        )
        if any(layer.norm for layer in layers):
            notes += (
                "Batch normalisation is multiplied in where its name follows its convolution's.",
            )
    return _checked(Source(name, layers, None, notes), where)


def _tensors(state: dict[Any, Any]) -> dict[str, Tensor]:
    """The tensors of a checkpoint, which may lie one level down."""
    found = {str(n): torch.as_tensor(v) for n, v in state.items() if _is_tensor(v)}
    if found:
        return found
    for name in _INSIDE:
        if isinstance(state.get(name), Mapping):
            return _tensors(dict(state[name]))
    return {}


def _is_tensor(value: Any) -> bool:
    return isinstance(value, (Tensor, np.ndarray))


def _checked(source: Source, where: str) -> Source:
    if not source.layers:
        raise OptionError(
            f"read: {where} holds no convolution: no weights of 3, 4 or 5 axes.\n"
            "  Pass a net with Conv1d, Conv2d or Conv3d layers, or its state dict."
        )
    return source


def _of_path(path: Path) -> Source:
    if not path.exists():
        raise FileError(
            f"{path} is not there.\n"
            "  Pass the folder that intertwine train wrote, or a .safetensors or .pt file."
        )
    folder = path if path.is_dir() else path.parent
    if (folder / CARD).is_file() and path in (folder, folder / MODEL):
        return _of_classifier(Classifier.load(folder), folder)
    if path.is_dir():
        raise FileError(
            f"{path} is a folder without {CARD}, which intertwine train writes.\n"
            "  Name the .safetensors or .pt file in it."
        )
    suffix = path.suffix.lower()
    if path.is_file() and not path.stat().st_size:
        raise FileError(f"{path} is empty.\n  Copy it again.")
    if suffix == ".safetensors":
        state = _safetensors(path)
    elif suffix in (".pt", ".pth", ".bin", ".ckpt"):
        state = _torch_file(path)
    else:
        raise FileError(
            f"{path}: {suffix or 'a name without an ending'} is not a model's file.\n"
            "  Known: .safetensors .pt .pth .bin .ckpt"
        )
    return _of_state(state, path.name, str(path))


def _of_classifier(classifier: Classifier, where: Any) -> Source:
    """A net that was trained here, with its preprocessing."""
    scorer = classifier.scorer
    if not isinstance(scorer, NetScorer):
        raise OptionError(
            f"read: {where} holds a dense layer on an encoder, and no convolution of its own.\n"
            "  Read the encoder's own network, or train a net: intertwine train --preset small."
        )
    known = scorer.preprocessing
    preparation = Preparation(
        (known.side,),
        tuple(mean / 255 for mean in known.mean),
        tuple(deviation / 255 for deviation in known.deviation),
        stretched=True,
    )
    kind = f"The {scorer.preset} net" if scorer.preset else type(scorer.net).__name__
    name = f"{kind} of {len(classifier.classes)} classes"
    layers = tuple(of_module(scorer.net))
    return _checked(Source(name, layers, scorer.net, preparation=preparation), str(where))


def _safetensors(path: Path) -> dict[str, Any]:
    load = need("safetensors.torch", f"Reading {path.name}").load_file
    try:
        return dict(load(path))
    except Exception as error:  # safetensors raises its own, of several versions
        raise FileError(
            f"{path} cannot be read as safetensors: {error}\n"
            "  The file is cut off or not one: copy it again."
        ) from error


def _torch_file(path: Path) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():  # torch asks for reports of files that others wrote
            warnings.simplefilter("ignore", UserWarning)
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip and torch each raise their own
        if "weights_only" in str(error).lower() or "unsupported" in str(error).lower():
            raise FileError(
                f"{path} holds more than tensors: opening it would run code, and is refused.\n"
                "  Where the model is at home: torch.save(model.state_dict(), 'weights.pt')."
            ) from error
        line = str(error).strip().partition("\n")[0] or type(error).__name__
        raise FileError(
            f"{path} cannot be read as a PyTorch file: {line}\n"
            "  The file is cut off or not one: copy it again."
        ) from error
    if not isinstance(state, Mapping):
        raise FileError(
            f"{path} holds {shown(type(state).__name__)}, not a state dict.\n"
            "  Save one: torch.save(model.state_dict(), 'weights.pt')."
        )
    return dict(state)
