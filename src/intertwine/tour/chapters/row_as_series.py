"""A row of the photo as a series: averaged by a kernel, and predicted by one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError
from intertwine.series import AR, weighted_average
from intertwine.series.fitted import FittedARIMA
from intertwine.tour import plots
from intertwine.tour.blocks import Block, Code, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A row of pixels as a series"

_WEIGHTS = (4, 3, 2, 1)
_MOST_LAGS = 6

Row = NDArray[np.float64]


def write(photo: Photo) -> list[Block]:
    row = photo.square().grey[128].astype(np.float64)
    try:
        model = AR(criterion="bic", max_order=_MOST_LAGS).fit(row)
    except OptionError as refused:
        return [
            "The middle row of this photo cannot be predicted, because nothing happens in it: "
            f"“{str(refused).splitlines()[0]}”",
            _code(),
        ]
    average = np.asarray(weighted_average(row, _WEIGHTS))
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
        _table(model),
        _verdict(model, row),
        _code(),
    ]


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
    left = "white: nothing more can be learned from the row" if white.is_white else (
        "not quite white: the row still holds something that a kernel of this length misses"
    )  # fmt: skip
    return (
        f"It explains {fixed(100 * explained, 1)} % of the row's variance. {model.arma.describe()} "
        f"What it leaves over is {left} (Ljung-Box p = {white.p_value:.2g})."
    )


def _code() -> Code:
    return Code(
        "row = x[x.shape[0] // 2].astype(float)\n"
        "if row.std() > 0:\n"
        "    smooth = iw.series.weighted_average(row, [4, 3, 2, 1])\n"
        "    model = iw.series.AR(criterion='bic', max_order=6).fit(row)\n"
        "    print(model)\n"
        "    model.forecast(10)",
        "A row averaged, and predicted",
    )
