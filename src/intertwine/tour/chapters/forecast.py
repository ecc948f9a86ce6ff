"""A forecast: differences, then a quotient of two kernels."""

from __future__ import annotations

import numpy as np

from intertwine.series.forecasts import Forecast
from intertwine.series.summary import equation
from intertwine.tour import listing, plots
from intertwine.tour.blocks import Block, Table
from intertwine.tour.passengers import PASSENGERS
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A forecast"

_HELD_OUT = 24
_PSI = 25


_CODE = f"""
from intertwine.tour.passengers import PASSENGERS

train, test = PASSENGERS[:-{_HELD_OUT}], PASSENGERS[-{_HELD_OUT}:]
model = iw.series.ARIMA((0, 1, 1), (0, 1, 1, 12), box_cox="log").fit(train)
found = model.forecast({_HELD_OUT})
print(f"{{np.abs(found.mean - test).mean():.1f}} thousand passengers off")

response = np.cumsum(model.arma.filter(np.eye(1, {_PSI})[0]))  # of one surprise
for month in range(12, {_PSI}):
    response[month] += response[month - 12]
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    train, test, model, found = (ran[name] for name in ("train", "test", "model", "found"))
    held = int(((found.lower <= test) & (test <= found.upper)).sum())
    return [
        "A series that grows and has seasons is no autoregression yet. But its **differences** may "
        "be: those from month to month, and those from year to year. Taking differences is "
        "convolving with the kernel (1, −1), or with (1, 0, …, 0, −1); composed they are one "
        "kernel. What comes out is modelled as white noise convolved with a quotient of kernels, "
        "θ(B) / φ(B), and that is all that **ARIMA** means.",
        "The passengers of the world's airlines, 1949 to 1960, are the classic example. The model "
        f"is fitted to the logarithms up to 1958: `{equation(model)}`, where B stands for “the "
        "sample before”. The last two years were not shown to it:",
        _plot(found),
        f"Of the {_HELD_OUT} months held out, {held} lie in the 95 % interval. The mean absolute "
        "error is "
        f"{fixed(float(np.abs(found.mean - test).mean()), 1)} thousand passengers; repeating the "
        f"year before would miss by {fixed(_naive(train, test), 1)}.",
        _table(model.params, model.bse, model.param_names),
        "Why does the interval widen? Each month brings something new, and the kernel carries it "
        "into all months that follow. This is the response to one surprise of 1 %:",
        _response(ran["response"]),
        ran.code("A model with a season, and two years that it has not seen"),
    ]


def _naive(train: np.ndarray, test: np.ndarray) -> float:
    return float(np.abs(np.resize(train[-12:], test.size) - test).mean())


def _plot(found: Forecast) -> Block:
    shown = PASSENGERS[-72:]
    steps = np.arange(72 - _HELD_OUT, 72)
    return plots.courses(
        [("passengers", shown), ("forecast", (steps, found.mean))],
        "month",
        "thousands",
        "Six years of passengers, the forecast of the last two, and its 95 % interval.",
        band=(steps, found.lower, found.upper),
    )


def _table(params: np.ndarray, errors: np.ndarray, names: list[str]) -> Table:
    words = {"ma.L1": "θ, last month's surprise", "ma.S.L12": "Θ, last year's surprise"}
    rows = tuple(
        (words[name], fixed(float(value), 3), "± " + fixed(float(error), 3))
        for name, value, error in zip(names, params, errors, strict=True)
        if name in words
    )
    return Table("The two taps of the model.", ("Tap", "Value", "Standard error"), rows)


def _response(response: np.ndarray) -> Block:
    """The kernel of the model with its differences undone."""
    return plots.courses(
        [("response", response)],
        "months after",
        "per cent",
        "What remains of a surprise of 1 %: part of the level, and part of each year's season.",
    )
