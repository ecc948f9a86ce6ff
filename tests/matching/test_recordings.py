"""Clips in recordings: rates, channels, blocks, folders, broken files."""

import tracemalloc

import numpy as np
import pytest
import soundfile
from scipy import signal

import intertwine as iw
from intertwine.matching import recordings
from intertwine.matching.recordings import find_in_recordings

RATE = 8000


@pytest.fixture
def song():
    """Thirty seconds, stereo, that no two seconds of are alike."""
    rng = np.random.default_rng(0)
    sides = signal.lfilter([1, 0.5], [1, -0.9], rng.standard_normal((30 * RATE, 2)), axis=0)
    return (0.1 * sides).astype(np.float32)


@pytest.fixture
def here(tmp_path, monkeypatch, song):
    monkeypatch.chdir(tmp_path)
    soundfile.write("song.wav", song, RATE, "FLOAT")
    soundfile.write("clip.wav", song[100_000:116_000], RATE, "FLOAT")
    return tmp_path


@pytest.mark.parametrize("places", [20_000, 70_001, 1 << 21])
@pytest.mark.parametrize("options", [
    {}, {"count": 5}, {"threshold": 0.04, "count": 10},
    {"score": "distance", "count": 4, "min_distance": 0.5},
])  # fmt: skip
def test_blocks_find_what_one_search_finds(here, song, monkeypatch, places, options):
    monkeypatch.setattr(recordings, "PLACES", places)
    found = find_in_recordings("clip.wav", "song.wav", **options).found
    if "min_distance" in options:
        options = options | {"min_distance": int(options["min_distance"] * RATE)}
    clip, apart = song[100_000:116_000].T, options.get("min_distance", 8000)
    signs = (1,) if options.get("score") == "distance" else (1, -1)
    wholes = [iw.find(sign * clip, song.T, axes=1, **options) for sign in signs]
    kept = []
    hits = [(hit, sign) for sign, whole in zip(signs, wholes, strict=True) for hit in whole]
    for hit, sign in sorted(hits, key=lambda one: one[0].score * (1 if len(signs) == 1 else -1)):
        if all(abs(hit.position[0] - other.position[0]) >= apart for other, _ in kept):
            kept.append((hit, sign))
    del kept[options.get("count", 1) :]
    found.sort(key=lambda one: one.score * (1 if len(signs) == 1 else -1))
    best = [hit for hit, _ in kept]
    assert [s.sample for s in found] == [round(hit.position[0]) for hit in best]
    assert [s.inverted for s in found] == [sign < 0 for _, sign in kept]
    np.testing.assert_allclose([s.score for s in found], [h.score for h in best], atol=1e-5)
    np.testing.assert_allclose(
        [s.start * RATE for s in found], [h.position[0] for h in best], atol=0.01
    )
    np.testing.assert_allclose([s.z for s in found], [h.z for h in best], rtol=0.05)
    assert found[0].sample == 100_000
    assert found[0].false_alarm < 1e-3


@pytest.mark.parametrize("places", [20_000, 1 << 21])
def test_clips_at_the_very_ends_and_at_every_border(here, song, monkeypatch, places):
    monkeypatch.setattr(recordings, "PLACES", places)
    for at in (0, 1, 79_999, 80_000, 80_001, len(song) - 9001, len(song) - 9000):
        soundfile.write("part.wav", song[at : at + 9000], RATE, "FLOAT")
        found = find_in_recordings("part.wav", "song.wav").found
        assert [s.sample for s in found] == [at]


def test_coloured_noise_in_blocks(here, song, monkeypatch):
    monkeypatch.setattr(recordings, "PLACES", 30_000)
    monkeypatch.setattr(recordings, "CLIPS_A_BLOCK", 10)
    noise = np.random.default_rng(1).standard_normal(song.shape).cumsum(0)
    soundfile.write("loud.wav", song + noise, RATE, "FLOAT")
    soundfile.write("short.wav", song[150_000:156_000], RATE, "FLOAT")
    found = find_in_recordings("short.wav", "loud.wav", whiten="noise").found
    assert [s.sample for s in found] == [150_000]


@pytest.mark.parametrize("rate", [6000, 11_025, 16_000, 44_100])
def test_other_rates(here, song, rate):
    part = signal.resample_poly(song[100_000:116_000], rate, RATE)
    soundfile.write("other.wav", part, rate, "FLOAT")
    found = find_in_recordings("other.wav", "song.wav").found
    assert found[0].start == pytest.approx(12.5, abs=0.5 / RATE)
    assert found[0].score > 0.9


@pytest.mark.parametrize("noise", [0, 0.3])
def test_ogg_and_noise_within_5_milliseconds(here, song, noise):
    loud = song + noise * np.random.default_rng(2).standard_normal(song.shape).astype(np.float32)
    soundfile.write("clip.ogg", song[100_000:116_000] * 0.7, RATE)
    soundfile.write("song.ogg", 0.3 * loud, RATE)
    found = find_in_recordings("clip.ogg", "song.ogg").found
    assert found[0].start == pytest.approx(12.5, abs=0.005)


def test_one_channel_in_two_and_two_in_one(here, song):
    soundfile.write("left.wav", song[100_000:116_000, 0], RATE, "FLOAT")
    soundfile.write("mono.wav", song.mean(1), RATE, "FLOAT")
    assert find_in_recordings("left.wav", "song.wav").found[0].sample == 100_000
    mono = find_in_recordings("clip.wav", "mono.wav").found[0]
    assert (mono.sample, round(mono.score, 4)) == (100_000, 1)


def test_silence_around(here, song):
    quiet = song.copy()
    quiet[:90_000] = 0
    quiet[130_000:] = 0
    soundfile.write("quiet.wav", quiet, RATE, "FLOAT")
    assert find_in_recordings("clip.wav", "quiet.wav").found[0].sample == 100_000


def test_folders_and_broken_files(here, song):
    (here / "clips").mkdir()
    (here / "songs").mkdir()
    for name, at in (("a", 30_000), ("b", 90_000)):
        soundfile.write(f"clips/{name}.flac", song[at : at + 9000], RATE)
    (here / "clips" / "read me.txt").write_text("no sound")
    (here / "clips" / "silent.wav").write_bytes(b"")
    soundfile.write("clips/still.wav", np.full(9000, 0.5), RATE)
    soundfile.write("songs/1.wav", song, RATE, "FLOAT")
    soundfile.write("songs/2.flac", song[25_000:], RATE)
    soundfile.write("songs/short.wav", song[:500], RATE)
    (here / "songs" / "text.ogg").write_text("no sound")
    whole = (here / "songs" / "2.flac").read_bytes()
    (here / "songs" / "cut.flac").write_bytes(whole[: len(whole) // 2])
    seen = []
    result = find_in_recordings("clips", here / "songs", progress=lambda p, s: seen.append((p, s)))
    rows = sorted((s.clip.name, s.recording.name, s.sample) for s in result.found)
    assert sorted(rows, key=lambda row: row[1]) == [
        ("a.flac", "1.wav", 30_000), ("b.flac", "1.wav", 90_000),
        ("a.flac", "2.flac", 5000), ("b.flac", "2.flac", 65_000),
    ]  # fmt: skip
    why = {str(path.name): text for path, text in result.failed}
    assert "is empty" in why["silent.wav"]
    assert "is constant: there is nothing in it to find" in why["still.wav"]
    assert "cannot be read as a recording" in why["text.ogg"]
    assert "cut.flac" in why
    skipped = {(path.name, text.split(" ")[0]) for path, text in result.skipped}
    assert skipped == {("short.wav", "clips/a.flac"), ("short.wav", "clips/b.flac")}
    assert all("lasts 1.125 s but" in text for _, text in result.skipped)
    assert seen[0][0].name == "1.wav"
    assert max(share for _, share in seen) == 1


@pytest.mark.parametrize(("name", "text"), [
    ("cut.wav", "of the 1920000 bytes of sound it promises"),
    ("cut.flac", "cannot be read as a recording"),
    ("cut.ogg", "is cut short: its stream has no end"),
])  # fmt: skip
def test_truncated_files_give_no_half_answer(here, song, name, text):
    soundfile.write(f"whole-{name}", 0.1 * song, RATE, "FLOAT" if name == "cut.wav" else None)
    whole = (here / f"whole-{name}").read_bytes()
    (here / name).write_bytes(whole[: len(whole) // 2])
    result = find_in_recordings("clip.wav", name)
    assert result.found == []
    assert text in result.failed[0][1]
    other = find_in_recordings(name, "song.wav")
    assert text in other.failed[0][1]


def test_memory_does_not_grow_with_the_recording(here, song, monkeypatch):
    monkeypatch.setattr(recordings, "PLACES", 1 << 16)
    soundfile.write("long.wav", np.tile(song, (8, 1)), RATE)
    peaks = []
    for name in ("song.wav", "long.wav"):
        tracemalloc.start()
        find_in_recordings("clip.wav", name)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0]


@pytest.mark.parametrize(("clips", "options", "error", "text"), [
    ([], {}, OSError, "`clips` names no file"),
    (".", {"count": 0}, iw.OptionError, "`count=0`"),
    ("clip.wav", {"min_distance": 0}, iw.OptionError, "`min_distance=0` must be more than 0"),
    ("clip.wav", {"boundary": "zero"}, iw.OptionError, "`boundary='zero'`"),
    ("clip.wav", {"min_overlap": 0}, iw.OptionError, "`min_overlap=0` must be above 0, at most 1"),
    ("clip.wav", {"min_overlap": 0.1, "whiten": "noise"}, iw.OptionError, "not for 'snr'"),
    ("clip.wav", {"score": "correlation"}, iw.OptionError, "loud places win"),
    ("clip.wav", {"score": "zncz"}, iw.OptionError, "Did you mean 'zncc'?"),
    ("clip.wav", {"whiten": "nose"}, iw.OptionError, "Did you mean 'noise'?"),
    ("clip.wav", {"threshold": "high"}, iw.OptionError, "`threshold='high'` must be a number"),
])  # fmt: skip
def test_errors(here, clips, options, error, text):
    with pytest.raises(error) as caught:
        find_in_recordings(clips, "song.wav", **options)
    assert text in str(caught.value)
