"""``python -m benchmarks.series``: likelihoods, fits and filters beside statsmodels and SciPy.

    python -m benchmarks.series [airline] [likelihood] [long] [filter] [auto]

Names choose parts; by default all. ``auto`` takes minutes, and statsforecast if it is installed.
"""

from __future__ import annotations

import importlib
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.signal import lfilter

from intertwine.series import ARIMA, ARMA, auto_arima
from intertwine.series.polynomials import differencing
from intertwine.series.projection import integrated
from intertwine.tour.passengers import PASSENGERS


def best(call: Callable[[], Any], budget_s: float = 1.0) -> tuple[float, Any]:
    """The shortest of several runs, in milliseconds, and the answer."""
    times, answer, end = [], None, time.perf_counter() + budget_s
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times), answer


def peer(module: str) -> Any:
    """A library to compare with, or None with a word about it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        print(f"  {module} is not installed")
        return None


def line(name: str, ours: float, theirs: float, note: str = "") -> None:
    """One comparison."""
    print(
        f"{name:44s} {ours:10.3f} ms {theirs:11.3f} ms {theirs / ours:8.1f} x  {note}", flush=True
    )


def airline() -> None:
    """A fit of the airline model."""
    y = np.log(PASSENGERS)
    ours, fitted = best(lambda: ARIMA((0, 1, 1), (0, 1, 1, 12)).fit(y))
    sarimax = peer("statsmodels.tsa.statespace.sarimax")
    if sarimax is None:
        return
    theirs, other = best(
        lambda: sarimax.SARIMAX(y, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)).fit(disp=0), 3.0
    )
    line("airline model, fit", ours, theirs, f"ll {fitted.llf:.6f}, {other.llf:.6f}")


def seasonal(n: int, s: int) -> np.ndarray:
    """A series of the airline model with a season of `s`."""
    model = ARMA(ma=[-0.4]) * ARMA.seasonal(s, ma=[-0.55])
    taps = differencing(1, 1, s).taps
    return integrated(model.simulate(n, 0)[None], np.zeros((1, taps.size)), taps)[0]


def likelihood() -> None:
    """One likelihood of (0,1,1)(0,1,1)s at n = 2000, with its model made anew."""
    sarimax = peer("statsmodels.tsa.statespace.sarimax")
    for s in (24, 52, 168, 365):
        y, params = seasonal(2000, s), [-0.4, -0.55, 1.0]
        model = ARIMA((0, 1, 1), (0, 1, 1, s))
        ours, fitted = best(lambda model=model, y=y, params=params: model.at(y, params))
        if sarimax is None:
            continue
        other = sarimax.SARIMAX(
            y, order=(0, 1, 1), seasonal_order=(0, 1, 1, s), use_exact_diffuse=False,
            simple_differencing=True,
        )  # fmt: skip
        theirs, ll = best(lambda other=other, params=params: other.loglike(params))
        line(f"one likelihood, n 2000, season {s}", ours, theirs, f"apart {fitted.llf - ll:.1e}")


def long() -> None:
    """SARIMAX(5,1,2)(0,1,0)[365] on 2,000 rows, and the memory of this process."""
    y = seasonal(2000, 365)
    spent, fitted = best(lambda: ARIMA((5, 1, 2), (0, 1, 0, 365)).fit(y), 0.0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    name = "(5,1,2)(0,1,0)365 on 2,000 rows"
    print(f"{name}: fit {spent:.0f} ms, ll {fitted.llf:.3f}, peak {peak:.2f} GiB")
    spent, fitted = best(lambda: ARIMA((1, 1, 1), (0, 1, 1, 365)).fit(y), 0.0)
    print(f"(1,1,1)(0,1,1)365 on 2,000 rows: fit {spent:.0f} ms, ll {fitted.llf:.3f}")
    hours = seasonal(3 * 8760, 8760)
    spent, fitted = best(lambda: ARIMA((0, 1, 1), (0, 1, 1, 8760)).at(hours, [-0.4, -0.55, 1]), 0.0)
    name = f"(0,1,1)(0,1,1)8760 on {len(hours):,} rows"
    print(f"{name}: one likelihood {spent:.0f} ms, ll {fitted.llf:.3f}")


def in_turn(calls: list[Callable[[], Any]], rounds: int = 9) -> list[float]:
    """Medians in milliseconds of calls that take turns, so that all meet the same machine."""
    times = np.empty((rounds, len(calls)))
    for each in times:
        for i, call in enumerate(calls):
            start = time.perf_counter()
            call()
            each[i] = time.perf_counter() - start
    return (1e3 * np.median(times, axis=0)).tolist()


def filters() -> None:
    """Recursive filtering beside scipy.signal.lfilter, and NumPy's copy of the series."""
    rng = np.random.default_rng(0)
    long_ma = list(rng.normal(size=24) * 0.1)
    orders = {"(2, 2)": ([1.2, -0.4], [0.4, 0.2]), "(0, 24)": ([], long_ma)}
    for name, (ar, ma) in orders.items():
        for shape in ((10_000_000,), (1000, 10_000)):
            x = rng.normal(size=shape)
            model, b, a = ARMA(ar, ma), np.r_[1, ma], np.r_[1, -np.array(ar)]
            apart = np.abs(model.filter(x) - lfilter(b, a, x)).max()
            copy = np.empty_like(x)
            calls = [
                lambda model=model, x=x: model.filter(x),
                lambda a=a, b=b, x=x: lfilter(b, a, x),
                lambda copy=copy, x=x: np.copyto(copy, x),
            ]
            ours, theirs, limit = in_turn(calls)
            line(
                f"filter {name} on {shape}", ours, theirs, f"apart {apart:.1e}, copy {limit:.1f} ms"
            )


def hourly(rng: np.random.Generator) -> np.ndarray:
    """Three weeks of hours with a daily pattern."""
    p, q, seasonal_p = rng.uniform(0.2, 0.9), rng.uniform(-0.5, 0.5), rng.uniform(0, 0.6)
    model = ARMA([p], [q]) * ARMA.seasonal(24, [seasonal_p])
    day = rng.normal(size=24).cumsum()
    return 50 + np.tile(day - day.mean(), 21) * rng.uniform(0, 2) + model.simulate(504, rng)


def auto(count: int = 100, seed: int = 31337) -> None:
    """Orders chosen, beside statsforecast: AICc at the same differences, in alternation."""
    arima = peer("statsforecast.arima")
    ours, fitted = best(lambda: auto_arima(PASSENGERS, 12))
    if arima is None:
        print(f"auto_arima, AirPassengers {ours:.0f} ms, AICc {fitted.aicc:.2f}")
        return
    theirs, other = best(lambda: arima.auto_arima_f(PASSENGERS, period=12), 2.0)
    line("auto_arima, AirPassengers", ours, theirs, f"AICc {fitted.aicc:.2f}, {other['aicc']:.2f}")
    rng, spent, good, ratio = np.random.default_rng(seed), [0.0, 0.0], 0, []
    arima.auto_arima_f(PASSENGERS[:60], period=1)  # compiles
    for _ in range(count):
        x = hourly(rng)
        start = time.perf_counter()
        other = arima.auto_arima_f(x, period=24)
        middle = time.perf_counter()
        fitted = auto_arima(x, 24)
        spent[0] += time.perf_counter() - middle
        spent[1] += middle - start
        d, seasonal_d = other["arma"][5:]
        if (d, seasonal_d) != (fitted.model.d, fitted.model.seasonal_d):
            fitted = auto_arima(x, 24, d=d, seasonal_d=seasonal_d)
        good += fitted.aicc <= other["aicc"] + 0.01
        ratio.append(fitted.aicc - other["aicc"])
    line(
        f"auto_arima, {count} hourly series", 1e3 * spent[0], 1e3 * spent[1],
        f"AICc as good or better on {good}, median difference {np.median(ratio):.2f}",
    )  # fmt: skip


PARTS = {
    "airline": airline,
    "likelihood": likelihood,
    "long": long,
    "filter": filters,
    "auto": auto,
}


def main() -> None:
    """Run the parts that are named."""
    warnings.simplefilter("ignore")
    print(f"{'':44s} {'ours':>13s} {'theirs':>14s}")
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
