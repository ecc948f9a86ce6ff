"""Forecasts as a table: mean, standard error, lower and upper end of each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.libraries import need
from intertwine.base.tables import aligned

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is to come, one entry a step; pandas Series where the data were.

    `mean` is the middle of the interval that holds the sample with the chance `level`; `se` the
    standard error of one step, on the scale of the model where data were transformed.
    """

    mean: Any
    se: Any
    lower: Any
    upper: Any
    level: float

    def __len__(self) -> int:
        return len(self.mean)

    def __getitem__(self, column: str) -> Any:
        if column not in ("mean", "se", "lower", "upper"):
            raise KeyError(column)
        return getattr(self, column)

    @property
    def index(self) -> Any:
        """The times of the steps: the caller's calendar, or 1, 2, ..."""
        return getattr(self.mean, "index", np.arange(1, len(self.mean) + 1))

    def to_pandas(self) -> Any:
        """A DataFrame with the columns mean, se, lower, upper."""
        pd = need("pandas", "A DataFrame")
        columns = {name: np.asarray(self[name]) for name in ("mean", "se", "lower", "upper")}
        return pd.DataFrame(columns, index=pd.Index(self.index))

    def __repr__(self) -> str:
        rows = [
            (str(at), *(f"{float(value):.6g}" for value in values))
            for at, *values in zip(
                self.index, np.asarray(self.mean), np.asarray(self.se),
                np.asarray(self.lower), np.asarray(self.upper), strict=True,
            )
        ]  # fmt: skip
        percent = f"{100 * self.level:g} %"
        head = ("step", "mean", "se", f"lower {percent}", f"upper {percent}")
        shown = rows if len(rows) <= 24 else [*rows[:12], ("...",) * 5, *rows[-4:]]
        return "\n".join(aligned([head, *shown], left=0))
