"""The page: what is said stands in it as text, kernels are drawn from their taps when seen."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.atomic import atomic, check_free
from intertwine.base.errors import OptionError
from intertwine.base.libraries import need
from intertwine.learn.reading import figures
from intertwine.learn.reading.maps import Seen
from intertwine.learn.reading.result import ConvReading, KernelReading, NetReading, Single
from intertwine.learn.reading.summary import GROUPS, directions, group_of, pair_sentence

Array = NDArray[np.float64]

_GROUPS = (*GROUPS, "other families", "none of the families", "dead")
_WAYS = ("right", "upper right", "up", "upper left", "left", "lower left", "down", "lower right")


def figures_path(path: Path) -> Path:
    """Where the figures of a page lie."""
    return path.with_suffix(".json")


def check(path: Path, overwrite: bool) -> None:
    """Raise unless the page and its figures may be written."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise OptionError(f"read: {path}: the page is HTML.\n  Name a file that ends in .html.")
    check_free(path, overwrite)
    check_free(figures_path(path), overwrite)


def write(net: NetReading, path: Path, overwrite: bool) -> None:
    """Write the page and its figures: both are there whole or not at all."""
    check(path, overwrite)
    beside = figures_path(path)
    with atomic(path) as handle, atomic(beside) as other:
        handle.write(render(net, beside.name).encode("utf-8"))
        other.write(figures.encoded(net))


def render(net: NetReading, beside: str) -> str:
    """The whole page as text."""
    jinja2 = need("jinja2", "The page of a net")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html.j2")
    text: str = page.render(
        net=net,
        groups=_GROUPS,
        counts=[_counts(layer) for layer in net.layers],
        data=[_json(_data(layer)) for layer in net.layers],
        pairs=[_pairs(layer) for layer in net.layers],
        beside=beside,
    )
    return text


def _counts(layer: ConvReading) -> dict[str, int]:
    found = dict.fromkeys(_GROUPS, 0)
    for kernel in layer.kernels:
        found[group_of(kernel)] += 1
    return found


def _pairs(layer: ConvReading) -> list[str]:
    if layer.seen is not None and layer.seen.pairs:
        return [pair_sentence(pair) for pair in layer.seen.pairs]
    return (
        [] if layer.correlations is None else [pair_sentence(p) for p in layer.correlations.pairs]
    )


def _json(value: Any) -> Any:
    """JSON that may stand in a script element."""
    markup = need("markupsafe", "The page of a net").Markup
    return markup(json.dumps(value, separators=(",", ":")).replace("<", "\\u003c"))


def _data(layer: ConvReading) -> dict[str, Any]:
    """What the page draws of a layer: columns of numbers, and arrays as bytes."""
    kernels = layer.kernels
    ways = directions(layer)
    found: dict[str, Any] = {
        "size": layer.weights.size,
        "number": [k.number for k in kernels],
        "group": [_GROUPS.index(group_of(k)) for k in kernels],
        "said": [k.sentence for k in kernels],
        "figures": [_figures(k) for k in kernels],
        "copy": {str(i): k.duplicate.sentence for i, k in enumerate(kernels) if k.duplicate},
        "single": {str(i): _single(k.single) for i, k in enumerate(kernels) if k.single},
        "taps": _signed(np.stack([k.taps for k in kernels])),
        "scale": [_rounded(float(np.abs(k.taps).max())) for k in kernels],
        "rose": [ways[way] for way in _WAYS],
        "power": _power(layer.power),
        "matrices": _matrices(layer),
        "maps": _sprite(layer.seen, layer),
    }
    if kernels[0].colour is not None:
        order = [k.number for k in kernels]
        found["colour"] = _signed(layer.weights.taps[order])
    return found


def _single(single: Single) -> str:
    """The strongest kernel of one input, in words."""
    held = f"{100 * single.energy:.3g} % of the energy"
    return f"Its strongest kernel of one input, {single.input}, holds {held}: {single.sentence}"


def _figures(kernel: KernelReading) -> list[Any]:
    """Figures of one kernel, in the order that the page's script names them."""
    values = [
        kernel.strength, kernel.noise_gain, kernel.rank, kernel.separable, kernel.flatness,
        kernel.energy, kernel.orientation_deg, kernel.clarity, kernel.likeness,
        *(_text(part) for pair in (kernel.softmax, kernel.absolute) for part in pair),
        _text(kernel.peak),
    ]  # fmt: skip
    return [_rounded(v) if isinstance(v, float) else v for v in values]


def _text(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value + 0.0:.3g}" for value in np.round(values, 6))


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _signed(stack: Array) -> str:
    """Arrays (N, ...) as signed bytes, each by its own largest value."""
    flat = stack.reshape(len(stack), -1)
    reach = np.maximum(np.abs(flat).max(axis=1, keepdims=True), 1e-300)
    return base64.b64encode(np.rint(127 * flat / reach).astype(np.int8).tobytes()).decode("ascii")


def _power(power: Array) -> dict[str, Any]:
    """Zero frequency in the middle; of three axes the first is summed over."""
    plane = power.sum(axis=0) if power.ndim == 3 else np.atleast_2d(power)
    shown = np.fft.fftshift(plane, axes=(0, 1) if power.ndim > 1 else (1,))
    levels = np.rint(255 * shown / max(float(shown.max()), 1e-300)).astype(np.uint8)
    return {"shape": levels.shape, "bytes": base64.b64encode(levels.tobytes()).decode("ascii")}


def _matrices(layer: ConvReading) -> list[dict[str, Any]]:
    """Correlations as signed bytes: predicted for white input, and measured."""
    found = []
    if layer.correlations is not None and len(layer.correlations.maps) > 1:
        found.append(("Predicted for white input", layer.correlations.predicted))
    if layer.seen is not None and len(layer.seen.matrix) > 1:
        found.append(("Measured on the photo", layer.seen.matrix))
    return [
        {
            "title": title,
            "count": len(matrix),
            "bytes": base64.b64encode(
                np.rint(127 * np.clip(matrix, -1, 1)).astype(np.int8).tobytes()
            ).decode("ascii"),
        }
        for title, matrix in found
    ]


def _sprite(seen: Seen | None, layer: ConvReading) -> dict[str, Any] | None:
    """Maps side by side as one PNG."""
    if seen is None or seen.pictures is None:
        return None
    image = need("PIL.Image", "Feature maps on a page")
    count, height, width = seen.pictures.shape
    buffer = io.BytesIO()
    strip = np.ascontiguousarray(seen.pictures.reshape(count * height, width))
    image.fromarray(strip).save(buffer, "PNG", optimize=True)
    numbers = (
        range(count) if layer.correlations is None else layer.correlations.maps[:count].tolist()
    )
    return {
        "png": base64.b64encode(buffer.getvalue()).decode("ascii"),
        "numbers": list(numbers),
        "width": width,
        "height": height,
    }
