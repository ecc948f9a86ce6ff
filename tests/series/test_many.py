"""Many series at once: the same answers from any number of workers, told on the way."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from intertwine.base.errors import IntertwineError
from intertwine.series import ARMA, auto_arima

GIVEN = {"d": 0, "seasonal_d": 0, "max_p": 1, "max_q": 1}


def rows(count, n=60):
    rng = np.random.default_rng(2)
    return np.array([10 + ARMA([0.6]).simulate(n, rng) for _ in range(count)])


def test_many_series_get_a_model_each():
    told = {1: [], 2: []}
    found = {
        workers: auto_arima(
            rows(9), **GIVEN, workers=workers, progress=lambda *now, at=each: at.append(now)
        )
        for workers, each in told.items()
    }
    assert told[1] == told[2] == [(i, 9) for i in range(1, 10)]
    for one, two in zip(found[1], found[2], strict=True):
        assert one.model.order == two.model.order
        assert np.array_equal(one.params, two.params)
    alone = auto_arima(rows(9)[3], **GIVEN)
    assert np.array_equal(found[2][3].params, alone.params)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_series_without_a_model_is_named(workers):
    data = rows(9)
    data[[4, 7]] = 5.0
    data[5] = np.nan
    with pytest.raises(IntertwineError) as raised:
        auto_arima(data, **GIVEN, workers=workers)
    assert str(raised.value) == (
        "auto_arima: series 4 of 9: `x` is constant, all 60 samples are 5.\n"
        "  There is nothing to model: every forecast is 5."
    )


def test_a_bar_on_a_terminal_and_nothing_elsewhere(monkeypatch, capsys):
    auto_arima(rows(2), **GIVEN, progress=True)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes this for a terminal
    auto_arima(rows(2), **GIVEN, progress=True)
    drawn = capsys.readouterr().err
    assert "series" in drawn
    assert "2/2" in drawn


def test_progress_is_refused_by_its_whole_text():
    with pytest.raises(IntertwineError) as raised:
        auto_arima(rows(2), progress="yes")
    assert str(raised.value) == (
        "auto_arima: `progress='yes'` must be True, False or a function.\n"
        "  A function is called with the number of series done and that of all."
    )


PROGRAM = """
import signal
import numpy as np
from intertwine.series import auto_arima

signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background ignore it

x = np.random.default_rng(0).normal(size=(400, 300))  # no guard: workers do not run this
auto_arima(x, d=0, seasonal_d=0, workers=2, progress=lambda *now: print(now[0], flush=True))
"""


def members(group):
    """Processes of a group that still run."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                state, _, its_group = file.read().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(name))
    return found


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="processes are counted in /proc")
@pytest.mark.parametrize(
    "way", ["Ctrl-C", *(pytest.param(way, marks=pytest.mark.slow) for way in ("interrupt", "kill"))]
)
def test_no_process_outlives_its_caller(way, tmp_path):
    """Ctrl-C reaches all processes of a terminal, an interrupt or a kill the caller alone."""
    script = tmp_path / "many.py"
    script.write_text(PROGRAM)
    caller = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    group = caller.pid
    assert caller.stdout.readline() == "1\n"
    assert len(members(group)) >= 3
    if way == "Ctrl-C":
        os.killpg(group, signal.SIGINT)
    else:
        caller.send_signal(signal.SIGINT if way == "interrupt" else signal.SIGKILL)
    _, errors = caller.communicate(timeout=60)
    end = time.monotonic() + 20
    while members(group) and time.monotonic() < end:
        time.sleep(0.05)
    assert members(group) == []
    if way != "kill":
        assert errors.count("KeyboardInterrupt") == errors.count("\nKeyboardInterrupt") >= 1
