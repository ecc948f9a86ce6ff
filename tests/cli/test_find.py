"""``intertwine find`` on pictures: boxes, tables, errors."""

import numpy as np
import pytest
import skimage.data
from PIL import Image


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
    assert "170.0" in ended.out
    ended = intertwine("find", "coin.png", "covered.png", "--covered", "0.7", "-o", "d.png")
    assert (ended.code, ended.err) == (
        2, "intertwine: find: `covered=0.7` must be above 0, at most 0.5.\n"
    )  # fmt: skip
