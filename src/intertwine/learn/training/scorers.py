"""What turns pictures into logits: a net that was trained here, or a dense layer on an encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import nn

from intertwine.base.libraries import need
from intertwine.learn.training import nets
from intertwine.learn.training.loop import Tensors, logits_of
from intertwine.learn.training.squares import Preprocessing

Array = NDArray[Any]


class Scorer(Protocol):
    """Pictures in, one logit a class out."""

    #: How a card names it.
    kind: str

    def logits(self, pictures: Sequence[Array]) -> Array:
        """Return (n, classes) of uint8 pictures (H, W, C), of any size."""

    def arrays(self) -> dict[str, Array]:
        """What was learned, as safetensors keeps it."""

    def card(self) -> dict[str, Any]:
        """JSON: what `restore` needs beside the arrays."""


class NetScorer:
    """A net on squares.

    Parameters
    ----------
    net : module
    preprocessing : what its squares are.
    preset : the preset that made the net; None: someone's own.
    flip_average : whether logits are the mean of those of the picture and of its mirror image.
    """

    kind = "net"

    def __init__(
        self,
        net: nn.Module,
        preprocessing: Preprocessing,
        preset: str | None,
        flip_average: bool,
    ) -> None:
        self.net = net
        self.preprocessing = preprocessing
        self.preset = preset
        self.flip_average = flip_average

    def logits(self, pictures: Sequence[Array]) -> Array:
        """Return (n, classes) of uint8 pictures (H, W, C), of any size."""
        squares = np.stack([self.preprocessing.square(each) for each in pictures])
        return self.logits_of(squares)

    def logits_of(self, squares: Array) -> Array:
        """The same of uint8 (n, side, side, channels)."""
        tensors = Tensors.of(squares, np.zeros(len(squares), np.int64), self.preprocessing)
        return np.asarray(logits_of(self.net, tensors, self.flip_average).numpy())

    def arrays(self) -> dict[str, Array]:
        """The net's weights and running statistics."""
        state = self.net.state_dict()
        return {name: np.ascontiguousarray(each.numpy()) for name, each in state.items()}

    def card(self) -> dict[str, Any]:
        """JSON: preset, parameters, preprocessing."""
        return {
            "preset": self.preset,
            "parameters": nets.parameters_of(self.net),
            "preprocessing": self.preprocessing.as_card(),
            "flip_average": self.flip_average,
        }

    @classmethod
    def restore(
        cls,
        card: Mapping[str, Any],
        arrays: Mapping[str, Array],
        classes: int,
        maker: nets.NetMaker | None = None,
    ) -> NetScorer:
        """Return the net that `card` and `arrays` describe; `maker` made it, if no preset did.

        Raises
        ------
        ValueError, RuntimeError
            They do not fit each other.
        """
        torch = need("torch", "learn.predict")
        preprocessing = Preprocessing.from_card(card["preprocessing"])
        preset = card["preset"]
        if maker is None and preset is None:
            raise ValueError("its net is no preset; pass the function that made it as `net`")
        if maker is None:
            net = nets.build(preset, preprocessing.channels, classes)
        else:
            net = maker(preprocessing.channels, classes)
        net.load_state_dict({name: torch.from_numpy(each.copy()) for name, each in arrays.items()})
        net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return cls(net.eval(), preprocessing, preset, bool(card["flip_average"]))
