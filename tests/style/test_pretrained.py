"""Networks of others: PyTorch modules by import path, safetensors, ONNX files; fused with shape."""

import json

import numpy as np
import pytest

from intertwine import OptionError
from intertwine.base.errors import FileError
from intertwine.style.encoders import by_name, restore
from intertwine.style.encoders.networks import Network, NetworkSource
from style_scenes import many, skirt, trousers
from tiny_onnx import average_pool

PLAIN = {"side": 16, "mean": (0.0, 0.0, 0.0), "deviation": (1.0, 2.0, 4.0)}


@pytest.fixture(scope="module")
def onnx(tmp_path_factory):
    path = tmp_path_factory.mktemp("networks") / "pool.onnx"
    path.write_bytes(average_pool(batch=None))
    return str(path)


@pytest.mark.parametrize("batch", [None, 1, 3])
def test_an_onnx_network_runs_whatever_batch_it_was_exported_for(tmp_path, batch):
    path = tmp_path / "pool.onnx"
    path.write_bytes(average_pool(batch=batch))
    pictures = [np.full((20 + i, 30, 3), (10 * i, 40, 80), np.uint8) for i in range(19)]
    found = Network(NetworkSource(str(path), **PLAIN))(pictures)
    assert found.shape == (19, 3)
    assert np.allclose(found, [[10 * i, 20, 20] for i in range(19)], rtol=1e-5)


def test_a_module_by_import_path_with_weights_from_safetensors(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    weight = torch.arange(6.0).reshape(2, 3, 1, 1)
    save_file({"weight": weight, "bias": torch.tensor([1.0, -1.0])}, tmp_path / "a.safetensors")
    source = NetworkSource(
        "torch.nn:Conv2d", str(tmp_path / "a.safetensors"), arguments=(3, 2, 1), **PLAIN
    )
    found = Network(source)([np.full((9, 9, 3), (1, 4, 8), np.uint8)])
    assert found.tolist() == [[0 * 1 + 1 * 2 + 2 * 2 + 1, 3 * 1 + 4 * 2 + 5 * 2 - 1]]
    assert NetworkSource.from_card(json.loads(json.dumps(source.as_card()))) == source


def test_the_fused_code_keeps_the_other_views(onnx):
    pictures, kinds = many(30)
    fused = by_name("pretrained", network=NetworkSource(onnx, side=16)).fit(pictures)
    linear = by_name("linear").fit(pictures)
    codes, plain = fused.encode(pictures), linear.encode(pictures)
    assert all(np.array_equal(codes[v], plain[v]) for v in ("colour", "texture", "detail"))
    cosines = codes["shape"] @ codes["shape"].T - 2 * np.eye(30)
    assert (kinds[cosines.argmax(axis=1)] == kinds).mean() > 0.9


def test_it_comes_back_from_its_card_and_arrays(onnx):
    pictures, _ = many(9)
    fused = by_name("pretrained", network=NetworkSource(onnx, side=16)).fit(pictures)
    again = restore(json.loads(json.dumps(fused.card())), fused.arrays())
    assert again.hash == fused.hash
    codes, others = fused.encode(pictures), again.encode(pictures[4:5])
    assert all(np.array_equal(codes[view][4:5], others[view]) for view in codes)
    assert fused.agreement(skirt(), codes.rows([0])) is None


def test_a_network_that_changed_is_refused(onnx, tmp_path):
    pictures, _ = many(3)
    path = tmp_path / "own.onnx"
    path.write_bytes(average_pool(batch=None))
    fused = by_name("pretrained", network=NetworkSource(str(path), side=16)).fit(pictures)
    path.write_bytes(average_pool(batch=2))
    with pytest.raises(OptionError) as error:
        restore(fused.card(), fused.arrays())
    assert str(error.value) == (
        f"pretrained: the weights of {path} are not those that the encoder was fitted with.\n"
        f"  Put them back, or fit it again."
    )


def test_opening_an_index_imports_no_code(onnx):
    fused = by_name("pretrained", network=NetworkSource(onnx, side=16)).fit([skirt(), trousers()])
    card = fused.card()
    card["network"]["model"] = "some_package.networks:build"
    with pytest.raises(OptionError) as error:
        restore(card, fused.arrays())
    assert str(error.value) == (
        "pretrained: this encoder runs code of some_package.networks, which is not imported.\n"
        "  If you trust it, run `import some_package.networks` first."
    )


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        (
            "resnet",
            OptionError,
            "NetworkSource: `model='resnet'` is neither an import path nor an ONNX file.\n"
            "  Pass package.module:name, or a path that ends in .onnx.",
        ),
        ("none.onnx", FileError, "pretrained: the network none.onnx is not there."),
    ],
)
def test_networks_that_are_not_there(source, kind, text):
    with pytest.raises(kind) as error:
        by_name("pretrained", network=source)
    assert str(error.value) == text
