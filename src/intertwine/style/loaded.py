"""What an index keeps in memory: its codes, its model, and how often chance scores as much."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from intertwine.style import models
from intertwine.style.codes import Codes
from intertwine.style.encoders import Encoder
from intertwine.style.false_matches import FalseMatches
from intertwine.style.store import Store
from intertwine.style.table import CodeTable


class Loaded:
    """The codes and the model of a store, read again when another process has written.

    Parameters
    ----------
    store : Store
    folder : Path or None
        Where models lie; None for an index in memory.
    """

    def __init__(self, store: Store, folder: Path | None) -> None:
        self._store, self._folder = store, folder
        self._mutex = threading.RLock()
        self._version = store.version()
        self._table: CodeTable | None = None
        self._false: dict[tuple[tuple[str, float], ...], FalseMatches] = {}
        self._encoder: Encoder | None = None
        self._model = ""  # the hash of that encoder, which takes milliseconds to find

    def table(self) -> CodeTable:
        """All codes of the model in use."""
        with self._mutex:
            version, table = self._store.version(), self._table
            if table is None or version != self._version:
                self._version = version
                table = CodeTable(*self._store.codes())
                self.changed(table)
            return table

    def changed(self, table: CodeTable | None) -> None:
        """Take the codes as they are now; None has them read again when they are needed."""
        with self._mutex:
            self._table = table
            self._false = {}

    def false_matches(self, codes: Codes, weights: Mapping[str, float]) -> FalseMatches:
        """How often random pairs of these codes, those of the table, score as much."""
        key = tuple(weights.items())
        with self._mutex:
            if key not in self._false:
                self._false[key] = FalseMatches(codes, weights)
            return self._false[key]

    def encoder(self) -> Encoder | None:
        """The encoder in use, or None before the first picture."""
        model = self._store.model()
        if model != self._model:
            self._encoder = None if self._folder is None else models.load(self._folder, model)
            self._model = model
        return self._encoder

    def take(self, encoder: Encoder) -> None:
        """Use another encoder from now on, and keep it with the index."""
        if self._folder is not None:
            models.save(self._folder, encoder)
        model = encoder.hash
        self._store.use_model(model)
        if self._folder is not None:
            models.sweep(self._folder, model)
        self._encoder, self._model = encoder, model
        self.changed(None)
