"""What find says about chance, on scenes with and without the pattern; and what it costs."""

import pickle

import numpy as np
import pytest
import skimage.data
from benchmarks.find_chance import absent, coins, present
from scipy import ndimage, signal

import intertwine as iw
from intertwine.matching import search
from intertwine.matching.background import RAREST


def assert_rare(p):
    """No more are sure than chance makes so in 999 of 1000 samples, at 1.5 times each level."""
    for level in (0.05, 0.01):
        mean = 1.5 * level * len(p)
        assert (p < level).sum() <= mean + 3.3 * np.sqrt(mean)
    assert (p < 1e-4).sum() == 0


@pytest.mark.parametrize("kind", ["photos", "textures", "screenshots", "noise", "hearts"])
def test_patterns_that_are_not_there(kind):
    assert_rare(absent(kind, 12, "develop", 5))


@pytest.mark.data
@pytest.mark.parametrize("kind", ["music", "speech", "mixed"])
def test_sounds_that_are_not_there(kind, data_folder):
    assert_rare(absent(kind, 15, "develop", 5))


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("kind", ["photos", "textures", "screenshots", "noise", "hearts", "music",
                                  "speech", "mixed"])  # fmt: skip
def test_more_patterns_that_are_not_there(kind, data_folder):
    assert_rare(absent(kind, 200, "held", 5))


@pytest.mark.parametrize(("kind", "least"), [("patches", 0.8), ("stretches", 0.8)])
def test_patterns_that_are_there(kind, least):
    p, lost = present(kind, 12, "develop", 5)
    assert lost <= 2
    assert (p < 0.01).mean() >= least


def test_other_coins_are_no_background_of_coins():
    """Coins found by another coin of the picture, at .75 to .90."""
    p = coins(12)
    assert len(p) > 8
    assert (p < 0.01).mean() >= 0.9


def test_the_second_of_two_words_is_as_sure_as_the_first():
    rng = np.random.default_rng(0)
    word = ndimage.gaussian_filter(rng.standard_normal((20, 50)), 1.5)
    data = ndimage.gaussian_filter(rng.standard_normal((250, 260)), 1.5)
    for place in ((20, 30), (150, 160), (90, 60)):
        data[place[0] : place[0] + 20, place[1] : place[1] + 50] = word
        data += 0.02 * rng.standard_normal(data.shape)
    hits = iw.find(word, data, count=4)
    assert (hits.false_alarm[:3] < 1e-4).all()
    assert hits.false_alarm[3] > 0.01


def test_sound_at_the_end_of_hiss():
    """Notes in a recording that is hiss, and other notes in its last fifth."""
    chances = []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        data = 0.01 * rng.standard_normal(20_000)
        data[16_000:] += notes(rng, 4000)
        chances.append(iw.find(notes(rng, 2000), data).false_alarm[0])
    assert (np.array(chances) < 0.05).sum() <= 5
    assert min(chances) > 1e-4


def notes(rng, length):
    """Tones with their overtones that begin at random times and die away."""
    x = np.zeros(length)
    for start in rng.integers(0, length, length // 500):
        t = np.arange(length - start)
        pitch = 0.02 * 2 ** (rng.integers(0, 24) / 12)
        x[start:] += np.exp(-t / 600) * signal.square(2 * np.pi * pitch * t, 0.3)
    return x - x.mean()


@pytest.mark.parametrize("seconds", [0.25, 4, 16])
def test_chirps_in_noise(seconds):
    """Templates that fill half of the data too: their padding does not count."""
    rate, chances = 512, []
    length = rate // 4
    chirp = np.sin(np.cumsum(np.linspace(0.1, 1, length))) * np.hanning(length)
    template = np.zeros(int(seconds * rate))
    at = (len(template) - length) // 2
    template[at : at + length] = chirp
    for seed in range(4):
        rng = np.random.default_rng(seed)
        data = 0.1 * rng.standard_normal(32 * rate).cumsum() + rng.standard_normal(32 * rate)
        chances.append(iw.find(template, data, whiten="noise").false_alarm[0])
    assert np.isfinite(chances).all()
    assert min(chances) > 1e-4
    data[5000 : 5000 + len(template)] += 2.5 * template
    hits = iw.find(template, data, whiten="noise")
    assert hits.index.tolist() == [[5000]]
    assert hits.false_alarm[0] < 0.01


def test_a_logo_at_the_wrong_place_is_not_sure():
    """Letters in a ring, in a page that has other letters in rings."""
    y, x = np.mgrid[-20:20, -20:20]
    ring = (np.abs(np.hypot(y, x) - 16) < 2) * 1.0

    def logo(seed):
        letters = np.kron(np.random.default_rng(seed).integers(0, 2, (5, 5)), np.ones((4, 4)))
        return ring + np.pad(letters, 10)

    page = np.zeros((300, 300))
    for number, (row, column) in enumerate(np.ndindex(6, 6)):
        page[row * 48 + 5 : row * 48 + 45, column * 48 + 5 : column * 48 + 45] = logo(number)
    page += 0.1 * np.random.default_rng(0).standard_normal(page.shape)
    assert iw.find(logo(99), page).false_alarm[0] > 0.01
    assert iw.find(logo(20), page).false_alarm[0] < 0.01


def test_scores_that_are_all_alike_are_not_sure():
    """A beat repeated without noise: the next best beat is no better than the rest."""
    beat = np.exp(-0.5 * ((np.arange(100) - 40) / np.array([[3.0], [9.0]])) ** 2)
    data = np.tile(beat[0] - 0.4 * beat[1], 30)
    other = np.tile(beat[0] - 0.5 * beat[1], 2)[:130]
    assert not iw.find(other, data + 1e-9 * np.arange(3000)).false_alarm[0] < 0.05


def test_surrogates_are_searched_for_when_chance_is_asked_for(monkeypatch):
    seen = []
    together = search._together
    monkeypatch.setattr(search, "_together", lambda *a: seen.append(a) or together(*a))
    camera = skimage.data.camera()[::2, ::2]
    hits = iw.find(camera[100:130, 100:140], camera)
    assert (hits.score[0], len(seen)) == (pytest.approx(1), 1)
    assert hits.false_alarm[0] == RAREST
    assert len(seen) >= 4


def test_pickled_hits_keep_what_chance_does_and_not_the_data():
    data = np.random.default_rng(0).random((4, 200, 200))
    hits = iw.find(data[:, 50:70, 50:70], data, axes=(1, 2))
    again = pickle.loads(pickle.dumps(hits))
    assert again.false_alarm.tolist() == hits.false_alarm.tolist()
    assert len(pickle.dumps(hits)) < data.nbytes / 2


@pytest.mark.parametrize("options", [
    {"score": "ncc"}, {"score": "correlation"}, {"score": "phase"}, {"score": "distance"},
    {"boundary": "symmetric"}, {"data_mask": np.arange(160)[:, None] > 10},
])  # fmt: skip
def test_every_score_has_false_alarms(options):
    rng = np.random.default_rng(6)
    data = ndimage.gaussian_filter(rng.standard_normal((160, 150)), 0.7)
    if options.get("score") == "ncc":
        data += 0.5
    absent = ndimage.gaussian_filter(rng.standard_normal((20, 26)), 0.7)
    assert iw.find(absent, data, **options).false_alarm[0] > 0.01
    there = data[60:80, 70:96] + 0.05 * rng.standard_normal((20, 26))
    assert iw.find(there, data, **options).false_alarm[0] < 0.01


def test_complex_data_have_false_alarms():
    rng = np.random.default_rng(7)
    data, absent = (rng.standard_normal(n) + 1j * rng.standard_normal(n) for n in (5000, 90))
    assert iw.find(absent, data).false_alarm[0] > 0.01
    assert iw.find(data[300:390] + 0.5 * absent, data).false_alarm[0] < 1e-4
