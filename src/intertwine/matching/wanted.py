"""What a search of recordings is asked for: the options of `find_in_recordings`, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from intertwine.base import checks
from intertwine.base.errors import OptionError
from intertwine.matching import arguments, speeds
from intertwine.matching.search import options

CALLER = "find_in_recordings"

#: Above this false alarm a place is doubtful.
DOUBTFUL = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to search: the options of `find_in_recordings`."""

    score: str | None
    threshold: float | None
    count: int | None
    min_distance: float | None
    whiten: str | None
    speeds: tuple[float, float] | None = None
    min_overlap: float | None = None
    looks: int = 1

    @property
    def looks_twice(self) -> bool:
        """Whether a clip in doubt is looked for again, whitened: nothing says how to score it."""
        return (
            self == Wanted(None, None, self.count, self.min_distance, None, looks=self.looks)
            and self.looks == 1
        )

    @property
    def whitened(self) -> Wanted:
        """The second look."""
        return replace(self, whiten="noise", looks=2)

    @property
    def kind(self) -> str:
        return "snr" if self.whiten else self.score or "zncc"

    @property
    def signed(self) -> bool:
        """Whether a clip with the other sign scores the same with the other sign."""
        return self.kind != "distance"

    def outside(self, length: int) -> int:
        """How many samples of a clip so long may lie before the recording, or after it."""
        share = self.min_overlap
        return 0 if share is None else length - max(1, ceil(share * length))


def read(
    score: Any,
    threshold: Any,
    count: Any,
    min_distance: Any,
    whiten: Any,
    speed_range: Any,
    boundary: Any,
    min_overlap: Any,
) -> Wanted:
    """Check all that can be checked without a file."""
    if score == "correlation":
        raise OptionError(
            f"{CALLER}: score='correlation' has no norm: loud places win.\n"
            f"  Pass 'zncc', 'ncc' or 'distance', or whiten='noise'."
        )
    kind, limit, count = options(score, whiten, threshold, count)
    apart = arguments.number("min_distance", min_distance)
    if apart is not None and not apart > 0:
        raise OptionError(f"{CALLER}: `min_distance={apart:g}` must be more than 0 seconds.")
    given = speeds.read(CALLER, speed_range)
    if given is not None and kind != "zncc":
        raise OptionError(
            f"{CALLER}: speeds are searched by 'zncc', not by {kind!r}.\n"
            f"  Leave `score` and `whiten` out, or speeds."
        )
    if boundary is not None:
        checks.word(CALLER, "boundary", boundary, ("renormalize",))
        min_overlap = 0.5 if min_overlap is None else min_overlap
    least = arguments.overlap(kind, min_overlap)
    return Wanted(score, limit, count, apart, whiten, given, least)
