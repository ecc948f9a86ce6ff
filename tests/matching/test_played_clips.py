"""Clips as recordings have them: faster, inverted, in a room, cut off at an end."""

from math import ceil

import numpy as np
import pytest
import soundfile
from scipy import signal

import intertwine as iw
from intertwine.matching.recordings import find_in_recordings

RATE = 8000


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tune(seconds, seed=0):
    """Notes that fade over soft noise: harmonics of a few pitches, as music has them."""
    rng = np.random.default_rng(seed)
    song = 0.02 * rng.standard_normal(seconds * RATE)
    t = np.arange(RATE // 2) / RATE
    for start in range(0, len(song) - len(t), RATE // 5):
        pitch = 200 * 2 ** (rng.integers(0, 24) / 12)
        phases = rng.uniform(0, 2 * np.pi, 5)
        note = sum(np.sin(2 * np.pi * pitch * h * t + p) / h for h, p in enumerate(phases, 1))
        at = start + int(rng.integers(0, RATE // 10))
        song[at : at + len(t)] += (note * np.exp(-6 * t))[: len(song) - at]
    return 0.1 * song


def write(name, samples, rate=RATE):
    soundfile.write(name, samples, rate, "FLOAT")


def room(song, seconds, seed=0):
    """The song with an exponential decay of 60 dB in so many seconds and no direct sound."""
    n = int(seconds * RATE)
    decay = np.random.default_rng(seed).standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    return signal.fftconvolve(song, decay / np.sqrt((decay**2).sum()))[: len(song)]


SPEEDS = [(1001, 1000), (199, 200), (51, 50)]


def check_speed(numerator, denominator, seconds, starts):
    song, speed = tune(seconds), numerator / denominator
    write("fast.wav", signal.resample_poly(song, denominator, numerator))
    for start in starts:
        at = int(start * RATE)
        write("clip.wav", song[at : at + 2 * RATE])
        (hit,) = find_in_recordings("clip.wav", "fast.wav", speeds=(0.975, 1.025)).found
        assert hit.start == pytest.approx(at / RATE / speed, abs=1e-3)
        assert hit.speed == pytest.approx(speed, abs=5e-5)
        assert hit.score > 0.98


@pytest.mark.parametrize(("numerator", "denominator"), SPEEDS)
def test_played_at_another_speed(numerator, denominator):
    check_speed(numerator, denominator, 5, [1.7])


@pytest.mark.slow
@pytest.mark.parametrize(("numerator", "denominator"), SPEEDS)
def test_eight_of_eight_played_at_another_speed(numerator, denominator):
    check_speed(numerator, denominator, 9, np.linspace(0.3, 6.5, 8))


def test_a_copy_scores_with_speeds_as_without():
    song = tune(5)
    write("song.wav", song)
    write("clip.wav", song[9000:21_000])
    (plain,) = find_in_recordings("clip.wav", "song.wav").found
    (played,) = find_in_recordings("clip.wav", "song.wav", speeds=(0.995, 1.005)).found
    assert (played.sample, played.score, played.speed) == (9000, plain.score, 1)
    (own,) = find_in_recordings("clip.wav", "song.wav", speeds=(1, 1)).found
    assert (own.sample, own.score, own.z, own.speed) == (9000, plain.score, plain.z, 1)


def test_speeds_keep_to_their_range():
    song = tune(5)
    write("clip.wav", song[9000:21_000])
    write("fast.wav", signal.resample_poly(song, 100, 101))
    (hit,) = find_in_recordings("clip.wav", "fast.wav", speeds=(1.001, 1.005)).found
    assert 1.001 <= hit.speed <= 1.005
    (hit,) = find_in_recordings("clip.wav", "fast.wav", speeds=(1.01, 1.01)).found
    assert hit.speed == 1.01
    assert hit.start == pytest.approx(9000 / RATE / 1.01, abs=1e-3)


def test_a_whole_recording_played_faster_is_shorter_than_its_clip():
    song = tune(4)
    write("song.wav", song)
    write("fast.wav", signal.resample_poly(song, 50, 51))
    (hit,) = find_in_recordings("song.wav", "fast.wav", speeds=(0.97, 1.03)).found
    assert hit.start == pytest.approx(0, abs=1e-3)
    assert hit.speed == pytest.approx(1.02, abs=2e-4)
    assert hit.score > 0.98


@pytest.mark.parametrize("options", [{}, {"whiten": "noise"}, {"score": "phase"}])
def test_inverted(options):
    song = tune(12)
    write("clip.wav", -0.5 * song[41_000:49_000])
    write("song.wav", song)
    (hit,) = find_in_recordings("clip.wav", "song.wav", **options).found
    (same,) = find_in_recordings("clip.wav", "song.wav", **options | {"threshold": 0.05}).found[:1]
    assert (hit.sample, hit.inverted) == (same.sample, same.inverted) == (41_000, True)
    assert hit.false_alarm < 0.01
    assert hit.z > 0
    if not options:
        assert hit.score == pytest.approx(1, abs=1e-6)
    write("straight.wav", song[41_000:49_000])
    (straight,) = find_in_recordings("straight.wav", "song.wav", **options).found
    assert not straight.inverted
    assert straight.score == pytest.approx(hit.score, rel=1e-3)
    assert straight.z == pytest.approx(hit.z, rel=0.05)


def test_inverted_and_played_faster():
    song = tune(6)
    write("clip.wav", -song[17_000:33_000])
    write("fast.wav", signal.resample_poly(song, 200, 201))
    (hit,) = find_in_recordings("clip.wav", "fast.wav", speeds=(0.99, 1.01)).found
    assert hit.inverted
    assert hit.start == pytest.approx(17_000 / RATE / 1.005, abs=1e-3)


def test_a_distance_has_no_other_sign():
    song = tune(5)
    write("clip.wav", -song[9000:17_000])
    write("song.wav", song)
    (hit,) = find_in_recordings("clip.wav", "song.wav", score="distance").found
    assert (hit.inverted, hit.sample == 9000) == (False, False)


@pytest.mark.parametrize("seconds", [0.3, 1.5])
def test_reverberant(seconds):
    """The default finds by a whitened second look what zncc alone leaves in doubt, or misses."""
    song = tune(20, seed=3)
    write("clip.wav", song[70_000:94_000])
    write("room.wav", room(song, seconds))
    (hit,) = find_in_recordings("clip.wav", "room.wav").found
    assert hit.start == pytest.approx(70_000 / RATE + 0.02, abs=0.03)
    assert hit.false_alarm < 0.05
    (phase,) = find_in_recordings("clip.wav", "room.wav", score="phase").found
    assert phase.start == pytest.approx(70_000 / RATE + 0.02, abs=0.03)


def test_a_threshold_is_of_the_score_that_is_asked_for():
    song = tune(20, seed=3)
    write("clip.wav", song[70_000:94_000])
    write("room.wav", room(song, 1.5))
    assert find_in_recordings("clip.wav", "room.wav", threshold=0.9).found == []


@pytest.mark.parametrize(("options", "share"), [
    ({"boundary": "renormalize"}, 0.6), ({"min_overlap": 0.1}, 0.15),
])  # fmt: skip
def test_recordings_that_share_an_end(options, share):
    song, length = tune(12), 6 * RATE
    common = int(share * length)
    write("first.wav", song[:length])
    write("second.wav", song[length - common : 2 * length - common])
    (hit,) = find_in_recordings("second.wav", "first.wav", **options).found
    assert (hit.sample, hit.start) == (length - common, (length - common) / RATE)
    assert hit.score == pytest.approx(1, abs=1e-6)
    (hit,) = find_in_recordings("first.wav", "second.wav", **options).found
    assert hit.sample == common - length


def test_an_end_in_a_recording_of_several_blocks(monkeypatch):
    from intertwine.matching import recordings

    monkeypatch.setattr(recordings, "PLACES", 9000)
    song = tune(10)
    write("song.wav", song[4000:])
    write("clip.wav", song[1000:9000])
    (hit,) = find_in_recordings("clip.wav", "song.wav", min_overlap=0.25).found
    assert (hit.sample, round(hit.score, 6)) == (-3000, 1)
    write("end.wav", song[:-5000])
    write("clip.wav", song[-9000:-1000])
    (hit,) = find_in_recordings("clip.wav", "end.wav", min_overlap=0.25).found
    assert (hit.sample, round(hit.score, 6)) == (len(song) - 9000, 1)


@pytest.mark.slow
def test_blocks_find_at_other_speeds_what_one_search_finds(monkeypatch):
    from intertwine.matching import recordings

    song = tune(5)
    write("clip.wav", song[25_000:31_000])
    write("fast.wav", signal.resample_poly(song, 200, 199))
    whole = find_in_recordings("clip.wav", "fast.wav", speeds=(0.99, 1)).found[0]
    monkeypatch.setattr(recordings, "PLACES", 13_000)
    part = find_in_recordings("clip.wav", "fast.wav", speeds=(0.99, 1)).found[0]
    assert part.start == pytest.approx(whole.start, abs=1e-5)
    assert part.start == pytest.approx(25_000 / RATE / 0.995, abs=1e-3)


def test_the_surest_come_first_and_short_recordings_are_skipped():
    song = tune(12)
    write("clip.wav", song[50_000:60_000])
    write("a.wav", tune(12, seed=9))
    write("b.wav", song)
    write("c.wav", song[:5000])
    write("d.wav", song[49_000:63_000])  # too few places to know
    result = find_in_recordings("clip.wav", ["a.wav", "b.wav", "c.wav", "d.wav"])
    assert [str(hit.recording) for hit in result.found] == ["b.wav", "a.wav", "d.wav"]
    assert np.isnan(result.found[-1].false_alarm)
    assert [(str(path), why) for path, why in result.skipped] == [(
        "c.wav",
        "clip.wav lasts 1.250 s but c.wav only 0.625 s.\n"
        "  The clip comes first, then the recording.",
    )]  # fmt: skip
    assert result.failed == []


def test_samples_that_are_missing():
    song = tune(4)
    write("clip.wav", song[12_000:20_000])
    holed = song.copy()
    holed[14_000:14_200] = np.nan
    write("holed.wav", holed)
    for options in ({}, {"speeds": (0.998, 1.002)}, {"min_overlap": 0.5}):
        (hit,) = find_in_recordings("clip.wav", "holed.wav", **options).found
        assert (hit.sample, round(hit.score, 5)) == (12_000, 1), options


def test_stereo_clips_of_other_rates_at_other_speeds():
    song = tune(6)
    clip = signal.resample_poly(song[20_000:36_000], 11_025, RATE)
    write("clip.wav", np.stack([clip, clip], 1), 11_025)
    write("fast.wav", signal.resample_poly(song, 200, 201))
    (hit,) = find_in_recordings("clip.wav", "fast.wav", speeds=(0.99, 1.01)).found
    assert hit.start == pytest.approx(2.5 / 1.005, abs=1e-3)
    assert hit.speed == pytest.approx(1.005, abs=1e-4)


RANGE = "must be a range (low, high) between 0.5 and 2.\n  1 is the clip's own speed: " \
        "speeds=(0.98, 1.02) is 2 % slower to 2 % faster."  # fmt: skip


@pytest.mark.parametrize(("options", "text"), [
    ({"speeds": 1.02}, f"find_in_recordings: `speeds=1.02` {RANGE}"),
    ({"speeds": (0, 1)}, f"find_in_recordings: `speeds=(0, 1)` {RANGE}"),
    ({"speeds": (1.1, 1)}, f"find_in_recordings: `speeds=(1.1, 1)` {RANGE}"),
    ({"speeds": (-1, 1)}, f"find_in_recordings: `speeds=(-1, 1)` {RANGE}"),
    ({"speeds": (1, 1.1), "score": "distance"},
     "find_in_recordings: speeds are searched by 'zncc', not by 'distance'.\n"
     "  Leave `score` and `whiten` out, or speeds."),
])  # fmt: skip
def test_errors(options, text):
    with pytest.raises(iw.OptionError) as caught:
        find_in_recordings("clip.wav", "song.wav", **options)
    assert str(caught.value) == text


def test_a_clip_of_one_sample():
    write("one.wav", np.ones(1))
    write("song.wav", tune(2))
    result = find_in_recordings("one.wav", "song.wav", speeds=(0.9, 1.1))
    assert result.found == []
    assert "is constant: there is nothing in it to find" in result.failed[0][1]


def test_a_few_samples_at_other_speeds():
    song = tune(2)
    write("few.wav", song[4000:4010])
    write("song.wav", song)
    (hit,) = find_in_recordings("few.wav", "song.wav", speeds=(0.9, 1.1)).found
    assert (hit.sample, hit.speed) == (4000, 1)
    assert ceil(hit.score - 1e-6) == 1
