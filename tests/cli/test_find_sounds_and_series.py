"""``intertwine find`` on recordings and series: tables, CSV, JSON, errors."""

import csv
import io
import json

import numpy as np
import pytest
import soundfile


@pytest.fixture
def files(here):
    song = 0.1 * np.random.default_rng(0).standard_normal(40_000)
    soundfile.write("song.wav", song, 8000, "FLOAT")
    soundfile.write("clip.wav", song[16_000:20_000], 8000, "FLOAT")
    soundfile.write("other.wav", song[4000:6000], 8000, "FLOAT")
    lines = [f"{i},{v:.6f}" for i, v in enumerate(song[:500])]
    (here / "series.csv").write_text("\n".join(['"","level"', *lines[:90], "90,NA", *lines[91:]]))
    (here / "shape.csv").write_text("\n".join(["level", *(line[4:] for line in lines[200:230])]))
    return song


def test_a_clip_as_a_table(intertwine, files):
    ended = intertwine("find", "clip.wav", "song.wav")
    assert ended.code == 0, ended.err
    row = next(line for line in ended.out.splitlines() if "clip.wav" in line)
    assert [cell.strip() for cell in row.split("│")[1:6]] == [
        "clip.wav", "song.wav", "2.0000", "16000", "1.0000",
    ]  # fmt: skip


def test_clips_as_csv_and_json(intertwine, files, here):
    ended = intertwine("find", "clip.wav", "song.wav", "--also", "other.wav", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    assert [(r["clip"], int(r["sample"])) for r in rows] == [
        ("clip.wav", 16_000), ("other.wav", 4000),
    ]  # fmt: skip
    ended = intertwine("find", "clip.wav", "song.wav", "-o", "hits.json")
    assert ended.code == 0, ended.err
    (hit,) = json.loads((here / "hits.json").read_text())
    assert hit["start_s"] == pytest.approx(2)
    assert hit["score"] == pytest.approx(1)
    again = intertwine("find", "clip.wav", "song.wav", "-o", "hits.json")
    assert again.code == 2
    assert "hits.json exists already" in again.err


def test_a_folder_with_a_broken_file(intertwine, files, here):
    (here / "songs").mkdir()
    (here / "songs" / "a.wav").write_bytes(b"RIFF")
    (here / "song.wav").rename(here / "songs" / "b.wav")
    ended = intertwine("find", "clip.wav", "songs", "--format", "json")
    assert ended.code == 2
    assert [row["sample"] for row in json.loads(ended.out)] == [16_000]
    assert "songs/a.wav cannot be read as a recording" in ended.err
    assert "1 search failed; the others are reported." in ended.err


def test_a_folder_with_a_short_recording(intertwine, files, here):
    (here / "songs").mkdir()
    soundfile.write("songs/a.wav", files[:1000], 8000, "FLOAT")
    (here / "song.wav").rename(here / "songs" / "b.wav")
    ended = intertwine("find", "clip.wav", "songs", "--format", "json")
    assert ended.code == 0, ended.err
    assert [row["sample"] for row in json.loads(ended.out)] == [16_000]
    assert "clip.wav lasts 0.500 s but songs/a.wav only 0.125 s." in ended.err
    (here / "songs" / "b.wav").unlink()
    soundfile.write("songs/c.wav", files[:900], 8000, "FLOAT")
    ended = intertwine("find", "clip.wav", "songs")
    assert ended.code == 2
    assert "Every recording is shorter than what is looked for." in ended.err


def test_doubtful_hits_stand_below_a_line(intertwine, files, here):
    (here / "songs").mkdir()
    soundfile.write("songs/a.wav", 0.1 * np.random.default_rng(1).standard_normal(40_000), 8000)
    (here / "song.wav").rename(here / "songs" / "b.wav")
    ended = intertwine("find", "clip.wav", "songs")
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    sure = next(i for i, line in enumerate(lines) if "songs/b.wav" in line)
    assert lines[sure + 1].startswith("├")
    assert "songs/a.wav" in lines[sure + 2]
    assert lines[-1].startswith("Below the line chance does as well with a probability above 0.05,")
    assert "doubtful" not in ended.out


def test_an_inverted_clip_at_another_speed_and_an_end(intertwine, files, here):
    from scipy import signal

    soundfile.write("turned.wav", -files[16_000:20_000], 8000, "FLOAT")
    ended = intertwine("find", "turned.wav", "song.wav")
    assert "inverted" in ended.out
    assert "inverted" not in intertwine("find", "clip.wav", "song.wav").out
    soundfile.write("fast.wav", signal.resample_poly(files, 100, 101), 8000, "FLOAT")
    words = ("--speeds", "0.98,1.02", "--format", "json")
    (hit,) = json.loads(intertwine("find", "turned.wav", "fast.wav", *words).out)
    assert hit["inverted"] is True
    assert hit["speed"] == pytest.approx(1.01, abs=1e-4)
    assert hit["start_s"] == pytest.approx(2 / 1.01, abs=1e-3)
    soundfile.write("next.wav", files[-3000:], 8000, "FLOAT")
    soundfile.write("first.wav", files[:-1000], 8000, "FLOAT")
    for words in (("--min-overlap", "0.5"), ("--boundary", "renormalize")):
        ended = intertwine("find", "next.wav", "first.wav", *words, "--format", "json")
        (hit,) = json.loads(ended.out)
        assert (hit["sample"], round(hit["score"], 5)) == (37_000, 1)


def test_a_shape_in_a_series(intertwine, files):
    ended = intertwine("find", "shape.csv", "series.csv", "--format", "json")
    assert ended.code == 0, ended.err
    (hit,) = json.loads(ended.out)
    assert (hit["sample"], round(hit["score"], 3)) == (200, 1)
    ended = intertwine("find", "shape.csv", "series.csv", "--score", "distance", "--count", "2")
    assert "2 found" in ended.out


def test_absent_patterns_are_doubted_for_people_only(intertwine, files, here):
    draw = np.random.default_rng(7)
    soundfile.write("absent.wav", 0.1 * draw.standard_normal(1500), 8000, "FLOAT")
    np.savetxt("absent.csv", draw.standard_normal(12))
    for words, what in (
        (("clip.wav", "song.wav", "--also", "absent.wav"), "absent.wav in song.wav"),
        (("absent.csv", "series.csv"), "absent.csv in series.csv"),
    ):
        ended = intertwine("find", *words, "--count", "2")
        assert ended.code == 0, ended.err
        (said,) = [line for line in ended.out.splitlines() if "doubtful" in line]
        assert said.startswith(f"{what}: doubtful. Chance alone does as well there with probab")
        assert "doubtful" in intertwine("find", *words, "-o", "hits.csv", "-f").out
        assert "doubtful" not in intertwine("find", *words, "--format", "csv").out


@pytest.mark.parametrize(("words", "text"), [
    (("song.wav", "clip.wav"), "song.wav lasts 5.000 s but clip.wav only 0.500 s."),
    (("clip.wav", "nothing.wav"), "There is no file nothing.wav."),
    (("clip.wav", "series.csv"), "series.csv is no recording."),
    (("clip.wav", "."), "1 search failed; the others are reported."),
    (("clip.wav", "song.wav", "--speeds", "0,1"), "must be a range (low, high) between 0.5 and 2"),
    (("clip.wav", "song.wav", "--speeds", "fast"), "--speeds fast: write numbers"),
    (("clip.wav", "song.wav", "--boundary", "wrap"), "`boundary='wrap'`"),
    (("shape.csv", "series.csv", "--speeds", "1,2"), "--speeds is not for series."),
    (("clip.wav", "song.wav", "--angles", "0,9"), "--angles is not for recordings"),
    (("clip.wav", "song.wav", "--column", "a"), "--column is not for recordings."),
    (("clip.wav", "song.wav", "--format", "jsn"), "--format jsn is not known. Did you mean 'json'"),
    (("clip.wav", "song.wav", "-o", "hits.png"), "hits are written as .csv or .json."),
    (("shape.csv", "series.csv", "--column", "levl"), "Did you mean 'level'?"),
    (("shape.csv", "song.wav"), "cannot be read as text"),
    (("shape.csv", "nothing.csv"), "There is no file nothing.csv."),
    (("series.csv", "shape.csv"), "is larger than `data`"),
    (("shape.csv", "series.csv", "--also", "clip.wav"), "--also is not for series."),
    (("shape.csv", "series.csv", "--min-distance", "0.5"), "it counts whole samples"),
])  # fmt: skip
def test_errors(intertwine, files, here, words, text):
    if words[1] == ".":
        (here / "broken.ogg").write_text("no sound")
    ended = intertwine("find", *words)
    assert ended.code == 2
    assert text in ended.err
