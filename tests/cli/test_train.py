"""``intertwine train`` and ``intertwine predict``."""

import json

import pytest

torch = pytest.importorskip("torch")

from learn.training.drawn import write_folder  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture
def model(intertwine, here):
    """A model of three classes; and a folder "bars" whose one file is broken."""
    write_folder(here / "bars", 8)
    (here / "bars" / "lying" / "broken.png").touch()
    ended = intertwine("train", "bars", "-o", "model", "--epochs", "2", "--threads", "1")
    assert ended.code == 0, ended.err
    return ended


def test_training_says_what_it_did(model, here):
    lines = model.out.splitlines()
    assert lines[0] == "skipped  bars/lying/broken.png: is empty."
    assert lines[1:4] == [
        "classes      3",
        "pictures     21 train, 3 validation",
        "parameters   68235",
    ]
    assert lines[4].startswith("validation   ")
    assert lines[-1] == "model        model"
    first, second = model.err.splitlines()
    assert first.startswith("epoch 1 of 2  loss ")
    assert second.endswith("  0 us left")
    assert sorted(path.name for path in (here / "model").iterdir()) == [
        "card.json", "confusion.png", "model.safetensors",
    ]  # fmt: skip


def test_predictions_as_table_csv_and_json(intertwine, model, here):
    table = intertwine("predict", "model", "bars/cross/000.png", "bars/lying")
    assert table.code == 0, table.err
    assert table.out.splitlines()[0].strip() == "9 answers"
    assert table.out.splitlines()[-1] == "skipped  bars/lying/broken.png: is empty."
    rows = intertwine("predict", "model", "bars/cross/000.png", "--top", "3", "--format", "json")
    found = json.loads(rows.out)
    assert [each["rank"] for each in found] == [1, 2, 3]
    assert sum(each["probability"] for each in found) == pytest.approx(1, abs=1e-12)
    written = intertwine("predict", "model", "bars", "-o", "answers.csv")
    assert written.out.splitlines() == [
        "answers.csv  24 answers", "skipped  bars/lying/broken.png: is empty.",
    ]  # fmt: skip
    lines = (here / "answers.csv").read_text().splitlines()
    assert lines[0] == "picture,rank,class,probability"
    assert len(lines) == 25


def test_what_is_wrong_is_said_in_a_line_and_the_next_step(intertwine, model, here):
    again = intertwine("train", "bars", "-o", "model")
    assert (again.code, again.err) == (
        2,
        "intertwine: model has a model already.\n  Pass --force (overwrite=True) to train another "
        "in its place, or name another folder.\n",
    )
    top = intertwine("predict", "model", "bars", "--top", "4")
    assert top.err == "intertwine: --top 4: the model has 3 classes; pass 1 to 3.\n"
    none = intertwine("predict", "nothing", "bars")
    assert none.err == (
        "intertwine: There is no folder nothing with a model.\n"
        "  Train one: intertwine train FOLDER -o nothing\n"
    )
    pictures = intertwine("predict", "bars", "bars")
    assert pictures.err == (
        "intertwine: bars has no model.safetensors and no card.json, so it is no model.\n"
        "  Train one: intertwine train FOLDER -o bars\n"
    )
    absent = intertwine("predict", "model", "absent.png", "bars/lying/broken.png")
    assert absent.err == (
        "intertwine: None of 2 pictures can be read.\n  The first: absent.png is not there.\n"
    )
    lonely = intertwine("train", "bars", "-o", "other", "--weights", "w.pt")
    assert lonely.err == (
        "intertwine: --weights w.pt needs the network that they are of.\n"
        "  Name it: --encoder package.module:name\n"
    )
    known = (
        "  Pass package.module:name, a path that ends in .onnx, a model that intertwine train "
        "wrote, or pretrained.\n"
    )
    missing = intertwine("train", "bars", "-o", "other", "--encoder", "w.pt")
    assert missing.err == f"intertwine: There is no file w.pt.\n{known}"
    folder = intertwine("train", "bars", "-o", "other", "--encoder", "bars")
    assert folder.err == f"intertwine: `encoder='bars'` names no network.\n{known}"
    (here / "w.pt").touch()
    unnamed = intertwine("train", "bars", "-o", "other", "--encoder", "w.pt")
    assert unnamed.err == (
        "intertwine: w.pt holds weights without a network.\n"
        "  Name the module too: --encoder package.module:name --weights w.pt\n"
    )
    assert not (here / "other").exists()


def test_after_an_interruption_the_same_command_goes_on(intertwine, here, monkeypatch):
    from intertwine.learn.training.loop import Training

    write_folder(here / "bars", 4)
    step, count = Training._step, [0]

    def interrupted(self, *arguments):
        count[0] += 1
        if count[0] == 3:
            raise KeyboardInterrupt
        return step(self, *arguments)

    monkeypatch.setattr(Training, "_step", interrupted)
    words = ("train", "bars", "-o", "model", "--epochs", "4", "--threads", "1")
    ended = intertwine(*words)
    assert ended.code == 130
    assert ended.out == "model keeps a checkpoint; the same command goes on from there.\n"
    again = intertwine(*words)
    assert again.code == 0
    assert count[0] == 5  # two steps, the one that was interrupted, and two more
    assert again.err.splitlines()[0].startswith("epoch 3 of 4  loss ")
