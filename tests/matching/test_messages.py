"""What find says to bad input."""

import numpy as np
import pytest

import intertwine as iw

DATA = np.random.default_rng(0).random((20, 30))
PART = DATA[2:9, 3:11]
COLOUR = np.random.default_rng(0).random((20, 30, 3))

CASES = [
    (([], DATA), {}, iw.ShapeError, "find: `pattern` is empty, shape (0,)."),
    ((PART, np.empty((0, 4))), {}, iw.ShapeError, "find: `data` is empty, shape (0, 4)."),
    ((np.full((3, 3), 7.0), DATA), {}, iw.OptionError,
     "find: `pattern` is constant, 7 throughout: its normalised score is 0/0 everywhere."),
    ((np.zeros((3, 3)), DATA), {"score": "ncc"}, iw.OptionError,
     "find: `pattern` is zero throughout: its normalised score is 0/0 everywhere."),
    ((DATA, PART), {}, iw.ShapeError,
     "find: `pattern` of size (20, 30) is larger than `data` of size (7, 8)."),
    ((PART, np.full((20, 30), np.nan)), {}, iw.OptionError,
     "find: each of 600 samples of `data` is NaN or infinite: nothing is left."),
    ((np.full((3, 3), np.nan), DATA), {}, iw.OptionError,
     "find: each of 9 samples of `pattern` is NaN or infinite: nothing is left."),
    ((PART, DATA), {"mask": np.zeros((7, 8), bool)}, iw.OptionError,
     "find: each of 56 samples of `pattern` is masked, NaN or infinite: nothing is left."),
    ((PART, np.dstack([COLOUR, COLOUR])), {}, iw.ShapeError,
     "find: `pattern` has 2 axes but `data` has 3."),
    ((COLOUR[:5, :5, [0, 1, 2, 0]] * [1, 1, 1, 0], COLOUR), {}, iw.OptionError,
     "find: each of 25 samples of `pattern` is transparent: its fourth channel is taken for "
     "alpha.\n  Pass axes=(0, 1) if it is no alpha, or [..., :3] to leave it out."),
    ((COLOUR[:5, :5, [0, 1, 0, 1, 2]], COLOUR), {"axes": (0, 1)}, iw.ShapeError,
     "find: `pattern` has 5 channels on axis 2 but `data` has 3."),
    ((PART, DATA), {"min_overlap": 0}, iw.OptionError,
     "find: `min_overlap=0` must be above 0, at most 1."),
    ((PART, DATA), {"min_overlap": 0.2, "score": "phase"}, iw.OptionError,
     "find: min_overlap=0.2 is for scores that are normalised to what overlaps, not for 'phase'.\n"
     "  Score by 'zncc', 'ncc' or 'distance', or leave min_overlap out."),
    ((COLOUR[:5, :5, :2], COLOUR), {"axes": (0, 1)}, iw.ShapeError,
     "find: `pattern` has 2 channels on axis 2 but `data` has 3."),
    ((PART, DATA), {"score": "znc"}, iw.OptionError,
     "find: `score='znc'` is not known. Did you mean 'zncc'?"),
    ((PART, DATA), {"score": "snr"}, iw.OptionError,
     "find: score='snr' does not go with whiten=None."),
    ((PART, DATA), {"whiten": "nose"}, iw.OptionError,
     "find: `whiten='nose'` is not known. Did you mean 'noise'?"),
    ((PART, DATA), {"boundary": "constant"}, iw.OptionError,
     "find: `boundary='constant'` is not known."),
    ((PART, DATA), {"mask": np.ones((7, 8))}, iw.DTypeError,
     "find: `mask` has dtype float64, not bool."),
    ((PART, DATA), {"mask": DATA > 0}, iw.ShapeError,
     "find: `mask` of shape (20, 30) does not fit `pattern` of shape (7, 8)."),
    ((PART, DATA), {"axes": (0, 2)}, iw.ShapeError, "find: `axes` names axis 2 but `data` has 2"),
    ((PART, DATA), {"axes": (0, 0)}, iw.ShapeError,
     "find: `axes=(0, 0)` names an axis of `data` twice."),
    ((PART, DATA), {"threshold": "high"}, iw.OptionError,
     "find: `threshold='high'` must be a number."),
    ((PART, DATA), {"threshold": np.nan}, iw.OptionError,
     "find: `threshold=nan` must be a number."),
    ((PART, DATA), {"threshold": 3}, iw.OptionError,
     "find: `threshold=3` cannot be met: scores by 'zncc' are from -1 to 1.\n"
     "  Pass a smaller one, such as threshold=0.7, or none for the best place alone."),
    ((PART, DATA), {"threshold": np.inf, "score": "phase"}, iw.OptionError,
     "find: `threshold=inf` cannot be met: scores by 'phase' are from -1 to 1.\n"
     "  Pass a smaller one, such as threshold=0.7, or none for the best place alone."),
    ((PART, DATA), {"threshold": -1, "score": "distance"}, iw.OptionError,
     "find: `threshold=-1` cannot be met: scores by 'distance' are 0 or more.\n"
     "  Pass a larger one, or none for the best place alone."),
    ((PART, DATA), {"count": 0}, iw.OptionError, "find: `count=0` must be an integer from 1"),
    ((PART, DATA), {"min_distance": (1, 2, 3)}, iw.ShapeError,
     "find: `min_distance=(1, 2, 3)` has 3 entries but the kernel works along 2 axes."),
    ((PART, DATA), {"subpixel": "yes"}, iw.OptionError,
     "find: `subpixel='yes'` must be True or False."),
    ((PART, DATA), {"angles": "all"}, iw.OptionError,
     "find: `angles='all'` must be numbers: a range (low, high), or values to start from."),
    ((PART, DATA), {"scales": (0, 1)}, iw.OptionError, "find: `scales=(0, 1)` must be positive."),
    ((PART[0], DATA[0]), {"angles": (0, 9)}, iw.ShapeError,
     "find: angles, scales and covered= are for pictures, but the pattern is searched along 1 "
     "axis.\n  Leave them out, or name two axes: axes=(0, 1)."),
    ((PART, DATA), {"angles": (0, 9), "score": "ncc"}, iw.OptionError,
     "find: angles and scales are searched by 'zncc', not by 'ncc'."),
    ((PART[0], np.ones(30)), {"whiten": "noise"}, iw.OptionError,
     "find: `data` is constant, so that whiten='noise' finds no noise to weigh by."),
    ((PART, np.where(DATA > 0.9, np.nan, DATA)), {"whiten": "noise"}, iw.OptionError,
     "find: whiten='noise' needs every sample of `data`, but some are missing."),
    ((["a"], DATA), {}, iw.DTypeError, "find: `pattern` has dtype <U1, which cannot be convolved."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "options", "kind", "text"), CASES, ids=[c[3][6:46] for c in CASES]
)
def test_message(given, options, kind, text):
    with pytest.raises(kind) as caught:
        iw.find(*given, **options)
    assert str(caught.value).startswith(text)


def test_thresholds_at_the_ends_of_the_scores_are_met():
    line = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
    assert iw.find(line[2:6], line, score="distance", threshold=0).index.tolist() == [[2]]
    assert iw.find(line[2:6], line, score="ncc", threshold=1 - 1e-12).index.tolist() == [[2]]
    assert iw.find(line[2:6], line, threshold=1 + 1e-12, score="correlation").index.size > 1


def test_constant_data_have_no_scores():
    hits = iw.find(PART, np.full((20, 30), 4.5))
    assert len(hits) == 0
    assert np.isnan(hits.surface).all()
    assert hits.undefined == {"constant window": 14 * 23}
    assert "places without a score: 322 (constant window)" in repr(hits)


@pytest.mark.parametrize("score", [None, "ncc", "phase", "distance"])
@pytest.mark.parametrize("scale", [1e-323, 1e-310, 1e-160, 1e155, 1e300])
@pytest.mark.parametrize("is_complex", [False, True])
def test_no_scale_of_the_data_warns(score, scale, is_complex):
    """Nor does asking for chance; what can be told apart is found where it is."""
    rng = np.random.default_rng(1)
    data = rng.integers(-9, 9, (30, 40)) * (1 + 1j if is_complex else 1) * scale
    hits = iw.find(data[4:14, 6:18], data, score=score)
    assert hits.index.tolist() == [[4, 6]]
    assert (hits.false_alarm < 0.01).all()
    assert "position" in repr(hits)
    if scale > 1e-300:
        whitened = iw.find(data[4:14, 6:18], data, whiten="noise")
        assert whitened.index.tolist() == [[4, 6]]
        assert whitened.z[0] > 3
