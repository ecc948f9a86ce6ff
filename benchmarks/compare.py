"""One regime: check that all solve the same problem, time them in turns, work out the ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import ours
from benchmarks.case import Case, Contender, Unfit
from benchmarks.peers import Builder
from benchmarks.regimes import Regime, gigabytes
from benchmarks.roofline import Limits
from benchmarks.timing import Series, alternate

Result = dict[str, Any]


class WrongAnswer(AssertionError):
    """A contender's answer differs from ours: one of the two solves another problem."""


@dataclass(frozen=True)
class Setting:
    """How a run is made."""

    threads: int
    limits: Limits
    builders: dict[str, Builder]
    budget_s: float = 4.0
    shrink: float = 1.0
    methods: bool = False


def compare(regime: Regime, setting: Setting) -> Result:
    """Return one row: times in milliseconds of ours and of each peer, ratios, roofline share."""
    case = regime.case(setting.shrink)
    threads = setting.threads
    contenders = {ours.NAME: ours.contender(case, threads)}
    predicted = ours.methods(case) if setting.methods else {}
    contenders |= {f"method {m}": ours.contender(case, threads, m) for m in predicted}
    unfit: dict[str, str] = {}
    for name in regime.peers:
        if name in setting.builders:
            try:
                contenders[name] = setting.builders[name](case, threads)
            except Unfit as reason:
                unfit[name] = str(reason)
    timings = _time(case, contenders, setting)
    peers = {name: timings[name] for name in regime.peers if name in timings}
    row = {
        "regime": regime.name,
        "core": regime.core,
        "shape": case.x.shape,
        "dtype": str(case.x.dtype),
        "taps": case.taps.size,
        "boundary": case.boundary,
        "threads": threads,
        "method": ours.plan(case).method,
        "ours": timings[ours.NAME],
        "peers": peers,
        "unfit": unfit,
    }
    if predicted:
        row["methods"] = {
            m: timings[f"method {m}"] | {"predicted_ms": 1e3 * s} for m, s in predicted.items()
        }
    return row | _ratios(row) | _shares(case, setting, row)


def _time(case: Case, contenders: dict[str, Contender], setting: Setting) -> dict[str, Result]:
    right: dict[str, np.ndarray] = {}
    series: dict[tuple[str, str], Series] = {}
    found: dict[str, Result] = {}
    for name, contender in contenders.items():
        outside = contender.boundary
        if outside not in right:
            right[outside] = ours.answer(case, outside, setting.threads)
        fresh = Series(contender.fresh)
        off = _difference(case, name, fresh.warm_up(), right[outside], contender.same)
        series[name, "fresh"] = fresh
        if contender.reuse and not fresh.times:
            again = Series(contender.reuse)
            _difference(case, name, again.warm_up(), right[outside], contender.same)
            series[name, "out"] = again
        found[name] = {"boundary": outside, "same": contender.same, "difference": off}
    right.clear()
    alternate(list(series.values()), setting.budget_s)
    for (name, kind), each in series.items():
        found[name][kind] = each.summary()
    return found


def _difference(case: Case, name: str, answer: np.ndarray, right: np.ndarray, same: bool) -> float:
    """Return ``max|a - b| / (sum|k| max|x|)``; more than rounding explains is an error.

    A wrong border or a shifted kernel is off by about ``1 / sqrt(taps)``, rounding of float32 by
    less than 1e-5. Answers that are rounded differ by one where theirs come from fixed point.
    """
    weight = float(np.abs(case.taps.array).sum(axis=tuple(range(-case.taps.ndim, 0))).max())
    scale = weight * float(np.abs(case.x).max())
    wide = np.result_type(right, np.float32)
    off = max(
        float(np.abs(a.astype(wide) - b).max())
        for a, b in zip(np.atleast_2d(answer), np.atleast_2d(right), strict=True)
    )
    exact = 1e-5 if case.result.itemsize == 4 else 1e-13
    bound = (case.precision or exact) * scale
    bound += 1.0 if case.rounds else 0.0 if same else 0.5
    if answer.shape != right.shape or not off <= bound:
        raise WrongAnswer(
            f"{name}: its answer {answer.shape} is {off / scale:.1e} off ours {right.shape}, "
            f"more than {bound / scale:.1e}."
        )
    return off / scale


def _ratios(row: Result) -> Result:
    """Best peer over ours: with fresh answers, and with memory given (fresh if it takes none)."""
    same = {name: times for name, times in row["peers"].items() if times["same"]}
    found: Result = {}
    for kind in ("fresh", "out"):
        for figure in ("median_ms", "min_ms"):
            best = min(
                ((times.get(kind, times["fresh"])[figure], name) for name, times in same.items()),
                default=(math.nan, ""),
            )
            mine = row["ours"].get(kind, row["ours"]["fresh"])[figure]
            label = f"{kind}_{figure.removesuffix('_ms')}"
            found[f"ratio_{label}"] = best[0] / mine
            found[f"best_{label}"] = best[1]
    return found


def _shares(case: Case, setting: Setting, row: Result) -> Result:
    """Speeds of ours with memory given, and the share of the roofline."""
    seconds = row["ours"].get("out", row["ours"]["fresh"])["median_ms"] / 1e3
    least, bound = setting.limits.seconds(case, setting.threads)
    return {
        "plain_gflops": 2 * case.products * (4 if case.result.kind == "c" else 1) / seconds / 1e9,
        "gbs": gigabytes(case) / seconds,
        "bound": bound,
        "share": least / seconds,
    }
