"""Times of samples as text: how far apart they are, what is left out, what comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, counted

Array = NDArray[Any]

#: How much steps may differ, as a fraction: decimal years are rounded.
_TOLERANCE = 0.02

#: Seconds of a step -> samples of its usual season.
_SEASONS = {60: 60, 900: 96, 1800: 48, 3600: 24, 86400: 7, 604800: 52}
_NAMES = {
    60: "minutes",
    900: "quarter hours",
    1800: "half hours",
    3600: "hours",
    86400: "days",
    604800: "weeks",
}


@dataclass(frozen=True)
class Calendar:
    """An even grid of times.

    Attributes
    ----------
    places : (N,) int array
        Where each sample lies on the grid; gaps are places that no sample has.
    step : str
        What lies between two places, in words.
    season : int
        Samples of the usual season, 1 where there is none.
    label : callable
        The text of a place.
    values : callable
        The same as a number or a datetime, for drawing.
    """

    places: Array
    step: str
    season: int
    label: Callable[[int], str]
    value: Callable[[int], Any]


def read_times(words: list[str], where: str) -> Calendar:
    """Read a column of times and find the even grid that they lie on.

    Raises
    ------
    OptionError
        A time cannot be read, stands there twice, comes too early, or lies on no even grid.
    """
    numbers = _as_numbers(words)
    if numbers is not None and not _look_like_dates(words):
        _check_order(numbers, words, where)
        return _even(numbers, words, where)
    times = [_moment(word, row, where) for row, word in enumerate(words, 1)]
    seconds = np.array([(t - datetime(1970, 1, 1)).total_seconds() for t in times])
    _check_order(seconds, words, where)
    months = np.array([12 * t.year + t.month for t in times])
    if _are_months(times, months):
        return _monthly(times, months, words)
    return _timed(seconds, times, words, where)


def _as_numbers(words: list[str]) -> Array | None:
    try:
        return np.array([float(word) for word in words])
    except ValueError:
        return None


def _look_like_dates(words: list[str]) -> bool:
    """Eight digits that are all dates: 19580329."""
    return all(len(w) == 8 and w.isdigit() and 1 <= int(w[4:6]) <= 12 for w in words)


def _moment(word: str, row: int, where: str) -> datetime:
    text = word.strip().replace("/", "-")
    for candidate in (text, f"{text}-01"):
        try:
            return datetime.fromisoformat(candidate).replace(tzinfo=None)
        except ValueError:
            continue
    for form in ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%b %Y", "%B %Y", "%Y %b"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise OptionError(
        f"{where}: row {row} holds {word!r}, which is no time.\n"
        "  Write times as 2024-05-31, 2024-05-31 14:00, 2024-05, 31.05.2024 or numbers."
    )


def _check_order(at: Array, words: list[str], where: str) -> None:
    steps = np.diff(at)
    if (steps == 0).any():
        row = int(np.flatnonzero(steps == 0)[0]) + 1
        raise OptionError(
            f"{where}: {words[row]} stands in row {row} and in row {row + 1}.\n"
            "  One sample a time is needed: add them up or average them first."
        )
    if (steps < 0).any():
        row = int(np.flatnonzero(steps < 0)[0]) + 1
        raise OptionError(
            f"{where}: row {row + 1} ({words[row]}) lies before row {row} ({words[row - 1]}).\n"
            "  Sort the file by time."
        )


def _are_months(times: list[datetime], months: Array) -> bool:
    steps = np.diff(months)
    if not len(times) > 1 or (steps < 1).any():
        return False
    same_day = len({t.day for t in times}) == 1
    at_the_end = all((t + timedelta(days=1)).day == 1 for t in times)
    return same_day or at_the_end


def _monthly(times: list[datetime], months: Array, words: list[str]) -> Calendar:
    step = int(np.gcd.reduce(np.diff(months)))
    first = times[0]
    places = (months - months[0]) // step
    length = len(words[-1].strip())

    def value(place: int) -> datetime:
        month = 12 * first.year + first.month - 1 + step * place
        return datetime(month // 12, month % 12 + 1, min(first.day, 28))

    def label(place: int) -> str:
        return value(place).strftime("%Y-%m" if length <= 8 or step < 12 else "%Y")

    name = {1: "months", 3: "quarters", 12: "years"}.get(step, f"{step} months")
    return Calendar(places, name, {1: 12, 3: 4}.get(step, 1), label, value)


def _grid(at: Array, words: list[str], where: str) -> tuple[float, Array]:
    """The step, the mean of single steps, and the place of each time."""
    steps = np.diff(at)
    if not steps.size:
        return 1.0, np.zeros(1, int)
    usual = float(np.median(steps))
    count = np.maximum(np.rint(steps / usual), 1)
    if (np.abs(steps / usual - count) > _TOLERANCE * count + 1e-9).any():
        row = int(np.argmax(np.abs(steps / usual - count))) + 1
        raise OptionError(
            f"{where}: times are not evenly spaced: most steps are {usual:g}, from "
            f"{words[row - 1]} to {words[row]} it is {steps[row - 1]:g}.\n"
            "  Bring them to even steps, with empty cells where nothing was measured."
        )
    places = np.concatenate([[0], np.cumsum(count)]).astype(int)
    return float((at[-1] - at[0]) / places[-1]), places


def _even(at: Array, words: list[str], where: str) -> Calendar:
    step, places = _grid(at, words, where)
    season = 1
    if step < 1 and 1000 < at[0] < 3000:  # parts of years
        season = round(1 / step)
    whole = bool(np.all(at == np.rint(at)))

    def value(place: int) -> float:
        return float(at[0] + step * place)

    def label(place: int) -> str:
        return f"{round(value(place))}" if whole else f"{value(place):.10g}"

    return Calendar(places, f"{step:.6g}", season, label, value)


def _timed(seconds: Array, times: list[datetime], words: list[str], where: str) -> Calendar:
    step, places = _grid(seconds, words, where)
    short = all(t.hour == t.minute == t.second == 0 for t in times)

    def value(place: int) -> datetime:
        return times[0] + timedelta(seconds=round(step * place))

    def label(place: int) -> str:
        return value(place).strftime("%Y-%m-%d" if short else "%Y-%m-%d %H:%M:%S")

    whole = round(step)
    name = _NAMES.get(whole, f"{step:g} seconds")
    return Calendar(places, name, _SEASONS.get(whole, 1), label, value)


def on_grid(calendar: Calendar, values: Array) -> tuple[Array, str]:
    """The samples with NaN at places that none has, and a word about how many."""
    places = calendar.places
    full = np.full(int(places[-1]) + 1, np.nan)
    full[places] = values
    holes = full.size - values.size
    note = f"{counted(holes, 'time')} left out, taken as gaps" if holes else ""
    return full, note
