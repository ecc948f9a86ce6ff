"""Work space that is used again: apart from each other, one for each thread."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

import intertwine as iw
from intertwine.matching.space import ALIGNED, Space

WANTED = ((3, 5), np.float32), ((7,), bool), ((2, 3), np.float64)


def test_arrays_lie_apart_and_are_the_same_again():
    space = Space()
    arrays = space.arrays(*WANTED)
    assert [a.dtype for a in arrays] == [np.float32, bool, np.float64]
    starts = [a.__array_interface__["data"][0] for a in arrays]
    assert [s - starts[0] for s in starts] == [0, ALIGNED, 2 * ALIGNED]  # 60 bytes, then 7
    for number, array in enumerate(arrays):
        array[...] = number
    assert [a.min() == a.max() == i for i, a in enumerate(arrays)] == [True] * 3
    again = space.arrays(*WANTED[:2])
    assert [a.__array_interface__["data"][0] for a in again] == starts[:2]


def test_threads_have_their_own():
    space = Space()
    (mine,) = space.arrays(((4,), float))
    mine[:] = 1
    with ThreadPoolExecutor(1) as other:
        (theirs,) = other.submit(space.arrays, ((4,), float)).result()
    theirs[:] = 2
    assert mine.tolist() == [1] * 4


def test_surfaces_outlive_the_blocks_that_follow():
    """Blocks of unlike levels, one scored in float32, one in float64, one by parts."""
    rng = np.random.default_rng(0)
    data = rng.standard_normal((600, 2500)).astype(np.float32)
    data[200:300] += 1e4
    data[420:500, 600:900] = 3e-3 * data[420:500, 600:900]
    pattern = data[430:470, 700:750]
    surface = iw.find(pattern, data).surface
    for row in (0, 150, 230, 430, 560):
        strip = iw.find(pattern, data[row : row + 40].astype(np.float64)).surface
        assert np.abs(surface[row] - strip[0]).max() < 1e-6
