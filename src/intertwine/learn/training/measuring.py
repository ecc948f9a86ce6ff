"""What a model's card says beside the model: how good it is, and what it was made with."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from intertwine.learn.training import evaluation
from intertwine.learn.training.classifier import FORMAT, probabilities_of

__all__ = ["FORMAT", "measured", "versions"]

Array = NDArray[Any]


def versions() -> dict[str, str]:
    """What a model was trained with."""
    return {
        "intertwine": version("intertwine"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": str(torch.__version__),
        "machine": platform.machine(),
    }


def measured(
    temperature: float, parts: Mapping[str, tuple[Array, Array]], classes: int
) -> dict[str, Any]:
    """Accuracy, loss and calibration of each part's (logits, labels), and the last's confusion."""
    accuracies, calibration = {}, {}
    for name, (logits, labels) in parts.items():
        probabilities = probabilities_of(logits, temperature)
        accuracies[name] = evaluation.accuracy(logits.argmax(axis=1), labels).as_card()
        calibration[name] = {
            "loss": evaluation.mean_loss(logits / temperature, labels),
            "error": evaluation.calibration_error(probabilities, labels),
            "error_without": evaluation.calibration_error(probabilities_of(logits, 1.0), labels),
        }
    last = list(parts)[-1]
    logits, labels = parts[last]
    return {
        "accuracy": accuracies,
        "calibration": calibration,
        "evaluated_on": last,
        "confusion": evaluation.confusion(logits.argmax(axis=1), labels, classes).tolist(),
    }
