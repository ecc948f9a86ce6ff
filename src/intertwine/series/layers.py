"""A convolution layer of one channel, read as a model of the series that it sees.

``y[t] = bias + sum_j w[j] x[t - j]`` is what an autoregression says of the next sample, with the
bias in the place of its constant C; and it is a moving average of x, if x is white. Which of the
two it is depends on the input, so the input is tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.checks import integer, is_listed, number
from intertwine.base.errors import OptionError, ShapeError
from intertwine.series.arma import ARMA
from intertwine.series.diagnosis import Whiteness, ljung_box, usual_lags
from intertwine.series.reading import read_series

Array = NDArray[Any]


@dataclass(frozen=True)
class LayerReading:
    """A layer's weights as the taps of two models, and which of them the input allows.

    Attributes
    ----------
    autoregression : ARMA
        Taps on past samples, the newest first; the layer predicts the next sample.
    constant, mean
        The bias, and the level at which such a series stays; NaN where it stays nowhere.
    moving_average : ARMA or None
        The layer's output as a series, where the input is white; None where the newest weight is 0.
    overlaps : bool
        Whether neighbouring outputs share samples (stride below the number of weights).
    whiteness : Whiteness or None
        Ljung and Box's test of the input; None without samples.
    """

    autoregression: ARMA
    constant: float
    mean: float
    moving_average: ARMA | None
    output_mean: float
    output_variance: float
    overlaps: bool
    whiteness: Whiteness | None
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def read_layer(
    weights: ArrayLike, bias: float = 0.0, input_stats: Any = None, *, stride: int = 1
) -> LayerReading:
    """Read the kernel of a layer, as frameworks keep it, as a time-series model.

    Parameters
    ----------
    weights : (K,) array
        One filter of one channel. Frameworks correlate: the last weight meets the newest sample.
    bias : float
    input_stats : (N,) array or (mean, variance), optional
        Samples of the input, or what is known of it.
    stride : int
        Samples from one output to the next.

    Examples
    --------
    >>> reading = read_layer([0.2, 0.5], bias=3.0)
    >>> reading.autoregression.ar, round(reading.mean, 9)
    (array([0.5, 0.2]), 10.0)
    """
    taps = _weights(weights)
    constant = number("read_layer", "bias", bias, np.isfinite, "a finite number")
    stride = integer("read_layer", "stride", stride, 1)
    newest_first = taps[::-1]
    mean, variance, white = _input(input_stats)
    model = ARMA(ar=newest_first, sigma2=variance if variance > 0 else 1.0)
    rest = 1 - float(newest_first.sum())
    level = constant / rest if model.is_stationary and abs(rest) > 1e-12 else np.nan
    moving = None
    if newest_first[0] != 0:
        gain = float(newest_first[0])
        moving = ARMA(ma=newest_first[1:] / gain, sigma2=max(variance, 1e-300) * gain**2)
    output_mean = constant + mean * float(taps.sum())
    output_variance = variance * float(taps @ taps)
    overlaps = stride < taps.size
    said = _sentences(model, constant, level, moving, overlaps, stride, white, taps.size)
    return LayerReading(
        model, constant, level, moving, output_mean, output_variance, overlaps, white, tuple(said)
    )


def _weights(weights: ArrayLike) -> Array:
    taps = np.asarray(weights, float)
    if taps.ndim != 1 or taps.size == 0:
        raise ShapeError(
            f"read_layer: `weights` has shape {taps.shape}, one filter of one channel is needed.\n"
            "  Pass weights[out, in] of a layer with several channels."
        )
    if not np.isfinite(taps).all():
        raise OptionError("read_layer: `weights` holds NaN or infinities.\n  Pass finite weights.")
    return taps


def _input(stats: Any) -> tuple[float, float, Whiteness | None]:
    """Mean and variance of the input, and whether it is white."""
    if stats is None:
        return 0.0, 1.0, None
    if is_listed(stats) and len(stats) == 2:
        mean, variance = (float(value) for value in stats)
        if not (np.isfinite(mean) and 0 <= variance < np.inf):
            raise OptionError(
                f"read_layer: `input_stats=({mean:g}, {variance:g})` must be a mean and a variance "
                "from 0.\n  Or pass samples of the input."
            )
        return mean, variance, None
    x = read_series("read_layer", stats, "input_stats").values
    lags = usual_lags(int(np.isfinite(x).sum()), 1)
    return float(np.nanmean(x)), float(np.nanvar(x)), ljung_box(x, lags)


def _sentences(
    model: ARMA,
    constant: float,
    level: float,
    moving: ARMA | None,
    overlaps: bool,
    stride: int,
    white: Whiteness | None,
    size: int,
) -> list[str]:
    taps = " ".join(f"{tap:+.4g} x[t-{i + 1}]" for i, tap in enumerate(model.ar))
    said = [
        f"As an autoregression: x[t] = {constant:.4g} {taps} + e[t], C(kernel) = {constant:.4g}."
    ]
    if np.isnan(level):
        said.append("Such a series is not stationary: it has no mean to return to.")
    else:
        said.append(f"Such a series stays around {level:.4g}.")
    if not overlaps:
        said.append(
            f"With stride {stride} and {size} weights windows do not overlap: outputs share no "
            "sample, so that white input gives white output and nothing ties one to the next."
        )
    elif moving is not None:
        said.append(
            f"Of white input the output is a moving average of {moving.ma.size} past samples."
        )
    if white is None:
        said.append("The input was not given: whether it is white is not known.")
    elif white.is_white:
        said.append(
            f"The input looks white (Ljung-Box p {white.p_value:.2g}): the output's "
            "autocorrelation is the kernel's own, and the moving average is the right reading."
        )
    else:
        said.append(
            f"The input is not white (Ljung-Box p {white.p_value:.2g}): the output's "
            "autocorrelation mixes the kernel's with the input's, and the weights can only be read "
            "as a prediction from the past."
        )
    return said
