"""The Fourier chapters' numbers against their definitions."""

import numpy as np
import pytest

from intertwine.tour.chapters import CHAPTERS, low_pass_circle, stripes, time_to_frequency
from intertwine.tour.photo import Photo


@pytest.mark.parametrize(("period", "angle"), [(16, 0), (16, 90), (8, 45), (4, 37), (6.5, 150)])
def test_the_brightest_point_says_period_and_direction(period, angle):
    found, turn = stripes.peak(stripes.grating(period, angle))
    assert 1 / found == pytest.approx(1 / period, abs=1 / 128)
    apart = (turn - angle + 90) % 180 - 90
    assert abs(apart) <= np.degrees(period / 128)


def test_sums_of_waves_end_at_the_row():
    row = np.random.default_rng(1).normal(size=256)
    np.testing.assert_allclose(time_to_frequency.partial_sum(row, 128), row, atol=1e-12)
    assert time_to_frequency.partial_sum(row, 0) == pytest.approx(np.full(256, row.mean()))


@pytest.mark.parametrize("module", [time_to_frequency, stripes, low_pass_circle])
def test_a_constant_photo_works(module):
    assert module in CHAPTERS
    flat = Photo("flat", np.full((256, 256, 3), 9, np.uint8), np.full((256, 256), 9, np.float32))
    assert len(module.write(flat)) > 4


def test_the_ratio_is_black_area_over_circle_area(seen):
    table = next(
        block for block in low_pass_circle.write(seen) if getattr(block, "head", ("",))[0] == "Kept"
    )
    for row, share in zip(table.rows, (0.5, 0.1, 0.02), strict=True):
        assert float(row[1]) == pytest.approx((1 - share) / share, rel=0.03)
