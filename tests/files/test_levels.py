"""From results to the samples of a file: halves to even, ends cut and counted."""

import numpy as np
import pytest

from intertwine.files.levels import Levels, finish

HALVES = [-1.5, -0.5, 0.5, 1.5, 2.5, 254.5, 255.5, 256.0]


def test_halves_go_to_the_even_neighbour_and_ends_are_cut():
    done, cut = finish(np.array(HALVES), Levels("clip", np.dtype("uint8")))
    assert done.tolist() == [0, 0, 0, 2, 2, 254, 255, 255]
    assert cut == 3  # -2, 256 and 256


def test_offsets_and_absolute_values_round_likewise():
    done, _ = finish(np.array([-0.5, 0.5, 1.5]), Levels("offset", np.dtype("uint8")))
    assert done.tolist() == [128, 128, 130]
    done, _ = finish(np.array([-0.5, -1.5, 2.5]), Levels("absolute", np.dtype("uint8")))
    assert done.tolist() == [0, 2, 2]


def test_steps_are_kept():
    """Samples of 12 bits in 16 are multiples of 16."""
    done, _ = finish(np.array([7.9, 8.0, 24.0, 40.0, 70000]), Levels("clip", np.dtype("u2"), 16))
    assert done.tolist() == [0, 0, 32, 32, 65520]


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
def test_nan_becomes_zero(dtype):
    done, cut = finish(np.array([np.nan, 3.0]), Levels("clip", np.dtype(dtype)))
    assert (done.tolist(), cut) == ([0, 3], 0)
