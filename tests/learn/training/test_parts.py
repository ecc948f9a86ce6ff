"""The pieces of a training, each by itself: augmentation, learning rate, calibration, squares."""

import numpy as np
import pytest
from scipy.special import softmax
from statsmodels.stats.proportion import proportion_confint

torch = pytest.importorskip("torch")

from intertwine.learn.training import evaluation  # noqa: E402
from intertwine.learn.training.augmentation import Augmentation  # noqa: E402
from intertwine.learn.training.loop import Settings  # noqa: E402
from intertwine.learn.training.nets import PRESETS, build, parameters_of  # noqa: E402
from intertwine.learn.training.squares import Preprocessing  # noqa: E402

pytestmark = pytest.mark.torch


class TestAugmentation:
    def test_pictures_are_moved_and_mirrored_copies_of_themselves(self):
        torch.manual_seed(0)
        one = torch.arange(3 * 20 * 28, dtype=torch.float32).reshape(1, 3, 20, 28)
        changed = Augmentation(shift=0.1, erase=0)(one.expand(200, -1, -1, -1))
        padded = torch.nn.functional.pad(one, (3, 3, 2, 2), mode="replicate")[0]
        allowed = {}
        for down in range(5):
            for right in range(7):
                cut = padded[:, down : down + 20, right : right + 28]
                allowed[cut.numpy().tobytes()] = (down, right, False)
                mirrored = one.flip(3)[0]
                shifted = torch.nn.functional.pad(mirrored[None], (3, 3, 2, 2), mode="replicate")[0]
                cut = shifted[:, down : down + 20, right : right + 28]
                allowed[cut.contiguous().numpy().tobytes()] = (down, right, True)
        found = [allowed[each.contiguous().numpy().tobytes()] for each in changed]
        assert len(set(found)) > 60  # of 70, in 200 draws
        assert {which for *_, which in found} == {True, False}

    def test_nothing_changes_where_nothing_is_asked_for(self):
        pictures = torch.rand(4, 1, 9, 9)
        assert (Augmentation(0.0, False, 0.0)(pictures) == pictures).all()

    def test_a_square_is_erased_and_no_more(self):
        torch.manual_seed(1)
        changed = Augmentation(0.0, False, 0.25)(torch.ones(50, 2, 16, 16))
        for picture in changed:
            rows, columns = np.nonzero((picture[0] == 0).numpy())
            assert (picture[0] == picture[1]).all()
            assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
            assert len(rows) <= 16


def test_the_learning_rate_rises_to_its_peak_and_falls_to_nothing():
    settings = Settings(learning_rate=0.2)
    rates = np.array([settings.rate_at(step, 400) for step in range(400)])
    assert rates.argmax() == 100
    assert rates[100] == 0.2
    assert (np.diff(rates[:101]) > 0).all()
    assert (np.diff(rates[100:]) < 0).all()
    assert rates[0] == pytest.approx(0.04 * 0.2)
    assert rates[-1] < 1e-4 * 0.2


class TestEvaluation:
    def test_the_interval_is_wilsons(self):
        found = evaluation.accuracy(np.r_[np.zeros(93), np.ones(7)], np.zeros(100))
        wanted = proportion_confint(93, 100, method="wilson")
        assert (found.low, found.high) == pytest.approx(wanted, rel=1e-12)

    @pytest.mark.parametrize("true", [0.5, 1.0, 2.5])
    def test_the_temperature_by_which_labels_were_drawn_is_found(self, true):
        rng = np.random.default_rng(0)
        logits = rng.normal(size=(20_000, 5)) * 2
        cumulated = softmax(logits / true, axis=1).cumsum(axis=1)
        labels = (rng.random((20_000, 1)) > cumulated).sum(axis=1)
        assert evaluation.temperature(logits, labels) == pytest.approx(true, rel=0.03)

    def test_few_right_answers_do_not_make_it_sure(self):
        assert evaluation.temperature(np.eye(3) * 5, np.arange(3)) > 0.5

    def test_who_is_right_as_often_as_sure_has_no_calibration_error(self):
        sure = np.tile([0.75, 0.25], (400, 1))
        labels = np.r_[np.zeros(300, int), np.ones(100, int)]
        assert evaluation.calibration_error(sure, labels) == pytest.approx(0, abs=1e-12)
        assert evaluation.calibration_error(sure, 1 - labels) == pytest.approx(0.5)


class TestSquares:
    def test_mean_and_deviation_are_numpys(self):
        images = np.random.default_rng(0).integers(0, 256, (7, 8, 8, 3), np.uint8)
        found = Preprocessing(8, 3).fitted(images)
        assert found.mean == pytest.approx(images.mean(axis=(0, 1, 2)), rel=1e-12)
        assert found.deviation == pytest.approx(images.std(axis=(0, 1, 2)), rel=1e-12)

    def test_grey_colour_and_sizes_become_one(self):
        grey, colour = Preprocessing(6, 1), Preprocessing(6, 3)
        red = np.zeros((9, 12, 3), np.uint8)
        red[..., 0] = 200
        assert grey.square(red).shape == (6, 6, 1)
        assert (grey.square(red) == 60).all()  # 0.299 of 200
        assert (colour.square(np.full((6, 6), 9, np.uint8)) == 9).all()
        assert colour.square(red).shape == (6, 6, 3)


def test_the_small_net_has_fewer_than_100_000_parameters():
    assert parameters_of(build("small", 1, 10)) == 68578
    assert set(PRESETS) == {"small", "large"}
