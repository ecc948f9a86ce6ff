"""Recordings and arrays survive being read and written, to the last bit where they are whole."""

import numpy as np
import pytest
import soundfile

from intertwine import files
from intertwine.base.errors import FileError
from intertwine.files.document import Document

RNG = np.random.default_rng(11)


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        (".wav", "PCM_U8"),
        (".wav", "PCM_16"),
        (".wav", "PCM_24"),
        (".wav", "PCM_32"),
        (".wav", "FLOAT"),
        (".wav", "DOUBLE"),
        (".flac", "PCM_S8"),
        (".flac", "PCM_16"),
        (".flac", "PCM_24"),
    ],
)
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_samples_come_back(tmp_path, suffix, subtype, channels):
    sound = RNG.integers(-(2**31), 2**31, (300, channels), np.int32)
    soundfile.write(tmp_path / f"a{suffix}", sound, 8000, subtype)
    first = files.read(tmp_path / f"a{suffix}")
    files.write(tmp_path / f"b{suffix}", first)
    second = files.read(tmp_path / f"b{suffix}")
    assert (second.meta["rate_hz"], second.meta["subtype"]) == (8000, subtype)
    np.testing.assert_array_equal(second.pages[0], first.pages[0])


def test_long_ogg_is_written_in_pieces(tmp_path):
    seconds = np.arange(200_000) / 22050
    sound = (0.5 * np.sin(2 * np.pi * 440 * seconds)).astype(np.float32)[:, None]
    meta = {"rate_hz": 22050, "subtype": "VORBIS", "tags": {"title": "A"}}
    files.write(tmp_path / "a.ogg", Document("sound", (sound,), False, meta))
    back = files.read(tmp_path / "a.ogg")
    assert back.meta["tags"]["title"] == "A"
    assert np.abs(back.pages[0] - sound).max() < 0.05


def test_integers_kept_with_fractions_become_floating_point(tmp_path):
    meta = {"rate_hz": 8000, "subtype": "PCM_16", "tags": {}}
    sound = np.array([[0.5], [-40000.0]], np.float32)
    files.write(tmp_path / "a.wav", Document("sound", (sound,), False, meta))
    back = files.read(tmp_path / "a.wav")
    assert back.meta["subtype"] == "FLOAT"
    np.testing.assert_array_equal(back.pages[0], sound / np.float32(32768))
    with pytest.raises(FileError) as caught:
        files.write(tmp_path / "a.flac", Document("sound", (sound,), False, meta))
    assert str(caught.value) == (
        f"{tmp_path / 'a.flac'}: FLAC holds samples from -1 to 1, but these reach 1.221.\n"
        "  Write a .wav."
    )


def test_other_formats_lose_as_little_as_they_can(tmp_path):
    sound = RNG.uniform(-1, 1, (300, 2))
    soundfile.write(tmp_path / "a.wav", sound, 8000, "DOUBLE")
    document = files.read(tmp_path / "a.wav")
    files.write(tmp_path / "a.flac", document)
    back = files.read(tmp_path / "a.flac")
    assert back.meta["subtype"] == "PCM_24"
    assert np.abs(back.pages[0] / 2.0**31 - sound).max() <= 2.0**-24

    soundfile.write(tmp_path / "b.wav", sound, 8000, "PCM_32")
    files.write(tmp_path / "b.flac", files.read(tmp_path / "b.wav"))
    assert np.abs(soundfile.read(tmp_path / "b.flac")[0] - sound).max() <= 2.0**-23

    soundfile.write(tmp_path / "c.ogg", sound, 8000)
    lossy = files.read(tmp_path / "c.ogg")
    files.write(tmp_path / "c.wav", lossy)
    np.testing.assert_array_equal(files.read(tmp_path / "c.wav").pages[0], lossy.pages[0])
    files.write(tmp_path / "d.ogg", files.read(tmp_path / "b.wav"))
    assert files.read(tmp_path / "d.ogg").pages[0].dtype == np.float32


def test_the_loudest_samples_of_24_bits(tmp_path):
    """1 is no number of 24 bits: the next smaller one is written, and nothing below changes."""
    top = 2**23
    sound = np.array([1.0, 1 - 1 / top, 1 - 2 / top, -1.0, 1 / top, 0.4 / top])[:, None]
    meta = {"rate_hz": 8000, "subtype": "DOUBLE", "tags": {}}
    files.write(tmp_path / "a.flac", Document("sound", (sound,), False, meta))
    steps = files.read(tmp_path / "a.flac").pages[0][:, 0] >> 8
    assert steps.tolist() == [top - 1, top - 1, top - 2, -top, 1, 0]


def test_a_recording_cut_short_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.flac", RNG.integers(-999, 999, (9000, 2), np.int16), 8000)
    whole = (tmp_path / "a.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match=r"a\.flac (is cut short|cannot be read as a recording)"):
        files.read(tmp_path / "a.flac")


@pytest.mark.parametrize("dtype", ["?", "u1", ">i4", "f2", "f8", "c8"])
def test_arrays_come_back(tmp_path, dtype):
    array = RNG.integers(0, 2, (3, 1, 4)).astype(dtype)
    files.write(tmp_path / "a.npy", Document("array", (array,)))
    back = files.read(tmp_path / "a.npy").pages[0]
    assert back.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(back, array)


def test_pictures_and_sounds_as_arrays(tmp_path):
    pages = tuple(RNG.integers(0, 9, (3, 2, 4, 3), np.uint8))
    files.write(tmp_path / "a.npy", Document("image", pages))
    assert np.load(tmp_path / "a.npy").shape == (3, 2, 4, 3)
    meta = {"rate_hz": 8000, "subtype": "PCM_16", "tags": {}}
    files.write(tmp_path / "b.npy", Document("sound", (np.zeros((7, 1), np.int16),), False, meta))
    assert np.load(tmp_path / "b.npy").shape == (7,)


@pytest.mark.data
def test_real_recordings(data_folder, tmp_path):
    for source in sorted((data_folder / "audio").glob("*.ogg")):
        document = files.read(source)
        files.write(tmp_path / "a.ogg", document, overwrite=True)
        assert files.read(tmp_path / "a.ogg").pages[0].shape == document.pages[0].shape
