"""``intertwine predict``: which class each picture shows, by a model of ``intertwine train``."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from intertwine.base.bars import steps
from intertwine.base.errors import OptionError
from intertwine.base.libraries import need
from intertwine.cli import options as o
from intertwine.cli.report import Report

_predict = partial(o.option, panel="Result")

Model = Annotated[
    Path,
    typer.Argument(parser=o.path, metavar="MODEL", help="The folder that intertwine train wrote."),
]
Pictures = Annotated[
    list[Path],
    typer.Argument(parser=o.path, metavar="PICTURE", help="Pictures, or folders of pictures."),
]
Top = Annotated[int, _predict("--top", text="How many classes a picture, the likeliest first.")]
Encoder = Annotated[
    str | None,
    typer.Option(
        "--encoder", metavar="package.module:name", rich_help_panel="A network that others trained",
        help="Of a model on such a network: its name, to say that its code may run.",
    ),
]  # fmt: skip
Out = Annotated[
    Path | None,
    o.result("--out", "-o", metavar="FILE", parser=o.path, text="Write .csv or .json."),
]
Form = Annotated[
    str | None, o.result("--format", metavar="WORD", text="table, csv or json on standard output.")
]


def predict(
    model: Model,
    pictures: Pictures,
    top: Top = 1,
    encoder: Encoder = None,
    out: Out = None,
    form: Form = None,
    force: o.Force = False,
) -> None:
    """Say which class pictures show, and how sure that is.

    Probabilities are calibrated on pictures that the model did not learn from: of answers with 0.8,
    about 80 % are right on pictures like those. Files that cannot be read are listed and skipped.

    \b
    [bold]Examples[/]
      intertwine predict garments-model photo.jpg
      intertwine predict garments-model new/ --top 3
      intertwine predict garments-model new/*.jpg -o answers.csv
      intertwine predict garments-model new/ --format json
    """  # fmt: skip
    from intertwine.learn import Classifier
    from intertwine.learn import predict as ask

    report = Report.to(out, form, force, rows="predictions", done="answers")
    if encoder is not None:
        need(encoder.partition(":")[0], "The model's encoder")
    classifier = Classifier.load(model)
    if not 1 <= top <= len(classifier.classes):
        raise OptionError(
            f"--top {top}: the model has {len(classifier.classes)} classes; pass 1 to "
            f"{len(classifier.classes)}."
        )
    with steps() as progress:
        found = ask(classifier, pictures, progress=progress)
    rows = [
        {"picture": each.picture, "rank": rank + 1, "class": name, "probability": probability}
        for each in found
        for rank, (name, probability) in enumerate(list(each.probabilities.items())[:top])
    ]
    skipped = [f"skipped  {path}: {reason}" for path, reason in found.skipped]
    report.write(("picture", "rank", "class", "probability"), rows, skipped)
    if report.form != "table" and out is None:  # standard output is a program's
        print(*skipped, sep="\n", end="\n" if skipped else "", file=sys.stderr)
