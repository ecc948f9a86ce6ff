"""Kernels in files: the same kernel comes back, and broken files say what is wrong."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

from algebra.drawn import kernels
from intertwine import Kernel
from intertwine import kernels as named
from intertwine.files import FileError


@settings(max_examples=30)
@given(kernels())
def test_what_is_saved_is_loaded(tmp_path_factory, k):
    folder = tmp_path_factory.mktemp("kernels")
    for name in ("k.json", "k.npy"):
        back = Kernel.load(Kernel(k / 3, name="größe \n").save(folder / name))
        assert back == k / 3
        assert (back.name, back.dtype) == ("größe \n", (k / 3).dtype)
        assert Kernel.load(k.save(folder / name)) == k


def test_any_npy_of_numbers_is_a_kernel(tmp_path):
    np.save(tmp_path / "plain.npy", np.arange(4))
    assert Kernel.load(tmp_path / "plain.npy") == Kernel([0, 1, 2, 3])


def test_taps_and_origin_that_do_not_belong_together_are_refused(tmp_path):
    Kernel([1, 2, 3], origin=0).save(tmp_path / "k.npy")
    np.save(tmp_path / "k.npy", np.array([1, 2, 4]))
    with pytest.raises(FileError, match=r"k.kernel.json belongs to other taps than those in k.npy"):
        Kernel.load(tmp_path / "k.npy")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "cannot be read as a kernel: Expecting value"),
        ("{", "cannot be read as a kernel: Expecting property name"),
        ("[]", "is no kernel: its `format` is not 'intertwine kernel 1'."),
        ("\ud800", "cannot be read as a kernel"),
    ],
)
def test_files_that_are_no_kernels(tmp_path, content, text):
    path = tmp_path / "k.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(FileError) as caught:
        Kernel.load(path)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"taps": [1, 2]}, "its taps have shape (2,), not [3]"),
        ({"taps": [[1], [2, 3]]}, "cannot be read as a kernel: "),
        ({"taps": [1, None, 3]}, "cannot be read as a kernel: "),
        ({"taps": [1, 2, 1e999]}, "cannot be read as a kernel: "),
        ({"dtype": "object"}, "its type object holds no numbers"),
        ({"dtype": "colour"}, "cannot be read as a kernel: "),
        ({"origin": 7}, "holds no kernel: Kernel: `origin` 7 lies outside the 3 taps of axis 0."),
        ({"shape": None}, "cannot be read as a kernel: "),
        ({"taps": ...}, "'taps' is missing."),
    ],
)
def test_broken_kernels(tmp_path, change, text):
    path = Kernel([1, 2, 3]).save(tmp_path / "k.json")
    content = json.loads(path.read_text())
    for word, value in change.items():
        if value is ...:
            del content[word]
        else:
            content[word] = value
    path.write_text(json.dumps(content))
    with pytest.raises(FileError) as caught:
        Kernel.load(path)
    assert text in str(caught.value)


def test_truncated_and_missing_files(tmp_path):
    path = named.gaussian(3.0).save(tmp_path / "k.npy")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(FileError, match="cannot be read as an array"):
        Kernel.load(path)
    with pytest.raises(FileError, match=r"^There is no file .*none.json\.$"):
        Kernel.load(tmp_path / "none.json")
    with pytest.raises(FileError, match=r"Did you mean '.npy'\?"):
        Kernel([1]).save(tmp_path / "k.np")
    with pytest.raises(FileError, match="There is no folder"):
        Kernel([1]).save(tmp_path / "none" / "k.json")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["k.kernel.json", "k.npy"]
