"""Interleaved channels under products of lines: the same bits as each channel by itself."""

import numpy as np
import pytest

import intertwine as iw


@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("shape", [(40, 50), (9, 300), (70, 5), (12, 14, 20)], ids=str)
@pytest.mark.parametrize("boundary", ["symmetric", "zero", "wrap", "mirror", "nearest"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_channels_are_summed_as_they_are_alone(shape, channels, boundary, dtype):
    rng = np.random.default_rng(channels)
    x = rng.uniform(-1, 1, (*shape, channels)).astype(dtype)
    x.flat[x.size // 3] = np.nan
    x.flat[x.size // 2] = np.finfo(dtype).max / 4  # the sum of two would overflow
    lines = [rng.uniform(0.1, 1, n) for n in (5, 8, 3)[: len(shape)]]
    k = lines[0]
    for line in lines[1:]:
        k = np.multiply.outer(k, line)
    k = k / k.sum()
    how = {"boundary": boundary, "method": "separable"}
    y = iw.convolve(x, k, axes=range(len(shape)), **how)
    for c in range(channels):
        alone = iw.convolve(np.ascontiguousarray(x[..., c]), k, **how)
        np.testing.assert_array_equal(y[..., c], alone)
        assert np.isfinite(alone).sum() >= alone.size - k.size
