"""`chance`: arguments read, a design asked, the answer put into words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from intertwine.base.checks import flag, integer, word
from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.significance import correlating, grouping, over_time, pairing, reading, serial
from intertwine.significance.fewest import few_note
from intertwine.significance.laws import Bounds
from intertwine.significance.reading import CALLER, Groups, Pairs
from intertwine.significance.result import Chance, Found, no_picture
from intertwine.significance.several import Comparisons, holm

DESIGNS = ("two-sample", "paired", "rank", "signed-rank", "correlation", "proportion")
PAIRED = ("paired", "signed-rank", "correlation")
_SERIES = ("two-sample", "paired", "rank", "signed-rank", "correlation")
_ALIKE = 4.0  # standard errors of a correlation of neighbours that is worth a word


def chance(
    a: Any,
    b: Any = None,
    *,
    design: str = "two-sample",
    alternative: str = "two-sided",
    by: Any = None,
    equal_var: bool = True,
    coefficient: str = "pearson",
    series: bool = False,
    nan_policy: str = "propagate",
    resamples: int = 9999,
    rng: int = 0,
) -> Chance | Comparisons:
    """Is the difference between `a` and `b` real, or might it be chance?

    Parameters
    ----------
    a, b : 1-D arrays
        Two samples. Or mappings from names to samples: all pairs of `a`, or `a` against each of
        `b`, corrected for their number (Holm).
    design : {"two-sample", "paired", "rank", "signed-rank", "correlation", "proportion"}
        What belongs together and what is compared: means of independent cases, of pairs, ranks of
        either (Mann-Whitney, Wilcoxon), a correlation, successes of 0 and 1 (Fisher).
    alternative : {"two-sided", "greater", "less"}
        ``greater``: a is greater. Two-sided is twice the smaller tail, as in
        `scipy.stats.permutation_test`; of proportions all that is no likelier, as in
        `scipy.stats.fisher_exact`.
    by : array, or pair of arrays for two independent samples
        Strata: only cases of the same stratum are compared.
    equal_var : bool
        False compares means where the spreads may differ: each permutation is studentised. Of
        two samples only.
    coefficient : {"pearson", "spearman", "kendall"}
        Of a correlation.
    series : bool
        The values are in the order of time and neighbours may be alike: they are whitened by an
        autoregression and, but for correlations, reduced to smooth averages, as few as are nearly
        independent. Where those are fewer than 4, what is chance is not known: NaN.
    nan_policy : {"propagate", "omit", "raise"}
        As in SciPy; omit leaves out a pair with its partner.
    resamples, rng : int
        How many draws where no exact answer is known, and their seed.

    Returns
    -------
    Chance or Comparisons
        With `statistic`, `pvalue`, `effect`, `confidence_interval()`, `plot()`, and a sentence.

    Raises
    ------
    ShapeError, OptionError, DTypeError
        Samples that cannot be compared, unknown words, text.

    Examples
    --------
    >>> import intertwine as iw
    >>> found = iw.chance([1.83, 0.5, 1.62, 2.48, 1.68], [0.88, 0.65, 0.6, 2.05, 1.06],
    ...                   design="paired")
    >>> found.pvalue == 4 / 32
    True
    >>> found.confidence_interval(0.9)
    ConfidenceInterval(low=-0.15, high=1.02)
    """
    word(CALLER, "design", design, DESIGNS)
    word(CALLER, "alternative", alternative, ("two-sided", "greater", "less"))
    word(CALLER, "nan_policy", nan_policy, ("propagate", "omit", "raise"))
    word(CALLER, "coefficient", coefficient, ("pearson", "spearman", "kendall"))
    options = {
        "alternative": alternative,
        "equal_var": flag(CALLER, "equal_var", equal_var),
        "coefficient": coefficient,
        "series": flag(CALLER, "series", series),
        "nan_policy": nan_policy,
        "resamples": integer(CALLER, "resamples", resamples, 99, 10**8),
        "rng": integer(CALLER, "rng", rng, 0),
    }
    if not equal_var and design != "two-sample":
        raise OptionError(
            f"chance: equal_var=False is for design='two-sample', not {design!r}.\n"
            "  Leave it out: paired differences and ranks have one spread each."
        )
    if series and (by is not None or design not in _SERIES):
        raise OptionError(
            f"chance: series=True does not go with {'by=' if by is not None else design!r}.\n"
            "  A series is one line of time: pass means of it, or leave series=True out."
        )
    if isinstance(a, Mapping) or isinstance(b, Mapping):
        return _several(a, b, design, by, options)
    if b is None:
        raise OptionError(
            "chance: `b` is missing.\n  Pass two samples, or a mapping from names to samples."
        )
    return _one(a, b, design, by, options)


def _several(a: Any, b: Any, design: str, by: Any, options: dict[str, Any]) -> Comparisons:
    if by is not None:
        raise OptionError(
            "chance: `by` goes with two samples, not with a mapping of several.\n"
            "  Compare pair by pair and correct with intertwine.significance.holm."
        )
    if isinstance(a, Mapping) and b is None:
        chosen = [((p, q), a[p], a[q]) for p, q in itertools.combinations(a, 2)]
    elif isinstance(b, Mapping) and not isinstance(a, Mapping):
        chosen = [(("a", q), a, b[q]) for q in b]
    else:
        raise OptionError(
            "chance: several samples come as one mapping, or as `a` and a mapping `b`.\n"
            "  Pass chance({'x': x, 'y': y}) or chance(x, {'y': y, 'z': z})."
        )
    if not chosen:
        raise ShapeError("chance: the mapping holds fewer than 2 samples.\n  Pass at least 2.")
    results = tuple(_one(x, y, design, None, options) for _, x, y in chosen)
    return Comparisons(
        tuple(names for names, _, _ in chosen), results, holm([r.pvalue for r in results])
    )


def _one(a: Any, b: Any, design: str, by: Any, options: dict[str, Any]) -> Chance:
    read = reading.pairs if design in PAIRED else reading.groups
    data = read(a, b, by, options["nan_policy"])
    notes = _about(data)
    if _has_gaps(data):
        found = _unknown(data)
    else:
        if options["series"]:
            alternative = options["alternative"]
            found = over_time.ask(data, design, alternative, lambda d: _ask(d, design, options))
        else:
            notes = (*notes, *_order_note(data), *few_note(data, design, options["alternative"]))
            found = _ask(data, design, options)
    found = replace(found, notes=(*found.notes, *notes))
    return Chance(
        design=design,
        alternative=options["alternative"],
        statistic=found.statistic,
        pvalue=found.bounds.high,
        bounds=found.bounds,
        method=found.method,
        standard_error=found.standard_error,
        effect=found.effect,
        effect_name=found.effect_name,
        prediction=found.prediction,
        superiority=found.superiority,
        sizes=found.sizes,
        strata=found.strata,
        notes=found.notes,
        _found=found,
    )


def _ask(data: Any, design: str, options: dict[str, Any]) -> Found:
    alternative, resamples, seed = (options[k] for k in ("alternative", "resamples", "rng"))
    if design == "paired":
        return pairing.paired(data, alternative, resamples, seed)
    if design == "signed-rank":
        return pairing.signed_rank(data, alternative)
    if design == "correlation":
        return correlating.correlation(data, options["coefficient"], alternative, resamples, seed)
    if design == "rank":
        return grouping.rank(data, alternative, resamples, seed)
    if design == "proportion":
        return grouping.proportion(data, alternative)
    if not options["equal_var"]:
        return grouping.studentised(data, alternative, resamples, seed)
    return grouping.two_sample(data, alternative, resamples, seed)


def _about(data: Pairs | Groups) -> tuple[str, ...]:
    notes = []
    if data.dropped:
        notes.append(f"{counted(data.dropped, 'case')} with NaN {_were(data.dropped)} left out.")
    if isinstance(data, Groups) and data.unmatched:
        notes.append(
            f"{counted(data.unmatched, 'case')} {'is' if data.unmatched == 1 else 'are'} in strata "
            "that hold one sample only, and left out."
        )
    return tuple(notes)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _order_note(data: Pairs | Groups) -> tuple[str, ...]:
    """Neighbours that are alike, in the order given, may mean a series."""
    lines = [data.a - data.b] if isinstance(data, Pairs) else list(data.single())
    alike = [serial.neighbours(x) for x in lines]
    r, errors = max(alike, key=lambda found: found[1])
    if len(data.names) > 1 or errors < _ALIKE:
        return ()
    return (
        f"Neighbours in the order given are alike (correlation {r:.2f}). If that order is time, "
        "the p-value is too small: pass series=True.",
    )


def _has_gaps(data: Pairs | Groups) -> bool:
    parts = [data.a, data.b] if isinstance(data, Pairs) else data.values
    return any(bool(np.isnan(x).any()) for x in parts)


def _unknown(data: Pairs | Groups) -> Found:
    """NaN in, NaN out."""
    nan = float("nan")
    sizes = (data.a.size, data.b.size) if isinstance(data, Pairs) else data.sizes
    return Found(
        nan, Bounds(nan, nan), "exact", 0.0, nan, "unknown", nan, nan, sizes, (),
        ('NaN among the observations; nan_policy="omit" leaves them out.',),
        lambda level, side: (nan, nan), lambda: no_picture("statistic"),
    )  # fmt: skip
