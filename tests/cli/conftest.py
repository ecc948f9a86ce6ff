"""Run ``intertwine ...`` in this process, and see what it prints and how it ends."""

import sys
from typing import NamedTuple

import pytest

from intertwine.cli import main


class Ended(NamedTuple):
    """What a command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def intertwine(here, monkeypatch, capsys):
    """Call with the words of a command line."""
    for name, value in {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)

    def run(*words) -> Ended:
        monkeypatch.setattr(sys, "argv", ["intertwine", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    return run
