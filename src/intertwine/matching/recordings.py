r"""Clips in recordings of any length: the search of `find`, a block of the recording at a time.

* A clip of another rate is brought to the recording's: the recording is never resampled, and
  positions are samples of it.
* Clip and recording of as many channels are compared channel by channel, and pooled; otherwise both
  are mixed to one.
* Blocks of places overlap by the clip, so that every place is scored once. With ``whiten="noise"``
  they overlap by more, since a whitening filter has a reach; the noise is that of each block.
* Of hits that are too near to each other the better one stays, first in each block, then in all.
  With a low threshold a weak one beside a border of blocks may go for a better one that goes too.
* A clip may be there with the other sign, as wiring and microphones leave it: the size of a score
  ranks it, and `Sighting.inverted` says so.
* Reverberation smears what a clip correlates with, along its own spectrum. Where the default score
  leaves any doubt, a second look weighs frequencies as ``whiten="noise"`` does, and the surer one
  is reported.
* `z` and `false_alarm` are those of the whole recording: what they need of the scores (a sample of
  them, and the best of each stretch) is gathered on the way.

Memory grows with the longest clip, not with the recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf, isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, IntertwineError, OptionError
from intertwine.files import suffixes
from intertwine.files.sound_streams import SoundStream
from intertwine.matching.clips import Clip, Gathered, Sighting
from intertwine.matching.wanted import CALLER, Wanted, read

Array = NDArray[Any]

#: Places looked at together, about.
PLACES = 1 << 20

#: A clip with a larger false alarm is looked for again, whitened.
SURE = 1e-3

#: With `whiten`, a block is so many clips long at least: its noise is read from it.
CLIPS_A_BLOCK = 24


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was found, and what could not be searched.

    Attributes
    ----------
    found : list of Sighting
        The surest first: by false alarm (those without one last), then by score.
    skipped : list of (Path, str)
        Recordings shorter than a clip, and how short they are.
    failed : list of (Path, str)
        Files that could not be read or searched, and why.
    """

    found: list[Sighting] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    failed: list[tuple[Path, str]] = field(default_factory=list)


def find_in_recordings(
    clips: str | Path | Iterable[str | Path],
    recordings: str | Path | Iterable[str | Path],
    *,
    score: str | None = None,
    threshold: float | None = None,
    count: int | None = None,
    min_distance: float | None = None,
    whiten: str | None = None,
    speeds: tuple[float, float] | None = None,
    boundary: str | None = None,
    min_overlap: float | None = None,
    progress: Callable[[Path, float], None] | None = None,
) -> Sightings:
    """Look for audio clips in recordings, hours of them in bounded memory.

    The scores are those of `intertwine.find`. Where a clip was cut from the recording its place is
    exact to the sample.

    Parameters
    ----------
    clips, recordings : path, or several
        WAV, FLAC or OGG files; a folder stands for all of these in it. Rates may differ; stereo
        clips are compared with stereo recordings channel by channel, others mixed to mono.
    score, threshold, count, whiten
        As in `intertwine.find`: by default the best place of each clip in each recording, or all
        that reach `threshold`, a clip with the other sign being as good. "phase" is the phase
        correlation with a block of the recording: the longer the blocks, the smaller its scores.
        With none of `score`, `threshold`, `whiten`, `speeds` and `min_overlap` a clip with a false
        alarm above 0.001 is looked for with ``whiten="noise"`` too, which finds reverberant clips,
        and the surer one of both is reported: see `kind`.
    min_distance : float, optional
        Of two hits nearer than this, in seconds, the better one stays. By default half the clip.
    speeds : (low, high), optional
        Clips may be played at another speed: (0.98, 1.02) is 2 % slower to 2 % faster, pitch and
        all. At most a dozen places of a block of about a million samples are followed.
    boundary : {"renormalize"}, optional
        A clip may stick out of a recording by half: only what overlaps counts.
    min_overlap : float, optional
        A clip may stick out as long as this share of it (0.1: 10 %) lies in the recording. So two
        recordings are matched that have only an end in common.
    progress : callable, optional
        Called with the recording and the share of it that is done, 0 to 1.

    Returns
    -------
    Sightings
        `found`, `skipped` and `failed`. A file that cannot be read or searched does not stop the
        others.

    Raises
    ------
    OptionError
        An option is unknown or out of range.
    FileError
        There is no file to search for, or in.

    Examples
    --------
    ``find_in_recordings("jingles/", "broadcast.flac", threshold=0.6).found[0].start``
    """
    wanted = read(score, threshold, count, min_distance, whiten, speeds, boundary, min_overlap)
    result = Sightings()
    loaded: list[Clip] = []
    for path in sounds("clips", clips):
        try:
            loaded.append(_clip(path))
        except IntertwineError as error:
            result.failed.append((path, str(error)))
    for path in sounds("recordings", recordings):
        tell = (lambda share, path=path: progress(path, share)) if progress else None
        try:
            result.found.extend(_heard(path, loaded, wanted, result, tell))
        except IntertwineError as error:
            result.failed.append((path, str(error)))
    result.found.sort(key=surest)
    return result


def _heard(
    path: Path,
    clips: Sequence[Clip],
    wanted: Wanted,
    result: Sightings,
    tell: Callable[[float], None] | None,
) -> list[Sighting]:
    """What is heard in a recording, on a second look too where that is wanted."""
    first = _search(path, clips, wanted, result, tell)
    again = [clip for clip, found in first if found and not found[0].false_alarm <= SURE]
    heard = {clip.path: found for clip, found in first}
    if again and wanted.looks_twice:
        with suppress(IntertwineError):  # samples are missing: whitening needs them all
            for clip, found in _search(path, again, wanted.whitened, result, tell):
                heard[clip.path] = min(heard[clip.path], found, key=_surest)
    return [one for found in heard.values() for one in found]


def _surest(found: list[Sighting]) -> float:
    chances = [one.false_alarm for one in found if not isnan(one.false_alarm)]
    return min(chances, default=inf)


def surest(one: Sighting) -> tuple[float, float]:
    """The key that sorts sightings, the surest first."""
    unknown = isnan(one.false_alarm)
    return inf if unknown else one.false_alarm, one.score if one.kind == "distance" else -one.score


def sounds(name: str, given: str | Path | Iterable[str | Path]) -> list[Path]:
    """The files named; for a folder, the recordings in it by name."""
    listed = [given] if isinstance(given, str | Path) else list(given)
    found: list[Path] = []
    for path in map(Path, listed):
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in suffixes("sound"))
            if not inside:
                raise FileError(
                    f"{path} holds no recording.\n"
                    f"  Looked for files of {' '.join(suffixes('sound'))} in it."
                )
            found += inside
        else:
            found.append(path)
    if not found:
        raise FileError(f"{CALLER}: `{name}` names no file.")
    return found


def _clip(path: Path) -> Clip:
    with SoundStream(path) as sound:
        samples = sound.read(sound.frames)
        level = samples[np.isfinite(samples).all(1)]
        if not len(level) or (level == level[0]).all():
            raise OptionError(
                f"{path} is constant: there is nothing in it to find.\n"
                f"  Cut out a part that sounds."
            )
        return Clip(path, sound.rate, samples)


def _search(
    path: Path,
    clips: Sequence[Clip],
    wanted: Wanted,
    result: Sightings,
    tell: Callable[[float], None] | None,
) -> list[tuple[Clip, list[Sighting]]]:
    """What is found of each clip in one recording, the surest first."""
    with SoundStream(path) as sound:
        gathered: list[Gathered] = []
        for clip in clips:
            one = Gathered(clip, clip.at(sound.rate, sound.channels), sound, wanted)
            if one.length - one.outside > sound.frames:
                result.skipped.append((path, _too_long(clip, sound)))
            else:
                gathered.append(one)
        if not gathered:
            return []
        longest = max(g.reach for g in gathered)
        for start, own, first, samples in _blocks(sound, longest, wanted.whiten is not None):
            for one in gathered:
                one.add(start, own, first, samples)
            if tell:
                tell(min(1.0, (start + own) / sound.frames))
    return [(one.clip, sorted(one.sightings(), key=surest)) for one in gathered]


def _too_long(clip: Clip, sound: SoundStream) -> str:
    return (
        f"{clip.path} lasts {len(clip.samples) / clip.rate:.3f} s but {sound.path} only "
        f"{sound.frames / sound.rate:.3f} s.\n  The clip comes first, then the recording."
    )


def _blocks(
    sound: SoundStream, longest: int, whitened: bool
) -> Iterator[tuple[int, int, int, Array]]:
    """(first place, how many places, first sample, samples (frames, channels)) in order."""
    margin = 3 * max(longest, 2048) if whitened else 1  # a peak is judged by its neighbours
    least = CLIPS_A_BLOCK * longest if whitened else 2 * longest
    count = max(1, round(sound.frames / max(PLACES, least)))
    own = -(-sound.frames // count)
    held = sound.read(0)
    first = 0
    for start in range(0, sound.frames, own):
        begin = max(0, start - margin)
        stop = min(sound.frames, start + own + longest - 1 + margin)
        held = held[begin - first :]
        first = begin
        held = np.concatenate([held, sound.read(stop - first - len(held))])
        yield start, own, first, held
