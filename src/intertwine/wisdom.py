"""What `plan(..., measure=True)` found out: kept in a file, and used by every later plan.

Wisdom holds for one kind of machine. It names the quickest method for problems of one geometry
and type and for kernels alike, and never changes an answer.

    p = iw.plan(image.shape, k, dtype=image.dtype, measure=True)
    iw.wisdom.save("image.wisdom")
    ...
    iw.wisdom.load("image.wisdom")     # in another process, on this machine
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from intertwine.base.atomic import atomic, check_free
from intertwine.base.errors import FileError
from intertwine.engine.machine import identity
from intertwine.engine.plan import CACHE
from intertwine.engine.wisdom import WISDOM, Measured

__all__ = ["forget", "load", "save"]

_FORMAT, _VERSION = "intertwine wisdom", 1

#: A larger file is no wisdom: it would hold a hundred thousand choices.
_MOST_BYTES = 1 << 26


def save(path: str | Path) -> None:
    """Write all that was measured or loaded; a file that is there is replaced whole.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    path = Path(path)
    check_free(path, overwrite=True)
    choices = {what: asdict(choice) for what, choice in WISDOM.choices().items()}
    content = {"format": _FORMAT, "version": _VERSION, "machine": identity(), "choices": choices}
    with atomic(path) as handle:
        handle.write((json.dumps(content, indent=1) + "\n").encode())


def load(path: str | Path) -> int:
    """Take in what `save` wrote, and return how many choices that were.

    Raises
    ------
    FileError
        There is no such file; it is damaged, no wisdom, or from another machine or version.
        Nothing is taken in then.
    """
    choices = _choices(Path(path))
    WISDOM.learn(choices)
    CACHE.clear()
    return len(choices)


def forget() -> None:
    """Forget all that was measured or loaded; plans are chosen by prediction again."""
    WISDOM.forget()
    CACHE.clear()


def _choices(path: Path) -> dict[str, Measured]:
    content = _content(path)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise FileError(f"{path} holds no wisdom.\n  Pass a file that wisdom.save wrote.")
    again = "Measure again here: plan(..., measure=True), then wisdom.save."
    if content.get("version") != _VERSION:
        found = content.get("version")
        raise FileError(f"{path} is wisdom of version {found!r}, this is {_VERSION}.\n  {again}")
    if content.get("machine") != identity():
        raise FileError(
            f"{path} was measured on {content.get('machine')!r}, this is {identity()!r}: "
            f"what is quickest there need not be here.\n  {again}"
        )
    try:
        return {str(what): _choice(each) for what, each in content["choices"].items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise FileError(f"{path} is damaged: a choice is incomplete.\n  {again}") from error
    except ValueError as error:
        raise FileError(f"{path} names {error}.\n  {again}") from error


def _choice(each: dict[str, Any]) -> Measured:
    seconds = {str(name): float(spent) for name, spent in each["seconds"].items()}
    return Measured(str(each["method"]), int(each["threads"]), seconds)


def _content(path: Path) -> Any:
    if path.is_dir():
        raise FileError(f"{path} is a folder.\n  Pass a file that wisdom.save wrote.")
    if not path.exists():
        raise FileError(f"There is no file {path}.")
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        return json.loads(path.read_bytes())
    except OSError as error:
        raise FileError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise FileError(
            f"{path} is damaged, cut short, or no wisdom at all.\n"
            f"  Pass a file that wisdom.save wrote."
        ) from error
