"""find: where a pattern lies in data, by correlation with the pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.checks import flag
from intertwine.base.errors import OptionError
from intertwine.matching import arguments, noise, peaks, phase, rotated, surface
from intertwine.matching.arguments import CALLER, SCORES, Search
from intertwine.matching.hits import Hits

Array = NDArray[Any]


def find(
    pattern: Any,
    data: Any,
    *,
    score: str | None = None,
    mask: Any = None,
    data_mask: Any = None,
    axes: int | Sequence[int] | None = None,
    threshold: float | None = None,
    count: int | None = None,
    min_distance: int | Sequence[int] | None = None,
    boundary: str | None = None,
    angles: Any = None,
    scales: Any = None,
    subpixel: bool = True,
    whiten: str | None = None,
    rng: Any = None,
) -> Any:
    """Look for `pattern` in `data`: ``y[n] = sum_j conj(k[j]) w_n[j]``, window by window.

    That is convolution with the flipped, conjugated pattern, normalised as `score` says. Scores are
    right at every offset and scale of the data: at a level of 1e8 as at 0.

    Parameters
    ----------
    pattern : (K1, ..., Kd) array, or list of arrays
        What to look for; NaN marks samples that do not count. A list of arrays is a list of
        patterns: those of one size share the data's transforms, and a list of `Hits` comes back.
    data : (N1, ..., Nd) array
        Where to look. Real or complex, any number of axes; NaN and infinities are left out.
    score : {"zncc", "ncc", "correlation", "phase", "distance", "snr"}
        What is compared, with ``k`` the pattern and ``w`` a window, k' and w' without their means:

        - "zncc" (default): ``sum k' w' / (|k'| |w'|)``, from -1 to 1, blind to brightness and
          contrast; of complex data the size of it;
        - "ncc": the same with means left in;
        - "correlation": ``sum k w``, without a norm;
        - "phase": the correlation of the phases of both spectra: sharp peaks, at most 1;
        - "distance": ``sqrt(2 m (1 - zncc))``, the z-normalised Euclidean distance of m samples:
          small is good;
        - "snr" (default with `whiten`): the matched filter's signal-to-noise ratio.
    mask : bool array, optional
        True where a sample of the *pattern* counts.
    data_mask : bool array, optional
        True where a sample of the *data* counts. Where less than 30 % of the pattern meets samples
        that count there is no score.
    axes : int or tuple of int, optional
        The axes to search along; the others are channels, whose scores are pooled: sums over all of
        them, means taken off each. By default all axes, but for colours: pictures (H, W, 3 or 4).
    threshold : float, optional
        Take all places that score at least so much (for distances: at most).
    count : int, optional
        Take at most so many, best first. By default 1, or all when there is a threshold.
    min_distance : int or one for each axis, optional
        Of two hits nearer than this along every axis the better one stays. By default half the
        pattern.
    boundary : {"symmetric", "mirror", "nearest", "wrap", "zero", "renormalize"}, optional
        What lies outside, for patterns cut by the edge: the pattern's middle then visits every
        sample. With "renormalize" nothing lies there and only what is inside counts. By default the
        whole pattern must lie inside.
    angles, scales : (low, high) or sequence of numbers, optional
        Also turn the pattern by these angles (degrees, counter-clockwise as seen) and enlarge it so
        many times: a range, or values to start from. Pictures only; both are refined.
    subpixel : bool
        Give positions between samples, by a curve through the best score and its neighbours: good
        to a tenth of a sample on smooth data. A match without any flaw stays on its sample.
    whiten : {"noise"}, optional
        Weight frequencies by the inverse of the noise's power, estimated from the data (Welch's
        method, means): the matched filter for coloured noise.
    rng : seed or numpy.random.Generator, optional
        Draws the places from which `z` reads a large surface's background; 0 by default.

    Returns
    -------
    Hits
        position, score, z, false_alarm, angle and scale of each hit, best first, and the
        `surface` of all scores. See `intertwine.matching.Hits`.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        The pattern is larger than the data, constant, empty, of other channels, ...

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> data = np.array([1.0, 1, 1, 2, 1, 1, 4, 5])
    >>> hits = iw.find([2.0, 1, 1, 4], data, score="distance")
    >>> hits.index.tolist(), hits.surface.round(3).tolist()
    ([[3]], [0.676, 3.431, 3.431, 0.0, 1.851])
    """
    kind, limit, count = options(score, whiten, threshold, count, angles, scales)
    several = _several(pattern)
    searches = [
        arguments.read(each, data, mask, data_mask, axes, boundary, pad=kind != "snr")
        for each in (pattern if several else [pattern])
    ]
    flag(CALLER, "subpixel", subpixel)
    nearest = [arguments.distances(min_distance, search.window) for search in searches]
    if angles is not None or scales is not None:
        found = []
        for search, near in zip(searches, nearest, strict=True):
            arguments.check_live(search, centred=True)
            found.append(rotated.search(search, angles, scales, limit, count, near, rng))
        return found if several else found[0]
    found = [
        _pick(search, scored, kind, limit, count, near, bool(subpixel), rng)
        for search, scored, near in zip(searches, _surfaces(searches, kind), nearest, strict=True)
    ]
    return found if several else found[0]


def options(
    score: Any, whiten: Any, threshold: Any, count: Any, angles: Any = None, scales: Any = None
) -> tuple[str, float | None, int | None]:
    """Check what can be checked without data: the score's name, the threshold, the count."""
    kind = _score(score, whiten)
    limit = arguments.threshold(kind, threshold)
    if count is not None:
        count = checks.integer(CALLER, "count", count, 1)
    elif limit is None:
        count = 1
    if angles is not None or scales is not None:
        if kind != "zncc":
            raise OptionError(
                f"{CALLER}: angles and scales are searched by 'zncc', not by {kind!r}.\n"
                f"  Leave `score` and `whiten` out, or angles and scales."
            )
        rotated.ranges(angles, scales)
    return kind, limit, count


def _score(score: Any, whiten: Any) -> str:
    if whiten is not None:
        checks.word(CALLER, "whiten", whiten, ("noise",))
    kind = checks.word(
        CALLER, "score", ("snr" if whiten else "zncc") if score is None else score, SCORES
    )
    if (kind == "snr") != (whiten is not None):
        more = "" if whiten else ", or pass whiten='noise'"
        raise OptionError(
            f"{CALLER}: score={kind!r} does not go with whiten={whiten!r}.\n"
            f"  Whitened data are scored by 'snr', and only they: leave `score` out{more}."
        )
    return kind


def _several(pattern: Any) -> bool:
    """Whether this is a list of patterns: of arrays."""
    return (
        isinstance(pattern, list | tuple)
        and len(pattern) > 0
        and all(isinstance(each, np.ndarray) and each.ndim > 0 for each in pattern)
    )


def _surfaces(searches: list[Search], kind: str) -> list[Array]:
    """The surface of each search; patterns of one size are searched for together."""
    groups: dict[Any, list[int]] = {}
    for number, search in enumerate(searches):
        key = search.window, search.pattern.dtype, search.mask is None
        groups.setdefault(key, []).append(number)
    found: dict[int, Array] = {}
    for members in groups.values():
        some = [searches[i] for i in members]
        found |= dict(zip(members, _together(some, kind), strict=True))
    return [found[i] for i in range(len(searches))]


def _together(searches: list[Search], kind: str) -> Array:
    """The surfaces (P, M1, ..., Md) of patterns of one size."""
    one = searches[0]
    patterns = np.stack([search.pattern for search in searches])
    masks = None if one.mask is None else np.stack([s.mask for s in searches])  # type: ignore[misc]
    if kind == "snr":
        if one.present is not None:
            raise OptionError(
                f"{CALLER}: whiten='noise' needs every sample of `data`, but some are missing.\n"
                f"  Fill them first, for example with the median."
            )
        arguments.check_live(one, centred=False)
        return noise.surface(one.data, patterns / np.abs(patterns).max(), one.first, one.result)
    if kind == "correlation":
        return surface.plain(one.data, one.present, patterns, one.result)
    centred = kind != "ncc"
    for search in searches:
        arguments.check_live(search, centred)
    if kind == "phase":
        return phase.surface(one.data, one.present, patterns, masks, one.result)
    return surface.normalised(
        one.data, one.present, patterns, masks,
        centred=centred, result=one.result, distance=kind == "distance",
    )  # fmt: skip


def _pick(
    search: Search,
    scored: Array,
    kind: str,
    threshold: float | None,
    count: int | None,
    near: tuple[int, ...],
    subpixel: bool,
    rng: Any,
) -> Hits:
    """The hits of one surface."""
    small_is_good = kind == "distance"
    if small_is_good:  # turned over in place, and back: a copy of a long series costs memory
        np.negative(scored, out=scored)
    limit = -threshold if small_is_good and threshold is not None else threshold
    places = peaks.strongest(scored, limit, count, near)
    best = arguments.BEST.get(kind, np.inf)
    position = peaks.refined(scored, places, best) if subpixel else places.astype(float)
    if small_is_good:
        np.negative(scored, out=scored)
    first = np.array(search.first)
    return Hits(
        position + first,
        scored[tuple(places.T)],
        index=places + first,
        surface=scored,
        window=search.window,
        kind=kind,
        first=search.first,
        undefined=surface.why_undefined(
            scored, search.present, search.pattern[None],
            None if search.mask is None else search.mask[None],
        ),
        picture=search.picture,
        rng=rng,
    )  # fmt: skip
