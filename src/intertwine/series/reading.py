"""Series as callers have them: arrays, lists, pandas; checked once and brought to float64.

Times are kept where the caller has them, so that forecasts carry on the caller's calendar.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import as_array
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted
from intertwine.base.libraries import need

Array = NDArray[Any]

#: Magnitudes between which sums of squares, and their products, are numbers.
_SMALLEST, _LARGEST = 1e-70, 1e70


@dataclass(frozen=True)
class Observed:
    """Samples, NaN where they are missing, and the pandas index they came with, or None."""

    values: Array
    index: Any = None
    name: str | None = None

    def wrapped(self, values: Array, name: str | None = None) -> Any:
        """`values`, one for each sample, as the caller's type."""
        return _as_series(values, self.index, name)

    def ahead(self, values: Array, name: str | None = None) -> Any:
        """`values` of the samples to come, as the caller's type."""
        if self.index is None:
            return values
        return _as_series(values, following(self.index, values.size), name)


def _as_series(values: Array, index: Any, name: str | None) -> Any:
    if index is None:
        return values
    pd = need("pandas", "A series with an index")
    return pd.Series(values, index=index, name=name)


def read_series(caller: str, x: Any, name: str = "x") -> Observed:
    """Return `x` as one series of float64, or say what is wrong with it."""
    index = None
    label = getattr(x, "name", None)
    if _is_pandas(x):
        index = _checked_index(caller, x.index)
        if getattr(x, "ndim", 1) == 2:
            if x.shape[1] == 0:
                raise ShapeError(f"{caller}: `{name}` has no columns.\n  Pass one of samples.")
            if x.shape[1] != 1:
                raise ShapeError(
                    f"{caller}: `{name}` has {x.shape[1]} columns, one series is needed.\n"
                    f"  Pass one of them: {name}[{x.columns[-1]!r}]."
                )
            x = x.iloc[:, 0]
            label = x.name
        x = _plain_numbers(caller, name, x)
    values = as_array(caller, name, x, masks=True)
    if values.dtype.kind == "c":
        raise DTypeError(
            f"{caller}: `{name}` is complex.\n  Fit its real and imaginary parts one by one."
        )
    if np.ma.isMaskedArray(x):
        values = np.ma.filled(x.astype(float), np.nan)
    if values.ndim != 1:
        raise ShapeError(
            f"{caller}: `{name}` has shape {values.shape}, one axis of samples is needed.\n"
            f"  Pass one series, such as {name}[0]."
        )
    values = np.array(values, float)
    check_samples(caller, name, values)
    return Observed(values, index, None if label is None else str(label))


def check_size(caller: str, name: str, values: Array) -> None:
    """Refuse numbers whose squares overflow, or vanish."""
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    if largest and not _SMALLEST < largest < _LARGEST:
        happens = "overflow" if largest > 1 else "vanish"
        raise OptionError(
            f"{caller}: `{name}` reaches {largest:.4g} in magnitude, whose squares {happens}.\n"
            f"  Pass it in another unit: {name} / {largest:.0e}."
        )


def check_samples(caller: str, name: str, values: Array) -> None:
    """Refuse series without a finite sample, and infinities."""
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise OptionError(
            f"{caller}: `{name}` holds {counted(infinite, 'infinity', 'infinities')}, the first "
            f"at {int(np.flatnonzero(np.isinf(values))[0])}.\n"
            "  Replace them; NaN stands for a missing sample."
        )
    if not np.isfinite(values).any():
        what = "is empty" if values.size == 0 else f"holds {values.size} samples, all NaN"
        raise OptionError(f"{caller}: `{name}` {what}.\n  Pass samples to learn from.")
    check_size(caller, name, values)


def refuse_constant(caller: str, name: str, values: Array) -> None:
    """Say of a constant series that there is nothing to model."""
    present = values[np.isfinite(values)]
    if present.size and np.ptp(present) == 0:
        raise OptionError(
            f"{caller}: `{name}` is constant, all {present.size} samples are {present[0]:g}.\n"
            f"  There is nothing to model: every forecast is {present[0]:g}."
        )


def _is_pandas(x: Any) -> bool:
    return type(x).__module__.partition(".")[0] == "pandas" and hasattr(x, "index")


def _plain_numbers(caller: str, name: str, x: Any) -> Any:
    if getattr(x.dtype, "kind", "O") in "OUSM" or str(x.dtype) in ("str", "string"):
        raise DTypeError(
            f"{caller}: `{name}` holds {x.dtype}, not numbers.\n"
            f"  Convert it: pandas.to_numeric({name}, errors='coerce') makes NaN of other words."
        )
    if getattr(x.dtype, "kind", "O") == "c":
        return x.to_numpy()
    return x.to_numpy(dtype=float, na_value=np.nan)


def _checked_index(caller: str, index: Any) -> Any:
    if index.nlevels > 1:
        raise OptionError(
            f"{caller}: the index has {index.nlevels} levels, one of times is needed.\n"
            "  Pass one series: x.loc[key], or x.droplevel(0)."
        )
    if index.hasnans:
        raise OptionError(
            f"{caller}: the index holds a time that is missing, at {int(index.isna().argmax())}.\n"
            "  Leave it out: x[x.index.notna()]."
        )
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise OptionError(
            f"{caller}: the index names {twice} twice.\n"
            "  One sample a time is needed: x.groupby(level=0).mean(), for example."
        )
    if not index.is_monotonic_increasing:
        raise OptionError(
            f"{caller}: the index is not in order of time.\n  Sort it: x.sort_index()."
        )
    if str(index.dtype).startswith("period"):
        _check_periods(caller, index)
    elif hasattr(index, "freq") and index.freq is None and len(index) > 2:
        _check_spacing(caller, index)
    return index


def _check_periods(caller: str, index: Any) -> None:
    steps = np.diff(index.asi8)
    if (steps != 1).any():
        raise OptionError(
            f"{caller}: {counted(int((steps - 1).sum()), 'period')} of the index "
            f"{'is' if steps.sum() == steps.size + 1 else 'are'} left out, the first behind "
            f"{index[int(np.argmax(steps != 1))]}.\n"
            "  Make gaps of them: x.reindex(pandas.period_range(x.index[0], x.index[-1]))."
        )


def _frequency(index: Any) -> Any:
    """What pandas finds the step of the times to be, or None."""
    pd = need("pandas", "A series with an index")
    with warnings.catch_warnings():  # both kinds of answer will do
        warnings.filterwarnings("ignore", "A future version of pandas will return a BaseOffset")
        return pd.infer_freq(index)


def _check_spacing(caller: str, index: Any) -> None:
    pd = need("pandas", "A series with an index")
    if _frequency(index) is None:
        steps = np.diff(index.asi8)
        raise OptionError(
            f"{caller}: the times are not evenly spaced, steps run from "
            f"{pd.Timedelta(steps.min(), unit=index.unit)} to "
            f"{pd.Timedelta(steps.max(), unit=index.unit)}.\n"
            "  Bring them to a calendar: x.asfreq('D') makes NaN of the days that are not there."
        )


def following(index: Any, count: int) -> Any:
    """The `count` entries that carry on a pandas index."""
    pd = need("pandas", "A series with an index")
    if isinstance(index, pd.DatetimeIndex):
        freq = index.freq or _frequency(index)
        return pd.date_range(index[-1], periods=count + 1, freq=freq)[1:]
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(index[-1], periods=count + 1, freq=index.freq)[1:]
    last = index[-1] if len(index) and np.isreal(index[-1]) else len(index) - 1
    step = index[-1] - index[-2] if len(index) > 1 and np.isreal(index[-1]) else 1
    return pd.Index([last + step * (i + 1) for i in range(count)])


def read_regressors(caller: str, exog: Any, n: int, name: str = "exog") -> tuple[Array, list[str]]:
    """Regressors as (M, N) float64 and their names; none without `exog`."""
    if exog is None:
        return np.zeros((0, n)), []
    columns = getattr(exog, "columns", None)
    values = np.asarray(exog)
    if values.dtype.kind not in "biuf":
        raise DTypeError(f"{caller}: `{name}` has dtype {values.dtype}.\n  Pass numbers.")
    values = values.astype(float)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[0] != n:
        raise ShapeError(
            f"{caller}: `{name}` has shape {values.shape}, {n} rows are needed.\n"
            "  Pass one row of regressors for each sample."
        )
    if not np.isfinite(values).all():
        raise OptionError(
            f"{caller}: `{name}` holds {int((~np.isfinite(values)).sum())} NaN or infinities.\n"
            "  Regressors must be known at every time; gaps may be in the series alone."
        )
    check_size(caller, name, values)
    names = [f"x{i + 1}" for i in range(values.shape[1])]
    if columns is not None:
        names = [str(column) for column in columns]
    elif getattr(exog, "name", None) is not None:
        names = [str(exog.name)]
    return np.ascontiguousarray(values.T), names
