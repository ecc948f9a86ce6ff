"""The errors a user can meet: what failed, with both numbers, then the next step."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class IntertwineError(Exception):
    """Base of every error that Intertwine raises on purpose."""


class ShapeError(IntertwineError, ValueError):
    """Shapes, axes or lengths that do not fit each other."""


class DTypeError(IntertwineError, TypeError):
    """A type that cannot hold the data, or the exact answer."""


class OptionError(IntertwineError, ValueError):
    """An argument whose value is unknown or out of range."""


class FileError(IntertwineError, OSError):
    """A file that cannot be read, or that cannot hold what it is asked to hold."""


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


def beyond_64_bits(least: int, most: int, *, signed: bool) -> str:
    """Name the end of ``least..most`` that no 64-bit integer type holds, and the limit it passes.

    `signed` types are needed for negative numbers. Of two such ends the larger one is named.

    >>> beyond_64_bits(-(2**63), 2**63, signed=True)
    '9223372036854775808, beyond signed 64-bit integers (9223372036854775807)'
    """
    low, high = (-(1 << 63), (1 << 63) - 1) if signed else (0, (1 << 64) - 1)
    above = most > high and (most >= -least or least >= low)
    extreme, limit = (most, high) if above else (least, low)
    kind = "signed " if high < extreme < 1 << 64 else ""
    return f"{whole_number(extreme)}, beyond {kind}64-bit integers ({limit})"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest of `known`, or nothing."""
    if not isinstance(word, str):
        return ""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.65)
    return f" Did you mean {near[0]!r}?" if near else ""


def unknown_suffix(path: Path, what: str, known: Iterable[str], *more: str) -> FileError:
    """The error about a file whose ending is not a known one; `what` says what it is not.

    >>> print(unknown_suffix(Path("a.npyz"), "no picture", (".npy", ".png"), "or a folder"))
    a.npyz: .npyz is no picture. Did you mean '.npy'?
      Known: .npy .png, or a folder.
    """
    suffix = path.suffix.lower()
    return FileError(
        f"{path}: {suffix or 'a name without an ending'} is {what}.{did_you_mean(suffix, known)}\n"
        f"  Known: {', '.join([' '.join(known), *more])}."
    )
