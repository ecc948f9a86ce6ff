"""Colours under alpha, by the formulas in plain loops: inside, at the ends, beside a constant."""

import numpy as np
import pytest

import oracles
from intertwine.files.apply import Settings, convolve_document, levels_for
from intertwine.files.document import Document
from intertwine.kernel import Kernel

TAPS = np.array([[1.0, 2.0, 0.0], [0.0, 4.0, 1.0], [3.0, 0.0, 5.0]]) / 16
BORDERS = [("symmetric", 0.0), ("wrap", 0.0), ("zero", 0.0), ("constant", 0.0), ("constant", 0.6)]


def page():
    rng = np.random.default_rng(2)
    colours = rng.uniform(0, 1, (6, 7, 3))
    alpha = rng.choice([0.0, 0.25, 1.0], (6, 7, 1))
    return np.concatenate([colours, alpha], axis=2)


def convolved(plane, boundary, cval):
    return oracles.convolve(plane, TAPS, boundary=boundary, cval=cval).astype(float)


def expected(alpha, boundary, cval):
    """What lies outside is opaque where a colour was given for it, and else not there at all."""
    x, a = page()[..., :3], page()[..., 3]
    seen = convolved(a, boundary, 1.0 if cval else 0.0)
    painted = np.stack([convolved(x[..., c] * a, boundary, cval) for c in range(3)], axis=2)
    if alpha == "filter":
        return np.where(seen[..., None] > 1e-6, painted / seen[..., None], 0.0), seen
    return painted + x * (TAPS.sum() - seen)[..., None], a


@pytest.mark.parametrize("alpha", ["keep", "filter"])
@pytest.mark.parametrize(("boundary", "cval"), BORDERS)
def test_by_the_formula(alpha, boundary, cval):
    document = Document("image", (page(),), alpha=True)
    options = {"boundary": boundary} | ({"cval": cval} if boundary == "constant" else {})
    settings = Settings(Kernel(TAPS), alpha=alpha, options=options)
    levels = levels_for(document, settings)
    done = convolve_document(document, settings, levels, lambda: None).document.pages[0]
    colours, opacity = expected(alpha, boundary, cval)
    close = 40 * np.finfo(float).eps
    np.testing.assert_allclose(done[..., :3], colours, rtol=0, atol=100 * close)
    np.testing.assert_allclose(done[..., 3], opacity.clip(0, 1), rtol=0, atol=close)
