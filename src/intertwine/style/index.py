"""`StyleIndex`: pictures in, those of similar style out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from intertwine.base.checks import integer
from intertwine.base.errors import FileError, OptionError, ShapeError, counted, shown
from intertwine.style import duplicates, encoders, indexing
from intertwine.style.codes import Codes
from intertwine.style.conditions import Where, check_names, conditions
from intertwine.style.encoders import Encoder
from intertwine.style.hits import Changes, Hit, Stats, hits_at
from intertwine.style.indexing import Progress, Source
from intertwine.style.listing import is_several, listed, names, sources_of
from intertwine.style.loaded import Loaded
from intertwine.style.metadata import checked
from intertwine.style.pictures import read_picture
from intertwine.style.question import Question
from intertwine.style.scanning import check_folder, scan
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
    OptionError
        No encoder has this name.

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
        if isinstance(encoder, str):
            encoders.check_name("StyleIndex", "encoder", encoder)
        self._folder = None if path is None else Path(path).resolve()
        self._store = SqliteStore(self._folder)
        self._wanted = encoder
        #: Which encoder was chosen for the first pictures, and why; empty where it was named.
        self.reason = ""
        self._loaded = Loaded(self._store, self._folder)

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
        return len(self._loaded.table())

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._store.row(id) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._loaded.table().ids))

    def __getitem__(self, id: str) -> Row:
        """What is kept of a picture: its path, metadata and thumbnail."""
        row = self._store.row(id)
        if row is None:
            raise OptionError(f"There is no picture {shown(id)} in the index.")
        return row

    @property
    def stats(self) -> Stats:
        """How many pictures there are, how many wait to be coded again, and the model's card."""
        encoder = self._loaded.encoder()
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
        given = listed(pictures)
        for name, entries in (("ids", ids), ("metadata", metadata)):
            if entries is not None and len(entries) != len(given):
                raise ShapeError(
                    f"add: `{name}` has {counted(len(entries), 'entry', 'entries')} for "
                    f"{counted(len(given), 'picture')}.\n  Pass one for each."
                )
        about = [{} if metadata is None else checked("add", each) for each in metadata or given]
        with self._store.writing():
            known = {row.id for row in self._store.rows()}
            sources, missing = sources_of(given, names(given, ids, known), about)
            changed = sum(source.row.id in known for source in sources)
            count, skipped = self._write(sources, progress)
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
        check_folder(Path(folder))  # before anything is made for an index that is new
        with self._store.writing():
            rows, noted = self._store.rows(), self._store.skipped()
            found = scan(Path(folder), rows, noted, self._folder)
            known = {row.id for row in self._store.rows()}
            self._store.moved(found.moved)
            self.remove(*found.gone)
            count, skipped = self._write([Source(row, row.path) for row in found.fresh], progress)
        changed = min(sum(row.id in known for row in found.fresh), count)
        return Changes(
            count - changed, changed, len(found.moved), len(found.gone), found.unchanged,
            (*found.skipped, *skipped),
        )  # fmt: skip

    def describe(self, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        """Set metadata of pictures of the index, by id: over those of equal name; the others stay.

        Raises
        ------
        OptionError
            An id is unknown, or metadata are not what JSON can hold. Nothing is changed then.
        """
        new = {id: checked("describe", each) for id, each in metadata.items()}
        with self._store.writing():
            known = {row.id for row in self._store.rows()}
            for id in new:
                if id not in known:
                    raise OptionError(f"describe: there is no picture {shown(id)} in the index.")
            self._store.describe(new)

    def remove(self, *ids: str) -> int:
        """Forget pictures by id, and say how many of them there were. Files are left alone."""
        if not ids:
            return 0
        with self._store.writing():  # threads change the table one after the other
            count = self._store.remove(ids)
            self._loaded.changed(self._loaded.table().without(set(ids)))
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
            self._fit(sources, progress)
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
        encoder = self._loaded.encoder() or self._fit(sources, progress)
        few = len(sources) <= indexing.BATCH  # many are read again from the store when it is asked

        def written(ids: list[str], codes: Codes) -> None:
            self._loaded.changed(self._loaded.table().joined(ids, codes) if few else None)

        return indexing.write(self._store, encoder, sources, progress, written)

    def _fit(self, sources: Sequence[Source], progress: Progress | None) -> Encoder:
        wanted = self._wanted
        if wanted is None:
            wanted, self.reason = encoders.default(len(sources))
        encoder = encoders.by_name(wanted) if isinstance(wanted, str) else wanted
        if not encoder.arrays():
            indexing.fit(encoder, sources, progress)
        self._loaded.take(encoder)
        return encoder

    # -- search

    def search(
        self,
        picture: Any = None,
        *,
        id: str | None = None,
        count: int = 10,
        where: Where | None = None,
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
        where : dict or callable, optional
            Search only pictures whose metadata have these values: ``{"brand": "Acme"}``, any of a
            list, or compared: ``{"price": {"<": 50}}`` (see `conditions`). Or those for whose
            metadata, a dict, a function is true.
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
            Neither or both of `picture` and `id`, an unknown id, a wrong weight, or metadata in
            `where` that no picture has.
        FileError
            The picture cannot be read, or the index is empty.
        """
        if (picture is None) == (id is None):
            raise OptionError("search: pass either a picture or `id=`.")
        count = integer("search", "count", count, 1)
        table, codes, encoder = self._ready("search")
        weights = check_weights(
            "search",
            {"shape": shape, "colour": colour, "texture": texture, "detail": detail},
            encoder.views,
        )
        several = id is None and is_several(picture)
        if id is None:
            asked = listed(picture)
            if not asked:
                raise OptionError("search: there is no picture to look for. Pass at least one.")
            queries = encoder.encode([read_picture(each) for each in asked])
        else:
            queries = codes.rows([table.known("search", id)])
        if together:
            queries = queries.mean()
        selected = None if where is None else self._select(where)
        among = None if selected is None else table.places(selected)
        found = table.nearest(queries, count + (id is not None), weights, among)
        false = self._loaded.false_matches(codes, weights)
        answers = [
            hits_at(self._store, table.ids, codes, line, queries.rows([n]), weights, false, id)
            for n, line in enumerate(found)
        ]
        answers = [hits[:count] for hits in answers]
        return answers if several and not together else answers[0]

    def _ready(self, caller: str) -> tuple[CodeTable, Codes, Encoder]:
        table, encoder = self._loaded.table(), self._loaded.encoder()
        if encoder is None or table.codes is None:
            raise FileError(f"{caller}: the index is empty.\n  Add pictures first.")
        return table, table.codes, encoder

    def _select(self, where: Where) -> set[str] | None:
        """Ids of the pictures that fulfil every condition; None where there is none to fulfil."""
        if callable(where):
            return {row.id for row in self._store.rows() if where(row.metadata)}
        asked = conditions(where)
        if not asked:
            return None
        found = self._store.select(asked)
        if not found:  # nothing fits: is it a name that no picture has?
            check_names(asked, self._store.names())
        return found

    def explain(
        self,
        picture: Any = None,
        hit: Hit | str | Sequence[Hit | str] | None = None,
        *,
        id: str | None = None,
        together: bool = False,
        shape: float | None = None,
        colour: float | None = None,
        texture: float | None = None,
        detail: float | None = None,
        progress: Progress | None = None,
    ) -> Any:
        """Return why a hit was found: what each view adds to its score, and where in the pictures.

        Parameters
        ----------
        picture, id, together
            What was asked, as in `search`.
        hit : Hit or str, or a sequence of them
            What was found, or the id of any picture of the index.
        shape, colour, texture, detail : float, optional
            Weights of the views. By default those that the hit was found by; for an id, shape.

        Returns
        -------
        Why, or a list of Why

        Raises
        ------
        OptionError
            Neither or both of `picture` and `id`, several pictures that are not one wish, an
            unknown id, or a wrong weight.
        FileError
            The picture cannot be read, or the index is empty. Where the file of an indexed picture
            is gone, its thumbnail stands in, and `Why.note` says so.
        """
        if (picture is None) == (id is None):
            raise OptionError("explain: pass either a picture or `id=`.")
        if hit is None:
            raise OptionError("explain: pass a hit, its id, or several of them.")
        table, codes, encoder = self._ready("explain")
        given = {"shape": shape, "colour": colour, "texture": texture, "detail": detail}
        given = {view: weight for view, weight in given.items() if weight is not None}
        if id is None:
            pictures = [read_picture(each) for each in listed(picture)]
            if len(pictures) != 1 and not together:
                raise OptionError("explain: pass one picture, or several with together=True.")
            question = Question(encoder, pictures, encoder.encode(pictures).mean())
        else:
            place = table.known("explain", id)
            question = Question(encoder, [self[id]], codes.rows([place]))
        hits = [hit] if isinstance(hit, Hit | str) else hit
        if not isinstance(hits, Sequence):
            raise OptionError(f"explain: {shown(hit)} is no hit, nor the id of a picture.")
        answers = []
        for done, each in enumerate(hits, 1):
            name, weights = (each.id, each.weights) if isinstance(each, Hit) else (each, {})
            weights = check_weights("explain", given or weights or DEFAULT_WEIGHTS, encoder.views)
            place = table.known("explain", name)
            answers.append(question.why(self[name], codes.rows([place]), weights))
            if progress:
                progress("explaining", done, len(hits))
        return answers[0] if isinstance(hit, Hit | str) else answers

    def duplicates(self, *, progress: Progress | None = None) -> list[list[str]]:
        """Groups of near-copies: re-encoded, resized or slightly cropped; ids, oldest first."""
        ids = [row.id for row in self._store.rows()]
        return duplicates.groups(ids, self._store.thumbnails(ids), progress)
