"""What whitening refuses, word for word, and small or constant columns that it does not."""

import builtins
import importlib
import sys

import numpy as np
import pandas as pd
import pytest

import intertwine as iw
from intertwine.whitening import bases
from intertwine.whitening.matrices import METHODS

X = np.random.default_rng(0).normal(size=(50, 3))
NAN = np.where(X > 2, np.nan, X)
UNIT = "from 1e-100 to 1e+100 squares can be taken."

WRONG = [
    (
        lambda: iw.whiten(X[:1]),
        iw.ShapeError,
        "whiten: `X` has shape (1, 3); a table of 2 rows and 1 column at least is needed.\n"
        '  Pass X.reshape(-1, 1) for one column, or method="ar" for a series.',
    ),
    (
        lambda: iw.whiten(X, "ar"),
        iw.ShapeError,
        'whiten: method="ar" needs a series of at least 10 samples, got shape (50, 3).\n'
        "  Pass one column.",
    ),
    (
        lambda: iw.whiten(NAN),
        iw.OptionError,
        "whiten: `X` holds NaN or infinite values.\n  Leave them out, or fill them.",
    ),
    (
        lambda: iw.whiten(X + 1j),
        iw.DTypeError,
        "whiten: `X` is complex (complex128); real numbers are needed.\n"
        "  Pass its real part, its imaginary part, or np.abs(X).",
    ),
    (
        lambda: iw.whiten(np.full((9, 2), 1e300)),
        iw.OptionError,
        f"whiten: the largest number of `X` has size 1e+300; {UNIT}\n  Pass `X` in another unit.",
    ),
    (
        lambda: iw.is_white(np.full(30, 1e-300)),
        iw.OptionError,
        f"is_white: the largest number of `x` has size 1e-300; {UNIT}\n  Pass `x` in another unit.",
    ),
    (
        lambda: iw.whiten(X, n_components=4),
        iw.OptionError,
        "whiten: `n_components=4` but the data vary along 3 directions only.\n"
        "  Pass at most that many.",
    ),
    (
        lambda: iw.whiten(X, shrinkage=2),
        iw.OptionError,
        "Whitener: `shrinkage=2` must be a number from 0 to 1.",
    ),
    (
        lambda: iw.Whitener().fit(np.ma.masked_greater(X, 2)),
        iw.OptionError,
        f"Whitener: `X` hides {int((X > 2).sum())} of its 150 entries behind a mask.\n"
        "  Leave those rows out, or fill them.",
    ),
    (
        lambda: iw.whitening_kernel([]),
        iw.ShapeError,
        "whitening_kernel: `images` holds 0 images.\n  Pass one at least.",
    ),
    (
        lambda: iw.whitening_kernel(np.ones((64, 64, 3))),
        iw.ShapeError,
        "whitening_kernel: `images` of shape (64, 64, 3) look like one colour picture.\n"
        "  Pass one channel, or their mean: images[..., :3].mean(axis=2).",
    ),
    (
        lambda: iw.whitening_kernel(np.full((64, 64), np.nan)),
        iw.OptionError,
        "whitening_kernel: `images` holds NaN or infinite values.\n"
        "  Fill them, or pass a part without.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), WRONG)
def test_whole_texts(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text


@pytest.mark.parametrize("method", METHODS)
def test_what_does_not_vary_comes_out_as_0(method):
    white = iw.whiten(np.full((5, 2), 0.1), method)
    assert white.shape == (5, 0 if method.startswith("pca") else 2)
    assert not white.any()
    assert iw.Whitener(method).fit(np.full((5, 2), 0.1)).rank_ == 0


@pytest.mark.parametrize("method", ["pca-cor", "zca-cor"])
def test_scaled_methods_take_columns_of_any_size(method):
    rows = X * [1.0, 1e-30, 1e30] + [0, 1e-28, 1e32]
    model = iw.Whitener(method).fit(rows)
    assert model.rank_ == 3
    white = model.transform(rows)
    assert np.abs(np.cov(white.T) - np.eye(3)).max() < 1e-10
    back = model.inverse_transform(white)
    np.testing.assert_allclose(back, rows, rtol=1e-12)


def test_what_does_not_vary_is_not_white():
    assert str(iw.is_white(np.ones(30))) == "Not white: it does not vary (mean 1, variance 0)."
    assert str(iw.is_white(np.ones((30, 2)))) == (
        "Not white: a column does not vary (mean 1, variance 0)."
    )


def test_one_column_says_nothing_of_others():
    assert " correlate " not in str(iw.is_white(X[:, :1]))


def test_frames_are_tables():
    frame = pd.DataFrame(X, columns=["u", "v", "w"])
    np.testing.assert_allclose(iw.whiten(frame, "zca"), iw.whiten(X, "zca"), atol=1e-13)


@pytest.fixture
def alone(monkeypatch):
    """The bases as they are without scikit-learn."""
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    plain = importlib.util.module_from_spec(importlib.util.find_spec(bases.__name__))
    plain.__spec__.loader.exec_module(plain)
    return plain


def test_without_scikit_learn(alone, monkeypatch):
    from intertwine.whitening import estimator

    spec = importlib.util.find_spec(estimator.__name__)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, bases.__name__, alone)
    spec.loader.exec_module(module)
    assert module.BaseEstimator is alone.BaseEstimator is not bases.BaseEstimator
    model = module.Whitener("zca")
    assert model.get_params() == {"method": "zca", "n_components": None, "shrinkage": 0.0}
    with pytest.raises(iw.OptionError) as caught:
        model.transform(X)
    assert str(caught.value) == "Whitener: not fitted yet.\n  Call fit first."
    white = model.set_params(method="pca").fit_transform(X)
    np.testing.assert_allclose(white, iw.whiten(X, "pca"), atol=1e-12)
    with pytest.raises(iw.ShapeError) as caught:
        model.transform(X[:, :2])
    assert str(caught.value) == (
        "Whitener: `X` has 2 columns, 3 were fitted.\n  Pass the same columns."
    )
    with pytest.raises(iw.OptionError) as caught:
        model.fit(NAN)
    assert str(caught.value) == (
        "Whitener: `X` holds NaN or infinite values.\n  Leave those rows out, or fill them."
    )
