r"""Clips in recordings of any length: the search of `find`, a block of the recording at a time.

* A clip of another rate is brought to the recording's: the recording is never resampled, and
  positions are samples of it.
* Clip and recording of as many channels are compared channel by channel, and pooled; otherwise both
  are mixed to one.
* Blocks of places overlap by the clip, so that every place is scored once. With ``whiten="noise"``
  they overlap by more, since a whitening filter has a reach; the noise is that of each block.
* Of hits that are too near to each other the better one stays, first in each block, then in all.
  With a low threshold a weak one beside a border of blocks may go for a better one that goes too.
* `z` and `false_alarm` are those of the whole recording: what they need of the scores (a sample of
  them, and the best of each stretch) is gathered on the way.

Memory grows with the longest clip, not with the recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, IntertwineError, OptionError
from intertwine.files import suffixes
from intertwine.files.sound_streams import SoundStream
from intertwine.matching import arguments
from intertwine.matching.clips import Clip, Gathered, Sighting, Wanted
from intertwine.matching.search import options

Array = NDArray[Any]

CALLER = "find_in_recordings"

#: Places looked at together, about.
PLACES = 1 << 20

#: With `whiten`, a block is so many clips long at least: its noise is read from it.
CLIPS_A_BLOCK = 24


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was found, and what could not be searched.

    Attributes
    ----------
    found : list of Sighting
        By recording, then by clip, best first.
    failed : list of (Path, str)
        Files that could not be read or searched, and why.
    """

    found: list[Sighting] = field(default_factory=list)
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
        that reach `threshold`.
    min_distance : float, optional
        Of two hits nearer than this, in seconds, the better one stays. By default half the clip.
    progress : callable, optional
        Called with the recording and the share of it that is done, 0 to 1.

    Returns
    -------
    Sightings
        `found` and `failed`. A file that cannot be read or searched does not stop the others.

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
    if score == "correlation":
        raise OptionError(
            f"{CALLER}: score='correlation' has no norm: loud places win.\n"
            f"  Pass 'zncc', 'ncc' or 'distance', or whiten='noise'."
        )
    if score == "phase":
        raise OptionError(
            f"{CALLER}: score='phase' needs the whole recording at once.\n"
            f"  Pass whiten='noise' for sharp peaks, or read the samples and call find."
        )
    _, limit, count = options(score, whiten, threshold, count)
    apart = arguments.number("min_distance", min_distance)
    if apart is not None and not apart > 0:
        raise OptionError(f"{CALLER}: `min_distance={apart:g}` must be more than 0 seconds.")
    wanted = Wanted(score, limit, count, apart, whiten)
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
            _search(path, loaded, wanted, result, tell)
        except IntertwineError as error:
            result.failed.append((path, str(error)))
    return result


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
) -> None:
    """Look for all clips in one recording."""
    with SoundStream(path) as sound:
        gathered: list[Gathered] = []
        for clip in clips:
            pattern = clip.at(sound.rate, sound.channels)
            if pattern.shape[1] > sound.frames:
                result.failed.append((clip.path, _too_long(clip, sound)))
                continue
            gathered.append(Gathered(clip, pattern, sound, wanted))
        if not gathered:
            return
        longest = max(g.length for g in gathered)
        for start, own, first, samples in _blocks(sound, longest, wanted.whiten is not None):
            for one in gathered:
                one.add(start, own, first, samples)
            if tell:
                tell(min(1.0, (start + own) / sound.frames))
    for one in gathered:
        result.found.extend(one.sightings())


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
