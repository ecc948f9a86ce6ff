"""`learn.read`: a net in, sentences, figures and a page out."""

import json
import re

import numpy as np
import pytest
from PIL import Image

import intertwine as iw

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from torch import nn  # noqa: E402

from intertwine.learn import read  # noqa: E402
from intertwine.learn.reading.page import render  # noqa: E402
from intertwine.learn.reading.summary import GROUPS, group_of  # noqa: E402

SOBEL = [[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]


@pytest.fixture
def net():
    """A layer of known kernels, one that is grouped, and a pointwise one."""
    torch.manual_seed(2)
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3, bias=False), nn.ReLU(), nn.Conv2d(6, 4, 1), nn.Conv2d(4, 4, 3, groups=4)
    )
    grey = torch.tensor([0.299, 0.587, 0.114]).reshape(3, 1, 1)
    taps = torch.tensor(SOBEL)
    with torch.no_grad():
        first = model[0].weight
        first[0] = grey * taps
        first[1] = 0.5 * grey * taps
        first[2] = grey * taps.T
        first[3] = torch.tensor([1.0, -1.0, 0.0]).reshape(3, 1, 1) / 9
        first[4] = 1e-9
        first[5] = torch.randn(3, 3, 3)
    return model


@pytest.fixture
def photo(tmp_path):
    """A picture of stripes and noise."""
    levels = np.random.default_rng(0).integers(0, 80, (60, 90, 3), np.uint8)
    levels[:, 30:] += 120
    Image.fromarray(levels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def by_number(layer):
    return sorted(layer.kernels, key=lambda kernel: kernel.number)


def test_kernels_are_what_they_do(net):
    first, last = read(net).layers
    kernels = by_number(first)
    assert [group_of(k) for k in kernels[:5]] == [
        "edge detector", "edge detector", "edge detector", "blur", "dead",
    ]  # fmt: skip
    # A layer correlates: taps that rise to the right answer what rises to the right.
    assert [kernels[n].angle_deg for n in (0, 2)] == [0.0, 270.0]
    assert kernels[0].colour.name == "luminance"
    assert kernels[3].colour.name == "red against green"
    assert kernels[3].colour.is_opponent
    assert kernels[1].duplicate.sentence.startswith("A copy of kernel 0, 0.5 times.")
    turned = kernels[2].duplicate
    assert (turned.angle_deg, np.sign(turned.factor)) in ((90, -1), (270, 1))
    assert [k.number for k in first.kernels][-1] == 4
    assert (first.name, last.name, last.weights.kind) == ("0", "3", "depthwise")
    assert read(net).pointwise == (("2", (4, 6)),)


def test_counts_are_those_of_the_sentences(net):
    found = read(net)
    for layer in found.layers:
        for word, kinds in GROUPS.items():
            counted = sum(group_of(k) == word for k in layer.kernels)
            assert counted == layer.count(*kinds)
        for kernel in layer.kernels:
            assert kernel.is_named == (not re.search(r"(None of|Every tap)", kernel.sentence))
    text = str(found)
    assert "2 spatial convolutions hold 10 kernels, 1 of them dead" in text
    assert "Edge detectors rise towards (nearest of eight directions): right 2, down 1." in text


def test_the_answer_of_a_layer_has_the_direction_that_is_said(net):
    """A ramp that rises in the direction of an edge detector gives the largest answer."""
    kernel = by_number(read(net).layers[0])[2]
    rows, columns = np.mgrid[:9, :9].astype(float)
    answers = {}
    for angle in range(0, 360, 45):
        way = np.radians(angle)
        ramp = columns * np.cos(way) - rows * np.sin(way)
        x = torch.from_numpy(np.broadcast_to(ramp, (1, 3, 9, 9)).copy()).float()
        answers[angle] = float(net[0](x)[0, 2, 4, 4].detach())
    assert max(answers, key=answers.get) == kernel.angle_deg


def test_the_strongest_kernel_of_one_input_is_said_beside_the_part():
    torch.manual_seed(3)
    layer = nn.Conv2d(8, 2, 3, bias=False)
    with torch.no_grad():
        layer.weight[1] *= 0.1
        layer.weight[1, 5] = torch.tensor(SOBEL) / 8
    found = read(nn.Sequential(layer)).layers[0]
    kernel = by_number(found)[1]
    assert (kernel.single.input, kernel.single.kind) == (5, "edge detector")
    taps = layer.weight[1].detach().double().numpy()
    held = float((taps[5] ** 2).sum() / (taps**2).sum())
    assert abs(kernel.single.energy - held) < 1e-12
    text = "Each filter's strongest kernel of one input: 1 of 2 is of a family, 1 edge detector."
    assert text in found.sentences


def test_how_much_of_a_dense_filter_is_described_is_said_for_its_layer():
    taps = np.random.default_rng(4).normal(size=(3, 5, 3, 3))
    parts, singles = [], []
    for each in taps.reshape(3, 5, 9):
        energy = (each**2).sum()
        parts.append(np.linalg.svd(each, compute_uv=False)[0] ** 2 / energy)
        singles.append((each**2).sum(axis=1).max() / energy)
    net = read({"a.weight": torch.from_numpy(taps)})
    words = [
        f"{100 * np.median(v):.0f} % (median; {100 * min(v):.0f} to {100 * max(v):.0f} %)"
        for v in (parts, singles)
    ]
    text = (
        f"The spatial part that is described holds {words[0]}, the strongest kernel of one input "
        f"{words[1]} of its filter's energy."
    )
    assert text in net.layers[0].sentences
    assert text in render(net, "net.json").replace("&#39;", "'")
    layer = net.figures()["layers"][0]
    for name, values in (("spatial_part_energy", parts), ("strongest_kernel_energy", singles)):
        found = layer[name]
        assert list(found) == ["low", "median", "high"]
        wanted = min(values), np.median(values), max(values)
        assert np.allclose(list(found.values()), wanted, rtol=1e-5)  # six digits are written
    of_one = read({"a.weight": torch.from_numpy(taps[:, :1])})
    assert "spatial part" not in str(of_one)
    assert of_one.figures()["layers"][0]["spatial_part_energy"] is None


def test_of_a_dead_layer_nothing_more_is_said():
    layer = nn.Conv2d(1, 2, 3)
    layer.weight.data.zero_()
    (found,) = read(layer).layers
    assert found.sentences == (
        "2 kernels of 3 x 3 taps over one channel (dense).",
        "2 kernels are dead (norm below a thousandth of the median).",
    )


def test_a_photo_is_shown_to_every_layer(net, photo):
    found = read(net, photo=photo)
    first, last = found.layers
    assert first.seen.shape == (6, 222, 222)
    assert last.seen.shape == (4, 220, 220)
    assert "how the net's inputs are scaled is not known" in found.photo
    assert first.seen.pictures.shape[0] == 6
    assert all(k.likeness is not None and abs(k.likeness) <= 1 + 1e-9 for k in first.kernels)
    assert not net[0]._forward_hooks
    assert net.training


def test_signs_of_batch_normalisation_are_those_of_the_maps():
    torch.manual_seed(5)
    model = nn.Sequential(nn.Conv2d(1, 3, 3, bias=False), nn.BatchNorm2d(3))
    model[1].weight.data = torch.tensor([1.0, -2.0, 0.5])
    noise = np.random.default_rng(2).normal(size=(1, 300, 300))
    (layer,) = read(model, photo=noise).layers
    # Maps share 5 x 5 distances of white input.
    bound = 4 * np.sqrt(25 / 298**2)
    assert np.abs(layer.seen.matrix - layer.correlations.predicted).max() < bound
    apart = np.abs(layer.correlations.predicted - np.eye(3)).max()
    assert apart > 2 * bound  # a wrong sign would be seen


def test_an_array_is_shown_as_it_is(net):
    x = np.random.default_rng(1).random((3, 20, 30))
    seen = read(net, photo=x).layers[0].seen
    y = net[0](torch.from_numpy(x).float()[None])[0].detach().double().numpy()
    order = [k.number for k in read(net).layers[0].kernels]
    assert np.allclose(seen.matrix[:5, :5], np.corrcoef(y[order[:5]].reshape(5, -1)), atol=1e-5)


def test_bare_weights_show_the_first_layer_alone(net, photo):
    found = read(net.state_dict(), photo=photo)
    first, last = found.layers
    assert last.seen is None
    assert first.seen.shape == (6, 222, 222)
    assert "Weights alone do not run" in " ".join(found.notes)
    whole = read(net, photo=photo).layers[0].seen
    # One sums in float32, one in float64.
    assert np.abs(whole.matrix - first.seen.matrix)[:5, :5].max() < 1e-3


def test_files_are_read_as_the_net_is(net, tmp_path):
    from safetensors.torch import save_file

    save_file(net.state_dict(), tmp_path / "a.safetensors")
    torch.save({"state_dict": net.state_dict(), "epoch": 3}, tmp_path / "a.pt")
    for name in ("a.safetensors", "a.pt"):
        kernels = read(tmp_path / name).layers[0].kernels
        for here, there in zip(kernels, read(net).layers[0].kernels, strict=True):
            assert here.sentence == there.sentence


def test_lines_and_volumes():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv1d(1, 3, 5), nn.Conv1d(3, 3, 7, dilation=2))
    first, second = read(model, photo=np.random.default_rng(0).normal(size=(1, 200))).layers
    assert first.series.kernels
    assert first.seen.shape == (3, 196)
    assert "taps 2 samples apart" in second.sentences[0]
    volume = read(nn.Sequential(nn.Conv3d(1, 2, 3), nn.ConvTranspose3d(2, 1, 2))).layers
    assert [layer.weights.kind for layer in volume] == ["dense", "transposed"]
    assert all(k.sentence for layer in volume for k in layer.kernels)


def test_random_nets_have_hardly_a_named_kernel(monkeypatch):
    import intertwine.algebra.description as description

    monkeypatch.setattr(description, "clauses", lambda found, kind: ["said"])  # names count here
    monkeypatch.setattr("intertwine.learn.reading.describing.available_cores", lambda: 1)
    torch.manual_seed(4)
    model = nn.Sequential(nn.Conv2d(3, 250, 3), nn.Conv2d(250, 250, 3, groups=250))
    kernels = [k for layer in read(model).layers for k in layer.kernels]
    assert sum(k.is_named for k in kernels) / len(kernels) < 0.03


def test_the_page_and_the_figures_agree(net, photo, tmp_path):
    found = read(net, photo=photo)
    found.page(tmp_path / "net.html")
    figures = json.loads((tmp_path / "net.json").read_text(encoding="utf-8"))
    page = (tmp_path / "net.html").read_text(encoding="utf-8")
    assert figures["sentence"] == found.sentence
    assert found.sentence in page
    data = [
        json.loads(text)
        for text in re.findall(r'<script type="application/json">(.*?)</script>', page)
    ]
    for layer, drawn, kept in zip(found.layers, data, figures["layers"], strict=True):
        assert drawn["said"] == [k.sentence for k in layer.kernels]
        assert [k["sentence"] for k in kept["kernels"]] == drawn["said"]
        assert [k["number"] for k in kept["kernels"]] == drawn["number"]
    assert "http" not in re.sub(r"data:image/png", "", page)  # nothing from outside


def test_a_classifier_is_shown_the_photo_as_it_was_trained(photo, tmp_path):
    from intertwine.learn.training.classifier import Classifier
    from intertwine.learn.training.nets import HierarchicalNet
    from intertwine.learn.training.scorers import NetScorer
    from intertwine.learn.training.squares import Preprocessing

    torch.manual_seed(0)
    net = HierarchicalNet(3, 4, (4, 8), (0, 0))
    known = Preprocessing(32, 3, (100.0, 110.0, 120.0), (50.0, 60.0, 70.0))
    found = read(
        Classifier(tuple("abcd"), NetScorer(net, known, None, False), 1.0, {}), photo=photo
    )
    assert found.name == "HierarchicalNet of 4 classes"
    assert found.layers[0].seen.shape[1:] == (32, 32)
    assert "as the net's card says" in found.photo
    assert all(layer.weights.norm for layer in found.layers)


def test_every_kernel_of_the_algebra_describes_itself_through_a_layer():
    """What `describe` says of a kernel is said of the layer that holds it, mirrored."""
    for kernel in (iw.kernels.sobel(axis=0), iw.kernels.emboss(), iw.kernels.laplacian(ndim=2)):
        layer = nn.Conv2d(1, 1, 3, bias=False)
        layer.weight.data = torch.from_numpy(np.flip(kernel.taps).astype(np.float32).copy())[
            None, None
        ]
        said = read(nn.Sequential(layer)).layers[0].kernels[0].sentence
        assert said == kernel.describe().sentence
