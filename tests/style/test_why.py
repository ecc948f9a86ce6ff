"""Explanations: the parts of the linear code add up to its cosine; occlusion finds what matters."""

import numpy as np
import pytest

from intertwine.style.codes import Codes
from intertwine.style.encoders import by_name
from intertwine.style.why import COVERED, why
from style_scenes import busy, many, skirt, trousers


@pytest.fixture(scope="module")
def encoder():
    return by_name("linear").fit(many(60)[0])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (trousers(), trousers(80, 50, colour=(90, 20, 20))),
        (trousers(), skirt()),
        (busy(skirt(90, 70)), skirt()),
    ],
)
def test_the_parts_add_up_to_the_cosine(encoder, a, b):
    codes = encoder.encode([a, b])
    found = why(encoder, a, b)
    assert found.exact
    assert tuple(found.cosines) == encoder.views
    assert found.cosines["shape"] == pytest.approx(
        float(codes["shape"][0] @ codes["shape"][1]), abs=1e-6
    )
    for parts in found.parts:
        assert sum(part.sum() for part in parts) == pytest.approx(found.cosines["shape"], abs=1e-4)


def test_heat_lies_on_the_picture(encoder):
    a, b = trousers(120, 80), trousers(50, 300)
    found = why(encoder, a, b)
    assert [heat.shape for heat in found.heat] == [(120, 80), (27, 160)]  # of working size
    assert [picture.shape for picture in found.pictures] == [(120, 80, 3), (27, 160, 3)]
    for drawn, picture in zip(found.drawn(), found.pictures, strict=True):
        assert drawn.shape == picture.shape
        assert drawn.dtype == np.uint8


def test_agreement_is_red_and_disagreement_blue(encoder):
    found = why(encoder, trousers(), skirt())
    red, _, blue = (found.drawn()[0][..., i].astype(int) for i in range(3))
    heat = found.heat[0] / np.abs(np.concatenate([h.ravel() for h in found.heat])).max()
    assert (red - blue)[heat > 0.2].min(initial=255) > 0
    assert (red - blue)[heat < -0.2].max(initial=-255) < 0
    assert (np.abs(heat) > 0.2).any()


class Corner:
    """A code of two numbers: how dark the top left of a picture is, and a constant."""

    def encode(self, pictures):
        rows = []
        for picture in pictures:
            height, width = picture.shape[:2]
            corner = picture[: height // 3, : width // 3].astype(float)
            rows.append([255.0 - corner.mean(), 40.0])
        return Codes({"shape": rows})


def test_occlusion_finds_the_part_that_a_code_looks_at():
    picture = np.full((50, 50, 3), 250, np.uint8)
    picture[2:48, 2:48] = 30
    found = why(Corner(), picture, picture)
    assert not found.exact
    (parts,) = found.parts[0]
    assert parts.shape == (COVERED, COVERED)
    assert np.unravel_index(parts.argmax(), parts.shape) == (1, 1)  # the square has a margin
    assert np.allclose(parts[3:], 0)
    assert np.allclose(parts[:, 3:], 0)
    heat = found.heat[0]
    assert heat[:10, :10].min() > 10 * np.abs(heat[25:, 25:]).max()
