"""A dense layer on a network that others trained."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from intertwine.base.errors import OptionError  # noqa: E402
from intertwine.learn import Classifier, predict, train  # noqa: E402
from intertwine.learn.training import encoding, probe  # noqa: E402
from intertwine.learn.training.encoding import encoder_of  # noqa: E402
from intertwine.style.encoders.networks import NetworkSource  # noqa: E402
from learn.training.drawn import bars, write_folder  # noqa: E402
from learn.training.encoders import Tiny  # noqa: E402

pytestmark = pytest.mark.torch

TINY = NetworkSource("learn.training.encoders:Tiny", side=24)


@pytest.fixture
def quick(monkeypatch):
    """Fewer choices than there are."""
    monkeypatch.setattr(probe, "CHOICES", (("whole",), ("whole", "shape")))
    monkeypatch.setattr(probe, "STRENGTHS", (1.0, 100.0))


def test_it_learns_and_its_model_answers_the_same(quick, tmp_path):
    folder = write_folder(tmp_path / "train", 20, side=24, channels=3)
    write_folder(tmp_path / "test", 10, side=24, seed=1, channels=3)
    (folder / "cross" / "broken.png").touch()
    found = train(tmp_path, tmp_path / "m", encoder=TINY, threads=1)
    assert found.card["accuracy"]["test"]["value"] > 0.6  # one in three by guessing
    assert found.card["data"]["counts"] == {"train": 60, "test": 30}
    assert [path for path, _ in found.skipped] == [str(folder / "cross" / "broken.png")]
    again = predict(Classifier.load(tmp_path / "m"), folder / "lying")
    first = predict(found, folder / "lying")
    assert [each.probability for each in again] == [each.probability for each in first]


def test_features_are_those_of_the_mirror_image_too():
    images, _ = bars(2, side=32)
    mirrored = [np.ascontiguousarray(each[:, ::-1]) for each in images]
    encoder = encoder_of(TINY)
    one, other = (
        probe.features(each, encoder, ("whole",))["whole"] for each in (list(images), mirrored)
    )
    assert (one == other).all()


def test_weights_are_loaded_as_weights_only(tmp_path):
    from safetensors.torch import save_file

    state = Tiny(seed=1).state_dict()
    save_file(state, tmp_path / "w.safetensors")
    torch.save(state, tmp_path / "w.pt")
    torch.save(Tiny(), tmp_path / "pickled.pt")
    name = "learn.training.encoders:Tiny"
    prints = [encoder_of(name, tmp_path / file).fingerprint for file in ("w.safetensors", "w.pt")]
    assert prints[0] == prints[1] != encoder_of(name).fingerprint
    with pytest.raises(OptionError) as raised:
        encoder_of(name, tmp_path / "pickled.pt")
    assert str(raised.value) == (
        f"pretrained: {tmp_path / 'pickled.pt'} holds more than weights, and pickles run code.\n"
        "  Save its state_dict(), as safetensors or with torch.save."
    )
    (tmp_path / "text.safetensors").write_text("no weights")
    with pytest.raises(OptionError, match=r"text\.safetensors holds no weights that PyTorch reads"):
        encoder_of(name, tmp_path / "text.safetensors")
    save_file({"conv.weight": torch.zeros(8, 3, 3, 3)}, tmp_path / "other.safetensors")
    with pytest.raises(OptionError, match=r"do not fit the network: .*\[8, 3, 5, 5\]"):
        encoder_of(name, tmp_path / "other.safetensors")


def test_other_weights_than_it_was_trained_with_are_refused(quick, tmp_path, monkeypatch):
    train(bars(8, side=24), tmp_path / "m", encoder=TINY, threads=1)
    monkeypatch.setattr(Tiny.__init__, "__defaults__", (3,))
    with pytest.raises(OptionError, match="the encoder's weights are not those that the model"):
        Classifier.load(tmp_path / "m")


def test_a_net_trained_here_is_an_encoder_too(quick, tmp_path):
    train(bars(10, side=24), tmp_path / "net", epochs=1, threads=1)
    found = train(bars(8, side=24, seed=2), encoder=tmp_path / "net", threads=1)
    assert found.card["model"]["encoder"] == {"model": str(tmp_path / "net")}
    with pytest.raises(OptionError, match="a dense layer on an encoder, not a net"):
        _ = found.net


def test_coordinates_give_the_weights_that_features_give():
    rng = np.random.default_rng(0)
    tables = {"whole": rng.normal(size=(30, 50)), "shape": rng.normal(size=(30, 20)) + 3}
    labels = np.arange(30) % 3
    layer = probe.Rotated.of(tables, ("whole", "shape")).layer(labels, 1.0)
    weight, bias = probe.regressed(probe.joined(tables, layer.blocks), labels, 1.0)
    assert np.abs(layer.weight - weight).max() < 1e-3 * np.abs(weight).max()
    assert np.abs(layer.bias - bias).max() < 1e-3
    assert (layer(tables).argmax(axis=1) == labels).all()


def test_a_card_imports_no_code(quick, tmp_path, monkeypatch):
    import sys

    train(bars(8, side=24), tmp_path / "m", encoder=TINY, threads=1)
    monkeypatch.delitem(sys.modules, "learn.training.encoders")
    with pytest.raises(OptionError) as raised:
        Classifier.load(tmp_path / "m")
    assert str(raised.value) == (
        "predict: this model runs code of learn.training.encoders, which is not imported.\n"
        "  If you trust it, pass --encoder learn.training.encoders:Tiny "
        "(import learn.training.encoders first)."
    )


def test_the_card_of_a_packaged_network_has_no_path_in_it(monkeypatch):
    monkeypatch.setattr(encoding, "efficientnet_lite", lambda: TINY)
    found = encoding.encoder_of("pretrained")
    assert found.card() == {"network": "pretrained"}
    again = encoding.from_card(found.card(), found.fingerprint)
    assert again.fingerprint == found.fingerprint
