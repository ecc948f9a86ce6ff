"""``intertwine train``: a folder of pictures, one sub-folder a class, becomes a classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from intertwine.base.bars import steps
from intertwine.base.errors import OptionError, counted
from intertwine.base.tables import aligned
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out
from intertwine.cli.console import training

if TYPE_CHECKING:
    from intertwine.learn import Classifier

_train = partial(o.option, panel="Training")
_encoder = partial(o.option, panel="A network that others trained")

#: Confusions that are printed, the most frequent first.
_MOST_CONFUSED = 5

Folder = Annotated[
    Path,
    typer.Argument(
        parser=o.path,
        metavar="FOLDER",
        help="A sub-folder of pictures for each class; or these under train/ and test/; or IDX "
        "files; or an .npz archive.",
    ),
]
Out = Annotated[
    Path,
    o.result("--out", "-o", metavar="MODEL", parser=o.path, text="The folder of the model."),
]
Test = Annotated[
    Path | None,
    _train("--test", metavar="FOLDER", parser=o.path, text="Pictures of the same classes to "
           "measure on. Default: those under test/."),
]  # fmt: skip
Preset = Annotated[
    str,
    _train("--preset", metavar="small|large", text="The net: less time, or fewer mistakes."),
]
Epochs = Annotated[
    int | None,
    _train(
        "--epochs",
        text="How often each picture is seen. Default: 40, more for few pictures.",
    ),
]
Seed = Annotated[
    int, _train("--seed", text="Of weights, validation split, order and augmentation.")
]
Side = Annotated[
    int | None,
    _train(
        "--side", metavar="PIXELS",
        text="Pictures become squares of this side. Default: their own, at most 64.",
    ),
]  # fmt: skip
Validation = Annotated[
    float,
    _train(
        "--validation", metavar="FRACTION",
        text="Held back from each class to choose the best epoch and to calibrate probabilities.",
    ),
]  # fmt: skip
Patience = Annotated[
    int | None,
    _train(
        "--patience", metavar="EPOCHS",
        text="Stop after so many without a lower validation loss. Default: a third of all.",
    ),
]  # fmt: skip
Rate = Annotated[
    float, _train("--learning-rate", metavar="RATE", text="Its peak, for steps of 128 pictures.")
]
NoFlip = Annotated[
    bool, _train("--no-flip", text="Never mirror pictures: for letters, digits, left and right.")
]
Dtype = Annotated[
    str,
    _train(
        "--dtype", metavar="float32|bfloat16",
        text="Of convolutions while the net learns. bfloat16 is quicker on processors with AMX.",
    ),
]  # fmt: skip
Threads = Annotated[
    int | None, _train("--threads", text="Of PyTorch. Equal threads give equal weights.")
]
Encoder = Annotated[
    str | None,
    _encoder(
        "--encoder", metavar="NETWORK",
        text="Train only a dense layer on its features: package.module:name of a PyTorch module, "
        "a path that ends in .onnx, a model that intertwine train wrote, or pretrained.",
    ),
]  # fmt: skip
Weights = Annotated[
    Path | None,
    _encoder(
        "--weights", metavar="FILE", parser=o.path,
        text="Of that PyTorch module: .safetensors, or .pt, which is loaded as weights only.",
    ),
]  # fmt: skip


def train(
    folder: Folder,
    out: Out = Path("model"),
    test: Test = None,
    preset: Preset = "small",
    epochs: Epochs = None,
    seed: Seed = 0,
    side: Side = None,
    validation: Validation = 0.1,
    patience: Patience = None,
    learning_rate: Rate = 0.1,
    no_flip: NoFlip = False,
    dtype: Dtype = "float32",
    threads: Threads = None,
    encoder: Encoder = None,
    weights: Weights = None,
    force: o.Force = False,
) -> None:
    """Train a net on a folder of pictures: one sub-folder a class.

    MODEL gets the weights, a card (classes, data, accuracy with its interval, confusion matrix) and
    a picture of the confusion matrix. Broken files are listed and skipped. After Ctrl-C, a crash or
    a power cut the same command goes on where the last checkpoint was, at most a minute back,
    and ends with the same weights as if nothing had happened.

    \b
    [bold]Examples[/]
      intertwine train garments/
      intertwine train garments/ -o garments-model --preset large --seed 1
      intertwine train digits.npz -o digits --no-flip
      intertwine train photos/ -o photos-model --encoder pretrained
      intertwine train photos/ -o cnn --encoder nets:resnet --weights resnet.pt
      intertwine predict garments-model new/*.jpg
    """  # fmt: skip
    from intertwine.learn import train as learn
    from intertwine.learn.training.encoding import encoder_of

    if weights is not None and encoder is None:
        raise OptionError(
            f"--weights {weights} needs the network that they are of.\n"
            f"  Name it: --encoder package.module:name"
        )
    network = None if encoder is None else encoder_of(encoder, weights)
    with _kept(out, force), steps() as progress, training() as watch:
        found = learn(
            folder,
            out,
            test=test,
            preset=preset,
            epochs=epochs,
            seed=seed,
            side=side,
            validation=validation,
            patience=patience,
            learning_rate=learning_rate,
            flip=not no_flip,
            encoder=network,
            dtype=dtype,
            threads=threads,
            overwrite=force,
            progress=progress,
            watch=watch,
        )
    _report(found, out)


@contextmanager
def _kept(out: Path, force: bool) -> Iterator[None]:
    """Say after Ctrl-C what is there; the next run goes on."""
    try:
        yield
    except KeyboardInterrupt:
        if (out / "checkpoint.safetensors").exists():
            same = "the same command without --force" if force else "the same command"
            text = f"{out} keeps a checkpoint; {same} goes on from there."
            standard_out().print(text, markup=False, soft_wrap=True)
        raise


def _report(found: Classifier, out: Path) -> None:
    console = standard_out()
    for path, reason in found.skipped:
        console.print(f"skipped  {path}: {reason}", markup=False, soft_wrap=True)
    for line in summary(found):
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"model        {out}", markup=False, soft_wrap=True)


def summary(found: Classifier) -> list[str]:
    """Accuracy with its interval, what is confused most, how well probabilities are calibrated."""
    card = found.card
    lines = [f"{'classes':12s} {len(found.classes)}"]
    counts = card["data"]["counts"]
    lines.append(f"{'pictures':12s} " + ", ".join(f"{n} {part}" for part, n in counts.items()))
    if "parameters" in card["model"]:
        lines.append(f"{'parameters':12s} {card['model']['parameters']}")
    for part, each in card["accuracy"].items():
        lines.append(
            f"{part:12s} {each['value']:.4f} right, 95 % interval {each['low']:.4f} to "
            f"{each['high']:.4f} ({each['right']} of {each['total']})"
        )
    measured = card["calibration"][card["evaluated_on"]]
    lines.append(
        f"{'calibration':12s} error {measured['error']:.3f}, without temperature "
        f"{measured['error_without']:.3f}"
    )
    return [*lines, *_confused(card)]


def _confused(card: Mapping[str, Any]) -> list[str]:
    """The pairs of classes that are confused most."""
    table, classes = card["confusion"], card["classes"]
    pairs = sorted(
        (
            (-count, classes[row], classes[column])
            for row, counts in enumerate(table)
            for column, count in enumerate(counts)
            if count and row != column
        ),
    )[:_MOST_CONFUSED]
    rows = [(f"{name} taken for {other}", counted(-n, "time")) for n, name, other in pairs]
    return ["confused", *(f"  {line}" for line in aligned(rows))] if rows else []
