"""``intertwine find`` on pictures: tables, and boxes drawn where the small picture lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError
from intertwine.base.libraries import need
from intertwine.cli.console import out as standard_out
from intertwine.cli.doubt import doubt
from intertwine.cli.many import for_each
from intertwine.cli.targets import targets
from intertwine.files import check_free, read, suffixes, white
from intertwine.matching import Hits
from intertwine.matching import find as search
from intertwine.matching.background import shown


def find_in_pictures(
    pattern: Path, inputs: list[Path], out: Path | None, force: bool, options: dict[str, Any]
) -> None:
    """Search each picture, print a table and draw boxes; a broken one does not stop the others."""
    small = _picture(pattern)
    pairs = [(s, t.with_suffix(".png") if out is None or out.is_dir() else t)
             for s, t in targets(inputs, out, "found", force)]  # fmt: skip

    def work(source: Path, target: Path, bar: Any) -> None:
        check_free(target, force)
        large = _picture(source)
        task = bar.add_task(f"{pattern.name} in it", total=1.0)

        def tell(share: float) -> None:
            bar.update(task, completed=share)

        try:
            hits = search(small, large, progress=tell, **options)
        finally:
            bar.remove_task(task)
        _draw(hits, large, target)
        console = standard_out()
        console.print(_table(hits, source))
        text = doubt(f"{pattern} in {source}", hits[0].false_alarm) if len(hits) else None
        for line in (text, str(target)):
            if line:
                console.print(line, markup=False, soft_wrap=True)

    for_each(pairs, work, "could not be searched")


def _picture(source: Path) -> NDArray[Any]:
    """Levels from 0 to 1, without alpha: see-through pixels are NaN, which `find` leaves out."""
    document = read(source)
    if document.kind != "image":
        known = " ".join(suffixes("image"))
        raise FileError(f"{source} holds no picture.\n  Pass a file of one of {known}.")
    page = document.pages[0]
    levels = page.astype(np.float32) / np.float32(white(page.dtype))
    if document.alpha:
        levels = np.where(levels[..., -1:] > 0.5, levels[..., :-1], np.float32(np.nan))
    return levels[..., 0] if levels.ndim == 3 and levels.shape[2] == 1 else levels


def _table(hits: Hits, source: Path) -> Table:
    turned = bool((hits.angle != 0).any() or (hits.scale != 1).any())
    table = Table(title=f"{source.name}: {len(hits)} found", title_justify="left")
    names = ["row", "column", "score", "z", "false alarm"]
    names += ["angle", "scale"] if turned else []
    for name in names:
        table.add_column(name, justify="right")
    for hit in hits:
        cells = [f"{p:.2f}" for p in hit.position]
        cells += [f"{hit.score:.4f}", f"{hit.z:.1f}", shown(hit.false_alarm)]
        table.add_row(*cells, *([f"{hit.angle:.2f}", f"{hit.scale:.3f}"] if turned else []))
    return table


def _draw(hits: Hits, picture: NDArray[Any], target: Path) -> None:
    """The picture at its own size, with the boxes."""
    need("matplotlib", "Drawing boxes")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if target.suffix.lower() != ".png":
        raise FileError(f"{target}: boxes are drawn as PNG.\n  Write a .png.")
    height, width = picture.shape[:2]
    zoom = max(1.0, 480 / max(height, width))
    figure = Figure(figsize=(zoom * width / 100, zoom * height / 100), dpi=100)
    FigureCanvasAgg(figure)
    hits.plot(figure.add_axes((0, 0, 1, 1)))
    with atomic(target) as handle:
        figure.savefig(handle, format="png")
