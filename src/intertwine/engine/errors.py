"""The errors a user can meet: what failed, with both numbers, then the next step."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class IntertwineError(Exception):
    """Base of every error that Intertwine raises on purpose."""


class ShapeError(IntertwineError, ValueError):
    """Shapes, axes or lengths that do not fit each other."""


class DTypeError(IntertwineError, TypeError):
    """A type that cannot hold the data, or the exact answer."""


class OptionError(IntertwineError, ValueError):
    """An argument whose value is unknown or out of range."""


class MissingExtraError(IntertwineError, ImportError):
    """An optional dependency is needed and not installed."""


def shown(value: object) -> str:
    """Return `value` as written in a message: one line of at most 60 characters."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # a repr may raise anything; that of 10**5000 raises ValueError
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 60 else f"{text[:57]}..."


def counted(count: int | str, one: str, many: str = "") -> str:
    """Return ``1 tap`` or ``3 taps``; `many` where it is not `one` with an s."""
    return f"{count} {one if str(count) in ('1', '-1') else many or f'{one}s'}"


def whole_number(value: int) -> str:
    """Return all digits of `value`, or its size where they would fill lines."""
    if abs(value) < 10**30:
        return str(value)
    return f"about {'-' * (value < 0)}2**{abs(value).bit_length() - 1}"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest of `known`, or nothing."""
    if not isinstance(word, str):
        return ""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.65)
    return f" Did you mean {near[0]!r}?" if near else ""
