"""Layers and nets in sentences; every count is one of the kernels' own sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from intertwine.base.errors import counted
from intertwine.learn.reading.correlations import Pair
from intertwine.learn.reading.maps import CORRELATES
from intertwine.learn.reading.result import ConvReading, KernelReading, NetReading

#: Words of a summary -> kinds of `describe` that they count.
GROUPS: dict[str, tuple[str, ...]] = {
    "edge detector": ("edge detector", "emboss", "relief"),
    "line detector": ("line detector", "saddle detector", "mixed derivative"),
    "Laplacian or centre-surround": ("Laplacian", "centre-surround", "high-pass", "sharpener"),
    "blur": ("blur", "motion blur", "smoother", "low-pass"),
    "Gabor": ("Gabor", "band-pass"),
    "identity or shift": ("identity", "shift"),
}
_PLURALS = {
    "Laplacian or centre-surround": "Laplacians or centre-surrounds",
    "identity or shift": "identities or shifts",
}
_WAYS = ("right", "upper right", "up", "upper left", "left", "lower left", "down", "lower right")


def group_of(kernel: KernelReading) -> str:
    """The word under which a kernel is counted."""
    if kernel.is_dead:
        return "dead"
    if not kernel.is_named:
        return "none of the families"
    return next((word for word, kinds in GROUPS.items() if kernel.kind in kinds), "other families")


def directions(layer: ConvReading) -> Counter[str]:
    """How many edge detectors rise towards each of eight directions, to the nearest."""
    angles = [
        k.angle_deg
        for k in layer.kernels
        if group_of(k) == "edge detector" and k.angle_deg is not None
    ]
    return Counter(_WAYS[round(angle / 45) % 8] for angle in angles)


def layer_sentences(layer: ConvReading) -> tuple[str, ...]:
    """What is said of a layer, the counts first."""
    return tuple(filter(None, _sentences(layer)))


def _sentences(layer: ConvReading) -> Iterator[str]:
    yield _shape(layer)
    yield from layer.weights.notes
    yield _kinds(layer)
    yield _parts(layer)
    yield _singles(layer)
    yield _directions(layer)
    yield _colours(layer)
    yield _dead(layer)
    if all(kernel.is_dead for kernel in layer.kernels):
        return
    yield _separable(layer)
    yield _whiteness(layer)
    yield _correlated(layer)
    yield from _on_photo(layer)


def _shape(layer: ConvReading) -> str:
    weights = layer.weights
    size = " x ".join(map(str, weights.size))
    inputs = weights.taps.shape[1]
    each = "one channel" if inputs == 1 else f"{inputs} channels"
    text = f"{counted(len(weights.taps), 'kernel')} of {size} taps over {each} ({weights.kind})"
    if weights.stride is not None and max(weights.stride) > 1:
        text += f", stride {_by(weights.stride)}"
    if weights.dilation is not None and max(weights.dilation) > 1:
        text += f", taps {_by(weights.dilation)} samples apart"
    if weights.norm:
        text += f"; batch normalisation ({weights.norm}) is multiplied in"
    return f"{text}."


def _by(values: tuple[int, ...]) -> str:
    return str(values[0]) if len(set(values)) == 1 else " x ".join(map(str, values))


def _kinds(layer: ConvReading) -> str:
    counts = Counter(map(group_of, layer.kernels))
    alive = len(layer.kernels) - counts["dead"]
    words = [counted(counts[word], word, _PLURALS.get(word, "")) for word in GROUPS if counts[word]]
    if counts["other families"]:
        words.append(f"{counts['other families']} of other families")
    named = sum(counts[word] for word in (*GROUPS, "other families"))
    if not named:
        return f"None of {alive} living kernels is of a family." if alive else ""
    rest = counts["none of the families"]
    return (
        f"{named} of {alive} living kernels {'is' if named == 1 else 'are'} of a family: "
        f"{', '.join(words)}; "
        f"{rest} {'is' if rest == 1 else 'are'} of none."
    )


def _parts(layer: ConvReading) -> str:
    """How much of a filter of several channels the kernel that is described is."""
    if layer.part_energy is None:
        return ""
    text = f"The spatial part that is described holds {_spread(layer.part_energy)}"
    if layer.single_energy is not None:
        text += f", the strongest kernel of one input {_spread(layer.single_energy)}"
    return f"{text} of its filter's energy."


def _spread(values: tuple[float, float, float]) -> str:
    low, middle, high = (f"{100 * value:.0f}" for value in values)
    return f"{middle} % (median; {low} to {high} %)"


def _singles(layer: ConvReading) -> str:
    """The strongest single kernels of filters of many channels, which parts may not speak for."""
    found = [k.single for k in layer.kernels if k.single is not None and not k.is_dead]
    if not found:
        return ""
    counts = Counter(
        next((word for word, kinds in GROUPS.items() if one.kind in kinds), "other families")
        for one in found
        if one.is_named
    )
    named = sum(counts.values())
    words = "".join(
        f", {counts[word]} {word}" for word in (*GROUPS, "other families") if counts[word]
    )
    return (
        f"Each filter's strongest kernel of one input: {named} of {len(found)} "
        f"{'is' if named == 1 else 'are'} of a family{words}."
    )


def _directions(layer: ConvReading) -> str:
    ways = directions(layer)
    if not ways:
        return ""
    words = ", ".join(f"{way} {ways[way]}" for way in _WAYS if ways[way])
    return f"Edge detectors rise towards (nearest of eight directions): {words}."


def _colours(layer: ConvReading) -> str:
    seen = [k for k in layer.kernels if k.colour is not None and not k.is_dead]
    if not seen:
        return ""
    names = Counter(k.colour.name for k in seen if k.colour is not None and k.colour.name)
    opponent = sum(k.colour is not None and k.colour.is_opponent for k in seen)
    words = ", ".join(f"{count} {name}" for name, count in names.most_common())
    return (
        f"Colours, if the channels are red, green and blue: {opponent} opponent; "
        f"within 20 degrees of a name: {words or 'none'}."
    )


def _dead(layer: ConvReading) -> str:
    dead = sum(k.is_dead for k in layer.kernels)
    copies = sum(k.duplicate is not None and not k.is_dead for k in layer.kernels)
    parts = []
    if dead:
        verb = "is" if dead == 1 else "are"
        parts.append(
            f"{counted(dead, 'kernel')} {verb} dead (norm below a thousandth of the median)."
        )
    if copies:
        verb = "is a copy of another" if copies == 1 else "are copies of others"
        parts.append(f"{counted(copies, 'kernel')} {verb} to 5 % of the norm.")
    return " ".join([*parts, layer.searched]).strip()


def _separable(layer: ConvReading) -> str:
    if len(layer.weights.size) == 1:
        return ""
    return (
        f"{100 * layer.separable:.0f} % of the living kernels are one product of lines to 95 % of "
        "their energy."
    )


def _whiteness(layer: ConvReading) -> str:
    return (
        f"Of white input the maps' mean spectrum has a flatness of {layer.flatness:.2f} "
        "(1 is white)."
    )


def _correlated(layer: ConvReading) -> str:
    found = layer.correlations
    if found is None:
        return "Outputs of a transposed convolution have no one correlation: none is predicted."
    along = " and ".join(f"{c:+.2f}" for c in found.neighbours)
    text = f"Of white input each map's neighbours correlate by {along} along the axes on average"
    if len(found.maps) > 1:
        text += f", different maps by {found.mean:.2f} in size"
    if layer.weights.kind == "depthwise":
        text += " (each sees a channel of its own)"
    return f"{text}."


def _on_photo(layer: ConvReading) -> Iterator[str]:
    seen = layer.seen
    if seen is None:
        return
    along = " and ".join(f"{c:+.2f}" for c in seen.neighbours)
    yield (
        f"On the photo neighbours correlate by {along}, different maps by {seen.mean:.2f} in size, "
        f"and the flatness is {seen.flatness:.2g}."
    )
    if seen.tested:
        tested = counted(seen.tested, "map")
        yield f"{seen.white} of {tested} would pass for uncorrelated (`is_white`) on the photo."
    if seen.likeness is not None:
        count = sum(k.likeness is not None and abs(k.likeness) >= CORRELATES for k in layer.kernels)
        verb = "looks" if count == 1 else "look"
        yield (
            f"{counted(count, 'kernel')} of {len(layer.kernels)} {verb} like the patch "
            f"answered most (normalised correlation of {CORRELATES} or more); with "
            f"their taps in random order {100 * seen.by_chance:.0f} % would."
        )


def pair_sentence(pair: Pair) -> str:
    """Two maps that go together, predicted and measured."""
    where = "" if not any(pair.lag) else f" at distance ({', '.join(map(str, pair.lag))})"
    text = f"Maps {pair.first} and {pair.second}{where}: predicted {pair.predicted:+.2f}"
    return text if pair.measured is None else f"{text}, on the photo {pair.measured:+.2f}"


def net_sentence(net: NetReading) -> str:
    """The whole net: how many kernels, how many of a family, of which."""
    kernels = [k for layer in net.layers for k in layer.kernels]
    counts = Counter(map(group_of, kernels))
    alive = len(kernels) - counts["dead"]
    named = sum(counts[word] for word in (*GROUPS, "other families"))
    words = [counted(counts[w], w, _PLURALS.get(w, "")) for w in GROUPS if counts[w]]
    if counts["other families"]:
        words.append(f"{counts['other families']} of other families")
    share = f"{100 * named / max(alive, 1):.0f} %"
    return (
        f"{counted(len(net.layers), 'spatial convolution')} "
        f"{'holds' if len(net.layers) == 1 else 'hold'} "
        f"{counted(len(kernels), 'kernel')}, {counts['dead']} of them dead; {named} "
        f"({share} of the living) {'is' if named == 1 else 'are'} of a family"
        f"{': ' if words else ''}{', '.join(words)}."
    )
