"""The index: what goes in is found, what is removed is not, and a folder is followed."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from intertwine.base.errors import FileError, OptionError, ShapeError
from intertwine.style import StyleIndex, indexing
from intertwine.style.false_matches import FalseMatches
from intertwine.style.page import chance
from style_stub import Coarse, drawn


def scores_by_hand(index, query, weights):
    """Every score in plain loops over the stub's own codes."""
    ids, codes = index._store.codes()
    wanted = Coarse(index._loaded.encoder().offset).encode([query])
    return {
        id: sum(
            weight * float(sum(a * b for a, b in zip(wanted[view][0], codes[view][n], strict=True)))
            for view, weight in weights.items()
        )
        / sum(weights.values())
        for n, id in enumerate(ids)
    }


def test_search_agrees_with_plain_loops():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(30)], [f"p{n}" for n in range(30)])
    for weights in ({"shape": 1.0}, {"shape": 1.0, "colour": 3.0}, {"shape": 0, "colour": 0.5}):
        hits = index.search(drawn(99), count=7, **weights)
        expected = scores_by_hand(index, drawn(99), weights)
        best = sorted(expected, key=expected.get, reverse=True)[:7]
        assert [hit.id for hit in hits] == best
        assert [hit.score for hit in hits] == pytest.approx([expected[id] for id in best], abs=1e-5)


def test_equal_scores_keep_the_order_they_were_added():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(3)] * 40, [f"p{n}" for n in range(40)])
    assert [hit.id for hit in index.search(drawn(3), count=5)] == ["p0", "p1", "p2", "p3", "p4"]


def test_batches_and_wishes():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(25)])
    answers = index.search([drawn(4), drawn(8)], count=2)
    assert [hits[0].id for hits in answers] == ["picture-5", "picture-9"]
    wish = index.search([drawn(4), drawn(8)], count=1, together=True)[0]
    both, shapes = Coarse().encode([drawn(4), drawn(8)])["shape"], index._store.codes()[1]["shape"]
    mean = both.sum(axis=0) / np.linalg.norm(both.sum(axis=0))
    assert wish.id == f"picture-{1 + np.argmax(shapes @ mean)}"
    assert wish.score == pytest.approx(float((shapes @ mean).max()), abs=1e-6)
    by_id = index.search(id="picture-5", count=30)
    assert len(by_id) == 24
    assert "picture-5" not in {hit.id for hit in by_id}


def test_metadata_narrow_a_search():
    index = StyleIndex(encoder=Coarse())
    about = [{"brand": "a'\"$.x" if n % 2 else "b", "price": n} for n in range(24)]
    index.add([drawn(n) for n in range(24)], metadata=about)
    found = index.search(drawn(4), count=24, where={"brand": "a'\"$.x"})
    assert len(found) == 12
    assert all(hit.metadata["price"] % 2 for hit in found)
    assert [h.id for h in index.search(drawn(4), where={"price": 7, "brand": "a'\"$.x"})] == [
        "picture-8"
    ]
    assert index.search(drawn(4), where={"brand": "c"}) == []


def test_metadata_that_no_picture_has_are_told():
    index = StyleIndex(encoder=Coarse())
    index.add(
        [drawn(n) for n in range(20)], metadata=[{"brand": "b", "price": n} for n in range(20)]
    )
    with pytest.raises(OptionError) as told:
        index.search(drawn(4), where={"price": 3, "colour": "red"})
    assert str(told.value) == "search: no picture has metadata 'colour'.\n  There are: brand, price"


def test_no_condition_looks_at_no_metadata(monkeypatch):
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(20)])
    want = [hit.id for hit in index.search(drawn(4))]
    monkeypatch.setattr(index._store, "select", lambda where: pytest.fail("a scan of all rows"))
    assert [hit.id for hit in index.search(drawn(4), where={})] == want


def test_asking_makes_no_index(tmp_path):
    with StyleIndex(tmp_path / "typo") as index:
        with pytest.raises(FileError, match="the index is empty"):
            index.search(drawn(4))
        with pytest.raises(FileError, match="There is no folder"):
            index.update(tmp_path / "nowhere")
    assert not (tmp_path / "typo").exists()


def test_an_index_that_another_process_makes_is_seen(tmp_path):
    with StyleIndex(tmp_path / "index") as early:
        assert len(early) == 0
        with StyleIndex(tmp_path / "index", encoder=Coarse()) as other:
            other.add([drawn(n) for n in range(3)])
        assert list(early) == ["picture-1", "picture-2", "picture-3"]


def test_wrong_questions_are_told(tmp_path):
    with pytest.raises(OptionError, match=r"StyleIndex: `encoder='resnet'` is not known"):
        StyleIndex(tmp_path / "index", encoder="resnet")
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(3)])
    with pytest.raises(OptionError, match="neither a mapping of metadata"):
        index.search(drawn(1), where="n=1")
    with pytest.raises(OptionError, match="no picture to look for"):
        index.search([], together=True)
    with pytest.raises(OptionError, match="explain: 3 is no hit"):
        index.explain(drawn(1), 3)
    with pytest.raises(FileError, match="a file, not a folder"):
        index.update(__file__)


def test_an_index_lists_what_it_holds():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(3)], ["b", "a", "c"], [{"n": n} for n in range(3)])
    index.remove("a")
    assert list(index) == ["b", "c"]
    assert [index[id].metadata["n"] for id in index] == [0, 2]


def test_what_is_removed_is_not_found_and_ids_are_replaced():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(22)], [f"p{n}" for n in range(22)])
    assert index.remove("p3", "p4", "none") == 2
    assert len(index) == 20
    assert "p3" not in index
    assert index.search(drawn(3), count=1)[0].id != "p3"
    changes = index.add(drawn(50), ["p5"])
    assert (changes.added, changes.changed, len(index)) == (0, 1, 20)
    assert index.search(drawn(50), count=1)[0].id == "p5"
    assert index.search(drawn(5), count=1)[0].score < 0.999


def test_a_folder_is_followed(photos, tmp_path):
    index = StyleIndex(tmp_path / "index", encoder=Coarse())
    assert str(index.update(photos)) == "12 added"
    assert str(index.update(photos)) == "12 unchanged"
    os.rename(photos / "03.png", photos / "renamed.png")
    os.utime(photos / "04.png", (1, 1))
    Image.fromarray(drawn(70)).save(photos / "05.png")
    (photos / "06.png").unlink()
    Image.fromarray(drawn(71)).save(photos / "new.JPG")
    (photos / "text.jpg").write_text("no picture")
    (photos / ".hidden.png").write_text("not looked at")
    (photos / "notes.txt").write_text("not looked at")
    changes = index.update(photos)
    assert str(changes) == ("1 added, 1 changed, 2 moved, 1 removed, 8 unchanged, 1 file skipped")
    assert changes.skipped[0].path == str(photos / "text.jpg")
    renamed = index.search(drawn(3), count=1)[0]
    assert renamed.id == str(photos / "03.png")
    assert renamed.path == str(photos / "renamed.png")
    assert index.search(drawn(70), count=1)[0].path == str(photos / "05.png")
    again = index.update(photos)
    assert str(again) == "12 unchanged, 1 file skipped"


def test_an_index_is_opened_again(photos, tmp_path):
    with StyleIndex(tmp_path / "index", encoder=Coarse(0.5)) as index:
        index.update(photos)
        before = index.search(drawn(3))
    with StyleIndex(tmp_path / "index") as index:
        assert index.search(drawn(3)) == before
        assert index.stats.encoder == {"name": "coarse", "fitted": 12, "offset": 0.5}


def test_a_drive_that_is_not_there_forgets_nothing(photos, tmp_path):
    index = StyleIndex(tmp_path / "index", encoder=Coarse())
    index.update(photos)
    shutil.move(photos, tmp_path / "elsewhere")
    with pytest.raises(FileError, match="There is no folder"):
        index.update(photos)
    photos.mkdir()
    with pytest.raises(FileError, match="None of the 12 pictures indexed from"):
        index.update(photos)
    assert len(index) == 12


def test_another_process_is_seen(photos, tmp_path):
    first = StyleIndex(tmp_path / "index", encoder=Coarse())
    first.update(photos)
    second = StyleIndex(tmp_path / "index")
    assert len(second) == 12
    first.add(drawn(40), ["more"])
    assert second.search(drawn(40), count=1)[0].id == "more"
    first.remove("more")
    assert len(second) == 12


def test_two_writers_at_once(photos, tmp_path):
    first = StyleIndex(tmp_path / "index", encoder=Coarse())
    first.update(photos)
    second = StyleIndex(tmp_path / "index")
    with first._store.writing(), pytest.raises(FileError, match=r"is being written by process \d+"):
        second.remove("any")
    second.add(drawn(9), ["later"])
    assert "later" in first


def test_an_interrupted_run_keeps_what_is_done(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 5)
    index = StyleIndex(tmp_path / "index", encoder=Coarse())

    def interrupt(what, done, total):
        if what == "indexing" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.update(photos, progress=interrupt)
    assert len(index) == 5
    assert str(index.update(photos)) == "7 added, 5 unchanged"


def test_an_interrupted_rebuild_goes_on(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 5)
    index = StyleIndex(tmp_path / "index", encoder=Coarse())
    index.update(photos)

    def interrupt(what, done, total):
        if what == "indexing" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(Coarse(2.0), progress=interrupt)
    assert (len(index), index.stats.stale) == (5, 7)
    index.update(photos)
    assert (len(index), index.stats.stale) == (12, 0)
    assert index.stats.encoder["offset"] == 2.0
    assert len(list((tmp_path / "index").glob("model-*"))) == 2


def test_false_match_rates_are_the_share_of_random_pairs():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(40)])
    codes = index._store.codes()[1]
    pairs = [float(codes["shape"][i] @ codes["shape"][j]) for i in range(40) for j in range(i)]
    rates = FalseMatches(codes, {"shape": 1.0})
    for score in (-0.5, 0.1, 0.6, 2.0):
        expected = (1 + max(sum(p >= score for p in pairs), 10)) / (1 + len(pairs))
        assert rates.rate(score) == pytest.approx(expected, abs=1e-9)
    hit = index.search(id="picture-3", count=1)[0]
    assert hit.false_match_rate == rates.rate(hit.score)


def test_the_least_rate_that_an_index_can_tell_is_marked():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(40)])
    hits = index.search(drawn(3), count=40)
    assert hits[0].false_match_is_least
    assert not hits[-1].false_match_is_least
    assert hits[0].false_match_rate == pytest.approx(11 / 781)
    assert chance(hits[0].false_match_rate, hits[0].false_match_is_least) == "at most 1 in 71"
    assert chance(1 / 71) == "1 in 71"


def test_few_pictures_know_no_chance():
    index = StyleIndex(encoder=Coarse())
    index.add([drawn(n) for n in range(19)])
    assert index.search(drawn(3))[0].false_match_rate is None


def test_wrong_calls():
    index = StyleIndex(encoder=Coarse())
    with pytest.raises(FileError, match="the index is empty"):
        index.search(drawn(1))
    index.add([drawn(n) for n in range(3)])
    for call, kind, text in [
        (lambda: index.search(), OptionError, "pass either a picture or `id=`"),
        (lambda: index.search(drawn(1), id="x"), OptionError, "pass either a picture or `id=`"),
        (lambda: index.search(id="x"), OptionError, "there is no picture 'x'"),
        (lambda: index.search(drawn(1), count=0), OptionError, "`count=0`"),
        (lambda: index.search(drawn(1), shape=-1), OptionError, "`shape=-1`"),
        (lambda: index.search(drawn(1), texture=1), OptionError, "the codes have no texture view"),
        (lambda: index.search(drawn(1), where={"a": None}), OptionError, "where['a']"),
        (lambda: index.describe({"x": {}}), OptionError, "describe: there is no picture 'x'"),
        (lambda: index.describe({"picture-1": 3}), OptionError, "metadata of a picture are 3"),
        (lambda: index.add([drawn(1)], ids=["a", "b"]), ShapeError, "2 entries for 1 picture"),
        (lambda: index.add([drawn(1)], ids=[3]), OptionError, "holds 3, which is not text"),
        (lambda: index.rebuild(), FileError, "no picture of this index was read from a file"),
        (lambda: index["x"], OptionError, "There is no picture 'x' in the index."),
        (lambda: index.add([drawn(1)] * 2, ids=["a", "a"]), OptionError, "`ids` holds 'a' twice"),
    ]:
        with pytest.raises(kind) as caught:
            call()
        assert text in str(caught.value)
    assert len(index) == 3


def test_all_files_broken(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_text("no picture")
    with (
        StyleIndex(tmp_path / "index", encoder=Coarse()) as index,
        pytest.raises(FileError) as told,
    ):
        index.update(folder)
    assert "None of 1 file can be read as a picture" in str(told.value)
    assert str(folder / "a.jpg") in str(told.value)


def test_what_is_no_index_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="is a file, but an index is a folder"):
        StyleIndex(tmp_path / "file")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "index.sqlite").write_bytes(np.arange(5000.0).tobytes())
    with pytest.raises(FileError, match="is damaged, or no index"):
        StyleIndex(tmp_path / "odd")
