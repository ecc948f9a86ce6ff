"""``intertwine find`` on pictures: boxes, tables, rows, errors."""

import csv
import io
import json
import re

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageOps
from scipy import ndimage


@pytest.fixture
def coins(here):
    photo = skimage.data.coins()
    Image.fromarray(photo).save("coins.png")
    Image.fromarray(photo[170:220, 75:130]).save("coin.png")
    return photo


def test_all_coins_are_framed(intertwine, coins, here):
    ended = intertwine("find", "coin.png", "coins.png", "--threshold", "0.4")
    assert ended.code == 0, ended.err
    assert "coins.png: 24 found" in ended.out
    assert "170.00" in ended.out
    drawn = np.asarray(Image.open(here / "coins-found.png").convert("RGB")).astype(int)
    assert drawn.shape[1] >= 384
    red = (drawn[..., 0] > 150) & (drawn[..., 1] < 100)
    assert 0.02 < red.mean() < 0.3
    again = intertwine("find", "coin.png", "coins.png")
    assert again.code == 2
    assert "coins-found.png exists already" in again.err


def near(place):
    """Positions are curves' tops: whole for exact matches but for the rounding of their scores."""
    return pytest.approx(place, abs=0.01)


def read_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


COLUMNS = ["picture", "row", "column", "centre_row", "centre_column", "score", "z", "false_alarm",
           "angle", "scale"]  # fmt: skip


def test_hits_as_rows(intertwine, coins, here):
    words = ("find", "coin.png", "coins.png", "--threshold", "0.4")
    ended = intertwine(*words, "--format", "csv")
    assert ended.code == 0, ended.err
    rows = read_rows(ended.out)
    assert len(rows) == 24
    assert list(rows[0]) == COLUMNS
    assert [rows[0]["picture"], *(float(rows[0][name]) for name in COLUMNS[1:6])] == [
        "coins.png", *map(near, (170, 75, 194.5, 102, 1)),
    ]  # fmt: skip
    assert sorted(p.name for p in here.iterdir()) == ["coin.png", "coins.png"]
    ended = intertwine(*words, "-o", "hits.csv")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("hits.csv  24 found\n")
    assert read_rows((here / "hits.csv").read_text()) == rows
    again = intertwine(*words, "-o", "hits.csv")
    assert again.code == 2
    assert "hits.csv exists already" in again.err
    ended = intertwine(*words, "--format", "json", "-o", "boxes.png")
    assert [row["row"] for row in json.loads(ended.out)] == [float(row["row"]) for row in rows]
    assert (here / "boxes.png").exists()
    ended = intertwine(*words, "-o", "hits.json", "--threshold", "0.9999")
    assert [row["column"] for row in json.loads((here / "hits.json").read_text())] == [near(75)]


def test_rows_of_several_pictures_and_of_none(intertwine, coins, here):
    (here / "broken.png").write_bytes((here / "coins.png").read_bytes()[:2000])
    Image.fromarray(coins[100:]).save("lower.png")
    ended = intertwine(
        "find", "coin.png", "coins.png", "broken.png", "lower.png", "-o", "hits.json"
    )
    assert ended.code == 2
    assert "1 of 3 files could not be searched" in ended.err
    assert [(row["picture"], row["row"]) for row in json.loads((here / "hits.json").read_text())
            ] == [("coins.png", near(170)), ("lower.png", near(70))]  # fmt: skip
    ended = intertwine("find", "coin.png", "broken.png", "-o", "nothing.json")
    assert ended.code == 2
    assert not (here / "nothing.json").exists()
    Image.fromarray(skimage.data.moon()).save("moon.png")
    ended = intertwine("find", "coin.png", "moon.png", "--threshold", "0.9", "--format", "csv")
    assert (ended.code, ended.out) == (0, ",".join(COLUMNS) + "\n")


@pytest.mark.parametrize("orientation", range(2, 9))
def test_rows_count_stored_pixels_whatever_exif_says(intertwine, coins, here, orientation):
    """The first and the middle pixel of the coin lie in the stored picture where they are told."""
    index = np.stack(np.indices(coins.shape), -1)
    for store in (lambda a: a, np.flipud, lambda a: a[::-1, ::-1], np.fliplr,
                  np.rot90, lambda a: np.rot90(a, -1), lambda a: a.swapaxes(0, 1),
                  lambda a: np.rot90(a, 2).swapaxes(0, 1)):  # fmt: skip
        image, exif = Image.fromarray(np.ascontiguousarray(store(coins))), Image.Exif()
        exif[274] = orientation
        image.save("photo.png", exif=exif)
        with Image.open("photo.png") as opened:
            if np.array_equal(np.asarray(ImageOps.exif_transpose(opened)), coins):
                break
    else:
        raise AssertionError("no way to store the picture")
    ended = intertwine("find", "coin.png", "photo.png", "--format", "json")
    (hit,) = json.loads(ended.out)
    kept = store(index)
    ((first,), (middle,)) = (np.argwhere((kept == at).all(-1)) for at in ((170, 75), (194, 102)))
    assert [hit["row"], hit["column"]] == near(first)
    assert np.abs(middle - (hit["centre_row"], hit["centre_column"])).max() == near(0.5)
    assert hit["angle"] == 0
    ended = intertwine("find", "coin.png", "photo.png")
    assert f"{hit['row']:.2f}" in ended.out
    assert (
        f"photo.png is stored turned (EXIF orientation {orientation}): rows and columns count its "
        "stored pixels, boxes and angles are as it is seen.\n"
    ) in ended.out


def test_rows_of_a_large_picture_count_its_own_pixels(intertwine, here):
    """Turned patterns are first searched in a small copy; that does not show in the positions."""
    sky = np.random.default_rng(3).standard_normal((700, 900))
    sky = ndimage.gaussian_filter(sky, 6)
    photo = np.uint8(255 * (sky - sky.min()) / np.ptp(sky))
    Image.fromarray(photo).save("large.png")
    Image.fromarray(photo[400:520, 610:760]).save("part.png")
    ended = intertwine("find", "part.png", "large.png", "--angles", "-5,5", "-o", "hits.csv")
    assert ended.code == 0, ended.err
    (row,) = read_rows((here / "hits.csv").read_text())
    assert float(row["row"]) == pytest.approx(400, abs=0.1)
    assert float(row["column"]) == pytest.approx(610, abs=0.1)
    assert float(row["centre_column"]) == pytest.approx(684.5, abs=0.1)


def test_a_threshold_beyond_all_scores_writes_nothing(intertwine, coins, here):
    before = sorted(here.iterdir())
    ended = intertwine("find", "coin.png", "coins.png", "--threshold", "3")
    assert ended.code == 2
    assert ended.err == (
        "intertwine: find: `threshold=3` cannot be met: scores by 'zncc' are from -1 to 1.\n"
        "  Pass a smaller one, such as threshold=0.7, or none for the best place alone.\n"
    )
    assert (ended.out, sorted(here.iterdir())) == ("", before)


def test_a_colour_pattern_in_a_grey_picture(intertwine, coins):
    Image.fromarray(np.repeat(coins[170:220, 75:130, None], 3, 2)).save("colour.png")
    ended = intertwine("find", "colour.png", "coins.png", "-o", "out.png")
    assert ended.code == 0, ended.err
    assert "170.00" in ended.out


def test_turned(intertwine, coins):
    Image.fromarray(np.rot90(coins)).save("turned.png")
    ended = intertwine("find", "coin.png", "turned.png", "--angles", "60,120", "-o", "out.png")
    assert ended.code == 0, ended.err
    assert "angle" in ended.out
    assert "90.0" in ended.out


def test_a_best_place_is_doubted_where_chance_does_as_well(intertwine, coins):
    Image.fromarray(skimage.data.moon()).save("moon.png")
    ended = intertwine("find", "coin.png", "moon.png")
    assert ended.code == 0, ended.err
    row = next(line for line in ended.out.splitlines() if "│" in line)
    chance = row.split("│")[5].strip()
    assert float(chance) > 0.05
    assert (
        f"coin.png in moon.png: doubtful. Chance alone does as well there with probability "
        f"{chance}; it may be absent.\n"
    ) in ended.out
    assert "doubtful" not in intertwine("find", "coin.png", "coins.png").out
    Image.fromarray(coins[165:225, 70:135]).save("corner.png")
    assert (
        "coin.png in corner.png: how sure is not known. Chance is read from 8 places or more "
        "beside the match, and there are fewer; judge by the score.\n"
    ) in intertwine("find", "coin.png", "corner.png").out


@pytest.mark.parametrize(("words", "text"), [
    (("coins.png", "coin.png"), "is larger than `data`"),
    (("coin.png", "coins.png", "--score", "znc"), "Did you mean 'zncc'?"),
    (("coin.png", "nothing.png"), "There is no file nothing.png."),
    (("coin.png", "coins.png", "--angles", "all"), "--angles all: write numbers"),
    (("coin.png", "coins.png", "-o", "boxes.jpg"), "boxes are drawn as PNG"),
    (("coin.png", "coins.png", "--format", "jsn"), "--format jsn is not known. Did you mean"),
    (("coin.png", "coins.png", "--format", "table", "-o", "a.csv"), "a.csv: hits are written as"),
    (("coin.png", ".", "--format", "csv"), ". is a folder."),
    (("coin.png", "coins.png", "--whiten", "noise", "-o", "a.csv"), "--whiten is not for pictures"),
])  # fmt: skip
def test_errors(intertwine, coins, here, words, text):
    ended = intertwine("find", *words)
    assert ended.code == 2
    assert text in ended.err
    assert sorted(p.name for p in here.iterdir()) == ["coin.png", "coins.png"]


def test_a_broken_picture_does_not_stop_the_others(intertwine, coins, here):
    (here / "broken.png").write_bytes((here / "coins.png").read_bytes()[:2000])
    (here / "out").mkdir()
    ended = intertwine("find", "coin.png", "broken.png", "coins.png", "-o", "out")
    assert ended.code == 2
    assert "1 of 2 files could not be searched" in ended.err
    assert [p.name for p in (here / "out").iterdir()] == ["coins-found.png"]


def test_a_badge_with_alpha_a_tile_that_sticks_out_and_a_covered_coin(intertwine, coins):
    badge = np.repeat(coins[170:220, 75:130, None], 4, 2)
    badge[..., 3] = np.where(np.hypot(*np.ogrid[-24.5:25, -27:28]) < 23, 255, 0)
    badge[badge[..., 3] == 0] = (255, 0, 0, 0)
    Image.fromarray(badge).save("badge.png")
    ended = intertwine("find", "badge.png", "coins.png", "-o", "badge-found.png")
    assert "170.00" in ended.out
    assert "1.0000" in ended.out
    Image.fromarray(coins[:100, :100]).save("left.png")
    Image.fromarray(coins[50:180, 60:200]).save("right.png")
    ended = intertwine("find", "right.png", "left.png", "--min-overlap", "0.1", "-o", "over.png")
    assert "50.00" in ended.out
    assert "60.00" in ended.out
    covered = coins.copy()
    covered[170:190, 75:100] = 255
    Image.fromarray(covered).save("covered.png")
    ended = intertwine("find", "coin.png", "covered.png", "--covered", "0.2", "-o", "c.png")
    assert ended.code == 0, ended.err
    row, column = (float(cell) for cell in re.findall(r"│ +([\d.]+) │ +([\d.]+) │", ended.out)[0])
    assert (row, column) == pytest.approx((170, 75), abs=0.05)
    ended = intertwine("find", "coin.png", "covered.png", "--covered", "0.7", "-o", "d.png")
    assert (ended.code, ended.err) == (
        2, "intertwine: find: `covered=0.7` must be above 0, at most 0.5.\n"
    )  # fmt: skip
