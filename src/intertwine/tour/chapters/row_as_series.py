"""A row of the photo as a series: averaged by a kernel, and predicted by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.base.text import p_text
from intertwine.series.fitted import FittedARIMA
from intertwine.tour import listing, plots
from intertwine.tour.blocks import Block, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A row of pixels as a series"

_WEIGHTS = (4, 3, 2, 1)
_MOST_LAGS = 6
_NOTHING = 1e-3  # of a row's variance

Row = NDArray[np.float64]


_CODE = f"""
row = x[128].astype(float)
average = iw.series.weighted_average(row, {_WEIGHTS})
model = iw.series.AR(criterion="bic", max_order={_MOST_LAGS}).fit(row)
print(model.describe())
print(f"{{100 * (1 - model.sigma2 / row.var()):.1f}} % explained")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    row: Row = ran["row"]
    if ran.refusal:
        return [
            "The middle row of this photo cannot be predicted, because nothing happens in it.",
            ran.code("A row averaged, and its prediction refused"),
        ]
    if _has_no_chance(ran["model"], row):
        return [
            "In the middle row of this photo the pixels follow from those before without any "
            "error: nothing in it is new, so that there is nothing for a likelihood to weigh, and "
            "no error of a tap to tell.",
            ran.code("A row that repeats itself"),
        ]
    average, model = np.asarray(ran["average"]), ran["model"]
    return [
        "Read the middle row of the photo from left to right, as if its pixels came one after the "
        "other. A kernel whose taps add up to 1 and that looks back only is a **weighted moving "
        f"average**: with the weights {', '.join(map(str, _WEIGHTS))}, the newest first, it "
        "follows the row and smooths it.",
        plots.courses(
            [("the row", row), ("its weighted average", average)],
            "pixel",
            "grey level",
            "The middle row of the photo, and its weighted average over four pixels.",
        ),
        "Another kernel looks back to **predict**: an **autoregression** says of each pixel that "
        "it is a weighted sum of those before, plus a constant, plus something new. Its taps need "
        "not add up to 1, nor be positive. The likelihood finds them, and a criterion finds how "
        f"many there should be: {model.model.p} of at most {_MOST_LAGS}.",
        *([_table(model)] if model.model.p else []),
        _verdict(model, row),
        ran.code("A row averaged, and predicted"),
    ]


def _has_no_chance(model: FittedARIMA, row: Row) -> bool:
    """Whether next to nothing of the row is left, or its taps have no error."""
    return model.sigma2 < _NOTHING * float(row.var()) or not np.isfinite(model.bse[:-1]).all()


def _table(model: FittedARIMA) -> Table:
    taps = model.arma.ar
    errors = model.bse[1 : 1 + taps.size]
    constant = float(model.params[0] * (1 - taps.sum()))
    rows = [
        (f"pixel {i + 1} to the left", fixed(float(tap), 3), "± " + fixed(float(error), 3))
        for i, (tap, error) in enumerate(zip(taps, errors, strict=True))
    ]
    rows.append(("the constant", fixed(constant, 2), ""))
    return Table(
        "The taps that predict a pixel from those to its left, with their standard errors.",
        ("Weight of", "Tap", "Standard error"),
        tuple(rows),
    )


def _verdict(model: FittedARIMA, row: Row) -> str:
    explained = 1 - model.sigma2 / float(row.var())
    white = model.diagnose().whiteness
    left = "white, as far as a test can tell" if white.is_white else (
        "not quite white: the row still holds something that a kernel of this length misses"
    )  # fmt: skip
    return (
        f"It explains {fixed(100 * explained, 1)} % of the row's variance. {model.describe()} "
        f"What it leaves over is {left} (Ljung-Box {p_text(white.p_value, 2)})."
    )
