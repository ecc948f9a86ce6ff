"""The numbers of the chapter on chance, against SciPy's filters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from intertwine.tour.blocks import Chapter, Figure, Table
from intertwine.tour.chapters import CHAPTERS, sampling
from intertwine.tour.photo import Photo


def test_the_errors_are_those_of_the_formula(chapters: list[Chapter], seen: Photo) -> None:
    blocks = chapters[CHAPTERS.index(sampling)].blocks
    (table,) = (block for block in blocks if isinstance(block, Table))
    grey = seen.square().grey.astype(float)
    offsets = np.arange(-8, 9)
    bell = np.exp(-(offsets**2) / 8.0)
    taps = np.outer(bell, bell) / bell.sum() ** 2
    mean, squares = (ndimage.convolve(each, taps, mode="reflect") for each in (grey, grey**2))
    one = float(np.sqrt((squares - mean**2).mean()))
    assert [int(row[0]) for row in table.rows] == [1, 4, 16, 64, 256]
    for draws, expected, found in table.rows:
        assert float(expected) == pytest.approx(one / int(draws) ** 0.5, abs=0.0051)
        assert float(found) == pytest.approx(float(expected), rel=0.05)  # five sigmas and more


def test_the_detail_is_where_error_bars_are_long() -> None:
    variance = np.zeros((256, 256))
    variance[130:150, 200:220] = 9
    rows, columns = sampling.detail(variance)
    assert rows.start <= 128 < rows.stop
    assert columns.start <= 200 < columns.stop
    assert variance[rows, columns].shape == (64, 64)


def test_panels_have_one_size(chapters: list[Chapter]) -> None:
    blocks = chapters[CHAPTERS.index(sampling)].blocks
    sizes = [
        {(panel.width, panel.height) for panel in block.items}
        for block in blocks
        if isinstance(block, Figure)
    ]
    assert sizes == [{(64, 64)}, {(256, 256)}]
