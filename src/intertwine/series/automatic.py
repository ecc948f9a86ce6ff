"""`auto_arima`: the orders by a walk from model to neighbouring model (Hyndman, Khandakar 2008).

The differences are chosen first (`unit_roots`). Then, from four simple models, a step changes an
order by one, two orders together, or the constant; the walk follows every better model and ends
where no neighbour is better. A second walk begins in the middle of the orders, beside the season
that the first found. All models are fitted by the exact likelihood, which is cheap here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import integer, word
from intertwine.base.errors import IntertwineError, OptionError
from intertwine.base.threads import MOST_THREADS
from intertwine.series.arima import ARIMA, Prepared
from intertwine.series.estimate import ROUGH
from intertwine.series.fitted import FittedARIMA
from intertwine.series.likelihood import Likelihood
from intertwine.series.reading import read_series, refuse_constant
from intertwine.series.searching import find
from intertwine.series.unit_roots import choose_differences, without_regressors

Array = NDArray[Any]

#: Models with an AR root nearer to the unit circle are not taken: a difference serves better. MA
#: roots there do no harm to an exact likelihood, nor to its forecasts.
_NEAREST_ROOT = 1.01

_MOST_MODELS = 94

_MOST_DIFFERENCES = 5

#: AR and MA taps of the second walk's first model. The first walk often ends among models of one
#: kind, (4, 0) say, where (2, 1) is better but two steps away.
_MIDDLE = 2

Key = tuple[int, int, int, int, bool]


@dataclass(frozen=True)
class Limits:
    """How far the walk may go."""

    p: int = 5
    q: int = 5
    seasonal_p: int = 2
    seasonal_q: int = 2

    def within(self, n: int, season: int) -> Limits:
        """Those that leave three samples to each lag, as in R's `auto.arima`."""
        short, seasons = n // 3, n // (3 * season)
        return Limits(
            min(self.p, short), min(self.q, short), min(self.seasonal_p, seasons),
            min(self.seasonal_q, seasons),
        )  # fmt: skip

    def hold(self, key: Key) -> bool:
        """Whether a model lies within."""
        p, q, sp, sq, _ = key
        most = (self.p, self.q, self.seasonal_p, self.seasonal_q)
        return all(0 <= a <= b for a, b in zip((p, q, sp, sq), most, strict=True))


def auto_arima(
    x: Any,
    season: int = 1,
    *,
    exog: Any = None,
    d: int | None = None,
    seasonal_d: int | None = None,
    max_p: int = 5,
    max_q: int = 5,
    max_seasonal_p: int = 2,
    max_seasonal_q: int = 2,
    criterion: str = "aicc",
    box_cox: float | str | None = None,
    workers: int | None = None,
    progress: bool | Callable[[int, int], None] = False,
) -> Any:
    """Choose and fit an ARIMA model; many series get one each.

    The same data always give the same model.

    Parameters
    ----------
    x : (N,) array or Series; (M, N) array, DataFrame or list of M series
        NaN are gaps. A DataFrame holds a series a column.
    season : int
        Samples of a season, 1 for none: 12 for months, 24 for hours.
    d, seasonal_d : int, optional
        Differences; by default KPSS and the strength of the season tell, which needs the extra
        `series`.
    criterion : {"aicc", "aic", "bic"}
        What a better model has less of.
    workers : int, optional
        Processes for many series; by default one a core.
    progress : bool or callable
        True draws a bar on a terminal; a function is called with series done and series in all.

    Returns
    -------
    FittedARIMA, or a list of them

    Examples
    --------
    >>> from intertwine.series.arma import ARMA
    >>> noise = ARMA().simulate(200, rng=3)
    >>> auto_arima(noise).model.order
    (0, 0, 0)
    """
    season = integer("auto_arima", "season", season, 1)
    criterion = word("auto_arima", "criterion", criterion, ("aicc", "aic", "bic"))
    limits = Limits(
        integer("auto_arima", "max_p", max_p, 0, 100),
        integer("auto_arima", "max_q", max_q, 0, 100),
        integer("auto_arima", "max_seasonal_p", max_seasonal_p, 0, 10) * (season > 1),
        integer("auto_arima", "max_seasonal_q", max_seasonal_q, 0, 10) * (season > 1),
    )
    if d is not None:
        d = integer("auto_arima", "d", d, 0, _MOST_DIFFERENCES)
    if seasonal_d is not None:
        seasonal_d = integer("auto_arima", "seasonal_d", seasonal_d, 0, _MOST_DIFFERENCES)
    if seasonal_d and season == 1:
        raise OptionError(
            f"auto_arima: `seasonal_d={seasonal_d}` needs a season of at least 2 samples.\n"
            "  Pass season=12, for example."
        )
    many = _as_many(x)
    if many is None:
        return choose(x, season, exog, d, seasonal_d, limits, criterion, box_cox)
    if exog is not None:
        raise OptionError(
            "auto_arima: `exog` goes with one series.\n"
            "  Call once for each; for models of several series together see statsmodels' VAR."
        )
    from intertwine.series.batch import choose_all

    if workers is not None:
        workers = integer("auto_arima", "workers", workers, 1, MOST_THREADS)
    options = (season, None, d, seasonal_d, limits, criterion, box_cox)
    return choose_all(many, options, workers, progress)


def _as_many(x: Any) -> list[Any] | None:
    """The series of a table or a list of series; None for one series."""
    if hasattr(x, "columns") and hasattr(x, "iloc"):
        return [x.iloc[:, i] for i in range(x.shape[1])] if x.shape[1] > 1 else None
    if isinstance(x, np.ndarray):
        return list(x) if x.ndim == 2 else None
    if isinstance(x, list | tuple) and x and all(np.ndim(each) == 1 for each in x):
        return list(x)
    return None


def choose(
    x: Any,
    season: int,
    exog: Any,
    d: int | None,
    seasonal_d: int | None,
    limits: Limits,
    criterion: str,
    box_cox: Any,
) -> FittedARIMA:
    """Choose and fit the model of one series."""
    observed = read_series("auto_arima", x)
    refuse_constant("auto_arima", "x", observed.values)
    plain = ARIMA((0, 0, 0), (0, 0, 0, 0), "n", box_cox=box_cox)
    plain.season = season  # Guerrero's blocks
    data = plain.prepare("auto_arima", x, exog)
    values = without_regressors(data.values, data.regressors)
    d, seasonal_d = choose_differences(values, season, d, seasonal_d)
    limits = limits.within(int(np.isfinite(values).sum()), season)
    if not (seasonal_d or limits.seasonal_p or limits.seasonal_q):
        season = 1
    walk = Walk(x, exog, season, d, seasonal_d, limits, criterion, box_cox)
    return walk.best()


class Walk:
    """The models met on the way, each fitted once."""

    def __init__(
        self,
        x: Any,
        exog: Any,
        season: int,
        d: int,
        seasonal_d: int,
        limits: Limits,
        criterion: str,
        box_cox: Any,
    ) -> None:
        self.x, self.exog, self.season = x, exog, season
        self.d, self.seasonal_d = d, seasonal_d
        self.limits, self.criterion, self.box_cox = limits, criterion, box_cox
        self.scores: dict[Key, float] = {}
        self.models: dict[Key, FittedARIMA] = {}
        self._data: dict[bool, tuple[Prepared, Likelihood]] = {}
        self.reasons: dict[Key, str] = {}

    def best(self) -> FittedARIMA:
        """Walk, walk again from elsewhere, and take the better end."""
        constant = self.d + self.seasonal_d < 2
        at = self.end(min(self.starts(constant), key=self.score), constant)
        if any(at[:4]):  # noise needs no second look, which would find patterns in it
            p, q = min(_MIDDLE, self.limits.p), min(_MIDDLE, self.limits.q)
            at = min(at, self.end((p, q, *at[2:]), constant), key=self.score)
        if at not in self.models:
            raise OptionError(
                "auto_arima: no model could be fitted to `x`.\n"
                f"  The simplest failed: {self.reasons[min(self.reasons)].splitlines()[0]}"
            )
        return self._precise(at)

    def _precise(self, key: Key) -> FittedARIMA:
        """A model of the walk, its search run to the end."""
        model = self.model(key)
        data, likelihood = self._prepared(model, key[4])
        params, notes = find(model, likelihood)
        return FittedARIMA(model, data, likelihood, params, None, None, notes)

    def end(self, at: Key, constant: bool) -> Key:
        """Where a walk from here ends: no neighbour is better."""
        better = True
        while better and len(self.scores) < _MOST_MODELS:
            better = False
            for key in self.neighbours(at, constant):
                if self.limits.hold(key) and self.score(key) < self.score(at):
                    at, better = key, True
                    break
        return at

    def starts(self, constant: bool) -> list[Key]:
        """Four simple models, as far as the limits let them."""
        seasonal = int(self.season > 1)
        wanted = [
            (2, 2, seasonal, seasonal, constant),
            (0, 0, 0, 0, constant),
            (1, 0, seasonal, 0, constant),
            (0, 1, 0, seasonal, constant),
        ]
        if constant:
            wanted.append((0, 0, 0, 0, False))
        most = self.limits
        return [
            (min(p, most.p), min(q, most.q), min(sp, most.seasonal_p), min(sq, most.seasonal_q), c)
            for p, q, sp, sq, c in wanted
        ]

    @staticmethod
    def neighbours(at: Key, constant: bool) -> Iterator[Key]:
        """Models one step away."""
        p, q, sp, sq, c = at
        steps = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
        for a, b in steps:
            yield p, q, sp + a, sq + b, c
        for a, b in steps:
            yield p + a, q + b, sp, sq, c
        if constant:
            yield p, q, sp, sq, not c

    def score(self, key: Key) -> float:
        """The criterion of a model, infinite where it does not do."""
        if key not in self.scores:
            self.scores[key] = self._fit(key)
        return self.scores[key]

    def model(self, key: Key) -> ARIMA:
        """The model of a key."""
        p, q, sp, sq, c = key
        trend = "n" if not c else "t" if self.d + self.seasonal_d else "c"
        seasonal = (sp, self.seasonal_d, sq, self.season) if self.season > 1 else (0, 0, 0, 0)
        return ARIMA((p, self.d, q), seasonal, trend, box_cox=self.box_cox)

    def _fit(self, key: Key) -> float:
        model = self.model(key)
        try:
            data, likelihood = self._prepared(model, key[4])
            left = likelihood.count - model.structure.size - len(data.names) - 1
            if left < 2:
                return np.inf
            params, notes = find(model, likelihood, ROUGH)
            found = FittedARIMA(model, data, likelihood, params, None, None, notes)
        except IntertwineError as error:
            self.reasons[key] = str(error)
            return np.inf
        if _nearest_root(model, params) < _NEAREST_ROOT:
            return np.inf
        self.models[key] = found
        return float(getattr(found, self.criterion))

    def _prepared(self, model: ARIMA, constant: bool) -> tuple[Prepared, Likelihood]:
        if constant not in self._data:
            data = model.prepare("auto_arima", self.x, self.exog)
            likelihood = Likelihood(data.values, data.regressors, model.differences, "auto_arima")
            self._data[constant] = data, likelihood
        return self._data[constant]


def _nearest_root(model: ARIMA, params: Array) -> float:
    """The magnitude of the nearest AR root; those of the seasonal factor are counted in seasons."""
    nearest = np.inf
    ar, _, seasonal_ar, _ = model.structure.factors(params)
    for taps in (-ar, -seasonal_ar):
        if taps.size and taps.any():
            found = np.abs(np.roots(np.concatenate([taps[::-1], [1.0]])))
            nearest = min(nearest, float(found.min()) if found.size else np.inf)
    return nearest
