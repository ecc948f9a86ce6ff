"""``intertwine experiment``: measure what the pages claim, again, on your machine."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from intertwine.base.bars import steps
from intertwine.base.checks import word
from intertwine.base.errors import OptionError
from intertwine.base.libraries import need
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out

_experiment = partial(o.option, panel="Experiment")

Name = Annotated[str, typer.Argument(metavar="NAME", help="Which one: rotation.")]
Data = Annotated[
    str, _experiment("--data", metavar="mnist|fashion", text="The data set, fetched before.")
]
Methods = Annotated[
    str | None,
    _experiment(
        "--methods", metavar="NAME,...",
        text="Of nearest, hog, fourier, fourier-rings, first-layer, net, rotation-pooled. "
        "Default: all.",
    ),
]  # fmt: skip
Angles = Annotated[
    str | None,
    _experiment(
        "--angles", metavar="DEGREES,...",
        text="Of the curve, counter-clockwise. Default: every 15 degrees.",
    ),
]  # fmt: skip
Quick = Annotated[
    bool, _experiment("--quick", text="A minute on few pictures: to see that it runs, no more.")
]
Seed = Annotated[int, _experiment("--seed", text="Of split, angles, weights and order.")]
Out = Annotated[
    Path,
    o.result("--out", "-o", metavar="FOLDER", parser=o.path, text="Where the results go."),
]


def experiment(
    name: Name,
    data: Data = "mnist",
    methods: Methods = None,
    angles: Angles = None,
    quick: Quick = False,
    seed: Seed = 0,
    out: Out = Path("rotation"),
    force: o.Force = False,
) -> None:
    """Repeat an experiment. rotation: which methods know a rotated picture, and how well?

    Traditional methods and nets learn from 10,000 upright pictures, and from the same ones rotated
    by any angle; 2,000 more choose their settings. All are tested on 50,000 others, rotated,
    and on 10,000 of these upright. FOLDER gets curves.csv (accuracy at each angle with its 95 %
    interval), rotation.json, rotation.png and report.md. After Ctrl-C the same command goes on
    where it was.

    It needs the extra learn (pip install 'intertwine\\[learn]') and the data on this machine: fetch
    them with intertwine data mnist (11 MB) or intertwine data fashion-mnist (31 MB), or set
    INTERTWINE_DATA to the folder above theirs. It fetches nothing itself. Traditional methods take
    minutes, the nets an hour or more on two cores; --quick takes one minute.

    \b
    [bold]Examples[/]
      intertwine experiment rotation -o digits
      intertwine experiment rotation --data fashion -o garments
      intertwine experiment rotation --methods hog,net --quick -o try
    """  # fmt: skip
    word("experiment", "name", name, ("rotation",))
    need("torch", "intertwine experiment")
    from intertwine.learn.experiments.report import lines, verdict
    from intertwine.learn.experiments.session import FULL, QUICK, rotation

    with steps() as progress:
        found = rotation(
            data,
            out,
            methods=methods.split(",") if methods else None,
            angles=_degrees(angles) if angles else None,
            size=QUICK if quick else FULL,
            seed=seed,
            overwrite=force,
            progress=progress,
        )
    console = standard_out()
    for line in [*lines(found), "", *verdict(found), f"results  {out}"]:
        console.print(line, markup=False, soft_wrap=True)


def _degrees(text: str) -> list[float]:
    try:
        found = [float(each) for each in text.split(",")]
    except ValueError:
        found = [math.nan]
    if not all(map(math.isfinite, found)):
        raise OptionError(f"--angles {text}: must be numbers between commas, such as 0,45,90.")
    return list(dict.fromkeys(found))
