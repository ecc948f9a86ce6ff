"""Where results go: beside their source, into a folder, or to a named file."""

from __future__ import annotations

from pathlib import Path

from intertwine.base.errors import FileError
from intertwine.files import check_free, refuse_folder


def targets(
    sources: list[Path], out: Path | None, label: str, force: bool
) -> list[tuple[Path, Path]]:
    """Pair every source with its target; nothing is written if one of them may not be."""
    folder = out is not None and (out.is_dir() or len(sources) > 1)
    if out is not None and folder and not out.is_dir():
        raise FileError(f"There is no folder {out} for {len(sources)} results.\n  mkdir {out}")
    if out is not None and not folder and not out.suffix:
        raise FileError(
            f"There is no folder {out}, and no kind of file without an ending.\n"
            f"  mkdir {out}, or name a file: {out}{sources[0].suffix}"
        )
    pairs = []
    for source in sources:
        refuse_folder(source)
        name = f"{source.stem}-{label}{source.suffix}"
        target = source.with_name(name) if out is None else out / name if folder else out
        pairs.append((source, target))
    _refuse_twins(pairs)
    for _, target in pairs:
        check_free(target, force)
    return pairs


def _refuse_twins(pairs: list[tuple[Path, Path]]) -> None:
    seen: dict[Path, Path] = {}
    for source, target in pairs:
        if target in seen:
            raise FileError(
                f"{seen[target]} and {source} would both become {target}.\n"
                f"  Rename one of them, or pass them in two calls."
            )
        seen[target] = source
