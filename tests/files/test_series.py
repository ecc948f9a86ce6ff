"""Series from text files: head lines, gaps, what is no table."""

import numpy as np
import pytest

from intertwine import files
from intertwine.base.errors import FileError, OptionError
from intertwine.files.document import Document
from intertwine.files.series import read


@pytest.mark.parametrize(("text", "column", "expected"), [
    ("1\n2\n4\n", None, [1, 2, 4]),
    ("a,b\n1,5\n2,NA\n", None, [5, np.nan]),
    ("a;b\n1;5\n2;6\n", "a", [1, 2]),
    ('"","x"\n"1",5\n"2",7\n', None, [5, 7]),
    ("# made by hand\n1  5\n2 6\n", None, [5, 6]),
    ("day,x\n2020-01-01,5\n2020-01-02,\n", None, [5, np.nan]),
    ("2020-01-01,5\n2020-01-02,6\n", "2", [5, 6]),
    ("x\ty\n1\t2\n", None, [2]),
])  # fmt: skip
def test_columns(tmp_path, text, column, expected):
    path = tmp_path / "a.csv"
    path.write_text(text)
    np.testing.assert_array_equal(read(path, column).pages[0], expected)


@pytest.mark.parametrize(("text", "column", "error", "message"), [
    ("", None, FileError, "is empty"),
    ("x,y\n", None, FileError, "it has no rows"),
    ("1,2\n3\n", None, FileError, "row 2 has another number of cells"),
    ("x,y\na,b\nc,d\n", None, FileError, "holds only numbers.\n  Gaps may be empty or NA;"),
    ("x,y\n1,b\n", "y", FileError, "column y holds no number in row 1"),
    ("level,y\n1,2\n", "lvel", OptionError, "Did you mean 'level'?"),
])  # fmt: skip
def test_errors(tmp_path, text, column, error, message):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(error) as caught:
        read(path, column)
    assert message in str(caught.value)


@pytest.mark.parametrize(("name", "before", "after"), [
    ("b.csv", "day,x,y\n1,5,a\n2,7,\"b,c\"\n", "day,x,y\n1,0.5,a\n2,NA,\"b,c\"\n"),
    ("b.csv", "5;3\n7;4\n", "5;0.5\n7;NA\n"),
    ("b.tsv", "x,y\n5,1\n7,2\n", "x\ty\n5\t0.5\n7\tNA\n"),
    ("b.txt", "# by hand\n1  5\n2 6\n", "1 0.5\n2 NA\n"),
    ("b.csv", "1 5\n2 6\n", "1,0.5\n2,NA\n"),
    ("b.txt", "5\n6\n", "0.5\nNA\n"),
])  # fmt: skip
def test_a_table_gets_its_column_back_and_keeps_the_others(tmp_path, name, before, after):
    (tmp_path / "a.csv").write_text(before)
    document = read(tmp_path / "a.csv", "x" if "day" in before else None)
    changed = Document("series", (np.array([0.5, np.nan]),), meta=document.meta)
    files.write(tmp_path / name, changed)
    assert (tmp_path / name).read_text() == after


def test_another_number_of_samples_stands_alone(tmp_path):
    (tmp_path / "a.csv").write_text("day,x\n1,5\n2,7\n")
    meta = files.read(tmp_path / "a.csv").meta
    files.write(tmp_path / "b.csv", Document("series", (np.array([1, 2, 3]),), meta=meta))
    assert (tmp_path / "b.csv").read_text() == "x\n1\n2\n3\n"


@pytest.mark.parametrize(("document", "message"), [
    (Document("array", (np.zeros(3),)),
     "an array is no series, which is what .csv holds.\n  Write a .npy."),
    (Document("sound", (np.zeros((3, 1)),)),
     "a recording is no series, which is what .csv holds.\n  Write a .wav or .npy."),
    (Document("image", (np.zeros((3, 3)),)),
     "an image is no series, which is what .csv holds.\n  Write a .png or .npy."),
    (Document("series", (np.zeros(3, complex),)),
     "a series holds no complex128.\n  Write a .npy."),
])  # fmt: skip
def test_what_is_no_series(tmp_path, document, message):
    with pytest.raises(FileError) as caught:
        files.write(tmp_path / "a.csv", document)
    assert str(caught.value) == f"{tmp_path / 'a.csv'}: {message}"
