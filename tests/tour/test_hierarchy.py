"""The net of the tour: its two layers by our operator are those that PyTorch trained."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import intertwine as iw
from intertwine.files.datasets.idx import read_idx
from intertwine.tour import listing, net
from intertwine.tour.blocks import Figure, Table
from intertwine.tour.chapters import hierarchy
from intertwine.tour.photo import Photo

EPS = np.finfo(np.float32).eps


@pytest.fixture(scope="module")
def ran(seen: Photo) -> listing.Ran:
    return listing.run(seen, hierarchy._CODE)


def bound(taps: np.ndarray, largest: float) -> float:
    """Of the rounding of sums of products in float32, summed in any order."""
    return float(4 * EPS * taps[0].size * np.abs(taps).max() * largest)


@pytest.mark.torch
def test_the_maps_are_those_of_torch(ran: listing.Ran) -> None:
    torch = pytest.importorskip("torch")
    clothes = ran["clothes"]
    f, k = torch.nn.functional, {n: torch.from_numpy(getattr(clothes, n)) for n in (
        "first", "first_bias", "second", "second_bias")}  # fmt: skip
    seen = (ran["x"] - clothes.mean) / clothes.deviation
    x = torch.from_numpy(seen)[None, None]
    first = f.relu(f.conv2d(x, k["first"][:, None], k["first_bias"], padding=3))
    second = f.relu(f.conv2d(f.max_pool2d(first, 2), k["second"], k["second_bias"], padding=2))
    one = bound(clothes.first, float(np.abs(seen).max()))
    np.testing.assert_allclose(ran["first"], first[0].numpy(), rtol=0, atol=one)
    # What the first layer rounds, the second multiplies.
    two = (
        bound(clothes.second, float(first.max()))
        + one * np.abs(clothes.second).sum((1, 2, 3)).max()
    )
    np.testing.assert_allclose(ran["second"], second[0].numpy(), rtol=0, atol=two)
    assert first.max() > 1000 * one
    assert second.max() > 1000 * two


def test_a_patch_alone_gives_the_answer_that_it_stands_for(ran: listing.Ran) -> None:
    """Sums over the 16 x 16 pixels that are shown, and over nothing else."""
    clothes = ran["clothes"]
    for unit, patch in enumerate(ran["patches"]):
        assert patch.shape == (16, 16)
        seen = (patch.astype(float) - clothes.mean) / clothes.deviation
        windows = np.lib.stride_tricks.sliding_window_view(seen, (7, 7))
        first = np.einsum("ijkl,nkl->nij", windows, clothes.first)
        first = np.maximum(first + clothes.first_bias[:, None, None], 0)
        half = first.reshape(12, 5, 2, 5, 2).max(axis=(2, 4))
        answer = max((half * clothes.second[unit]).sum() + clothes.second_bias[unit], 0)
        taps = clothes.second[unit]
        rounding = bound(taps[None], float(half.max())) + np.abs(taps).sum() * bound(
            clothes.first, float(np.abs(seen).max())
        )
        assert answer == pytest.approx(ran["inside"][unit].max(), abs=float(rounding))


def test_a_flat_photo_has_nothing_to_see() -> None:
    flat = Photo("flat", np.full((256, 256, 3), 90, np.uint8), np.full((256, 256), 90, np.float32))
    blocks = hierarchy.write(flat)
    assert any("every map of the first layer is even" in b for b in blocks if isinstance(b, str))
    assert sum(isinstance(block, Figure) for block in blocks) == 1  # the kernels


def test_units_are_listed_with_their_patches(seen: Photo, ran: listing.Ran) -> None:
    *_, units = (block for block in hierarchy.write(seen) if isinstance(block, Table))
    assert len(units.rows) == 16
    for row, patch in zip(units.rows, ran["patches"], strict=True):
        if row[4] != "–":
            top, left = map(int, row[4].split(", "))
            np.testing.assert_array_equal(
                seen.square().grey[top : top + 16, left : left + 16], patch
            )


def test_the_file_is_small_and_says_whose_it_is() -> None:
    assert net.PATH.stat().st_size < 300_000
    assert "MIT licence" in (net.PATH.parent / "LICENCE.md").read_text()
    card = net.load().card
    accuracy = card["accuracy"]["test"]
    assert accuracy["right"] / accuracy["total"] == accuracy["value"] > 0.85


def test_it_is_written_without_safetensors(monkeypatch: pytest.MonkeyPatch, seen: Photo) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    blocks = hierarchy.write(seen)
    assert "Reading it needs `pip install 'intertwine[image]'`." in blocks
    assert any(isinstance(block, Figure) for block in blocks)


def whole(clothes: net.Net, pictures: np.ndarray) -> np.ndarray:
    """Logits of (n, 28, 28) levels, by correlations and sums alone."""
    maps = (pictures[:, None].astype(np.float32) - clothes.mean) / clothes.deviation
    maps = iw.correlate(maps, clothes.first, axes=(-2, -1), boundary="zero")
    half = np.maximum(maps + clothes.first_bias[:, None, None], 0)
    half = half.reshape(-1, 1, 12, 14, 2, 14, 2).max(axis=(4, 6))
    maps = iw.correlate(half, clothes.second, axes=(-2, -1), boundary="zero").sum(axis=2)
    maps = np.maximum(maps + clothes.second_bias[:, None, None], 0)
    rows = maps.reshape(-1, 16, 7, 2, 7, 2).max(axis=(3, 5)).reshape(len(pictures), -1)
    return rows @ clothes.dense.T + clothes.dense_bias


@pytest.mark.data
def test_the_whole_net_is_as_accurate_as_its_card_says(data_folder: Path) -> None:
    import gzip

    folder = data_folder / "fashion-mnist"
    images, labels = (
        read_idx(gzip.decompress((folder / f"t10k-{what}-ubyte.gz").read_bytes()))[:400]
        for what in ("images-idx3", "labels-idx1")
    )
    clothes = net.load()
    both = whole(clothes, images) + whole(clothes, images[..., ::-1])  # as it was measured
    right, stated = (
        (both.argmax(axis=1) == labels).mean(),
        clothes.card["accuracy"]["test"]["value"],
    )
    assert abs(right - stated) < 4 * (stated * (1 - stated) / 400) ** 0.5


def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "train_tour_net.py"
    spec = importlib.util.spec_from_file_location("train_tour_net", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.torch
def test_folded_layers_are_the_net_that_was_trained() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    made = tool().Net(1, 10)
    for layer in (made.first, made.second):
        norm = layer[1]
        for values in (norm.weight.data, norm.running_var):
            values.uniform_(0.5, 2)
        for values in (norm.bias.data, norm.running_mean):
            values.uniform_(-0.1, 0.1)
    levels = np.random.default_rng(0).integers(0, 256, (3, 28, 28))
    folded = net.Net(**tool().arrays(made), mean=100.0, deviation=50.0, card={})
    with torch.no_grad():
        x = (torch.from_numpy(levels)[:, None].float() - 100) / 50
        expected = made.eval()(x).numpy()
    products = 49 + 12 * 25 + 784  # in a row, from a pixel to a class
    rounding = 4 * EPS * products * np.abs(expected).max()
    np.testing.assert_allclose(whole(folded, levels), expected, rtol=0, atol=rounding)
