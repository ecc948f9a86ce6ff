"""Data sets: fetched from a server of our own, verified, whole or not at all."""

import gzip
import hashlib
import http.server
import threading

import numpy as np
import pytest
from PIL import Image

from intertwine.base.errors import FileError
from intertwine.files import datasets
from intertwine.files.datasets import SETS, DataFile, DataSet
from intertwine.files.datasets.idx import read_idx


def idx(array):
    sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
LABELS = np.array([1, 0, 1], np.uint8)
CONTENTS = {"images.gz": idx(IMAGES), "labels.gz": idx(LABELS)}


def tiny(*addresses):
    images, labels = (
        DataFile(name, len(raw), hashlib.sha256(raw).hexdigest()) for name, raw in CONTENTS.items()
    )
    return DataSet("tiny", "3", "none", addresses, {"train": (images, labels)}, ("hat", "bag"))


def published(folder, **instead):
    """A folder with the files of `tiny`, some of them with other bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in CONTENTS.items():
        word = name.removesuffix(".gz")
        (folder / name).write_bytes(instead.get(word, gzip.compress(raw, 1)))
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INTERTWINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INTERTWINE_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache" / "data" / "tiny"


@pytest.fixture
def server(tmp_path):
    """Serve the folder ``site``; the fixture is its address and the list of what was asked."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=tmp_path / "site")

        def log_message(self, *_):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/", asked
        running.shutdown()
        thread.join()


def test_a_set_is_fetched_once_and_read(cache, server, tmp_path):
    published(tmp_path / "site")
    address, asked = server
    wanted, told = tiny(address), []
    assert datasets.located(wanted) is None
    assert datasets.fetch(wanted, progress=lambda *step: told.append(step)) == cache
    size = (tmp_path / "site" / "images.gz").stat().st_size
    assert ("images.gz", size, size) in told
    images, labels = datasets.load(wanted, "train")
    assert (images == IMAGES).all()
    assert labels.tolist() == [1, 0, 1]
    asked.clear()
    assert datasets.fetch(wanted) == cache == datasets.located(wanted)
    assert asked == []


def test_a_second_address_is_tried(cache, server, tmp_path):
    published(tmp_path / "site" / "mirror")
    address, _ = server
    assert datasets.fetch(tiny(f"{address}gone/", f"{address}mirror/")) == cache


def test_a_wrong_file_leaves_nothing_and_what_was_right_is_kept(cache, server, tmp_path):
    published(tmp_path / "site", labels=gzip.compress(b"other"))
    address, asked = server
    with pytest.raises(FileError) as error:
        datasets.fetch(tiny(address))
    assert str(error.value) == (
        "Cannot fetch labels.gz of tiny.\n"
        f"  {address}labels.gz is not the published labels.gz: the SHA-256 of its content is\n"
        "  Without a network, get its 2 files elsewhere and name their folder:\n"
        "  intertwine data tiny --from FOLDER"
    )
    assert [path.name for path in cache.iterdir()] == ["images.gz"]
    published(tmp_path / "site")
    asked.clear()
    datasets.fetch(tiny(address))
    assert len(asked) == 1  # the images were there


@pytest.mark.parametrize(
    "broken",
    [b"no gzip", gzip.compress(CONTENTS["labels.gz"])[:-12], b""],
    ids=["no gzip", "cut short", "empty"],
)
def test_damaged_downloads_are_refused(cache, server, tmp_path, broken):
    published(tmp_path / "site", labels=broken)
    with pytest.raises(FileError, match=r"^Cannot fetch labels\.gz of tiny\.\n"):
        datasets.fetch(tiny(server[0]))
    assert not (cache / "labels.gz").exists()


def test_an_endless_answer_is_cut_short(cache, server, tmp_path):
    published(tmp_path / "site", labels=bytes(100_000))
    with pytest.raises(FileError, match="sends more than 1046 bytes"):
        datasets.fetch(tiny(server[0]))


def test_without_a_network(cache):
    with pytest.raises(FileError) as error:
        datasets.fetch(tiny("http://127.0.0.1:9/"))
    first, reason, *_, last = str(error.value).splitlines()
    assert first == "Cannot fetch images.gz of tiny."
    assert reason.startswith("  Cannot reach http://127.0.0.1:9/images.gz: ")
    assert last == "  intertwine data tiny --from FOLDER"
    assert not any(cache.iterdir())


def test_from_a_folder(cache, tmp_path):
    wanted = tiny("http://127.0.0.1:9/")
    assert datasets.fetch(wanted, published(tmp_path / "mine")) == cache
    assert datasets.located(wanted) == cache
    (tmp_path / "mine" / "labels.gz").unlink()
    with pytest.raises(FileError, match=r"mine has no labels\.gz\.$"):
        datasets.fetch(wanted, tmp_path / "mine")


def test_a_file_that_was_damaged_later_is_noticed(cache, tmp_path):
    wanted = tiny()
    published(cache, images=gzip.compress(b"other"))
    for call in (lambda: datasets.fetch(wanted), lambda: datasets.load(wanted, "train")):
        with pytest.raises(FileError, match=r"images\.gz is not the published images\.gz"):
            call()


def test_a_folder_of_ones_own_comes_first(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path))
    folder = published(tmp_path / "tiny")
    assert datasets.fetch(tiny()) == folder
    assert not cache.exists()


def test_pictures_are_written_by_class(cache, tmp_path):
    published(cache)
    assert datasets.write_pictures(tiny(), tmp_path / "out", "train", 2) == 2
    assert (np.array(Image.open(tmp_path / "out" / "bag" / "00000.png")) == IMAGES[0]).all()
    assert (np.array(Image.open(tmp_path / "out" / "hat" / "00001.png")) == IMAGES[1]).all()
    assert len(list((tmp_path / "out").rglob("*.png"))) == 2


def test_a_set_that_is_not_there(cache):
    with pytest.raises(FileError) as error:
        datasets.load(tiny(), "train")
    assert str(error.value) == "tiny is not on this machine.\n  Fetch it: intertwine data tiny"


def test_a_folder_of_ones_own_that_lacks_a_set_is_named(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("INTERTWINE_DATA", str(tmp_path / "mine"))
    published(tmp_path / "mine" / "tiny")
    (tmp_path / "mine" / "tiny" / "labels.gz").unlink()
    with pytest.raises(FileError) as error:
        datasets.load(tiny(), "train")
    assert str(error.value) == (
        "tiny is not on this machine.\n"
        f"  {tmp_path / 'mine' / 'tiny'} has not all of its files.\n"
        "  Fetch it: intertwine data tiny"
    )


@pytest.mark.parametrize("content", [b"", b"\0\0\x0d\1", idx(LABELS)[:-1], idx(LABELS) + b"x"])
def test_what_is_not_idx(content):
    with pytest.raises(ValueError, match="IDX"):
        read_idx(content)


@pytest.mark.data
def test_fashion_mnist_is_the_published_one(data_folder):
    images, labels = datasets.load(SETS["fashion-mnist"], "test")
    assert images.shape == (10_000, 28, 28)
    assert np.bincount(labels).tolist() == [1000] * 10
