"""What lies outside the data: one table of boundaries that errors, help texts and tests read.

The index arithmetic behind each word is in ``engine/boundary.py``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intertwine.base.errors import OptionError, shown


@dataclass(frozen=True, slots=True)
class Boundary:
    """One answer to what lies outside ``1234``.

    Attributes
    ----------
    picture : two samples of the outside on either side of the data.
    meaning : what lies outside, in words.
    names : what other libraries call it, for those that call it anything.
    """

    picture: str
    meaning: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


#: Every boundary by its word.
TABLE = {
    "zero": Boundary("00|1234|00", "zero", {"torch": ("zeros",)}),
    "constant": Boundary(
        "cc|1234|cc",
        "the number `cval`",
        {
            "scipy.ndimage": ("constant", "grid-constant"),
            "numpy.pad": ("constant",),
            "scipy.signal": ("fill", "pad", "constant"),
            "skimage.filters": ("constant",),
            "skimage.transform": ("constant",),
            "OpenCV": ("BORDER_CONSTANT",),
            "torch": ("constant",),
        },
    ),
    "nearest": Boundary(
        "11|1234|44",
        "the last sample, repeated",
        {
            "scipy.ndimage": ("nearest",),
            "numpy.pad": ("edge",),
            "scipy.signal": ("nearest", "edge"),
            "skimage.filters": ("nearest",),
            "skimage.transform": ("edge",),
            "OpenCV": ("BORDER_REPLICATE",),
            "torch": ("replicate",),
        },
    ),
    "symmetric": Boundary(
        "21|1234|43",
        "the mirror image, edge sample repeated",
        {
            "scipy.ndimage": ("reflect", "grid-mirror"),
            "numpy.pad": ("symmetric",),
            "scipy.signal": ("symm", "symmetric"),
            "skimage.filters": ("reflect",),
            "skimage.transform": ("symmetric",),
            "OpenCV": ("BORDER_REFLECT",),
        },
    ),
    "mirror": Boundary(
        "32|1234|32",
        "the mirror image, edge sample not repeated",
        {
            "scipy.ndimage": ("mirror",),
            "numpy.pad": ("reflect",),
            "scipy.signal": ("mirror", "reflect"),
            "skimage.filters": ("mirror",),
            "skimage.transform": ("reflect",),
            "OpenCV": ("BORDER_REFLECT_101", "BORDER_REFLECT101", "BORDER_DEFAULT"),
            "torch": ("reflect",),
        },
    ),
    "wrap": Boundary(
        "34|1234|12",
        "the other end",
        {
            "scipy.ndimage": ("wrap", "grid-wrap"),
            "numpy.pad": ("wrap",),
            "scipy.signal": ("wrap", "circular"),
            "skimage.filters": ("wrap",),
            "skimage.transform": ("wrap",),
            "OpenCV": ("BORDER_WRAP",),
            "torch": ("circular",),
        },
    ),
    "renormalize": Boundary(
        "..|1234|..", "nothing: the weights inside are rescaled to the kernel's sum"
    ),
}

BOUNDARIES = tuple(TABLE)

#: OpenCV's constants are numbers: these are 0, 1, 2, 3 and 4.
OPENCV = (
    "BORDER_CONSTANT",
    "BORDER_REPLICATE",
    "BORDER_REFLECT",
    "BORDER_WRAP",
    "BORDER_REFLECT_101",
)

_NAMES = {each for row in TABLE.values() for names in row.names.values() for each in names}


def check_boundary(caller: str, value: Any, known: Sequence[str] = BOUNDARIES) -> str:
    """Return `value` if it is one of the `known` words, else say which word is meant.

    Raises
    ------
    OptionError
        The name of another library is answered with its picture and the word for it here.
    """
    if isinstance(value, str) and value in known:
        return value
    lines = advice(value, known)
    if len(lines) > 1:
        said = "means two different things, so it is not a word here."
    elif lines:
        said = "is not a word here."
    else:
        near = "" if _name(value) else _nearest(value, known)
        said = f"is not known. Did you mean {near!r}?" if near else "is not known."
        lines = advice(near, known) if near in _NAMES - set(known) else []
        lines = lines or [f"  Known: {', '.join(known)}."]
    raise OptionError("\n".join([f"{caller}: `boundary={shown(value)}` {said}", *lines]))


def advice(name: Any, known: Sequence[str] = BOUNDARIES) -> list[str]:
    """What each boundary of that name looks like and is called here, a line each; none if none is.

    >>> print(*advice("replicate"), sep="\\n")
      'replicate' of torch is 11|1234|44: write boundary='nearest'.
    """
    name = _name(name)
    if name in known:
        return [f"  It is {TABLE[name].picture}: write boundary={name!r}."]
    lines = []
    for word in known:
        row = TABLE[word]
        libraries = [library for library, names in row.names.items() if name in names]
        if libraries:
            also = " and cval=c, or boundary='zero'" if word == "constant" else ""
            lines.append(
                f"  {name!r} of {_listed(libraries)} is {row.picture}: "
                f"write boundary={word!r}{also}."
            )
    return lines


def _name(value: Any) -> str | None:
    """The name as its library spells it, or None: capitals, ``_`` and OpenCV's prefix are free."""
    if type(value) is int and 0 <= value < len(OPENCV):
        return OPENCV[value]
    if not isinstance(value, str):
        return None
    plain = value.lower().replace("_", "-")
    spelled = {name.lower().replace("_", "-"): name for name in (*_NAMES, *BOUNDARIES)}
    return spelled.get(plain) or spelled.get(f"border-{plain}")


def _nearest(value: Any, known: Sequence[str]) -> str:
    """The name that a slip of the pen may have meant, of those that lead to a known word."""
    if not isinstance(value, str):
        return ""
    names = [name for name in (*known, *sorted(_NAMES)) if advice(name, known)]
    return next(iter(difflib.get_close_matches(value, names, n=1, cutoff=0.65)), "")


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
