"""A small run of ``benchmarks.registration_calibration``: confidences hold."""

import numpy as np
import pytest
from benchmarks.registration_calibration import answers


@pytest.mark.parametrize(
    ("which", "each", "ordinary"),
    [
        ("translation", 1, 15),
        pytest.param("rotation", 2, 10, marks=pytest.mark.slow),
        pytest.param("translation", 6, 50, marks=pytest.mark.slow),
    ],
)
def test_confidences_hold(which, each, ordinary):
    found = answers(which, each, ordinary, seed=23, peers=False)
    assert len({a.kind for a in found}) == (18 if which == "translation" else 14)
    assert all(a.right for a in found if a.confidence > 0.99)
    sure = np.array([a.confidence for a in found])
    spread = np.sqrt((sure * (1 - sure)).sum())  # of the number that are right, if they hold
    assert sum(a.right for a in found) > sure.sum() - 3 * spread
    clear = [a for a in found if a.kind.startswith("ordinary") and a.overlap > 0.3]
    assert np.mean([a.right for a in clear]) > 0.85
