"""Who wears a garment is taken out of its mask; a garment of skin's colour stays whole."""

import numpy as np
import pytest

from intertwine.style import wardrobe
from intertwine.style.foreground import foreground
from intertwine.style.people import without_skin
from intertwine.style.wardrobe import Garment, draw

TEAL, NAVY, BROWN = (38, 128, 138), (34, 42, 84), (122, 84, 58)


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
