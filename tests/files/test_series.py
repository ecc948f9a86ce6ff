"""Series from text files: head lines, gaps, what is no table."""

import numpy as np
import pytest

from intertwine.engine.errors import OptionError
from intertwine.files.document import FileError
from intertwine.files.series import read_series


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
    np.testing.assert_array_equal(read_series(path, column), expected)


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
        read_series(path, column)
    assert message in str(caught.value)
