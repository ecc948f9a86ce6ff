"""Another boundary on each axis: outside along two of them, zero counts before `cval`."""

from itertools import product

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import EXACT, unless_refused

FILLED = ("zero", "constant", "renormalize")


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("cval", [3.5, np.nan, np.inf])
def test_every_pair(method, cval):
    rng = np.random.default_rng(11)
    x, k = rng.uniform(1, 2, (6, 7)), rng.uniform(0.5, 1, (3, 5))
    applied = 0
    for boundary in product((*FILLED, "symmetric"), repeat=2):
        if "constant" not in boundary:
            continue
        y = unless_refused(iw.convolve, x, k, method=method, boundary=boundary, cval=cval)
        if y is None:
            continue
        applied += 1
        want = oracles.convolve(x, k, boundary=boundary, cval=cval)
        np.testing.assert_array_equal(np.isnan(y), np.isnan(want), err_msg=str(boundary))
        scale = k.sum() * max(2.0, cval if np.isfinite(cval) else 0.0)
        finite = np.isfinite(want)
        np.testing.assert_array_equal(np.isinf(y), np.isinf(want), err_msg=str(boundary))
        assert np.abs(y[finite] - want[finite]).max() <= 1e-12 * scale, boundary
    assert applied == 7 or method == "running_sum"
