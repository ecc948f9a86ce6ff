"""Three seconds in three minutes of music, under noise far louder than the music.

The music is an orchestra's, repeated to three minutes: the same clip is right in every copy. Music
put together from loops will not do, since there the same clip comes again, a little off the sample.
"""

import numpy as np
import pytest
import soundfile
from scipy import signal

import intertwine as iw
from intertwine.matching.recordings import find_in_recordings

pytestmark = pytest.mark.data

RATE, CLIP, LENGTH = 8000, 3 * 8000, 180 * 8000
BROWN = ([1], [1, -0.98])
RESONANT = ([1], [1, -1.8, 0.9])


@pytest.fixture
def music(data_folder):
    (path,) = (data_folder / "audio").glob("Hungarian*.ogg")
    samples, rate = soundfile.read(path)
    return signal.resample_poly(samples, RATE, rate)


def found(music, decibels, colour=None, **options):
    """How many of twelve clips are found to the sample; the noise is measured against the clip."""
    song, period, right = np.resize(music, LENGTH), len(music), 0
    starts = np.random.default_rng(7).integers(0, period - CLIP, 12)
    for seed, start in enumerate(starts.tolist()):
        clip = song[start : start + CLIP]
        noise = np.random.default_rng(seed).standard_normal(LENGTH)
        if colour is not None:
            noise = signal.lfilter(*colour, noise)
        loud = song + noise * (clip.std() / noise.std() * 10 ** (-decibels / 20))
        hits = iw.find(clip, loud, **options)
        right += (int(hits.index[0, 0]) - start) % period == 0
    return right


@pytest.mark.parametrize(("decibels", "least"), [(-20, 12), (-25, 11)])
def test_white_noise(music, decibels, least):
    assert found(music, decibels) >= least


@pytest.mark.parametrize("colour", [BROWN, RESONANT])
def test_coloured_noise(music, colour):
    assert found(music, -30, colour, whiten="noise") == 12


def test_from_files_of_other_rates_and_kinds(music, tmp_path):
    """A clip at 44.1 kHz, in OGG, in a recording under noise twice as loud as the music."""
    song = np.resize(music, LENGTH)
    noise = np.random.default_rng(0).standard_normal(LENGTH) * 2 * song.std()
    loud = (song + noise) / 20
    clip = signal.resample_poly(song[150_000 : 150_000 + CLIP], 441, 80)
    soundfile.write(tmp_path / "clip.ogg", 0.5 * clip, 44_100)
    soundfile.write(tmp_path / "song.ogg", loud[: len(music)], RATE)
    (hit,) = find_in_recordings(tmp_path / "clip.ogg", tmp_path / "song.ogg").found
    assert hit.start == pytest.approx(150_000 / RATE, abs=0.005)
    assert hit.false_alarm < 1e-3
