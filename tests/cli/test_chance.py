"""``intertwine chance``: the library's answer, printed and drawn."""

from pathlib import Path

import pytest

import intertwine as iw

A, B = [4.1, 5.5, 5.1, 6.1, 4.5], [6.3, 5.1, 5.5, 5.6, 5.3]


@pytest.fixture
def table(here):
    rows = [f"{a},{b},{g}" for a, b, g in zip(A, B, "xyxyx", strict=True)]
    Path("t.csv").write_text("\n".join(["before,after,group", *rows, ",3.0,y"]) + "\n")
    return "t.csv"


def test_two_columns_are_paired(intertwine, table):
    done = intertwine("chance", table, "--a", "before", "--b", "after", "-o", "p.png")
    assert done.code == 0, done.err
    found = iw.chance(A, B, design="paired")
    assert done.out.startswith(f"a: before    b: after\n{found.sentence}")
    assert "1 case with NaN was left out." in done.out
    assert done.out.count("<- observed") == 1
    assert Path("p.png").read_bytes().startswith(b"\x89PNG")


def test_groups_of_one_column(intertwine, table):
    done = intertwine("chance", table, "--a", "before", "--group", "group")
    assert done.code == 0, done.err
    assert done.out.startswith("a: x    b: y\n")
    assert iw.chance([4.1, 5.1, 4.5], [5.5, 6.1]).sentence in done.out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--a", "befor", "--b", "after"], "t.csv has no column 'befor'. Did you mean 'before'?"),
        (["--a", "before"], "Pass one of --b and --group"),
        (
            ["--a", "group", "--b", "after"],
            "column group holds 'x' in row 1, which is not a number",
        ),
        (["--a", "before", "--b", "after", "--design", "pair"], "Did you mean 'paired'?"),
    ],
)
def test_refusals(intertwine, table, words, text):
    done = intertwine("chance", table, *words)
    assert done.code == 2
    assert text in done.err
