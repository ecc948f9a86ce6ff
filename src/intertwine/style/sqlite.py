"""The store that comes with Intertwine: one SQLite file, written by transactions.

With its write-ahead log and ``synchronous=FULL`` a transaction is whole on the disk or not there
at all, whatever ends the process. One process writes at a time: it holds a lock that ends with it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from intertwine.base.errors import FileError, OptionError, shown
from intertwine.style.codes import Codes
from intertwine.style.conditions import Condition, as_sql
from intertwine.style.store import Row, Skipped

FILE, LOCK = "index.sqlite", "writer.lock"

_FORMAT = 1

#: How long a read or a transaction waits for another process, seconds.
_PATIENCE_S = 10.0

#: SQLite takes so many values in one statement at least.
_AT_ONCE = 500

_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pictures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    path TEXT,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content TEXT NOT NULL,
    metadata TEXT NOT NULL,
    model TEXT NOT NULL,
    thumbnail BLOB NOT NULL
);
CREATE TABLE codes (
    number INTEGER NOT NULL REFERENCES pictures ON DELETE CASCADE,
    view TEXT NOT NULL,
    code BLOB NOT NULL,
    PRIMARY KEY (number, view)
) WITHOUT ROWID;
CREATE TABLE skipped (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;
"""

_ROW = "id, path, size, mtime_ns, content, metadata"


class SqliteStore:
    """A `Store` in a folder, or in memory.

    Parameters
    ----------
    folder : Path or None
        Where ``index.sqlite`` lies; made when it is first written. None keeps all in memory.

    Raises
    ------
    FileError
        The file is no index, is damaged, of a later version, or cannot be opened.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._mutex = threading.RLock()  # of the connection, for one statement or transaction
        self._writer = threading.RLock()  # of the thread that writes
        self._lock: TextIO | None = None
        self._file = None if folder is None else folder / FILE
        if folder is not None and folder.exists() and not folder.is_dir():
            raise FileError(f"{folder} is a file, but an index is a folder.\n  Name another place.")
        #: Whether the connection is to the file. Before there is one, an empty index stands in.
        self._on_disk = self._file is not None and self._file.exists()
        self._db = self._opened()

    def _opened(self) -> sqlite3.Connection:
        with self._errors("open"):
            db = sqlite3.connect(
                self._address(),
                uri=True,
                timeout=_PATIENCE_S,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._prepare(db)
            except BaseException:
                db.close()
                raise
        return db

    def _address(self) -> str:
        """The file as SQLite opens it: of one that may not be written, nothing is."""
        if self._file is None or not self._on_disk:
            return ":memory:"
        uri = self._file.as_uri()
        if self._is_writable():
            return uri
        # The log of a writer that was ended holds rows, and is looked at; without one SQLite would
        # make it, unless the file is said never to change.
        log = self._file.with_name(FILE + "-wal")
        return f"{uri}?mode=ro" if log.exists() else f"{uri}?immutable=1"

    def _is_writable(self) -> bool:
        return self._folder is None or not self._on_disk or (
            os.access(self._folder, os.W_OK) and os.access(self._folder / FILE, os.W_OK)
        )  # fmt: skip

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA foreign_keys=ON")
        if self._on_disk and self._is_writable():
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            # A process that was ended between making the file and its tables left it empty, but
            # before it kept a model.
            if self._on_disk and self._folder and any(self._folder.glob("model-*")):
                raise sqlite3.DatabaseError("it is empty, but there is a model")
            db.executescript(
                f"BEGIN IMMEDIATE;{_SCHEMA}INSERT INTO facts VALUES ('format', '{_FORMAT}');COMMIT;"
            )
        (found,) = db.execute("SELECT value FROM facts WHERE name='format'").fetchone() or ("",)
        if found != str(_FORMAT):
            raise FileError(
                f"{self._file} is an index of format {found}, this version reads {_FORMAT}.\n"
                f"  Index the folder again into another place."
            )

    def _follow(self) -> None:
        """Let the file take the place of what stands in for it, as soon as there is one."""
        if self._on_disk or self._file is None or not self._file.exists():
            return
        self._on_disk = True
        stand_in, self._db = self._db, self._opened()
        stand_in.close()

    # -- writing
    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other threads and processes from writing until the block ends; blocks may nest.

        Raises
        ------
        FileError
            Another process is writing; names it.
        """
        with self._writer:
            if self._folder is None or self._lock is not None:
                yield
                return
            _make(self._folder)
            self._lock = _locked(self._folder)
            try:
                if not self._on_disk:
                    (self._folder / FILE).touch()
                    with self._mutex:
                        self._follow()
                yield
            finally:
                self._lock.close()
                self._lock = None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        # The writer's turn comes before the connection's, here and in `writing`: in the other order
        # two threads could wait for each other.
        with self.writing(), self._mutex, self._errors("write"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def put(self, rows: Sequence[Row], codes: Codes, model: str) -> None:
        """Write rows and their codes by the model of that hash, all or none; replace equal ids."""
        with self._transaction():
            for number, row in enumerate(rows):
                self._db.execute("DELETE FROM pictures WHERE id=?", (row.id,))
                self._db.execute("DELETE FROM skipped WHERE path=?", (row.path,))
                put = self._db.execute(
                    f"INSERT INTO pictures ({_ROW}, model, thumbnail) VALUES (?,?,?,?,?,?,?,?)",
                    (row.id, row.path, row.size, row.mtime_ns, row.content,
                     json.dumps(dict(row.metadata)), model, row.thumbnail),
                )  # fmt: skip
                self._db.executemany(
                    "INSERT INTO codes VALUES (?,?,?)",
                    [(put.lastrowid, view, codes[view][number].tobytes()) for view in codes],
                )

    def skip(self, files: Sequence[Skipped]) -> None:
        """Note files that cannot be indexed."""
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO skipped VALUES (?,?,?,?)",
                [(f.path, f.size, f.mtime_ns, f.reason) for f in files],
            )

    def moved(self, rows: Sequence[Row]) -> None:
        """Write where the files of these rows are now; their codes stay."""
        with self._transaction():
            self._db.executemany(
                "UPDATE pictures SET path=?, size=?, mtime_ns=?, content=? WHERE id=?",
                [(r.path, r.size, r.mtime_ns, r.content, r.id) for r in rows],
            )

    def describe(self, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        """Write metadata by id over those of equal name; the others stay."""
        with self._transaction():
            for id, new in metadata.items():
                row = self.row(id)
                if row is not None:
                    self._db.execute(
                        "UPDATE pictures SET metadata=? WHERE id=?",
                        (json.dumps({**row.metadata, **new}), id),
                    )

    def remove(self, ids: Iterable[str]) -> int:
        """Forget rows and say how many there were."""
        with self._transaction():
            listed = [(id,) for id in dict.fromkeys(ids)]
            return self._db.executemany("DELETE FROM pictures WHERE id=?", listed).rowcount

    def use_model(self, model: str) -> None:
        """Take another model into use: rows coded by any other are stale until put again."""
        with self._transaction():
            self._set_fact("model", model)

    # -- reading

    def row(self, id: str) -> Row | None:
        """One whole row, or None."""
        found = self._query(f"SELECT {_ROW}, thumbnail FROM pictures WHERE id=?", (id,))
        return _row(found[0]) if found else None

    def rows(self) -> Iterator[Row]:
        """Every row without its thumbnail, in the order they were put."""
        yield from map(_row, self._query(f"SELECT {_ROW} FROM pictures ORDER BY number"))

    def stale(self) -> list[Row]:
        """Rows whose codes are of another model than the one in use."""
        found = self._query(
            f"SELECT {_ROW} FROM pictures WHERE model<>? ORDER BY number", (self.model(),)
        )
        return list(map(_row, found))

    def thumbnails(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The thumbnails of rows."""
        found: dict[str, bytes] = {}
        for begin in range(0, len(ids), _AT_ONCE):
            some = ids[begin : begin + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found |= self._query(f"SELECT id, thumbnail FROM pictures WHERE id IN ({marks})", some)
        return found

    def skipped(self) -> list[Skipped]:
        """Every file noted as one that cannot be indexed."""
        found = self._query("SELECT path, size, mtime_ns, reason FROM skipped ORDER BY path")
        return [Skipped(*line) for line in found]

    def select(self, where: Sequence[Condition]) -> set[str]:
        """Ids of the rows whose metadata fulfil every condition."""
        clauses, values = ["1"], []
        for condition in where:
            clause, wanted = as_sql(condition)
            clauses.append(clause)
            values += wanted
        asked = " AND ".join(clauses)
        return {id for (id,) in self._query(f"SELECT id FROM pictures WHERE {asked}", values)}

    def names(self) -> list[str]:
        """Every name that metadata of some picture have."""
        return [
            name
            for (name,) in self._query(
                "SELECT DISTINCT key FROM pictures, json_each(pictures.metadata) ORDER BY key"
            )
        ]

    def codes(self) -> tuple[list[str], Codes | None]:
        """All ids and codes of the model in use, in the order they were put; None for none."""
        found = self._query(
            "SELECT id, view, code FROM pictures JOIN codes USING (number) WHERE model=? "
            "ORDER BY number",
            (self.model(),),
        )
        if not found:
            return [], None
        parts: dict[str, list[bytes]] = {}
        for _, view, code in found:
            parts.setdefault(view, []).append(code)
        tables = {v: np.frombuffer(b"".join(p), "<f4") for v, p in parts.items()}
        ids = list(dict.fromkeys(id for id, _, _ in found))
        return ids, Codes({v: table.reshape(len(ids), -1) for v, table in tables.items()})

    def model(self) -> str:
        """Hash of the model in use; empty before the first."""
        return self._fact("model")

    def version(self) -> int:
        """A number that changes when another process writes."""
        return int(self._query("PRAGMA data_version")[0][0])

    def check(self) -> str:
        """Return ``ok``, or what SQLite finds wrong with its file."""
        return str(self._query("PRAGMA integrity_check")[0][0])

    def close(self) -> None:
        """Let go of files and locks."""
        with self._mutex:
            self._db.close()

    # -- beneath

    def _query(self, text: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._mutex, self._errors("read"):
            self._follow()
            return self._db.execute(text, values).fetchall()

    def _fact(self, name: str) -> str:
        found = self._query("SELECT value FROM facts WHERE name=?", (name,))
        return str(found[0][0]) if found else ""

    def _set_fact(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?,?)", (name, value))

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        """Say in plain words what SQLite could not do."""
        try:
            yield
        except UnicodeEncodeError as error:
            raise OptionError(
                f"{shown(error.object)} holds half a character, which the index cannot keep."
            ) from error
        except sqlite3.OperationalError as error:
            text = str(error)
            if text.startswith(("no such", "Could not decode")):
                raise self._damaged(error) from error
            if "locked" in text or "busy" in text:
                text = f"another process has it locked for over {_PATIENCE_S:.0f} s"
            raise FileError(
                f"Cannot {what} the index {self._file or 'in memory'}: {text}.\n"
                f"  What was written before is kept."
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: sqlite3.Error) -> FileError:
        return FileError(
            f"{self._file or 'The index'} is damaged, or no index: {error}.\n"
            f"  Index the folder again into another place."
        )


def _row(found: Sequence[Any]) -> Row:
    id, path, size, mtime_ns, content, metadata, *thumbnail = found
    return Row(id, path, size, mtime_ns, content, json.loads(metadata), *thumbnail)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"Cannot make the folder {folder}: {error.strerror or error}.") from error


def _locked(folder: Path) -> TextIO:
    """Open the lock file of a folder and hold it; it is let go when the process ends, however."""
    try:
        file = (folder / LOCK).open("a+")
    except OSError as error:
        raise FileError(
            f"Cannot write in {folder}: {error.strerror or error}.\n"
            f"  It can be searched; to change it, make it writable or copy it."
        ) from error
    try:
        _lock_whole(file)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise FileError(
            f"The index {folder} is being written by {holder}.\n  Wait until it has ended."
        ) from error
    file.seek(0)
    file.truncate()
    file.write(f"process {os.getpid()}\n")
    file.flush()
    return file


def _lock_whole(file: TextIO) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
