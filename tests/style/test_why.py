"""Explanations: exact parts add up to the score, sentences are true, lost files are told of."""

import re
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from intertwine.base.errors import FileError, OptionError
from intertwine.style import StyleIndex
from intertwine.style.codes import Codes
from intertwine.style.encoders import by_name
from intertwine.style.heat import COVERED, SIDE, Explained, Heat
from intertwine.style.sentence import PLACES, of_places, of_views
from style_scenes import busy, many, skirt, trousers
from style_stub import Coarse, drawn


@pytest.fixture(scope="module")
def encoder():
    return by_name("linear").fit(many(60)[0])


@pytest.fixture
def clothes(encoder, tmp_path):
    """An index of a folder: trousers, a skirt, and the skirt before a busy wall."""
    folder = tmp_path / "clothes"
    folder.mkdir()
    found = {"trousers": trousers(), "skirt": skirt(), "busy": busy(skirt(90, 70))}
    for name, picture in found.items():
        Image.fromarray(picture).save(folder / f"{name}.png")
    with StyleIndex(tmp_path / "index", encoder=encoder) as index:
        index.update(folder)
        yield index, folder


@pytest.mark.parametrize(
    "asked", [trousers(80, 50, colour=(90, 20, 20)), skirt(), busy(trousers())]
)
def test_the_parts_of_a_linear_code_add_up_to_the_score(clothes, asked):
    index, _ = clothes
    hits = index.search(asked, count=3)
    for hit, why in zip(hits, index.explain(asked, hits), strict=True):
        assert why.exact
        assert (why.id, why.note, len(why.heats)) == (hit.id, "", 2)
        assert why.score == pytest.approx(hit.score, abs=1e-6)
        assert why.shares == pytest.approx(hit.shares) == {"shape": pytest.approx(hit.score)}
        for heat in why.heats:
            assert sum(part.sum() for part in heat.parts) == pytest.approx(hit.score, abs=1e-4)
            assert heat.square.mean() == pytest.approx(hit.score, abs=1e-4)


def test_the_shares_of_the_views_add_up_to_the_score(clothes):
    index, folder = clothes
    hit = index.search(skirt(colour=(10, 200, 10)), count=1, shape=2, colour=1)[0]
    why = index.explain(skirt(colour=(10, 200, 10)), hit)
    codes = index._loaded.encoder().encode([skirt(colour=(10, 200, 10)), skirt()])
    shape, colour = (float(codes[view][0] @ codes[view][1]) for view in ("shape", "colour"))
    assert hit.id == str(folder / "skirt.png")
    assert hit.weights == {"shape": 2, "colour": 1}
    assert why.shares == pytest.approx({"shape": 2 * shape / 3, "colour": colour / 3}, abs=1e-5)
    assert why.cosines["texture"] == pytest.approx(
        float(codes["texture"][0] @ codes["texture"][1]), abs=1e-5
    )
    assert sum(why.shares.values()) == pytest.approx(hit.score, abs=1e-6)
    assert not why.exact  # occlusion: this score is no sum over cells
    assert index.explain(skirt(), hit.id).shares.keys() == {"shape"}
    assert index.explain(skirt(), hit.id, colour=1).shares.keys() == {"colour"}


def test_one_of_the_index_is_asked_and_several_are_one_wish(clothes):
    index, folder = clothes
    asked = str(folder / "skirt.png")
    hit = index.search(id=asked, count=1)[0]
    why = index.explain(id=asked, hit=hit)
    assert why.exact
    assert why.score == pytest.approx(hit.score, abs=1e-6)
    pair = [trousers(), skirt()]
    hit = index.search(pair, together=True, count=1)[0]
    why = index.explain(pair, hit, together=True)
    assert why.score == pytest.approx(hit.score, abs=1e-6)
    assert len(why.pictures) == len(why.heats) == 3
    assert why.heats[-1].square.mean() == pytest.approx(hit.score, abs=1e-4)


def test_a_lost_file_is_explained_by_its_thumbnail_and_told(clothes, encoder):
    index, folder = clothes
    lost, other = folder / "trousers.png", folder / "busy.png"
    lost.unlink()
    Image.fromarray(skirt(70, 30)).save(other)
    hits = index.search(trousers(80, 50), count=3)
    notes = {why.id: why for why in index.explain(trousers(80, 50), hits)}
    stands = "its thumbnail of 96 pixels stands in."
    assert notes[str(lost)].note == f"{lost} is gone: {stands}"
    assert notes[str(other)].note == f"{other} has changed since it was indexed: {stands}"
    assert [why.exact for why in notes.values()].count(False) == 2
    for why, hit in zip(notes.values(), hits, strict=True):  # codes are those of the index
        assert why.score == pytest.approx(hit.score, abs=1e-6)
        assert why.heats[0].square.mean() == pytest.approx(hit.score, abs=1e-4)
    memory = StyleIndex(encoder=encoder)
    memory.add([trousers()], ids=["t"])
    assert memory.explain(skirt(), "t").note == f"t was not added from a file: {stands}"


def test_sentences_name_the_places_that_agree_most_and_least():
    ninths = np.array([[9.0, 0, 0], [2, 20, 1], [-7, 0, 0]], np.float32)
    square = np.zeros((SIDE, SIDE), np.float32)
    for row, (top, bottom) in enumerate(pairwise((0, 38, 75, SIDE))):
        for column, (left, right) in enumerate(pairwise((0, 38, 75, SIDE))):
            area = (bottom - top) * (right - left)
            square[top:bottom, left:right] = ninths[row, column] / 100 * SIDE * SIDE / area
    heat = Heat((), True, square, square)
    assert of_places(heat) == (
        "They agree most in the middle (0.20) and at the top left (0.09), "
        "and least at the bottom left (-0.07)."
    )
    assert of_places(Heat((), True, -square, square)).startswith(
        "They agree most at the bottom left (0.07), and least in the middle (-0.20)."
    )
    assert of_places(Heat((), True, 0 * square, square)) == "They have nothing in common."
    falls = np.zeros((COVERED, COVERED), np.float32)
    falls[4, 1] = 0.125
    assert of_places(Heat((falls,), False, square, square)) == (
        "Covered at the bottom left, the hit loses most: 0.12."
    )
    assert of_places(Heat((-falls,), False, square, square)) == (
        "No part matters alone: covering any one of them hardly lowers it."
    )
    assert of_views({"shape": 0.5}) == "The whole score of 0.50 is shape."
    assert of_views({"shape": 0.5, "colour": 0.25, "detail": 0.0}) == (
        "Of the score of 0.75, shape gives 0.50, colour gives 0.25 and detail gives 0.00."
    )


def test_the_place_of_a_sentence_is_where_the_parts_are_largest(clothes):
    index, folder = clothes
    why = index.explain(trousers(), str(folder / "trousers.png"))
    told = re.search(r"agree most (.*?) \((0\.\d\d)\)", why.sentence)
    row, column = next((r, c) for r in range(3) for c in range(3) if PLACES[r][c] == told[1])
    ninth = np.array_split(np.array_split(why.heats[1].square, 3)[row], 3, axis=1)[column]
    assert ninth.sum() / SIDE**2 == pytest.approx(float(told[2]), abs=0.005)
    rest = [
        part.sum() for rows in np.array_split(why.heats[1].square, 3)
        for part in np.array_split(rows, 3, axis=1)
    ]  # fmt: skip
    assert ninth.sum() == max(rest)


def test_agreement_is_red_and_disagreement_blue(clothes, tmp_path):
    index, folder = clothes
    why = index.explain(trousers(120, 80), str(folder / "skirt.png"))
    assert [overlay.shape for overlay in why.overlays()] == [(120, 80, 3), (60, 40, 3)]
    red, _, blue = (why.overlays()[0][..., i].astype(int) for i in range(3))
    strongest = np.abs(np.concatenate([heat.map.ravel() for heat in why.heats])).max()
    heat = why.heats[0].map / strongest
    assert (red - blue)[heat > 0.2].min(initial=255) > 0
    assert (red - blue)[heat < -0.2].max(initial=-255) < 0
    assert (np.abs(heat) > 0.2).any()
    assert why.draw(90).shape == (90, 60 + 8 + 60, 3)
    why.save(tmp_path / "why.png")
    with Image.open(tmp_path / "why.png") as written:
        assert np.array_equal(np.asarray(written), why.draw())
    with pytest.raises(FileError) as told:
        why.save(tmp_path / "why.gif")
    assert str(told.value) == (
        f"{tmp_path / 'why.gif'}: a drawing is saved as .png, .jpg, .jpeg, .webp."
    )


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
    heat = Explained(Corner(), picture).heat(Corner().encode([picture]), {"shape": 1.0})
    assert not heat.exact
    (parts,) = heat.parts
    assert parts.shape == (COVERED, COVERED)
    assert np.unravel_index(parts.argmax(), parts.shape) == (1, 1)  # the square has a margin
    assert np.allclose(parts[3:], 0)
    assert np.allclose(parts[:, 3:], 0)
    assert heat.map[:10, :10].min() > 10 * np.abs(heat.map[25:, 25:]).max()
    assert of_places(heat).startswith("Covered at the top left, the hit loses most")


def test_wrong_calls():
    index = StyleIndex(encoder=Coarse())
    with pytest.raises(FileError, match="explain: the index is empty"):
        index.explain(drawn(1), "picture-1")
    index.add([drawn(n) for n in range(3)])
    for call, text in [
        (lambda: index.explain(None, "picture-1"), "explain: pass either a picture or `id=`."),
        (lambda: index.explain(drawn(1), id="picture-1"), "explain: pass either a picture"),
        (lambda: index.explain(drawn(1), "x"), "explain: there is no picture 'x' in the index."),
        (lambda: index.explain(id="x", hit="picture-1"), "explain: there is no picture 'x'"),
        (lambda: index.explain(drawn(1)), "explain: pass a hit, its id, or several of them."),
        (lambda: index.explain([drawn(1)] * 2, "picture-1"), "or several with together=True."),
        (lambda: index.explain(drawn(1), "picture-1", texture=1), "have no texture view"),
    ]:
        with pytest.raises(OptionError) as told:
            call()
        assert text in str(told.value)
