"""All methods by their names: each learns from labelled pictures and returns a classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from intertwine.learn.experiments import first_layer, nets, traditional
from intertwine.learn.experiments.curves import Classify
from intertwine.learn.training.loop import Moment, Training

Array = NDArray[Any]


@dataclass(frozen=True)
class Task:
    """What a method is given.

    Attributes
    ----------
    train, validation : pictures and labels, upright or rotated.
    rotated : whether they are; then nets also rotate them by new angles as they learn.
    epochs, seed : of nets.
    folder : where nets keep their checkpoints.
    about : what must be equal for a net to go on from there.
    report : told how much is done of how much.
    """

    train: tuple[Array, Array]
    validation: tuple[Array, Array]
    rotated: bool
    epochs: int
    seed: int
    folder: Path
    about: dict[str, Any]
    report: Callable[[int, int], None]


#: A classifier and notes about it for people; "cpu_seconds" counts runs that were interrupted too.
Learned = tuple[Classify, dict[str, Any]]


def _nearest(task: Task) -> Learned:
    return traditional.nearest(*task.train), {}


def _linear(features: Callable[[Array], Array]) -> Callable[[Task], Learned]:
    def learn(task: Task) -> Learned:
        classify, strength = traditional.linear(features, task.train, task.validation)
        return classify, {"C": strength}

    return learn


def _net(name: str) -> Callable[[Task], Learned]:
    def learn(task: Task) -> Learned:
        trained = _trained(name, task)
        best = min(trained.epochs, key=lambda each: each.validation_loss)
        return lambda images: nets.answers(trained.net, images), {
            "parameters": sum(each.numel() for each in trained.net.parameters()),
            "epochs": len(trained.epochs),
            "best_epoch": best.number,
            "validation_accuracy": round(best.validation_accuracy, 4),
            "cpu_seconds": trained.cpu_seconds,
            "first_layer": first_layer.spectral_view(trained.net),
        }

    return learn


def _first_layer(task: Task) -> Learned:
    net: Any = _trained("net", task).net
    features = first_layer.features_of(net)
    classify, strength = traditional.linear(features, task.train, task.validation)
    return classify, {"C": strength, **first_layer.spectral_view(net)}


def _trained(name: str, task: Task) -> Training:
    def watch(moment: Moment) -> None:
        task.report(moment.step, moment.steps)

    return nets.fitted(
        name, task.train, task.validation, any_angle=task.rotated, epochs=task.epochs,
        seed=task.seed, watch=watch, folder=task.folder / name, about=task.about,
    )  # fmt: skip


@dataclass(frozen=True)
class Method:
    """How a method learns, and what it is, for people.

    Attributes
    ----------
    learn : makes a classifier of a task.
    about : one line.
    kind : "traditional", "net" or "part of a net".
    """

    learn: Callable[[Task], Learned]
    about: str
    kind: str


METHODS = {
    "nearest": Method(_nearest, "raw pixels, nearest neighbour", "traditional"),
    "hog": Method(_linear(traditional.hog), "HOG, linear", "traditional"),
    "fourier": Method(
        _linear(traditional.fourier), "Fourier magnitudes on rings, linear", "traditional"
    ),
    "fourier-rings": Method(
        _linear(traditional.fourier_rings),
        "harmonics along rings of Fourier magnitudes, linear", "traditional",
    ),
    "net": Method(_net("net"), "plain net", "net"),
    "first-layer": Method(_first_layer, "first layer of the plain net, linear", "part of a net"),
    "rotation-pooled": Method(_net("rotation-pooled"), "rotation-pooled net", "net"),
}  # fmt: skip
