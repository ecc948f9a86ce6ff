"""A small net that was trained on clothes, as arrays: `tools/train_tour_net.py` made the file.

A layer is a bank of kernels, a bias for each, what is below 0 set to 0, and the largest of every
2 × 2. Batch normalisation is folded into taps and biases, so that nothing else is needed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.libraries import need

PATH = Path(__file__).parent / "clothes.safetensors"

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Net:
    """What was learned, and what is known of it.

    Attributes
    ----------
    first, first_bias : (12, 7, 7) and (12,) float32
        Kernels on a grey picture, for `iw.correlate`.
    second, second_bias : (16, 12, 5, 5) and (16,) float32
        For each map of the second layer a kernel on every map of the first.
    dense, dense_bias : (10, 784) and (10,) float32
        From 16 maps of 7 × 7 to the classes.
    mean, deviation : float
        Of the grey levels it was trained on.
    card : dict
        Classes, accuracy, settings.
    """

    first: Array
    first_bias: Array
    second: Array
    second_bias: Array
    dense: Array
    dense_bias: Array
    mean: float
    deviation: float
    card: dict[str, Any]


def load() -> Net:
    """Read the file.

    Raises
    ------
    MissingExtraError
        safetensors is not installed.
    """
    with need("safetensors", "The tour's net").safe_open(PATH, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        card = json.loads(file.metadata()["card"])
    levels = card["preprocessing"]
    return Net(**arrays, mean=levels["mean"][0], deviation=levels["deviation"][0], card=card)
