"""What cannot be read is refused with the whole text, and nothing is left half-written."""

import pickle

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

from PIL import Image  # noqa: E402
from torch import nn  # noqa: E402

from intertwine.base.errors import DTypeError, FileError, OptionError, ShapeError  # noqa: E402
from intertwine.learn import read  # noqa: E402


def refused(kind, *arguments, **options):
    with pytest.raises(kind) as caught:
        read(*arguments, **options)
    return str(caught.value)


def test_not_a_model():
    assert refused(DTypeError, 3) == (
        "read: the model is int, which holds no layers.\n"
        "  Pass a torch.nn.Module, its state_dict(), a Classifier, or the path of a model's file."
    )


def test_no_convolutions():
    assert refused(OptionError, nn.Linear(2, 3)) == (
        "read: the model holds no convolution: no weights of 3, 4 or 5 axes.\n"
        "  Pass a net with Conv1d, Conv2d or Conv3d layers, or its state dict."
    )
    assert refused(OptionError, {}).startswith("read: the state dict holds no convolution")


def test_pointwise_alone():
    assert refused(OptionError, nn.Sequential(nn.Conv2d(2, 3, 1))) == (
        "read: no kernel of Sequential has more than one tap: 1 convolution, each pointwise.\n"
        "  There is nothing spatial to read."
    )


def test_weights_that_are_not_finite():
    layer = nn.Conv2d(1, 2, 3)
    layer.weight.data[0, 0, 0, 0] = float("nan")
    assert refused(OptionError, nn.Sequential(layer)) == (
        "read: 1 of 18 values of 0 is NaN or infinite.\n"
        "  The training diverged: read a checkpoint from before."
    )


def test_weights_that_are_not_there():
    assert refused(OptionError, nn.Conv2d(1, 2, 3, device="meta")) == (
        "read: Conv2d is on the meta device, it has a shape and no numbers.\n"
        "  Load its weights first."
    )
    assert refused(OptionError, nn.Sequential(nn.LazyConv2d(2, 3))) == (
        "read: 0 has no weights yet, its channels are not known.\n"
        "  Run the model once on an input, then read it."
    )


def test_files(tmp_path):
    missing = tmp_path / "a.pt"
    assert refused(FileError, missing) == (
        f"{missing} is not there.\n"
        "  Pass the folder that intertwine train wrote, or a .safetensors or .pt file."
    )
    assert refused(FileError, tmp_path) == (
        f"{tmp_path} is a folder without card.json, which intertwine train writes.\n"
        "  Name the .safetensors or .pt file in it."
    )
    other = tmp_path / "a.txt"
    other.write_text("x")
    assert refused(FileError, other) == (
        f"{other}: .txt is not a model's file.\n  Known: .safetensors .pt .pth .bin .ckpt"
    )


def test_a_truncated_file(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "a.safetensors"
    save_file(nn.Conv2d(1, 2, 3).state_dict(), path)
    path.write_bytes(path.read_bytes()[:-20])
    text = refused(FileError, path)
    assert text.startswith(f"{path} cannot be read as safetensors: ")
    assert text.endswith("\n  The file is cut off or not one: copy it again.")
    broken = tmp_path / "b.pt"
    torch.save(nn.Conv2d(1, 2, 3).state_dict(), broken)
    broken.write_bytes(broken.read_bytes()[:300])
    text = refused(FileError, broken)
    assert text.startswith(f"{broken} cannot be read as a PyTorch file: ")
    assert text.endswith("\n  The file is cut off or not one: copy it again.")


class Trap:
    """What a pickle would call."""

    def __reduce__(self):
        return print, ("code ran",)


@pytest.mark.parametrize("protocol", [2, 4])
def test_code_in_a_file_is_refused_and_not_run(tmp_path, capsys, protocol):
    path = tmp_path / "a.pt"
    torch.save({"a.weight": torch.ones(1, 1, 3, 3), "b": Trap()}, path, pickle_protocol=protocol)
    bare = tmp_path / "b.pt"
    bare.write_bytes(pickle.dumps(Trap(), protocol=protocol))
    assert refused(FileError, path) == (
        f"{path} holds more than tensors: opening it would run code, and is refused.\n"
        "  Where the model is at home: torch.save(model.state_dict(), 'weights.pt')."
    )
    assert refused(FileError, bare) == (
        f"{bare} holds more than tensors: opening it would run code, and is refused.\n"
        "  Where the model is at home: torch.save(model.state_dict(), 'weights.pt')."
    )
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["a.pt", "a.safetensors"])
def test_an_empty_file(tmp_path, name):
    path = tmp_path / name
    path.touch()
    assert refused(FileError, path) == f"{path} is empty.\n  Copy it again."


def test_nets_of_other_axes_are_shown_no_photo(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(OptionError) as error:
        read(nn.Sequential(nn.Conv1d(2, 3, 5)), photo=tmp_path / "a.png")
    assert str(error.value) == (
        "read: 0, the first layer, takes 2 channels along 1 axis, a photo has 1 or 3 along 2.\n"
        "  In Python pass photo= an array as the net takes it, without the batch axis."
    )


def test_a_whole_model_in_a_file(tmp_path):
    path = tmp_path / "a.pt"
    torch.save(nn.Sequential(nn.Conv2d(1, 2, 3)), path)
    assert refused(FileError, path).startswith(f"{path} holds more than tensors")
    torch.save(torch.ones(3), path)
    assert refused(FileError, path) == (
        f"{path} holds 'Tensor', not a state dict.\n"
        "  Save one: torch.save(model.state_dict(), 'weights.pt')."
    )


def test_photos(tmp_path):
    broken = tmp_path / "a.png"
    broken.write_bytes(b"no picture")
    assert refused(FileError, nn.Conv2d(3, 2, 3), photo=broken).startswith(
        f"{broken} cannot be read"
    )
    assert refused(DTypeError, nn.Conv2d(3, 2, 3), photo=3) == (
        "read: `photo` is int, not a path or an array.\n"
        "  Pass the path of a picture, or an array (channels, rows, columns)."
    )
    assert refused(ShapeError, nn.Conv2d(3, 2, 3), photo=np.ones((9, 9))) == (
        "read: `photo` has shape (9, 9), the net's input has 3 axes: channels first, no batch.\n"
        "  Pass an array of 3 axes, or a picture's path."
    )


def test_a_model_that_does_not_take_the_photo(tmp_path):
    from PIL import Image

    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(path)
    assert refused(OptionError, nn.Conv2d(5, 2, 3), photo=path) == (
        "read: Conv2d, the first layer, takes 5 channels along 2 axes, "
        "a photo has 1 or 3 along 2.\n"
        "  In Python pass photo= an array as the net takes it, without the batch axis."
    )
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Linear(5, 1))
    text = refused(OptionError, model, photo=path)
    assert text.startswith(
        "read: the model cannot run on a.png as (1, 3, 224, 224): RuntimeError: "
    )
    assert text.endswith(
        "\n  In Python pass photo= an array as the model takes it, without the batch axis."
    )
    assert not model[0]._forward_hooks
    weights = {"a.weight": torch.ones(2, 5, 3, 3)}
    with pytest.raises(OptionError, match="takes 5 channels"):
        read(weights, photo=path)


def test_pages(tmp_path):
    found = read(nn.Conv2d(1, 2, 3))
    for path, kind, text in (
        (tmp_path / "a.txt", OptionError, f"read: {tmp_path / 'a.txt'}: the page is HTML.\n"
         "  Name a file that ends in .html."),
        (tmp_path / "none" / "a.html", FileError,
         f"There is no folder {tmp_path / 'none'} to write a.html in."),
    ):  # fmt: skip
        with pytest.raises(kind) as caught:
            found.page(path)
        assert str(caught.value) == text
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(FileError, match=r"a\.json exists already"):
        found.page(tmp_path / "a.html")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json"]
