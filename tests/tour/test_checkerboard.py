"""The chapters that take noise for granted, of a photo that has none."""

import numpy as np
import pytest

from intertwine.tour.blocks import Code
from intertwine.tour.chapters import row_as_series, whitened
from intertwine.tour.photo import Photo


@pytest.fixture
def checkerboard():
    grey = (np.indices((256, 256)).sum(axis=0) % 2 * 255).astype(np.uint8)
    return Photo("checkerboard", np.stack([grey] * 3, axis=2), grey.astype("f4"))


def said(blocks):
    return " ".join(str(b) for b in blocks if not isinstance(b, Code))


def test_a_row_without_chance(checkerboard):
    words = said(row_as_series.write(checkerboard))
    assert "the pixels follow from those before without any error" in words
    assert "nan" not in words
    assert "halves" not in words


def test_few_waves_are_not_whitened(checkerboard):
    blocks = whitened.write(checkerboard)
    assert "made of few waves" in said(blocks)
    assert "about as strong" not in said(blocks)
