"""`StyleIndex`: pictures in, those of similar style out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from intertwine.base.checks import integer
from intertwine.base.errors import FileError, OptionError, ShapeError, counted, shown
from intertwine.style import duplicates, encoders, indexing, models
from intertwine.style.codes import Codes
from intertwine.style.encoders import Encoder
from intertwine.style.false_matches import FalseMatches
from intertwine.style.hits import Changes, Hit, Stats
from intertwine.style.indexing import Progress, Source
from intertwine.style.pictures import content_hash, read_picture
from intertwine.style.scanning import Scan, scan
from intertwine.style.sqlite import SqliteStore
from intertwine.style.store import Row, Skipped
from intertwine.style.table import CodeTable
from intertwine.style.views import DEFAULT_WEIGHTS, check_weights


class StyleIndex:
    """An index of pictures that finds those of similar style, each view by its own weight.

    Parameters
    ----------
    path : path or None
        The folder of the index, made with the first picture. None keeps it in memory.
    encoder : str, Encoder or None
        What codes the pictures, by name or as an object; fitted on the first pictures that are
        added unless it is fitted already. None chooses by what is installed and by the number of
        pictures. An index that has a model keeps it: `rebuild` takes another.

    Raises
    ------
    FileError
        The folder holds no index, or a damaged one.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> index = StyleIndex()
    >>> print(index.add(rng.integers(0, 256, (30, 40, 40, 3)).astype(np.uint8)))
    30 added
    >>> index.search(id="picture-7", count=3)[0].score <= 1
    True
    """

    def __init__(self, path: str | Path | None = None, encoder: str | Encoder | None = None):
        self._folder = None if path is None else Path(path).resolve()
        self._store = SqliteStore(self._folder)
        self._wanted = encoder
        self._encoder: Encoder | None = None
        #: Which encoder was chosen for the first pictures, and why; empty where it was named.
        self.reason = ""
        self._table: CodeTable | None = None
        self._version = self._store.version()
        self._mutex = threading.RLock()  # of what is in memory, which threads share
        self._false: dict[tuple[tuple[str, float], ...], FalseMatches] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """Let go of the files. What was added is kept without it too."""
        self._store.close()

    def __len__(self) -> int:
        return len(self._codes())

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._store.row(id) is not None

    @property
    def stats(self) -> Stats:
        """How many pictures there are, how many wait to be coded again, and the model's card."""
        encoder = self._model()
        return Stats(
            pictures=len(self),
            stale=len(self._store.stale()),
            skipped=len(self._store.skipped()),
            views=() if encoder is None else encoder.views,
            model=self._store.model(),
            encoder={} if encoder is None else encoder.card(),
        )

    # -- pictures in and out

    def add(
        self,
        pictures: Any,
        ids: Sequence[str] | None = None,
        metadata: Sequence[Mapping[str, Any]] | None = None,
        *,
        progress: Progress | None = None,
    ) -> Changes:
        """Add pictures, or replace those of equal id.

        Parameters
        ----------
        pictures : one, or a sequence of: paths, arrays, Pillow images
            Files that cannot be read are skipped and listed in the answer.
        ids : sequence of str, optional
            One a picture. By default a file's whole path, and ``picture-1``, ... for others.
        metadata : sequence of dict, optional
            One a picture: what JSON can hold.
        progress : callable, optional
            Called with what is being done, how many pictures are done, and how many there are.

        Raises
        ------
        ShapeError
            There are not as many ids or metadata as pictures.
        FileError
            Another process writes, or the disk is full: what was reported as done is kept.
        """
        listed = _listed(pictures)
        for name, given in (("ids", ids), ("metadata", metadata)):
            if given is not None and len(given) != len(listed):
                raise ShapeError(
                    f"add: `{name}` has {counted(len(given), 'entry', 'entries')} for "
                    f"{counted(len(listed), 'picture')}.\n  Pass one for each."
                )
        rows, missing = [], []
        with self._store.writing():
            names = self._names(listed, ids)
            for number, picture in enumerate(listed):
                about = {} if metadata is None else metadata[number]
                try:
                    row = _row(picture, names[number], about)
                except FileError as error:
                    missing.append(Skipped(str(picture), 0, 0, str(error).splitlines()[0]))
                    continue
                rows.append(Source(row, picture))
            known = {r.id for r in self._store.rows()}
            changed = sum(source.row.id in known for source in rows)
            count, skipped = self._write(rows, progress)
        changed = min(changed, count)
        return Changes(count - changed, changed, skipped=(*missing, *skipped))

    def update(self, folder: str | Path, *, progress: Progress | None = None) -> Changes:
        """Bring the index up to date with a folder: only new and changed files are encoded.

        Files are told apart by path, size, time and content; one that was renamed keeps its id
        and its codes. Rows whose files are gone are removed. Rows from elsewhere are left alone.

        Raises
        ------
        FileError
            There is no such folder; none of its indexed pictures is there any more; another
            process writes; the disk is full. What was reported as done is kept, and the next
            update goes on from there.
        """
        with self._store.writing():
            found = self._scan(Path(folder))
            known = {row.id for row in self._store.rows()}
            self._store.moved(found.moved)
            self.remove(*found.gone)
            count, skipped = self._write([Source(row, row.path) for row in found.fresh], progress)
        changed = min(sum(row.id in known for row in found.fresh), count)
        return Changes(
            count - changed, changed, len(found.moved), len(found.gone), found.unchanged,
            (*found.skipped, *skipped),
        )  # fmt: skip

    def _scan(self, folder: Path) -> Scan:
        return scan(folder, self._store.rows(), self._store.skipped(), self._folder)

    def remove(self, *ids: str) -> int:
        """Forget pictures by id, and say how many of them there were. Files are left alone."""
        table = self._codes()
        count = self._store.remove(ids) if ids else 0
        self._changed(table.without(set(ids)))
        return count

    def rebuild(
        self, encoder: str | Encoder | None = None, *, progress: Progress | None = None
    ) -> Changes:
        """Fit a model anew on the files of the index and encode all of them by it.

        Interrupted, it goes on with the next `rebuild` or `update`; until a picture is encoded
        again it is not found. Pictures that were added as arrays cannot be read again: they are
        listed as skipped and no longer found.
        """
        self._wanted = encoder
        with self._store.writing():
            rows = list(self._store.rows())
            sources = [Source(row, row.path) for row in rows if row.path]
            if not sources:
                raise FileError("rebuild: no picture of this index was read from a file.")
            self._take_model(self._fitted(sources, progress))
            count, skipped = self._write(sources, progress, stale=False)
        arrays = [
            Skipped(row.id, 0, 0, "it was added as an array and cannot be read again")
            for row in rows
            if not row.path
        ]
        return Changes(changed=count, skipped=(*skipped, *arrays))

    def _write(
        self, sources: list[Source], progress: Progress | None, *, stale: bool = True
    ) -> tuple[int, list[Skipped]]:
        """Encode and store sources, and whatever an interrupted `rebuild` left behind."""
        if stale:
            new = {source.row.id for source in sources}
            left = [row for row in self._store.stale() if row.path and row.id not in new]
            sources = sources + [Source(row, row.path) for row in left]
        if not sources:
            return 0, []
        encoder = self._model()
        if encoder is None:
            encoder = self._fitted(sources, progress)
            self._take_model(encoder)

        few = len(sources) <= indexing.BATCH  # many are read again from the store when it is asked

        def written(ids: list[str], codes: Codes) -> None:
            self._changed(self._codes().joined(ids, codes) if few else None)

        return indexing.write(self._store, encoder, sources, progress, written)

    # -- the model

    def _model(self) -> Encoder | None:
        """The encoder in use, or None before the first picture."""
        model = self._store.model()
        if self._encoder is not None and self._encoder.hash == model:
            return self._encoder
        if model and self._folder is not None:
            self._encoder = models.load(self._folder, model)
            return self._encoder
        return None

    def _fitted(self, sources: Sequence[Source], progress: Progress | None) -> Encoder:
        wanted = self._wanted
        if wanted is None:
            wanted, self.reason = encoders.default(len(sources))
        encoder = encoders.by_name(wanted) if isinstance(wanted, str) else wanted
        if not encoder.arrays():
            indexing.fit(encoder, sources, progress)
        return encoder

    def _take_model(self, encoder: Encoder) -> None:
        if self._folder is not None:
            models.save(self._folder, encoder)
        self._store.use_model(encoder.hash)
        if self._folder is not None:
            models.sweep(self._folder, encoder.hash)
        self._encoder = encoder
        self._changed(None)

    # -- search

    def search(
        self,
        picture: Any = None,
        *,
        id: str | None = None,
        count: int = 10,
        where: Mapping[str, Any] | None = None,
        together: bool = False,
        shape: float = DEFAULT_WEIGHTS["shape"],
        colour: float = 0.0,
        texture: float = 0.0,
        detail: float = 0.0,
    ) -> Any:
        """Return the pictures most like one: ``sum_v w_v cos_v / sum_v w_v`` over the views.

        Parameters
        ----------
        picture : path, array or Pillow image, or a sequence of them
            What to look for. A sequence is answered by a list for each picture.
        id : str, optional
            A picture of the index instead; it is left out of its own answer.
        count : int
            How many hits at most.
        where : dict, optional
            Search only pictures whose metadata have these values.
        together : bool
            Take several pictures as one wish: their mean code.
        shape, colour, texture, detail : float
            Weights of the views, at least 0.

        Returns
        -------
        list of Hit, best first; for a sequence a list of such lists

        Raises
        ------
        OptionError
            Neither or both of `picture` and `id`, an unknown id, or a wrong weight.
        FileError
            The picture cannot be read, or the index is empty.
        """
        if (picture is None) == (id is None):
            raise OptionError("search: pass either a picture or `id=`.")
        count = integer("search", "count", count, 1)
        table, encoder = self._codes(), self._model()
        if encoder is None or table.codes is None:
            raise FileError("search: the index is empty.\n  Add pictures first.")
        weights = check_weights(
            "search",
            {"shape": shape, "colour": colour, "texture": texture, "detail": detail},
            encoder.views,
        )
        several = id is None and _is_several(picture)
        queries = self._queries(table, encoder, picture, id)
        if together:
            queries = queries.mean()
        among = None if where is None else table.places(self._store.select(where))
        found = table.nearest(queries, count + (id is not None), weights, among)
        false = self._false_matches(table.codes, weights)
        answers = [self._hits(table, line, false, id)[:count] for line in found]
        return answers if several and not together else answers[0]

    def _queries(self, table: CodeTable, encoder: Encoder, picture: Any, id: str | None) -> Codes:
        if id is None:
            return encoder.encode([read_picture(each) for each in _listed(picture)])
        place = table.place(id)
        if place is None or table.codes is None:
            raise OptionError(f"search: there is no picture {shown(id)} in the index.")
        return table.codes.rows([place])

    def _hits(
        self, table: CodeTable, line: list[tuple[int, float]], false: FalseMatches, id: str | None
    ) -> list[Hit]:
        found = []
        for place, score in line:
            row = self._store.row(table.ids[place])
            if row is not None and row.id != id:  # another process may have removed it just now
                found.append(Hit(row.id, row.path, score, false.rate(score), row.metadata))
        return found

    def _false_matches(self, codes: Codes, weights: dict[str, float]) -> FalseMatches:
        key = tuple(weights.items())
        with self._mutex:
            if key not in self._false:
                self._false[key] = FalseMatches(codes, weights)
            return self._false[key]

    def duplicates(self, *, progress: Progress | None = None) -> list[list[str]]:
        """Groups of near-copies: re-encoded, resized or slightly cropped; ids, oldest first."""
        ids = [row.id for row in self._store.rows()]
        return duplicates.groups(ids, self._store.thumbnails(ids), progress)

    def thumbnail(self, id: str) -> bytes:
        """Return a small JPEG of a picture of the index."""
        row = self._store.row(id)
        if row is None:
            raise OptionError(f"thumbnail: there is no picture {shown(id)} in the index.")
        return row.thumbnail

    # -- what is in memory

    def _codes(self) -> CodeTable:
        """The codes of the store, read again when another process has written."""
        with self._mutex:
            version, table = self._store.version(), self._table
            if table is None or version != self._version:
                self._version = version
                table = CodeTable(*self._store.codes())
                self._changed(table)
            return table

    def _changed(self, table: CodeTable | None) -> None:
        with self._mutex:
            self._table = table
            self._false = {}

    def _names(self, listed: Sequence[Any], ids: Sequence[str] | None) -> list[str]:
        """An id for each picture: the given one, a file's path, or the next number."""
        if ids is not None:
            for id in ids:
                if not isinstance(id, str) or not id:
                    raise OptionError(f"add: `ids` holds {shown(id)}, which is not text.")
            return list(ids)
        taken = {row.id for row in self._store.rows()}
        names, number = [], 0
        for picture in listed:
            if isinstance(picture, str | Path):
                names.append(str(Path(picture).resolve()))
                continue
            number += 1
            while f"picture-{number}" in taken:
                number += 1
            names.append(f"picture-{number}")
        return names


def _is_several(picture: Any) -> bool:
    return isinstance(picture, list | tuple) or (
        isinstance(picture, np.ndarray) and picture.ndim == 4
    )


def _listed(pictures: Any) -> list[Any]:
    """One picture or several, as a list."""
    if _is_several(pictures) or (
        isinstance(pictures, Iterable)
        and not isinstance(pictures, str | bytes | Path | np.ndarray)
        and not hasattr(pictures, "getbands")
    ):
        return list(pictures)
    return [pictures]


def _row(picture: Any, id: str, metadata: Mapping[str, Any]) -> Row:
    if not isinstance(picture, str | Path):
        return Row(id, metadata=metadata)
    path = Path(picture).resolve()
    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    status = path.stat()
    return Row(id, str(path), status.st_size, status.st_mtime_ns, content_hash(path), metadata)
