"""A fitted kernel's words are as sure as those of `Kernel.describe`."""

import numpy as np
import pytest

from intertwine import Kernel, kernels
from intertwine.learn.fitting.words import described


@pytest.mark.parametrize(("error", "named"), [(0.05, 0.1), (0.4, 0.3)])
def test_random_taps_are_seldom_named_within_their_errors(error, named):
    rng = np.random.default_rng(5)
    kinds = [
        described(Kernel(rng.normal(size=(3, 3))), np.full((3, 3), error)).kind for _ in range(60)
    ]
    assert np.mean([kind not in ("none of these", "zero") for kind in kinds]) <= named


def test_noise_hides_no_clear_kernel():
    rng = np.random.default_rng(6)
    for k, kind in ((kernels.sobel(), "edge detector"), (kernels.gaussian(1.0, ndim=2), "blur")):
        error = np.full(k.shape, 0.01 * np.abs(k.taps).max())
        kinds = [
            described(Kernel(k.taps + error * rng.normal(size=k.shape)), error).kind
            for _ in range(10)
        ]
        assert kinds.count(kind) >= 9


def test_taps_that_are_known_are_described_as_they_are():
    k = kernels.scharr()
    assert described(k, np.zeros(k.shape)) == Kernel(k.taps).describe()
