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


TABLES = {
    "semicolons": "a;b\n1,5;2,5\n2,5;4,0\n3;1\n",
    "tabs": "a\tb\n1.5\t2.5\n2.5\t4\n3\t1\n",
    "spaces": "a, b\n1.5 ,2.5\n2.5, 4\n3,1\n",
    "gaps": "a,b\n1.5,2.5\n2.5,4.0\n3,1\n,7\nNA,8\n9,-\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_as_the_world_keeps_them(intertwine, here, name):
    Path("t.csv").write_text(TABLES[name])
    done = intertwine("chance", "t.csv", "--a", "a", "--b", "b")
    assert done.code == 0, done.err
    assert iw.chance([1.5, 2.5, 3], [2.5, 4, 1], design="paired").sentence in done.out
    assert ("3 cases with NaN were left out." in done.out) == (name == "gaps")


WRONG = [
    ("a\n1\n2\n", ["--b", "b"], "t.csv has no column 'b'.\n  Columns: a."),
    ("a,a,g\n1,2,x\n3,4,y\n", ["--group", "g"], "t.csv has 2 columns 'a': rename all but one."),
    ("a,b\n1,2\n3\n", ["--b", "b"], "t.csv is not a table: row 2 has another number of cells."),
    ("a,b\n", ["--b", "b"], "t.csv is not a table: it has no rows."),
    ("", ["--b", "b"], "t.csv is empty."),
    (
        'a,b\n"1,000",2\n3,4\n',
        ["--b", "b"],
        "t.csv: column a holds '1,000' in row 1, which is not a number.",
    ),
    ("a,g\n1,x\n2,\n3,x\n", ["--group", "g"], "--group holds 1 group: x. Two are needed."),
    ("a,g\n1,\n2,\n", ["--group", "g"], "--group holds 0 groups. Two are needed."),
    (
        "a,g\n" + "".join(f"{n},{n}\n" for n in range(30)),
        ["--group", "g"],
        "--group holds 30 different words; of 20 groups at most all pairs are compared.\n"
        "  Pass a column of groups, or --b for a column of numbers.",
    ),
]


@pytest.mark.parametrize(("text", "words", "told"), WRONG)
def test_tables_that_are_none(intertwine, here, text, words, told):
    Path("t.csv").write_text(text)
    done = intertwine("chance", "t.csv", "--a", "a", *words)
    assert done.code == 2
    assert done.err.removeprefix("intertwine: ").strip() == told


def test_cases_of_no_known_stratum_are_left_out(intertwine, here):
    rows = ["a,g,s", "1,x,o", "2,x,", "3,y,o", "4,x,p", "9,y,", "8,y,p"]
    Path("t.csv").write_text("\n".join(rows) + "\n")
    done = intertwine("chance", "t.csv", "--a", "a", "--group", "g", "--by", "s")
    assert done.code == 0, done.err
    assert "2 cases with NaN were left out." in done.out
    assert "o: 1 and 1 cases, -2" in done.out
    paired = intertwine("chance", "t.csv", "--a", "a", "--b", "a", "--by", "s")
    assert paired.code == 0, paired.err


def test_groups_are_called_by_their_names(intertwine, here):
    rows = ["a,g", *(f"{n},{word}" for n, word in enumerate(["old", "mid", "new"] * 4))]
    Path("t.csv").write_text("\n".join(rows) + "\n")
    done = intertwine("chance", "t.csv", "--a", "a", "--group", "g")
    assert done.code == 0, done.err
    assert "mid and new: p = 1 (" in done.out
    assert "mid lies below new" in done.out
