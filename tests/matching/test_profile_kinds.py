"""Joins, neighbours, plain distances, several series and constant stretches against plain loops."""

import tracemalloc

import numpy as np
import pytest

import intertwine as iw
from intertwine.matching import matrix_profile


def stretches(x, m, marked, normalize):
    """All stretches in long doubles: zeros where marked as constant, NaN where without contrast."""
    w = np.lib.stride_tricks.sliding_window_view(np.asarray(x, np.longdouble), m).copy()
    w[~np.isfinite(w)] = np.nan
    if not normalize:
        return w
    spread, level = w.std(1), np.abs(w).max(1)
    whole = ~np.isnan(spread)
    spread[~(spread > 1e-15 * level)] = np.nan
    w = (w - w.mean(1)[:, None]) / spread[:, None]
    w[marked & whole] = 0
    return w


def table(a, b, m, *, marks=None, normalize=True):
    """All distances (d, places, places) of the rows of two arrays, by the formula."""
    a, b = np.atleast_2d(a), np.atleast_2d(b)
    marks = marks or [np.zeros((len(x), x.shape[1] - m + 1), bool) for x in (a, b)]
    lines = []
    for x, y, p, q in zip(a, b, *marks, strict=True):
        u, v = stretches(x, m, p, normalize), stretches(y, m, q, normalize)
        lines.append(np.sqrt(((u[:, None] - v) ** 2).sum(-1)).astype(float))
    return np.array(lines)


def least(distances, k, allowed=None):
    """The k smallest of each row and their places; NaN and -1 where there are fewer."""
    distances = np.where(np.isnan(distances), np.inf, distances)
    if allowed is not None:
        distances = np.where(allowed, distances, np.inf)
    places = np.argsort(distances, axis=1, kind="stable")[:, :k]
    values = np.take_along_axis(distances, places, 1)
    return np.where(values < np.inf, values, np.nan), np.where(values < np.inf, places, -1)


def agrees(found, places, expected, distances, tolerance=1e-7):
    """Distances are right, and the places are as near as the nearest (equals may be swapped)."""
    values, where = expected
    np.testing.assert_allclose(found, values, atol=tolerance)
    np.testing.assert_array_equal(places == -1, where == -1)
    there = np.nonzero(places >= 0)
    assert len(there[0])
    np.testing.assert_allclose(distances[there[0], places[there]], found[there], atol=tolerance)


def series(seed, n=70, kind="walk"):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(n).cumsum()
    if kind == "gaps":
        x[10], x[40:43], x[55] = np.nan, np.nan, np.inf
    if kind == "flat":
        x[20:34] = x[20]
        x[50:62] = -3.0
    if kind == "high":
        x += 1e9
    if kind == "uneven":
        x[: n // 2] += 1e7
    if kind == "spike":
        x[n // 2] = 1e13
    if kind == "steps":
        x = rng.integers(0, 3, n).astype(float)
    return x


KINDS = ["walk", "gaps", "flat", "high", "uneven", "spike", "steps"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalize", [True, False])
def test_neighbours_of_one_series(kind, normalize):
    x, m, apart = series(KINDS.index(kind), kind=kind), 8, 4
    profile = matrix_profile(x, m, k=3, normalize=normalize)
    (every,) = table(x, x, m, normalize=normalize)
    gap = np.subtract.outer(np.arange(len(every)), np.arange(len(every)))
    scale = 1e-9 * max(1, np.nanmax(np.where(np.isfinite(every), every, 0)))
    agrees(profile.distance, profile.neighbour, least(every, 3, abs(gap) >= apart), every,
           max(1e-6, scale))  # fmt: skip
    for side, allowed in (("left", gap >= apart), ("right", gap <= -apart)):
        distance, place = (getattr(profile, f"{side}_{name}") for name in ("distance", "neighbour"))
        agrees(distance[:, None], place[:, None], least(every, 1, allowed), every,
               max(1e-6, scale))  # fmt: skip
    nearest = matrix_profile(x, m, normalize=normalize)
    np.testing.assert_array_equal(nearest.distance, profile.distance[:, 0])
    np.testing.assert_array_equal(nearest.neighbour, profile.neighbour[:, 0])
    np.testing.assert_array_equal(  # the nearer side is the nearest
        np.fmin(nearest.left_distance, nearest.right_distance), nearest.distance
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("lengths", [(60, 25), (9, 70), (8, 8)])
def test_two_series_of_unlike_lengths(kind, normalize, lengths):
    a, b = series(1, 90)[: lengths[0]], series(2, 70, kind)[-lengths[1] :]
    profile = matrix_profile(a, 8, b, normalize=normalize)
    (every,) = table(a, b, 8, normalize=normalize)
    expected = least(every, 1)
    if np.isnan(expected[0]).all():
        assert np.isnan(profile.distance).all()
        assert (profile.neighbour == -1).all()
    else:
        agrees(profile.distance[:, None], profile.neighbour[:, None], expected, every,
               1e-6 * max(1, np.nanmax(every) / 1e3))  # fmt: skip
    assert profile.left_neighbour is profile.right_distance is None


def test_fewer_neighbours_than_asked_for():
    x = series(3, 20)
    profile = matrix_profile(x, 8, k=13)
    (every,) = table(x, x, 8)
    apart = abs(np.subtract.outer(np.arange(13), np.arange(13))) >= 4
    agrees(profile.distance, profile.neighbour, least(every, 13, apart), every)
    assert ((profile.neighbour >= 0).sum(1) == apart.sum(1)).all()
    assert profile.motifs(1)[0].distance == np.nanmin(profile.distance)


@pytest.mark.parametrize("join", [False, True])
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("normalize", [True, False])
def test_several_series_at_once(join, k, normalize):
    """The mean of the l smallest distances, by sorting all of them."""
    x = np.stack([series(seed, 60, kind) for seed, kind in enumerate(["walk", "gaps", "flat"])])
    y = np.stack([series(seed, 30) for seed in (5, 6, 7)]) if join else x
    profile = matrix_profile(x, 8, y if join else None, k=k, normalize=normalize)
    every = table(x, y, 8, normalize=normalize)
    ordered = np.sort(np.where(np.isnan(every), np.inf, every), axis=0)
    count, others = every.shape[1:]
    gap = abs(np.subtract.outer(np.arange(count), np.arange(others)))
    assert profile.distance.shape == ((3, count) if k == 1 else (3, count, 2))
    for dimensions in (1, 2, 3):
        means = ordered[:dimensions].mean(0)
        means[np.isinf(means)] = np.nan
        expected = least(means, k, None if join else gap >= 4)
        found = profile.distance[dimensions - 1].reshape(count, k)
        agrees(found, profile.neighbour[dimensions - 1].reshape(count, k), expected, means)
        motif = profile.motifs(1, dimensions=dimensions)[0]
        assert motif.distance == pytest.approx(np.nanmin(expected[0]), abs=1e-7)
        assert profile.discords(1, dimensions=dimensions)[0].distance == np.nanmax(
            found[:, 0].astype(float)
        )


def test_a_users_rule_for_constant_stretches():
    x = series(4, 60, "flat") + 0.01 * np.random.default_rng(0).standard_normal(60)
    y = series(9, 40)
    y[10:25] = 2.0

    def quiet(stretches):
        return stretches.std(-1) < 0.05

    def marks(series):
        return quiet(np.lib.stride_tricks.sliding_window_view(series, 8))[None]

    assert marks(x).any()
    assert marks(y).any()
    (every,) = table(x, y, 8, marks=[marks(x), marks(y)])
    for rule in (quiet, (marks(x)[0], marks(y)[0])):
        profile = matrix_profile(x, 8, y, constant=rule)
        agrees(profile.distance[:, None], profile.neighbour[:, None], least(every, 1), every)
        assert (profile.distance[marks(x)[0]] == 0).all()
    (every,) = table(x, x, 8, marks=[marks(x)] * 2)
    gap = abs(np.subtract.outer(np.arange(53), np.arange(53)))
    profile = matrix_profile(x, 8, constant=marks(x)[0], k=2)
    agrees(profile.distance, profile.neighbour, least(every, 2, gap >= 4), every)
    none = matrix_profile(y, 8, constant=np.zeros(33, bool))
    np.testing.assert_array_equal(none.distance, matrix_profile(y, 8).distance)


@pytest.mark.parametrize("level", [1e6, 1e12, 1e14, 1e17])
def test_contrast_below_the_digits_of_its_level_has_no_neighbour(level):
    x = series(5, 80)
    x[30:50] = level + np.random.default_rng(1).standard_normal(20)
    (every,) = table(x, x, 8)
    gap = abs(np.subtract.outer(np.arange(73), np.arange(73)))
    profile = matrix_profile(x, 8)
    agrees(profile.distance[:, None], profile.neighbour[:, None], least(every, 1, gap >= 4), every,
           1e-6)  # fmt: skip
    assert np.isnan(profile.distance[30:43]).all() == (level > 1e15)
    assert not np.isnan(profile.distance[:20]).any()


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300])
@pytest.mark.parametrize("normalize", [True, False])
def test_tiny_and_huge_samples(scale, normalize):
    x = series(6)
    expected = matrix_profile(x, 8, normalize=normalize)
    found = matrix_profile(x * scale, 8, normalize=normalize)
    unit = 1 if normalize else scale
    np.testing.assert_allclose(found.distance / unit, expected.distance, rtol=1e-9)
    np.testing.assert_array_equal(found.neighbour, expected.neighbour)


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.uint8, np.float16])
def test_types(dtype):
    x = (10 * series(7)).round().astype(dtype)
    y = (10 * series(8)).round().astype(dtype)
    profile = matrix_profile(x, 8, y)
    expected = matrix_profile(x.astype(float), 8, y.astype(float))
    floating = np.dtype(dtype).kind == "f"
    assert profile.distance.dtype == (np.float32 if floating else np.float64)
    np.testing.assert_allclose(profile.distance, expected.distance, rtol=1e-6)
    np.testing.assert_array_equal(profile.neighbour, expected.neighbour)


def test_motifs_of_two_series_keep_apart_in_both():
    a, b = series(10, 300), series(11, 300)
    b[100:120], b[200:220] = a[50:70], 2 * a[200:220]
    motifs = matrix_profile(a, 20, b).motifs(5)
    assert sorted(motif.starts for motif in motifs[:2]) == [(50, 100), (200, 200)]
    for starts in zip(*(motif.starts for motif in motifs), strict=True):
        assert np.diff(sorted(starts)).min() >= 10


def test_memory_is_that_of_some_rows():
    """50,000 samples: all distances would take 20 GB."""
    x = series(12, 50_000)
    tracemalloc.start()
    matrix_profile(x[:100], 100, x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * 2**20


@pytest.mark.parametrize(("words", "options", "error", "text"), [
    ((np.arange(5.0), 8, np.arange(9.0)), {}, iw.ShapeError,
     "`series` has 5 samples, no stretch of 8.\n  Pass a smaller `m`, or more samples."),
    ((np.arange(9.0), 8, np.arange(5.0)), {}, iw.ShapeError,
     "`other` has 5 samples, no stretch of 8.\n  Pass a smaller `m`, or more samples."),
    ((np.ones((2, 30)), 8, np.ones(30)), {}, iw.ShapeError,
     "`series` of shape (2, 30) and `other` of shape (30,) do not hold equally many series.\n"
     "  Pass (n,) and (n2,), or (d, n) and (d, n2)."),
    ((np.ones((2, 3, 30)), 8), {}, iw.ShapeError,
     "`series` of shape (2, 3, 30) is not (n,) or (d, n).\n"
     "  Pass one series, or one in each row."),
    ((np.ones(30), 8, np.ones(30)), {"exclusion": 4}, iw.OptionError,
     "`exclusion=4` is for the stretches of one series, and `other` is a second one.\n"
     "  Leave one of them out."),
    ((np.ones(30), 8), {"k": 0}, iw.OptionError, "`k=0` must be an integer from 1 to 23."),
    ((np.ones(30), 8), {"k": 24}, iw.OptionError, "`k=24` must be an integer from 1 to 23."),
    ((np.ones(30), 8), {"normalize": 2}, iw.OptionError, "`normalize=2` must be True or False."),
    ((np.ones(30), 8), {"normalize": False, "constant": np.ones(23, bool)}, iw.OptionError,
     "`constant` has no effect with normalize=False.\n  Leave one of them out."),
    ((np.ones(30), 8), {"constant": np.ones(30, bool)}, iw.ShapeError,
     "`constant` is bool of shape (30,), but the stretches of `series` have shape (23,).\n"
     "  Pass a bool for each, or a function."),
    ((np.ones(30), 8, np.ones(20)), {"constant": np.ones(23, bool)}, iw.OptionError,
     "`constant` is one array for two series.\n"
     "  Pass two of them, for `series` and for `other`, or a function."),
    ((np.ones(30), 8), {"constant": np.std}, iw.ShapeError,
     "`constant` returned float64 of shape () for stretches of shape (23, 8).\n"
     "  It must return a bool for each, shape (23,)."),
])  # fmt: skip
def test_errors(words, options, error, text):
    with pytest.raises(error) as caught:
        matrix_profile(*words, **options)
    assert str(caught.value).startswith(f"matrix_profile: {text}")
