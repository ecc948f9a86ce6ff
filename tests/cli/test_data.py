"""``intertwine data``: what there is, where, and what a wrong call is told."""

import pytest

from intertwine.files import datasets


@pytest.fixture
def nothing_here(tmp_path, monkeypatch):
    """No set is on this machine, as far as the commands know."""
    monkeypatch.setenv("INTERTWINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INTERTWINE_DATA", raising=False)


def test_the_list_says_where(intertwine, nothing_here):
    ended = intertwine("data")
    assert ended.code == 0
    assert ended.out == (
        "fashion-mnist\n"
        f"  {datasets.SETS['fashion-mnist'].about}\n"
        "  licence: MIT, Zalando SE\n"
        "  not here yet: intertwine data fashion-mnist\n"
        "mnist\n"
        f"  {datasets.SETS['mnist'].about}\n"
        "  licence: usually stated as CC BY-SA 3.0\n"
        "  not here yet: intertwine data mnist\n"
    )


def test_wrong_calls(intertwine, here, nothing_here):
    unknown = intertwine("data", "fashion-mnst")
    assert unknown.code == 2
    assert "Did you mean 'fashion-mnist'?" in unknown.err
    assert "Name a data set: fashion-mnist, mnist" in intertwine("data", "--from", here).err
    part = intertwine("data", "fashion-mnist", "--part", "trian")
    assert part.code == 2
    assert "train" in part.err
    empty = intertwine("data", "fashion-mnist", "--from", here)
    assert empty.code == 2
    assert empty.err.endswith("has no train-images-idx3-ubyte.gz.\n")


@pytest.mark.data
def test_pictures_for_the_index(intertwine, here, data_folder, monkeypatch):
    monkeypatch.setenv("INTERTWINE_DATA", str(data_folder))
    ended = intertwine("data", "fashion-mnist", "-o", "garments", "--part", "test", "-n", "20")
    assert ended.code == 0, ended.err
    assert ended.out.endswith("garments  20 pictures\n")
    assert len(list((here / "garments").rglob("*.png"))) == 20
    assert (here / "garments" / "ankle-boot" / "00000.png").exists()
