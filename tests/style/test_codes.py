"""Codes are unit rows, one table a view; scores are weighted means of their cosines."""

import numpy as np
import pytest

from intertwine import OptionError, ShapeError
from intertwine.style.codes import Codes
from intertwine.style.views import check_weights, scores


def test_rows_have_length_one_and_zeros_stay_zeros():
    codes = Codes({"shape": [[3, 4], [0, 0], [-2, 0]]})
    assert codes["shape"].dtype == np.float32
    assert codes["shape"].tolist() == [[np.float32(0.6), np.float32(0.8)], [0, 0], [-1, 0]]


def test_codes_that_were_kept_come_back_to_the_bit():
    rng = np.random.default_rng(0)
    codes = Codes({"shape": rng.normal(size=(500, 64)), "colour": rng.normal(size=(500, 7))})
    again = Codes(dict(codes))
    assert all(np.array_equal(again[view], codes[view]) for view in codes)


def test_rows_mean_and_joined():
    codes = Codes({"shape": [[1, 0], [0, 1], [0, -1]], "colour": [[1], [-1], [1]]})
    assert codes.count == 3
    assert len(codes) == 2
    assert codes.rows([2, 0])["shape"].tolist() == [[0, -1], [1, 0]]
    assert codes.rows(slice(0, 1)).count == 1
    mean = codes.rows([0, 1]).mean()
    assert mean["shape"].tolist() == [[np.sqrt(np.float32(0.5))] * 2]
    assert mean["colour"].tolist() == [[0]]
    assert Codes.joined([codes.rows([1]), codes])["colour"].tolist() == [[-1], [1], [-1], [1]]
    assert repr(codes) == "Codes(3 pictures: shape 2, colour 1)"


@pytest.mark.parametrize(
    ("views", "text"),
    [
        (
            {},
            "Codes: every view needs one row a picture, and there must be one view.\n  Rows: none.",
        ),
        (
            {"shape": np.ones((2, 3)), "colour": np.ones((3, 3))},
            "Codes: every view needs one row a picture, and there must be one view.\n"
            "  Rows: shape 2, colour 3.",
        ),
        (
            {"shape": np.ones((2, 65))},
            "Codes: the view 'shape' must be a table of pictures by 1 to 64 numbers.\n"
            "  shape: float32 (2, 65)",
        ),
        (
            {"shape": np.ones(5)},
            "Codes: the view 'shape' must be a table of pictures by 1 to 64 numbers.\n"
            "  shape: float32 (5,)",
        ),
    ],
)
def test_tables_that_are_no_codes(views, text):
    with pytest.raises(ShapeError) as error:
        Codes(views)
    assert str(error.value) == text


def test_scores_are_weighted_means_of_cosines():
    rng = np.random.default_rng(1)
    a = Codes({"shape": rng.normal(size=(3, 5)), "colour": rng.normal(size=(3, 2))})
    b = Codes({"shape": rng.normal(size=(4, 5)), "colour": rng.normal(size=(4, 2))})
    found = scores(a, b, check_weights("search", {"shape": 3, "colour": 1}))
    for i in range(3):
        for j in range(4):
            shape, colour = a["shape"][i] @ b["shape"][j], a["colour"][i] @ b["colour"][j]
            assert found[i, j] == pytest.approx((3 * shape + colour) / 4, abs=1e-6)
    only = scores(a, b, check_weights("search", {"shape": 0.0, "colour": 0.2}))
    assert np.allclose(only, a["colour"] @ b["colour"].T, atol=1e-6)


def test_weights_come_in_the_order_of_the_views():
    weights = {"colour": 2, "shape": 1, "detail": 0}
    assert list(check_weights("search", weights)) == ["shape", "colour"]


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (
            {"shap": 1.0},
            "search: there is no view 'shap'. Did you mean 'shape'?\n"
            "  Views: shape, colour, texture, detail.",
        ),
        ({"shape": -1}, "search: `shape=-1` must be a finite number of at least 0."),
        ({"shape": float("nan")}, "search: `shape=nan` must be a finite number of at least 0."),
        ({"shape": "1"}, "search: `shape='1'` must be a finite number of at least 0."),
        (
            {"texture": 1},
            "search: `texture=1`, but the codes have no texture view.\n"
            "  Views they have: shape, colour.",
        ),
        (
            {"shape": 0},
            "search: every weight is 0.\n  Give one view a positive weight, such as shape=1.",
        ),
    ],
)
def test_weights_that_say_nothing(weights, text):
    with pytest.raises(OptionError) as error:
        check_weights("search", weights, ("shape", "colour"))
    assert str(error.value) == text
