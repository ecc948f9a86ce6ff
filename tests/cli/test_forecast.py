"""``intertwine forecast``: tables in, a model in words, a table and a picture out."""

import csv
from pathlib import Path

import numpy as np
import pytest

from intertwine.series import ARIMA
from series.published import AIR_PASSENGERS, LH


def table(name, rows, head=("time", "value"), mark=","):
    lines = [mark.join(head), *(mark.join(map(str, row)) for row in rows)]
    Path(name).write_text("\n".join(lines) + "\n")
    return name


def months(values, start=1949):
    return [(f"{start + i // 12}-{i % 12 + 1:02}", value) for i, value in enumerate(values)]


def forecasts(name):
    with open(name, newline="") as file:
        head, *rows = csv.reader(file)
    return head, [row[0] for row in rows], np.array([row[1:] for row in rows], float)


def test_the_air_passengers(intertwine):
    table("air.csv", months(AIR_PASSENGERS.astype(int)), ("Month", "Passengers"))
    done = intertwine("forecast", "air.csv", "--log", "--holdout", 24)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == (
        "Passengers: 144 samples, 1949-01 to 1960-12, one a step of months; season 12"
    )
    assert "(1 - B) (1 - B^12) y = (1 - 0.4018 B) (1 - 0.5569 B^12) e" in lines
    assert "The model does best, MASE 1.381." in lines
    assert lines[-2:] == ["air-forecast.csv", "air-forecast.png"]
    head, times, numbers = forecasts("air-forecast.csv")
    assert head == ["Month", "mean", "se", "lower", "upper"]
    assert (times[0], times[-1], len(times)) == ("1961-01", "1962-12", 24)
    model = ARIMA((0, 1, 1), (0, 1, 1, 12), box_cox="log").fit(AIR_PASSENGERS)
    expected = model.forecast(24)
    assert numbers[:, 0] == pytest.approx(np.asarray(expected.mean), rel=1e-6)
    assert numbers[:, 3] == pytest.approx(np.asarray(expected.upper), rel=1e-6)
    assert Path("air-forecast.png").read_bytes().startswith(b"\x89PNG")


def test_an_order_of_one_s_own(intertwine):
    table("lh.csv", enumerate(LH, 1))
    done = intertwine(
        "forecast", "lh.csv", "--order", "3,0,0", "--horizon", 3, "--level", 0.5, "-o", "f.tsv",
        "--picture", "f.svg",
    )  # fmt: skip
    assert done.code == 0, done.err
    text = Path("f.tsv").read_text().splitlines()
    assert text[0].split("\t")[0] == "time"
    assert text[1].startswith("49\t2.46")
    assert "<svg" in Path("f.svg").read_text(encoding="utf-8")
    assert "lower 50 %" in done.out


def test_gaps_and_times_left_out(intertwine):
    rows = months(AIR_PASSENGERS)
    rows[5] = (rows[5][0], "")
    del rows[40]
    table("air.csv", rows)
    done = intertwine("forecast", "air.csv", "--order", "0,1,1", "--seasonal-order", "0,1,1")
    assert done.code == 0, done.err
    assert done.out.splitlines()[:2] == [
        "value: 144 samples, 1949-01 to 1960-12, one a step of months, 2 missing; season 12",
        "1 time left out, taken as gaps",
    ]


@pytest.mark.parametrize(
    ("cells", "mark", "note"),
    [
        (["1,234", "987", "2,500,000"], "\t", "commas part thousands (1,234 is 1234)"),
        (["1.234,5", "0,25", "7"], ";", "commas are decimal points (1.234,5)"),
    ],
)
def test_numbers_as_people_write_them(intertwine, cells, mark, note):
    values = {"1,234": 1234.0, "987": 987.0, "2,500,000": 2.5e6, "1.234,5": 1234.5, "0,25": 0.25}
    rows = [(f"2024-01-{i + 1:02}", cells[i % 3]) for i in range(30)]
    table("n.csv", rows, mark=mark)
    done = intertwine("forecast", "n.csv", "--order", "0,0,0", "--season", 1)
    assert done.code == 0, done.err
    assert f"value: {note}" in done.out
    mean = np.mean([values.get(c, 7.0) for c in cells])
    assert forecasts("n-forecast.csv")[2][0, 0] == pytest.approx(mean)


@pytest.mark.parametrize(
    ("rows", "words", "message"),
    [
        (
            [("2024-01-01", 1), ("2024-01-02", 2), ("2024-01-02", 3)], (),
            "x.csv, column time: 2024-01-02 stands in row 2 and in row 3.\n"
            "  One sample a time is needed: add them up or average them first.",
        ),
        (
            [("2024-01-01", 1), ("2024-01-03", 2), ("2024-01-02", 3)], (),
            "x.csv, column time: row 3 (2024-01-02) lies before row 2 (2024-01-03).\n"
            "  Sort the file by time.",
        ),
        (
            [(1, 1), (2, 2), (3, 3), (4.5, 4), (5.5, 5)], (),
            "x.csv, column time: times are not evenly spaced: most steps are 1, from 3 to 4.5 it "
            "is 1.5.\n"
            "  Bring them to even steps, with empty cells where nothing was measured.",
        ),
        (
            [("2024-01-01", 1), ("tomorrow", 2)], (),
            "x.csv, column time: row 2 holds 'tomorrow', which is no time.\n"
            "  Write times as 2024-05-31, 2024-05-31 14:00, 2024-05, 31.05.2024 or numbers.",
        ),
        (
            [("2024-01-01", "low"), ("2024-01-02", "high")], (),
            "x.csv: no column holds only numbers.\n"
            "  Gaps may be empty or NA; other words in a column of numbers have to go.",
        ),
        (
            [("2024-01-01", "1"), ("2024-01-02", "high")], ("--column", "value"),
            "x.csv: column value holds no number in row 2: 'high'.\n"
            "  Name another with --column, or leave the cell empty for a gap.",
        ),
        (
            [("2024-01-01", 1)], ("--column", "valu"),
            "x.csv has no column 'valu'. Did you mean 'value'?\n  It has: time, value.",
        ),
        (
            [(f"2024-01-{i:02}", 5) for i in range(1, 20)], (),
            "auto_arima: `x` is constant, all 19 samples are 5.\n"
            "  There is nothing to model: every forecast is 5.",
        ),
        (
            [(1, 1), (2, 3)], ("--order", "1,0"),
            "--order 1,0: write three integers, such as 1,1,1.",
        ),
        (
            [(1, 1), (2, 3)], ("--seasonal-order", "1,0,0"),
            "--seasonal-order 1,0,0 goes with --order.\n"
            "  Pass both, or none: then both are chosen.",
        ),
        (
            [(1, 1), (2, 3)], ("-o", "x.txt"),
            "x.txt: .txt is no table.\n  Known: .csv .tsv.",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(intertwine, rows, words, message):
    table("x.csv", rows)
    done = intertwine("forecast", "x.csv", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip() == f"intertwine: {message}"
    assert not Path("x-forecast.csv").exists()


def test_a_folder_is_no_table(intertwine):
    done = intertwine("forecast", ".")
    assert (done.code, done.out) == (2, "")
    assert done.err.strip() == "intertwine: . is a folder.\n  Name a table in it."


def test_the_input_is_never_replaced(intertwine):
    table("lh.csv", enumerate(LH, 1))
    before = Path("lh.csv").read_text()
    done = intertwine("forecast", "lh.csv", "--order", "1,0,0", "-o", "./lh.csv", "--force")
    assert (done.code, done.out) == (2, "")
    assert done.err.strip() == (
        "intertwine: lh.csv is the table to forecast.\n  Write to another file."
    )
    assert Path("lh.csv").read_text() == before


def test_files_are_not_replaced_unless_asked(intertwine):
    table("lh.csv", enumerate(LH, 1))
    Path("lh-forecast.png").write_text("mine")
    done = intertwine("forecast", "lh.csv", "--order", "1,0,0")
    assert done.code == 2
    assert "lh-forecast.png exists already" in done.err
    assert not Path("lh-forecast.csv").exists()
    assert intertwine("forecast", "lh.csv", "--order", "1,0,0", "--force").code == 0
