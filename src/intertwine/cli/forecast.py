"""``intertwine forecast``: the next samples of a column, and how far to trust them."""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from intertwine.base.atomic import atomic, check_free
from intertwine.base.errors import FileError, MissingExtraError, OptionError, unknown_suffix
from intertwine.base.tables import aligned
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out
from intertwine.cli.timed_tables import TimedColumn, read_timed

if TYPE_CHECKING:
    from intertwine.series.fitted import FittedARIMA
    from intertwine.series.forecasts import Forecast

_series = partial(o.option, panel="Series")
_model = partial(o.option, panel="Model")

_PRINTED = 24  # rows of a forecast on the screen

Source = Annotated[
    Path,
    typer.Argument(
        parser=o.path, metavar="FILE.csv", help="A table with a row for each time.",
        show_default=False,
    ),
]  # fmt: skip
Column = Annotated[str | None, o.column("Series", "The column to forecast")]
Time = Annotated[
    str | None,
    _series(
        "--time", metavar="NAME",
        text="The column of times, by name or number. Default: one named time, date, month, ...",
    ),
]  # fmt: skip
Season = Annotated[
    int | None,
    _series(
        "--season", "-s", metavar="N",
        text="Samples of a season, 1 for none. Default: by the times, 12 for months.",
    ),
]  # fmt: skip
Horizon = Annotated[
    int | None,
    _series(
        "--horizon", "-n", metavar="N",
        text="Samples to forecast. Default: two seasons, at most 60; 12 without one.",
    ),
]  # fmt: skip
Level = Annotated[float, _series("--level", text="How often the interval is to hold the sample.")]
Order = Annotated[
    str | None,
    _model("--order", metavar="p,d,q", text="Fit this order. Default: it is chosen by AICc."),
]
SeasonalOrder = Annotated[
    str | None, _model("--seasonal-order", metavar="P,D,Q", text="With --order: of the season.")
]
Log = Annotated[bool, _model("--log", text="Model the logarithm; the forecast is a median.")]
Holdout = Annotated[
    int | None,
    _model(
        "--holdout", metavar="N",
        text="Forecast the last N samples from those before, beside simple forecasts.",
    ),
]  # fmt: skip
Out = Annotated[
    Path | None,
    o.result(
        "--out", "-o", metavar="FILE.csv", parser=o.path,
        text="Default: beside the input, sales.csv -> sales-forecast.csv.",
    ),
]  # fmt: skip
Picture = Annotated[
    Path | None,
    o.result(
        "--picture", metavar="FILE.png|.svg|.pdf", parser=o.path,
        text="Default: beside the forecast, sales-forecast.png.",
    ),
]  # fmt: skip


def forecast(
    source: Source,
    column: Column = None,
    time: Time = None,
    season: Season = None,
    horizon: Horizon = None,
    level: Level = 0.95,
    order: Order = None,
    seasonal_order: SeasonalOrder = None,
    log: Log = False,
    holdout: Holdout = None,
    out: Out = None,
    picture: Picture = None,
    force: o.Force = False,
) -> None:
    """Forecast a column of a table by an ARIMA model, chosen and fitted here.

    It prints the model in words and as polynomials in the lag operator B, and writes the forecast
    with its interval as a table and as a picture. Empty cells are gaps, which the model bridges.

    \b
    [bold]Examples[/]
      intertwine forecast sales.csv
      intertwine forecast sales.csv --column units --season 12 --horizon 24
      intertwine forecast air.csv --log --holdout 24
      intertwine forecast load.csv --order 2,0,1 --seasonal-order 0,1,1 -s 24
    """  # fmt: skip
    if source.is_dir():
        raise FileError(f"{source} is a folder.\n  Name a table in it.")
    target = source.with_name(f"{source.stem}-forecast.csv") if out is None else out
    drawing = target.with_suffix(".png") if picture is None else picture
    if target.suffix.lower() not in (".csv", ".tsv"):
        raise unknown_suffix(target, "no table", (".csv", ".tsv"))
    if drawing.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise unknown_suffix(drawing, "no picture of a forecast", (".png", ".svg", ".pdf"))
    for path in (target, drawing):
        if path.resolve() == source.resolve():
            raise OptionError(f"{path} is the table to forecast.\n  Write to another file.")
        check_free(path, force)
    data = read_timed(source, column, time)
    if season is None:
        season = data.calendar.season if data.values.size > 3 * data.calendar.season else 1
    if horizon is None:
        horizon = min(2 * season, 60) if season > 1 else 12
    fitted = _fit(data, season, order, seasonal_order, log)
    found = fitted.forecast(horizon, level)
    lines = [*_head(data, season), "", fitted.describe(), "", *str(fitted).splitlines(), ""]
    labels = [data.calendar.label(data.values.size + i) for i in range(horizon)]
    lines += _rows(found, labels)
    if holdout is not None:
        lines += ["", *_compared(data, holdout, season, fitted)]
    for line in lines:
        standard_out().print(line, markup=False, soft_wrap=True)
    _write_table(found, labels, data, target)
    _write_picture(fitted, found, data, drawing)
    for path in (target, drawing):
        standard_out().print(str(path), markup=False, soft_wrap=True)


def _fit(
    data: TimedColumn, season: int, order: str | None, seasonal: str | None, log: bool
) -> FittedARIMA:
    from intertwine.series import ARIMA, auto_arima

    transform = "log" if log else None
    if order is None:
        if seasonal is not None:
            raise OptionError(
                f"--seasonal-order {seasonal} goes with --order.\n"
                "  Pass both, or none: then both are chosen."
            )
        try:
            found: FittedARIMA = auto_arima(data.values, season, box_cox=transform)
        except MissingExtraError as error:
            raise MissingExtraError(
                "Choosing a model needs statsmodels, which is not installed.\n"
                "  pip install 'intertwine[series]', or give a model: --order 0,1,1."
            ) from error
        return found
    wanted = (*_three("--seasonal-order", seasonal or "0,0,0"), season)
    return ARIMA(_three("--order", order), wanted, box_cox=transform).fit(data.values)


def _three(option: str, text: str) -> tuple[int, int, int]:
    try:
        a, b, c = (int(part) for part in text.split(","))
    except ValueError:
        raise OptionError(f"{option} {text}: write three integers, such as 1,1,1.") from None
    return a, b, c


def _head(data: TimedColumn, season: int) -> list[str]:
    calendar, last = data.calendar, data.values.size - 1
    gaps = int(np.isnan(data.values).sum())
    words = (
        f"{data.name}: {data.values.size} samples, {calendar.label(0)} to {calendar.label(last)}"
    )
    words += f", one a step of {calendar.step}" if data.time_name != "row" else ""
    words += f", {gaps} missing" if gaps else ""
    words += f"; season {season}" if season > 1 else "; no season"
    return [words, *data.notes]


def _rows(found: Forecast, labels: list[str]) -> list[str]:
    percent = f"{100 * found.level:g} %"
    head = ("time", "forecast", f"lower {percent}", f"upper {percent}")
    rows = [
        (label, *(f"{float(value):.6g}" for value in values))
        for label, *values in zip(labels, found.mean, found.lower, found.upper, strict=True)
    ]
    more = len(rows) - _PRINTED
    lines = aligned([head, *rows[:_PRINTED]])
    return [*lines, f"... and {more} more in the file"] if more > 0 else lines


def _compared(data: TimedColumn, holdout: int, season: int, fitted: FittedARIMA) -> list[str]:
    from intertwine.series import backtest

    result = backtest(data.values, holdout, season, fitted.model)
    best = result.best
    mine = result.scores[0]
    verdict = (
        f"The model does best, MASE {mine.mase:.3f}." if best is mine
        else f"{best.name} does better: MASE {best.mase:.3f} against {mine.mase:.3f}."
    )  # fmt: skip
    return [*str(result).splitlines(), verdict[0].upper() + verdict[1:]]


def _write_table(found: Forecast, labels: list[str], data: TimedColumn, target: Path) -> None:
    text = io.StringIO()
    mark = "\t" if target.suffix.lower() == ".tsv" else ","
    writer = csv.writer(text, delimiter=mark, lineterminator="\n")
    writer.writerow([data.time_name, "mean", "se", "lower", "upper"])
    for label, *values in zip(labels, found.mean, found.se, found.lower, found.upper, strict=True):
        writer.writerow([label, *(repr(float(value)) for value in values)])
    with atomic(target) as handle:
        handle.write(text.getvalue().encode())


def _write_picture(fitted: FittedARIMA, found: Forecast, data: TimedColumn, target: Path) -> None:
    from intertwine.series.picture import figure_of

    count = data.values.size + len(found)
    labels: list[Any] = [data.calendar.value(place) for place in range(count)]
    figure = figure_of(fitted, found, labels)
    with atomic(target) as handle:
        figure.savefig(handle, format=target.suffix[1:].lower(), dpi=130)
