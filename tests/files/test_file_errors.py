"""Files that cannot be read or written: the class, the text, and nothing half-written."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from intertwine import files
from intertwine.base import libraries
from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError, IntertwineError, MissingExtraError
from intertwine.files.document import Document

GREY = Document("image", (np.zeros((4, 5), np.uint8),))
FLOATING = Document("image", (np.zeros((4, 5), np.float32),))
CLEAR = Document("image", (np.zeros((4, 5, 4), np.uint8),), True)
PAGES = Document("image", (np.zeros((4, 5), np.uint8), np.zeros((4, 6), np.uint8)))
WAVES = Document("array", (np.zeros((4, 5), np.complex64),))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def text_of(call, *arguments):
    with pytest.raises(FileError) as caught:
        call(*arguments)
    assert isinstance(caught.value, IntertwineError)
    return str(caught.value)


def test_names_that_cannot_be_read(here):
    (here / "photo.png").touch()
    (here / "folder.png").mkdir()
    known = ".png .jpg .jpeg .webp .bmp .tif .tiff .wav .flac .ogg .npy .csv .tsv .txt"
    assert text_of(files.read, "phto.png") == "There is no file phto.png. Did you mean 'photo.png'?"
    assert (
        text_of(files.read, "no/photo.png")
        == "There is no file no/photo.png.\n  There is no folder no either."
    )
    assert text_of(files.read, "photo.png") == "photo.png is empty."
    assert (
        text_of(files.read, "folder.png")
        == "folder.png is a folder.\n  Pass its files: folder.png/*.png"
    )
    assert (
        text_of(files.read, "photo.pgn")
        == f"photo.pgn: .pgn is not a known kind of file. Did you mean '.png'?\n  Known: {known}."
    )
    assert (
        text_of(files.read, "photo")
        == f"photo: a name without an ending is not a known kind of file.\n  Known: {known}."
    )


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif"])
def test_pictures_cut_short(here, name):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(name)
    whole = Path(name).read_bytes()
    Path(name).write_bytes(whole[: len(whole) // 2])
    kind = "TIFF" if name == "a.tif" else "a picture"
    assert text_of(files.read, name).startswith(f"{name} cannot be read as {kind}: ")


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.wav", "a.npy"])
def test_files_of_noise(here, name):
    Path(name).write_bytes(bytes(range(7, 200)))
    assert text_of(files.read, name).startswith(f"{name} cannot be read as ")


def test_deep_png_cut_short(here):
    noise = np.random.default_rng(0).integers(0, 65535, (64, 64, 3), np.uint16)
    files.write("a.png", Document("image", (noise,)))
    whole = Path("a.png").read_bytes()
    Path("a.png").write_bytes(whole[: len(whole) // 2])
    assert text_of(files.read, "a.png").startswith("a.png cannot be read as a picture: ")


def test_animations_are_refused(here):
    frames = [Image.new("L", (4, 4), level) for level in (0, 99, 200)]
    frames[0].save("a.png", save_all=True, append_images=frames[1:])
    assert text_of(files.read, "a.png") == (
        "a.png is an animation of 3 frames.\n  Convert it to a multi-page .tif, or to one picture."
    )


def test_text_named_npy(here):
    Path("a.npy").write_text("1 2 3")
    assert text_of(files.read, "a.npy") == (
        "a.npy cannot be read as an array: it is no NumPy file; np.save writes one."
    )


def test_python_objects_are_not_loaded(here):
    np.save("a.npy", np.array([{}], object), allow_pickle=True)
    assert text_of(files.read, "a.npy").startswith(
        "a.npy cannot be read as an array: Object arrays"
    )


@pytest.mark.parametrize(
    ("name", "document", "text"),
    [
        ("a.jpg", CLEAR, "a.jpg: JPEG has no transparency.\n  Write a .png or .tif."),
        (
            "a.png",
            FLOATING,
            "a.png: PNG holds samples of 8 or 16 bits, not float32.\n"
            "  Write a .tif or .npy, or pass --signed clip, offset or absolute.",
        ),
        ("a.png", PAGES, "a.png: PNG holds one page, not 2.\n  Write a .tif."),
        ("a.wav", GREY, "a.wav: an image is no recording.\n  Write an image or a .npy."),
        ("a.tif", WAVES, "a.tif: TIFF does not hold complex64 here.\n  Write a .npy."),
        (
            "a.npy",
            PAGES,
            "a.npy: pages of 2 different shapes do not make one array.\n  Write a .tif.",
        ),
        ("no/a.png", GREY, "There is no folder no to write a.png in."),
        ("old.png", GREY, "old.png exists already.\n  Pass --force to replace it, or -o ANOTHER."),
        ("folder.png", GREY, "folder.png is a folder.\n  Name a file in it."),
    ],
)
def test_targets_that_cannot_be_written(here, name, document, text):
    Path("old.png").write_bytes(b"old")
    Path("folder.png").mkdir()
    before = sorted(here.iterdir())
    assert text_of(files.write, name, document) == text
    assert sorted(here.iterdir()) == before
    assert Path("old.png").read_bytes() == b"old"


def test_missing_libraries_name_the_extra(here, monkeypatch):
    def absent(name):
        raise ImportError(name)

    Path("a.png").write_bytes(b"x")
    monkeypatch.setattr(libraries.importlib, "import_module", absent)
    with pytest.raises(MissingExtraError) as caught:
        libraries.need("PIL.Image", "Reading a.png")
    assert str(caught.value) == (
        "Reading a.png needs pillow, which is not installed.\n  pip install 'intertwine[image]'"
    )


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full"), ValueError()]
)
@pytest.mark.parametrize("there", [False, True])
def test_a_failing_write_leaves_what_was_there(here, monkeypatch, failure, there):
    path = Path("a.png")
    if there:
        path.write_bytes(b"old")

    def fail(self, handle, **options):
        handle.write(b"half")
        raise failure

    monkeypatch.setattr(Image.Image, "save", fail)
    expected = FileError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected):
        files.write(path, GREY, overwrite=True)
    assert [entry.name for entry in here.iterdir()] == (["a.png"] if there else [])
    assert not there or path.read_bytes() == b"old"


def test_a_full_disk_is_named(here):
    with pytest.raises(FileError) as caught, atomic(Path("a.png")):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(caught.value) == (
        "Cannot write a.png: No space left on device. Nothing was left there."
    )


def test_links_are_followed_and_permissions_kept(here):
    Path("real.png").write_bytes(b"old")
    Path("real.png").chmod(0o640)
    Path("link.png").symlink_to("real.png")
    files.write("link.png", GREY, overwrite=True)
    assert Path("link.png").is_symlink()
    assert Path("real.png").stat().st_mode & 0o777 == 0o640
    assert files.read("real.png").pages[0].shape == (4, 5)


def test_new_files_have_the_usual_permissions(here):
    old = os.umask(0o027)
    try:
        files.write("a.png", GREY)
    finally:
        os.umask(old)
    assert Path("a.png").stat().st_mode & 0o777 == 0o640
