"""Whitening matrices: identity covariance, published figures, dead directions, batches."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_low_rank_matrix
from sklearn.utils.estimator_checks import check_estimator

import intertwine as iw
from intertwine.whitening.matrices import METHODS

IRIS = load_iris().data


def off_identity(white):
    return np.abs(np.cov(white.T) - np.eye(white.shape[1])).max()


@pytest.mark.parametrize("method", METHODS)
def test_covariance_is_the_identity_and_back_again(method):
    model = iw.Whitener(method).fit(IRIS)
    white = model.transform(IRIS)
    assert off_identity(white) < 1e-10
    assert model.rank_ == 4
    assert model.dead_directions_.shape == (0, 4)
    np.testing.assert_allclose(model.inverse_transform(white), IRIS, rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_batches_with_large_means(method):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(3000, 8)) @ rng.normal(size=(8, 8))
    rows = rows / rows.std(axis=0) + 1e4
    model = iw.Whitener(method)
    for batch in np.array_split(rows, 7):
        model.partial_fit(batch)
    assert off_identity(model.transform(rows)) < 1e-10
    whole = iw.Whitener(method).fit(rows)
    np.testing.assert_allclose(np.abs(model.components_), np.abs(whole.components_), atol=1e-8)


def test_published_figures_of_iris():
    model = iw.Whitener("zca").fit(IRIS)
    expected = [2.794676, -0.93938, -1.219734, 0.366469]
    np.testing.assert_allclose(model.components_[0], expected, atol=5.1e-7)
    scaled = (IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0, ddof=1)
    for method, diagonal in (
        ("zca", [0.7137, 0.9018, 0.8843, 0.5743]),
        ("zca-cor", [0.8082, 0.9640, 0.6763, 0.7429]),
    ):
        found = np.diag(iw.whiten(IRIS, method).T @ scaled) / 149
        np.testing.assert_allclose(found, diagonal, atol=5.1e-5)


def test_low_rank_data_are_not_amplified():
    rows = make_low_rank_matrix(1000, 10, effective_rank=2, random_state=0, tail_strength=0)
    assert round(float(np.abs(iw.whiten(rows, "pca")).max()), 3) == 3.906


@pytest.mark.parametrize("method", METHODS)
def test_dead_directions(method):
    rows = np.column_stack([IRIS, IRIS[:, 0] + IRIS[:, 1], np.full(150, 0.1)])
    model = iw.Whitener(method).fit(rows)
    white = model.transform(rows)
    assert model.rank_ == 4
    powers = np.linalg.eigvalsh(np.cov(white.T))
    np.testing.assert_allclose(powers[-4:], 1, atol=1e-10)
    assert np.abs(powers[:-4]).max(initial=0) < 1e-10
    along = (rows - rows.mean(axis=0)) @ model.dead_directions_.T
    assert along.shape == (150, 2)
    assert np.abs(along).max() < 1e-12
    np.testing.assert_allclose(model.inverse_transform(white), rows, rtol=0, atol=1e-12)


def test_fewer_rows_than_columns():
    model = iw.Whitener("zca").fit(IRIS[:3])
    assert model.rank_ == 2
    powers = np.linalg.eigvalsh(np.cov(model.transform(IRIS[:3]).T))
    np.testing.assert_allclose(powers, [0, 0, 1, 1], atol=1e-10)


def test_variances_and_components():
    model = iw.Whitener("pca").fit(IRIS)
    np.testing.assert_allclose(
        model.explained_variance_, np.linalg.eigvalsh(np.cov(IRIS.T))[::-1], rtol=1e-12
    )
    shares = np.cumsum(model.explained_variance_) / model.explained_variance_.sum()
    for wanted, kept in ((2, 2), (float(shares[0]) + 1e-6, 2), (float(shares[2]), 3)):
        assert iw.whiten(IRIS, "pca", n_components=wanted).shape == (150, kept)
    zca = iw.whiten(IRIS, "zca", n_components=2)
    np.testing.assert_allclose(np.linalg.eigvalsh(np.cov(zca.T)), [0, 0, 1, 1], atol=1e-10)


def test_shrinkage_is_a_multiple_of_the_identity():
    model = iw.Whitener("zca", shrinkage=0.3).fit(IRIS)
    covariance = np.cov(IRIS.T)
    mixed = 0.7 * covariance + 0.3 * np.trace(covariance) / 4 * np.eye(4)
    np.testing.assert_allclose(
        model.components_ @ mixed @ model.components_.T, np.eye(4), atol=1e-12
    )


@pytest.mark.parametrize("method", METHODS)
def test_it_is_an_estimator(method):
    check_estimator(iw.Whitener(method), on_skip=None)


def test_refusals():
    for rows, text in (
        (IRIS[:1], "1 sample"),
        (np.where(IRIS > 7, np.nan, IRIS), "NaN"),
        (np.where(IRIS > 7, np.inf, IRIS), "infinity"),
        (np.full((3, 2), "a"), "convert string"),
    ):
        with pytest.raises(ValueError, match=text):
            iw.Whitener("pca").fit(rows)
    with pytest.raises(iw.OptionError) as caught:
        iw.whiten(IRIS, "zac")
    assert str(caught.value) == (
        "whiten: `method='zac'` is not known. Did you mean 'zca'?\n"
        "  Known: pca, zca, pca-cor, zca-cor, chol, ar."
    )
