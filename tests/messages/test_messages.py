"""Wrong calls, and what they answer to the letter: see wrong_calls.txt."""

import functools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from scipy import sparse

import intertwine as iw
from cases import Tapped

TEXT = (Path(__file__).parent / "wrong_calls.txt").read_text()


def locked(array):
    array.setflags(write=False)
    return array


NAMES = {
    "iw": iw,
    "np": np,
    "Tapped": Tapped,
    "locked": locked,
    "sparse": sparse,
    "strided": as_strided,
    "windows": functools.partial(sliding_window_view, writeable=True),
    "Fraction": Fraction,
    "LINE": np.arange(5.0),
    "BYTES": np.arange(5, dtype="uint8"),
    "GRAY": np.zeros((4, 6)),
    "RGB": np.zeros((4, 6, 3), "float32"),
}


def _entries():
    for block in TEXT.split(">>> ")[1:]:
        call, answer = block.split("\n", 1)
        kind, message = answer.strip("\n").split(": ", 1)
        yield pytest.param(call, kind, message, id=call)


@pytest.mark.parametrize(("call", "kind", "message"), list(_entries()))
def test_message(call, kind, message):
    with pytest.raises(iw.IntertwineError) as caught:
        eval(call, NAMES)
    assert type(caught.value).__name__ == kind
    assert str(caught.value) == message


def test_the_table_is_long_and_its_calls_differ():
    calls = [entry.id for entry in _entries()]
    assert len(calls) == len(set(calls)) >= 45


def test_errors_are_also_the_builtin_ones():
    assert issubclass(iw.ShapeError, ValueError)
    assert issubclass(iw.OptionError, ValueError)
    assert issubclass(iw.DTypeError, TypeError)
    assert issubclass(iw.MissingExtraError, ImportError)
    for kind in (iw.ShapeError, iw.OptionError, iw.DTypeError, iw.MissingExtraError):
        assert issubclass(kind, iw.IntertwineError)


def test_the_caller_is_named_also_when_the_plan_is_another_callers():
    iw.correlate(np.ones(4), [3.0, 2.0, 1.0], nan="raise")
    with pytest.raises(iw.OptionError, match=r"^convolve: `x` has 1 NaN"):
        iw.convolve([1.0, np.nan, 1.0, 1.0], [1.0, 2.0, 3.0], nan="raise")
