"""Who wears a garment is taken out of its mask; a garment of skin's colour stays whole."""

import numpy as np
import pytest

from intertwine.style import wardrobe
from intertwine.style.foreground import foreground
from intertwine.style.people import without_skin
from intertwine.style.wardrobe import Garment, draw

TEAL, NAVY, BROWN, RED = (38, 128, 138), (34, 42, 84), (122, 84, 58), (196, 44, 52)


def made(kind):
    return Garment.random(kind, np.random.default_rng(3))


@pytest.mark.parametrize("kind", ["tee", "jacket", "dress", "skirt", "trousers", "boots", "bag"])
@pytest.mark.parametrize("person", range(4))
def test_what_is_worn_is_left(kind, person):
    how = {"person": person, "size_px": 160}
    picture = draw(made(kind), colour=TEAL, **how)
    truth = (picture != draw(made(kind), colour=NAVY, **how)).any(axis=2)
    found = foreground(picture)
    assert (found & truth).sum() > 0.8 * (found | truth).sum()


@pytest.mark.parametrize("kind", ["pullover", "vest", "dress", "skirt"])
@pytest.mark.parametrize("print", ["plain", "dots"])
def test_brown_cloth_is_told_from_pale_skin(kind, print):
    worn = draw(made(kind), colour=BROWN, print=print, person=0, size_px=160)
    truth = (worn != draw(made(kind), colour=NAVY, print=print, person=0, size_px=160)).any(axis=2)
    found = foreground(worn)
    assert (found & truth).sum() > 0.8 * (found | truth).sum()


@pytest.mark.parametrize("kind", ["coat", "pullover"])
def test_stripes_of_the_colour_of_skin_belong_to_the_cloth(kind):
    how = {"print": "stripes", "person": 0, "size_px": 160}
    worn = draw(made(kind), colour=RED, **how)  # on red, stripes are pink
    truth = (worn != draw(made(kind), colour=NAVY, **how)).any(axis=2)
    found = foreground(worn)
    assert (found & truth).sum() > 0.8 * (found | truth).sum()


def test_a_neckline_is_not_cut_out():
    flat, worn = (
        foreground(draw(made("pullover"), colour=TEAL, size_px=160, **how))
        for how in ({}, {"person": 0})
    )
    for mask in (flat, worn):
        rows, columns = np.nonzero(mask)
        middle = round(columns.mean())
        sides = [rows[columns == middle + offset].min() for offset in (-8, 0, 8)]
        assert sides[1] <= max(sides[0], sides[2]) + 3


def test_a_carried_bag_keeps_its_handle_open():
    bag = Garment.random("bag", np.random.default_rng(0))
    worn = draw(bag, colour=TEAL, person=0, size_px=160)
    truth = (worn != draw(bag, colour=NAVY, person=0, size_px=160)).any(axis=2)
    mask = without_skin(worn, (worn != 255).any(axis=2))
    assert (mask & truth).sum() > 0.8 * (mask | truth).sum()
    assert not mask[(worn == 255).all(axis=2)].any()


@pytest.mark.parametrize("print", wardrobe.PRINTS)
def test_a_brown_garment_stays_whole(print):
    picture = draw(made("coat"), colour=BROWN, print=print, size_px=160)
    mask = (picture != 255).any(axis=2)
    assert (without_skin(picture, mask) == mask).all()
