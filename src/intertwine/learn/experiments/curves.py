"""What one method reached: upright, at any angle, and angle by angle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.learn.experiments.rotated import any_angle, rotate
from intertwine.learn.training.evaluation import Accuracy, accuracy

Array = NDArray[Any]

#: Says which class each of (n, H, H) uint8 pictures shows.
Classify = Callable[[Array], NDArray[np.int64]]

#: Test pictures that are answered between two reports of progress.
_CHUNK = 2000

#: The draw of the test pictures' angles; training has 0, validation 1.
TEST_DRAW = 2


@dataclass(frozen=True)
class Measured:
    """One method after training on one kind of pictures.

    Attributes
    ----------
    method : its name.
    training : "upright" or "rotated".
    upright : accuracy on the first test pictures as they are.
    any_angle : on all, each rotated by an angle of its own, uniform over the circle.
    curve : degrees counter-clockwise -> accuracy on the first test pictures, all rotated so.
    cpu_seconds : of training and of features; not of testing.
    notes : what validation chose, and the like.
    """

    method: str
    training: str
    upright: Accuracy
    any_angle: Accuracy
    curve: dict[float, Accuracy]
    cpu_seconds: float
    notes: dict[str, Any] = field(default_factory=dict)

    def as_card(self) -> dict[str, Any]:
        """JSON."""
        return {
            "method": self.method,
            "training": self.training,
            "upright": self.upright.as_card(),
            "any_angle": self.any_angle.as_card(),
            "curve": [{"degrees": k, **v.as_card()} for k, v in self.curve.items()],
            "cpu_seconds": round(self.cpu_seconds, 1),
            "notes": self.notes,
        }

    @classmethod
    def of_card(cls, card: dict[str, Any]) -> Measured:
        """The same from `as_card`."""
        return cls(
            card["method"],
            card["training"],
            _accuracy(card["upright"]),
            _accuracy(card["any_angle"]),
            {each["degrees"]: _accuracy(each) for each in card["curve"]},
            card["cpu_seconds"],
            card["notes"],
        )


def _accuracy(card: dict[str, Any]) -> Accuracy:
    return Accuracy(*(card[name] for name in Accuracy._fields))


def tested(
    classify: Classify,
    test: tuple[Array, Array],
    angles: Sequence[float],
    counts: tuple[int, int],
    seed: int,
    report: Callable[[int, int], None],
) -> tuple[Accuracy, Accuracy, dict[float, Accuracy]]:
    """Upright, at any angle, and at every one of `angles`.

    `counts` are of the pictures upright and at each angle, the first of the test pictures; all of
    them are tested at any angle.
    """
    images, labels = test
    few, each = (min(count, len(labels)) for count in counts)
    total = len(labels) + few + len(angles) * each
    done = 0

    def right(pictures: Array) -> Accuracy:
        nonlocal done
        found = []
        for start in range(0, len(pictures), _CHUNK):
            found.append(classify(pictures[start : start + _CHUNK]))
            done += len(found[-1])
            report(done, total)
        return accuracy(np.concatenate(found), labels[: len(pictures)])

    upright = right(images[:few])
    rotated = right(any_angle(images, seed, TEST_DRAW))
    curve = {angle: right(rotate(images[:each], angle)) for angle in angles}
    return upright, rotated, curve
