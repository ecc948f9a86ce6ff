"""``intertwine read``: sentences on the screen, a page and figures on disk."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.fixture
def model(here):
    """A file of weights."""
    from safetensors.torch import save_file

    torch.manual_seed(0)
    save_file(torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3)).state_dict(), "net.safetensors")
    return "net.safetensors"


def test_a_file_is_read(intertwine, model):
    done = intertwine("read", model)
    assert done.code == 0, done.err
    assert "1 spatial convolution holds 4 kernels" in done.out
    assert [path.name for path in Path.cwd().iterdir()] == [model]


def test_a_page_and_its_figures(intertwine, model):
    from intertwine.tour.photo import default_path

    done = intertwine("read", model, "--photo", default_path(), "-o", "net.html")
    assert done.code == 0, done.err
    assert done.out.endswith("page     net.html\nfigures  net.json\n")
    figures = json.loads(Path("net.json").read_text(encoding="utf-8"))
    assert figures["layers"][0]["photo"]["shape"] == [4, 222, 222]
    again = intertwine("read", model, "-o", "net.html")
    assert again.code == 2
    assert again.err.startswith("intertwine: net.html exists already.")


def test_errors_are_short(intertwine, here):
    done = intertwine("read", "none.pt")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "intertwine: none.pt is not there.\n"
        "  Pass the folder that intertwine train wrote, or a .safetensors or .pt file.\n"
    )
