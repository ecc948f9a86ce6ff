"""Whatever ends an indexing process: nothing that was reported as done is lost or half there."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from intertwine.base.errors import FileError
from intertwine.style import StyleIndex, indexing, models
from style_stub import Coarse, drawn

#: Indexes a folder three pictures at a time, and prints each number of pictures that are safe.
CHILD = """
import sys
sys.path.insert(0, sys.argv[3])
from style_stub import Coarse
from intertwine.style import StyleIndex, indexing, models
models.restore = lambda card, arrays: Coarse.restore(card, arrays)
indexing.BATCH = 3
index = StyleIndex(sys.argv[1], encoder=Coarse())
print("open", flush=True)
index.update(sys.argv[2], progress=lambda what, done, total: print(what, done, flush=True))
"""


def killed(folder: Path, photos: Path, delay_s: float) -> int:
    """Index in a process that is killed after a while; how many pictures it said were safe."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, folder, photos, Path(__file__).parents[1]],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout.readline() == "open\n"
    time.sleep(delay_s)
    os.kill(child.pid, signal.SIGKILL)
    said = [line.split() for line in child.stdout if line[:8] == "indexing" and line[-1:] == "\n"]
    child.wait()
    child.stdout.close()
    return max((int(words[1]) for words in said), default=0)


def has_tables(file: Path) -> bool:
    if not file.exists():
        return False
    with sqlite3.connect(file) as db:
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    db.close()
    return tables > 0


def check(folder: Path, safe: int) -> None:
    if not has_tables(folder / "index.sqlite"):
        # The process was ended before it had made the file or its tables, as on a busy machine.
        assert safe == 0
        return
    with sqlite3.connect(folder / "index.sqlite") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = db.execute("SELECT count(*) FROM pictures").fetchone()[0]
        views = db.execute("SELECT count(*) FROM codes GROUP BY number").fetchall()
    db.close()
    assert rows >= safe
    assert rows % 3 == 0
    assert views == [(2,)] * rows
    with StyleIndex(folder) as index:
        assert len(index) == rows


@pytest.fixture
def many(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(90):
        Image.fromarray(drawn(number)).save(folder / f"{number:03}.png")
    return folder


def kill_many_times(tmp_path, many, times, rng):
    safe = []
    for number in range(times):
        folder = tmp_path / f"index{number}"
        safe.append(killed(folder, many, float(rng.uniform(0, 0.25))))
        check(folder, safe[-1])
        with StyleIndex(folder, encoder=Coarse()) as index:
            index.update(many)
            assert len(index) == 90
    return safe


def test_kill_before_there_is_a_file(tmp_path, many):
    folder = tmp_path / "index"
    safe = killed(folder, many, 0.0)
    check(folder, safe)
    with StyleIndex(folder, encoder=Coarse()) as index:
        index.update(many)
        assert len(index) == 90


def test_kill_at_three_moments(tmp_path, many):
    kill_many_times(tmp_path, many, 3, np.random.default_rng(1))


@pytest.mark.slow
def test_kill_at_fifty_moments(tmp_path, many):
    safe = kill_many_times(tmp_path, many, 50, np.random.default_rng(2))
    assert len(set(safe)) >= 5  # at different stages


def test_a_full_disk_loses_nothing(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 4)
    index = StyleIndex(tmp_path / "index", encoder=Coarse())

    def fill(what, done, total):
        if what == "indexing" and done == 4:  # as many pages as there are now, and no more
            pages = index._store._query("PRAGMA page_count")[0][0]
            index._store._query(f"PRAGMA max_page_count={pages}")

    with pytest.raises(FileError, match="database or disk is full") as told:
        index.update(photos, progress=fill)
    assert "What was written before is kept." in str(told.value)
    assert len(index) == 4
    index._store._query("PRAGMA max_page_count=1000000")
    assert str(index.update(photos)) == "8 added, 4 unchanged"


def test_a_folder_where_one_file_in_five_is_broken(photos, tmp_path):
    whole = (photos / "00.png").read_bytes()
    (photos / "zero.png").touch()
    (photos / "cut.png").write_bytes(whole[: len(whole) // 2])
    (photos / "text.jpg").write_text("no picture")
    (photos / "really-png.jpg").write_bytes(whole)
    index = StyleIndex(tmp_path / "index", encoder=Coarse())
    changes = index.update(photos)
    assert changes.added == 13
    reasons = {Path(file.path).name: file.reason for file in changes.skipped}
    assert reasons.keys() == {"zero.png", "cut.png", "text.jpg"}
    assert reasons["zero.png"] == f"{photos / 'zero.png'} is empty."
    assert "cannot be read as a picture" in reasons["cut.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such a name cannot be written")
def test_a_name_that_is_no_text_is_skipped(photos, tmp_path):
    (photos / os.fsdecode(b"caf\xe9.png")).write_bytes((photos / "00.png").read_bytes())
    changes = StyleIndex(tmp_path / "index", encoder=Coarse()).update(photos)
    assert changes.added == 12
    (skipped,) = changes.skipped
    assert skipped.path == str(photos / "caf\\udce9.png")
    assert skipped.reason == "its name is no valid text: rename it"


def test_a_folder_that_cannot_be_read_is_not_gone(photos, tmp_path, monkeypatch):
    index = StyleIndex(tmp_path / "index", encoder=Coarse())
    index.update(photos)
    whole = os.scandir

    def scandir(path):
        if Path(path).name == "below":
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    changes = index.update(photos)
    assert str(changes) == "10 unchanged, 1 file skipped"
    assert changes.skipped[0].path == str(photos / "below")
    assert changes.skipped[0].reason == "Permission denied"
    assert len(index) == 12


def test_a_lost_or_damaged_model_says_what_to_do(photos, tmp_path):
    with StyleIndex(tmp_path / "index", encoder=Coarse()) as index:
        index.update(photos)
    arrays = next((tmp_path / "index").glob("model-*.safetensors"))
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:-3])
    index = StyleIndex(tmp_path / "index")
    with pytest.raises(FileError, match="is damaged") as told:
        index.search(drawn(3))
    assert "StyleIndex.rebuild, or intertwine index --rebuild" in str(told.value)
    arrays.unlink()
    with StyleIndex(tmp_path / "index") as index:
        with pytest.raises(FileError, match="has lost its model"):
            index.search(drawn(3))
        index.rebuild(Coarse())
        assert index.search(drawn(3), count=1)[0].score > 0.999


def test_an_index_that_may_not_be_written_is_read(tmp_path, monkeypatch):
    folder = tmp_path / "index"
    with StyleIndex(folder, encoder=Coarse()) as index:
        index.add([drawn(n) for n in range(5)])
        want = [hit.id for hit in index.search(drawn(2))]
    files = {path: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(models, "restore", Coarse.restore)
    # The user who may write anything runs tests too: what the system would say is said here.
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)
    with StyleIndex(folder) as index:
        assert [hit.id for hit in index.search(drawn(2))] == want
    assert {path: path.read_bytes() for path in folder.iterdir()} == files


def test_an_emptied_file_beside_a_model_is_damage(tmp_path):
    with StyleIndex(tmp_path, encoder=Coarse()) as index:
        index.add([drawn(n) for n in range(3)])
    (tmp_path / "index.sqlite").write_bytes(b"")
    with pytest.raises(FileError, match="damaged, or no index: it is empty, but there is a model"):
        StyleIndex(tmp_path)


def test_a_database_of_something_else_is_no_index(tmp_path):
    with sqlite3.connect(tmp_path / "index.sqlite") as other:
        other.execute("CREATE TABLE notes (text TEXT)")
    other.close()
    with pytest.raises(FileError, match="damaged, or no index: no such table: facts"):
        StyleIndex(tmp_path)


def test_a_damaged_small_picture_is_named(tmp_path):
    with StyleIndex(tmp_path, encoder=Coarse()) as index:
        index.add([drawn(n) for n in range(3)])
    with sqlite3.connect(tmp_path / "index.sqlite") as db:
        db.execute("UPDATE pictures SET thumbnail=substr(thumbnail, 1, 40) WHERE id='picture-2'")
    db.close()
    with StyleIndex(tmp_path) as index, pytest.raises(FileError, match="of 'picture-2' is damaged"):
        index.duplicates()


def test_threads_that_write_do_not_wait_for_each_other_for_ever(tmp_path):
    with StyleIndex(tmp_path, encoder=Coarse()) as index:
        index.add([drawn(n) for n in range(40)])

        def write(n):
            index.add([drawn(n)], [f"new-{n}"])
            index.remove(f"picture-{n + 1}")

        threads = [Thread(target=write, args=(n,), daemon=True) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        assert len(index) == 40
