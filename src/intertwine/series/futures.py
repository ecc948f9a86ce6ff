"""Drawing what may follow a series, and joining what did follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, counted
from intertwine.base.libraries import need
from intertwine.engine.recursions import whiten
from intertwine.series.polynomials import differenced
from intertwine.series.projection import integrated
from intertwine.series.reading import read_regressors, read_series

if TYPE_CHECKING:
    from intertwine.series.fitted import FittedARIMA

Array = NDArray[Any]


def drawn(model: FittedARIMA, h: int, paths: int, rng: np.random.Generator) -> Array:
    """Paths of the next `h` samples without their regression.

    The whitened past, with new white noise behind it, is coloured again: the past comes back as it
    was, and the noise becomes what may follow. Gaps of the past are drawn too.
    """
    likelihood, profile = model._likelihood, model._profile
    k = likelihood.gap_count
    trailing = likelihood.n - likelihood.end
    ahead = h + trailing
    gaps = np.repeat(profile.gaps[None], paths, axis=0)
    if k:
        assert profile.r is not None
        noise = rng.normal(0, np.sqrt(model.sigma2), (k, paths))
        gaps = gaps + np.linalg.solve(profile.r[:k, :k], noise).T
    past = likelihood.remaining(model._coefficients) + gaps @ likelihood.raw[1 : 1 + k]
    w = np.ascontiguousarray(differenced(past, likelihood.differences))
    white = whiten(w, *model._taps)
    assert white is not None
    future = rng.normal(0, np.sqrt(model.sigma2), (paths, ahead))
    coloured = whiten(
        np.ascontiguousarray(np.concatenate([white.white[0], future], axis=1)), *model._taps,
        colour=True,
    )  # fmt: skip
    assert coloured is not None
    changes = coloured.white[0][:, w.shape[1] :]
    return integrated(changes, past, likelihood.differences.taps)[:, trailing:]


def joined(model: FittedARIMA, x: Any, exog: Any) -> FittedARIMA:
    """The model on its data with `x` behind them, its parameters as they are."""
    from intertwine.series.fitted import placed

    data = model._data
    more = read_series("append", x)
    old, trend = data.observed, len(model.model.trend_names)
    if (old.index is None) != (more.index is None):
        raise OptionError(
            "append: one of the two has a pandas index and the other has none.\n"
            "  Pass the same type as in fit."
        )
    values: Any = np.concatenate([old.values, more.values])
    if old.index is not None:
        pd = need("pandas", "A series with an index")
        values = pd.Series(values, index=old.index.append(more.index), name=old.name)
    rows, _ = read_regressors("append", exog, more.values.size)
    both = None
    if len(data.names) > trend:
        wanted = len(data.names) - trend
        if len(rows) != wanted:
            raise OptionError(
                f"append: the model has {counted(wanted, 'regressor')}, `exog` has "
                f"{len(rows)}.\n  Pass the same regressors as in fit."
            )
        both = np.concatenate([data.regressors[trend:], rows], axis=1).T
    return placed(model.model, model.model.prepare("append", values, both), model.params)
