"""A trained model with its card: how good it is, and what it was made with."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from intertwine.learn.training import evaluation
from intertwine.learn.training.classifier import FORMAT, Classifier, probabilities_of
from intertwine.learn.training.scorers import Scorer

Array = NDArray[Any]

#: The part whose pictures are those that were learned from, each answered by a layer that had not
#: seen it.
ACROSS = "cross-validation"


def finished(
    scorer: Scorer,
    classes: tuple[str, ...],
    parts: Mapping[str, tuple[Array, Array]],
    *,
    fingerprint: str,
    trained: int,
    skipped: tuple[tuple[str, str], ...],
    settings: Mapping[str, Any],
    spent: tuple[float, float],
    more: Mapping[str, Any] | None = None,
) -> Classifier:
    """Return the model, calibrated on the first of `parts` and measured on each.

    Parameters
    ----------
    scorer, classes : what answers, and with what.
    parts : name -> (logits, labels) of pictures that the scorer had not learned from.
    fingerprint : of the data. trained : how many pictures it learned from.
    skipped : files that could not be read.
    settings : what decides the result beside the data.
    spent : seconds, and seconds of CPU.
    more : what else the card says.
    """
    temperature = evaluation.temperature(*next(iter(parts.values())))
    counts = {name: len(labels) for name, (_, labels) in parts.items() if name != ACROSS}
    card = {
        "format": FORMAT,
        "kind": scorer.kind,
        "classes": list(classes),
        "temperature": temperature,
        "model": scorer.card(),
        "data": {
            "fingerprint": fingerprint,
            "counts": {"train": trained} | counts,
            "skipped": [list(each) for each in skipped],
        },
        "settings": dict(settings),
        "threads": torch.get_num_threads(),
        "seconds": round(spent[0], 1),
        "cpu_seconds": round(spent[1], 1),
        **(more or {}),
        "versions": _versions(),
        **_measured(temperature, parts, len(classes)),
    }
    return Classifier(classes, scorer, temperature, card, skipped)


def _versions() -> dict[str, str]:
    """What a model was trained with."""
    return {
        "intertwine": version("intertwine"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": str(torch.__version__),
        "machine": platform.machine(),
    }


def _measured(
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
