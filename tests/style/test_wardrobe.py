"""Drawn garments: every argument changes what it should, and nothing else."""

import numpy as np
import pytest
from PIL import Image

from intertwine.base.errors import OptionError
from intertwine.style import wardrobe
from intertwine.style.wardrobe import Garment, draw
from intertwine.style.wardrobe.cuts import KINDS
from intertwine.style.wardrobe.pattern import pattern

BLUE, RED, WHITE = (30, 60, 140), (200, 40, 40), (255, 255, 255)


def made(kind, seed=3):
    return Garment.random(kind, np.random.default_rng(seed))


def differ(a, b):
    """Where two pictures differ."""
    return (a != b).any(axis=2)


def covered(picture, background=WHITE):
    return (picture != background).any(axis=2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_arguments_give_the_same_bits(kind):
    for who in (False, 2):
        how = {"colour": BLUE, "print": "flowers", "emblem": "star", "size_px": 64}
        first, again = (draw(made(kind), person=who, **how) for _ in range(2))
        assert (first == again).all()


@pytest.mark.parametrize("kind", KINDS)
def test_colour_print_and_emblem_leave_the_silhouette(kind):
    plain = draw(made(kind), colour=BLUE, size_px=128)
    for how in (
        {"colour": RED},
        {"colour": BLUE, "print": "checks"},
        {"colour": BLUE, "emblem": "heart"},
    ):
        other = draw(made(kind), size_px=128, **how)
        assert (covered(other) == covered(plain)).all()
        assert differ(other, plain).any()


@pytest.mark.parametrize("kind", KINDS)
def test_every_measure_and_part_changes_the_picture(kind):
    middle = {name: (low + high) / 2 for name, (low, high) in KINDS[kind].measures.items()}
    garment = Garment(kind, middle, made(kind).parts)
    picture = draw(garment, colour=BLUE, size_px=96)
    for name, (low, high) in KINDS[kind].measures.items():
        values = [low, high] if high > low else []
        changed = [Garment(kind, {**garment.measures, name: v}, garment.parts) for v in values]
        assert all(differ(draw(g, colour=BLUE, size_px=96), picture).any() for g in changed), name
    for name, words in KINDS[kind].parts.items():
        for word in words:
            if word != garment.parts[name]:
                changed = Garment(kind, garment.measures, {**garment.parts, name: word})
                assert differ(draw(changed, colour=BLUE, size_px=96), picture).any(), (name, word)


def test_an_emblem_stays_on_the_garment_and_a_print_changes_little_else():
    shirt = made("shirt")
    plain = draw(shirt, colour=BLUE)
    with_star = differ(draw(shirt, colour=BLUE, emblem="star"), plain)
    rows, columns = np.nonzero(with_star)
    assert 0 < np.ptp(rows) < 40
    assert 0 < np.ptp(columns) < 40
    assert not with_star[~covered(plain)].any()


def test_the_third_button_is_the_only_difference():
    coat = Garment("coat", made("coat").measures, {**made("coat").parts, "closure": "buttons"})
    two, three = (draw(coat, colour=BLUE, buttons=n) for n in (2, 3))
    rows, columns = np.nonzero(differ(two, three))
    assert 0 < np.ptp(rows) < 20
    assert 0 < np.ptp(columns) < 20
    dress = made("skirt")
    plain = Garment("skirt", dress.measures, {**dress.parts, "front": "plain"})
    assert (draw(plain, colour=BLUE, buttons=2) == draw(plain, colour=BLUE, buttons=3)).all()


@pytest.mark.parametrize("kind", wardrobe.HANGING)
def test_a_hanger_shows_a_hook_above_the_garment(kind):
    garment = made(kind)
    hung = draw(garment, colour=BLUE, hanger=True)
    rows = np.nonzero(covered(hung).any(axis=1))[0]
    above = covered(hung)[rows[0] : rows[0] + 8]
    assert 0 < above.any(axis=0).sum() < 40  # only the hook is that narrow
    steel = np.abs(hung[rows[0] + 2].astype(int) - (96, 98, 104)).sum(axis=1).min()
    assert steel < 60


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_has_one_of_several_skins(kind):
    flat = draw(made(kind), colour=BLUE, size_px=64)
    worn = [draw(made(kind), colour=BLUE, person=n, size_px=64) for n in range(4)]
    assert all(covered(picture).sum() != covered(flat).sum() for picture in worn)
    assert all(differ(worn[0], other).any() for other in worn[1:])
    assert (worn[0] == draw(made(kind), colour=BLUE, person=True, size_px=64)).all()


def test_pose_scale_size_and_background():
    bag = made("bag")
    usual = draw(bag, colour=BLUE, size_px=200)
    assert usual.shape == (200, 200, 3)
    assert usual.dtype == np.uint8
    turned = draw(bag, colour=BLUE, size_px=200, pose_deg=90)
    overlap = covered(turned) & covered(np.rot90(usual))
    assert overlap.sum() > 0.98 * covered(usual).sum()  # counter-clockwise
    small = draw(bag, colour=BLUE, size_px=200, scale=0.5)
    assert covered(small).sum() == pytest.approx(covered(usual).sum() / 4, rel=0.05)
    grey = draw(bag, colour=BLUE, size_px=200, background=(230, 231, 232))
    assert (covered(grey, (230, 231, 232)) == covered(usual)).all()
    for size in (16, 33, 256):
        rows, columns = np.nonzero(covered(draw(bag, colour=BLUE, size_px=size)))
        longest = max(np.ptp(rows), np.ptp(columns)) + 1
        assert abs(longest - 0.84 * size) <= 2 + 0.05 * size  # outlines have a width


def test_a_collection_holds_different_garments_and_begins_alike():
    shop = wardrobe.collection(48, 5)
    assert wardrobe.collection(20, 5) == shop[:20]
    assert [garment.kind for garment in shop[:16]] == list(KINDS)
    assert wardrobe.collection(48, 6) != shop
    for n, garment in enumerate(shop):
        rest = [each for each in shop[:n] if each.kind == garment.kind]
        assert all(garment.difference(each) > 0.5 for each in rest)


def test_measures_stay_in_their_ranges_and_are_frozen():
    coat = made("coat")
    with pytest.raises(TypeError):
        coat.measures["length"] = 1.0
    with pytest.raises(OptionError) as error:
        Garment("coat", {**coat.measures, "length": 9.0}, coat.parts)
    assert str(error.value) == "Garment: the length of a coat runs from 3.7 to 5.4, not 9.0."
    with pytest.raises(OptionError) as error:
        Garment("hat", made("hat").measures, {})
    assert str(error.value) == "Garment: the parts of a hat are ribbon.\n  Given: none."


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"buttons": 4}, "draw: `buttons` is 2 or 3, not 4."),
        ({"scale": 0}, "draw: `scale` lies above 0 and at most at 4, not 0."),
        (
            {"background": (0, 0, 256)},
            "draw: `background` is red, green and blue, each from 0 to 255, not (0, 0, 256).",
        ),
    ],
)
def test_arguments_out_of_range(how, text):
    with pytest.raises(OptionError) as error:
        draw(made("tee"), colour=BLUE, **how)
    assert str(error.value) == text


def test_what_cannot_hang():
    with pytest.raises(OptionError, match="nothing hangs on a coat hanger as a hat"):
        draw(made("hat"), colour=BLUE, hanger=True)
    with pytest.raises(OptionError, match="nothing hangs on a coat hanger on a person"):
        draw(made("tee"), colour=BLUE, hanger=True, person=True)


def test_emblems_and_prints_differ_from_each_other():
    tee = made("tee")
    pictures = [draw(tee, colour=BLUE, print=print, size_px=96) for print in wardrobe.PRINTS]
    pictures += [draw(tee, colour=BLUE, emblem=each, size_px=96) for each in wardrobe.EMBLEMS]
    for n, picture in enumerate(pictures):
        assert all(differ(picture, other).any() for other in pictures[:n])


def test_a_folder_of_drawings_is_written_once(tmp_path):
    paths = wardrobe.write(tmp_path / "shop", 5)
    assert [path.name.split("-")[:2] for path in paths[:2]] == [["0000", "vest"], ["0001", "tee"]]
    with Image.open(paths[0]) as written:
        assert written.size == (256, 256)
    times = [path.stat().st_mtime_ns for path in paths]
    assert wardrobe.write(tmp_path / "shop", 5) == paths
    assert [path.stat().st_mtime_ns for path in paths] == times


def test_patterns_lie_where_a_body_is():
    for kind in KINDS:
        left, top, right, bottom = pattern(made(kind)).box
        assert left < right
        assert -1 < top < bottom < 8.5
