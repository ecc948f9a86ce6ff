"""`rotation` from data to report: all or nothing, the same twice, and what a wrong call is told."""

import csv
import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("skimage")

from sklearn.datasets import load_digits

from intertwine.base.errors import OptionError
from intertwine.learn.experiments import rotation, session
from intertwine.learn.experiments.curves import Measured
from intertwine.learn.experiments.methods import METHODS
from intertwine.learn.experiments.report import verdict
from intertwine.learn.training.evaluation import accuracy

pytestmark = pytest.mark.torch

TINY = session.Size(150, 50, 60, 40, 20, 90, 1)


@pytest.fixture
def digits(monkeypatch):
    """scikit-learn's digits, three times as large, in place of the data set."""
    images, labels = load_digits(return_X_y=True)
    large = np.kron(images.reshape(-1, 8, 8), np.ones((3, 3)))
    framed = np.pad(large * 15, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)
    parts = {"train": (framed[:900], labels[:900]), "test": (framed[900:], labels[900:])}
    monkeypatch.setattr(session.datasets, "load", lambda wanted, part: parts[part])


@pytest.mark.slow
def test_all_methods_from_data_to_report(digits, tmp_path):
    told = []
    found = rotation(out=tmp_path, size=TINY, progress=lambda *words: told.append(words))
    assert [(each.training, each.method) for each in found] == [
        (training, name) for training in session.TRAININGS for name in METHODS
    ]
    assert ("hog, rotated: is tested", 180, 180) in told
    rows = list(csv.DictReader((tmp_path / "curves.csv").read_text().splitlines()))
    assert len(rows) == 2 * len(METHODS) * 5
    assert {row["degrees"] for row in rows} == {"0.0", "90.0", "180.0", "270.0", "any"}
    card = json.loads((tmp_path / "rotation.json").read_text())
    assert [Measured.of_card(each) for each in card["results"]] == found
    assert (tmp_path / "rotation.png").read_bytes().startswith(b"\x89PNG")
    report = (tmp_path / "report.md").read_text()
    assert all(sentence in report for sentence in verdict(found))
    pooled = [each for each in found if each.method in ("rotation-pooled", "fourier-rings")]
    assert pooled
    assert all(len({a.right for a in each.curve.values()}) == 1 for each in pooled)


@pytest.mark.slow
def test_an_interrupted_run_goes_on_to_the_same_end(digits, tmp_path, monkeypatch):
    names = ("nearest", "rotation-pooled")
    whole = rotation(out=tmp_path / "whole", methods=names, size=TINY)

    def interrupt(what, done, total):
        if what == "rotation-pooled, rotated: is tested":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation(out=tmp_path / "parts", methods=names, size=TINY, progress=interrupt)
    before = sorted(each.name for each in (tmp_path / "parts/measured").glob("*-*.json"))
    assert before == ["rotated-nearest.json", "upright-nearest.json",
                      "upright-rotation-pooled.json"]  # fmt: skip
    computed = []
    measure = session._measured

    def counted(name, training, *rest):
        computed.append((name, training))
        return measure(name, training, *rest)

    monkeypatch.setattr(session, "_measured", counted)
    again = rotation(out=tmp_path / "parts", methods=names, size=TINY)
    assert computed == [("rotation-pooled", "rotated")]
    for one, other in zip(whole, again, strict=True):
        assert (one.any_angle, one.curve) == (other.any_angle, other.curve)


def test_results_of_other_settings_are_not_mixed(digits, tmp_path):
    rotation(out=tmp_path, methods=["nearest"], size=TINY)
    with pytest.raises(OptionError) as refused:
        rotation(out=tmp_path, methods=["nearest"], size=TINY, seed=1)
    assert str(refused.value) == (
        f"experiment rotation: {tmp_path} has results of other settings.\n"
        "  seed: 0 there, 1 here\n"
        "  Name another folder with -o, or replace them with --force."
    )
    replaced = rotation(out=tmp_path, methods=["nearest"], size=TINY, seed=1, overwrite=True)
    assert len(replaced) == 2


def _reached(method, right):
    a = accuracy(np.arange(1000) < right, np.ones(1000))
    return Measured(method, "rotated", a, a, {}, 0.0)


def test_the_verdict_needs_an_interval_clear_of_zero():
    def answer(net, other):
        return verdict([_reached("net", net), _reached("hog", other)])[0]

    assert "the net is better, by +0.1000 (+0.0" in answer(900, 800)
    assert "neither is better, by +0.0050" in answer(900, 895)
    assert "the traditional method is better, by -0.1000" in answer(800, 900)
    assert verdict([_reached("net", 900)]) == []
