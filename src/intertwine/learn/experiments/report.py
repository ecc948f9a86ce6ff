"""Results for people and programs: a table, JSON, a plot, and the answer in a few sentences."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intertwine.base.atomic import atomic
from intertwine.base.tables import aligned
from intertwine.learn.experiments.curves import Measured
from intertwine.learn.experiments.drawing import draw_curves
from intertwine.learn.experiments.methods import METHODS
from intertwine.learn.training.evaluation import Accuracy

TITLES = ("method", "trained", "tested upright", "tested at any angle", "CPU s")


def write_results(folder: Path, settings: dict[str, Any], found: Sequence[Measured]) -> None:
    """Write curves.csv, rotation.json, rotation.png and report.md, each whole."""
    card = {"settings": settings, "results": [each.as_card() for each in found]}
    texts = {
        "curves.csv": _table(found),
        "rotation.json": json.dumps(card, indent=1) + "\n",
        "report.md": _report(settings, found),
    }
    for name, text in texts.items():
        with atomic(folder / name) as file:
            file.write(text.encode())
    with atomic(folder / "rotation.png") as file:
        draw_curves(settings["data"], found, file)


def _table(found: Sequence[Measured]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["method", "training", "degrees", "accuracy", "low", "high", "right", "total"])
    for each in found:
        for degrees, a in [*each.curve.items(), ("any", each.any_angle)]:
            numbers = [f"{value:.4f}" for value in (a.value, a.low, a.high)]
            rows.writerow([each.method, each.training, degrees, *numbers, a.right, a.total])
    return text.getvalue()


def lines(found: Sequence[Measured]) -> list[str]:
    """The table of all methods, as text."""
    rows = [
        (
            METHODS[each.method].about, each.training, _interval(each.upright),
            _interval(each.any_angle), f"{each.cpu_seconds:.0f}",
        )
        for each in found
    ]  # fmt: skip
    return aligned([TITLES, *rows], left=2)


def verdict(found: Sequence[Measured]) -> list[str]:
    """For each training: the best net, the best traditional method, and the gap at any angle.

    The interval of the gap is 95 %, Newcombe's of the two Wilson intervals (1998, method 10), taken
    as if the two methods had been tested on different pictures: they were not, so it is too wide.
    """
    sentences = []
    for training in dict.fromkeys(each.training for each in found):
        here = [each for each in found if each.training == training]
        best = {}
        for kind in ("net", "traditional"):
            those = [each for each in here if METHODS[each.method].kind == kind]
            if those:
                best[kind] = max(those, key=lambda each: each.any_angle.value)
        if len(best) == 2:
            sentences.append(_compared(training, best["net"], best["traditional"]))
    return sentences


def _compared(training: str, net: Measured, other: Measured) -> str:
    a, b = net.any_angle, other.any_angle
    gap = a.value - b.value
    low = gap - ((a.value - a.low) ** 2 + (b.high - b.value) ** 2) ** 0.5
    high = gap + ((a.high - a.value) ** 2 + (b.value - b.low) ** 2) ** 0.5
    if low > 0:
        answer = "the net is better"
    else:
        answer = "the traditional method is better" if high < 0 else "neither is better"
    return (
        f"Trained on {training} pictures, tested at any angle: {METHODS[net.method].about} "
        f"{a.value:.4f}, {METHODS[other.method].about} {b.value:.4f}; {answer}, by {gap:+.4f} "
        f"({low:+.4f} to {high:+.4f})."
    )


def _interval(a: Accuracy) -> str:
    return f"{a.value:.4f} ({a.low:.4f} to {a.high:.4f})"


def _report(settings: dict[str, Any], found: Sequence[Measured]) -> str:
    parts = [
        f"# Rotated pictures: {settings['data']}",
        f"{settings['train']} training, {settings['validation']} validation and "
        f"{settings['test']} test pictures, drawn from all 70,000 with seed {settings['seed']}. "
        "Rotation about the centre on the same canvas: bilinear, zeros outside. Accuracies with "
        "Wilson's 95 % intervals.",
        "```\n" + "\n".join(lines(found)) + "\n```",
        *verdict(found),
        "![Accuracy over the angle](rotation.png)",
        *_first_layers(found),
    ]
    return "\n\n".join(parts) + "\n"


def _first_layers(found: Sequence[Measured]) -> list[str]:
    """What the spectra of the first kernels say, where a plain net was trained."""
    sentences = []
    for each in found:
        view = each.notes.get("first_layer")
        if view and each.method == "net":
            sentences.append(
                f"First layer of the plain net, trained {each.training}: {view['kernels']} kernels "
                f"whose spectral energy covers {view['orientation_coverage']:.3f} of all "
                f"orientations; rotated by 90 degrees, a kernel's magnitude spectrum correlates "
                f"{view['closure_under_90_degrees']:.3f} with the nearest of the layer."
            )
    return sentences
