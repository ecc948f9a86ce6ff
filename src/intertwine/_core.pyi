"""The compiled core (see core/README.md): plain buffers in, plain numbers out."""

from collections.abc import Callable, Sequence
from typing import Any

level: str
levels: str
max_axes: int

def is_nested(shape: Sequence[int], strides: Sequence[int], itemsize: int) -> bool:
    """Whether each axis steps over all that those of smaller steps cover: no two elements meet."""

class Geometry:
    """The axes of a problem; `order` says which axis of an array stands at each place.

    `bank` counts the kernels along each of the first places; `means` says of each kernel whether
    its results are means, which are held within the range of their samples.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        order: Sequence[int],
        channels: bool,
        bank: Sequence[int] = (),
        means: Sequence[bool] = (),
    ) -> None: ...

class Prepared:
    """A method made ready for one geometry and one kernel."""

    kept_bytes: int
    def run(self, x: Any, out: Any, cval: float, add: bool, threads: int) -> bool:
        """Compute; True when samples were NaN or infinite and left out of the sums."""
    def run_complex(
        self,
        x_re: Any,
        x_im: Any,
        out_re: Any,
        out_im: Any,
        cval_re: float,
        cval_im: float,
        threads: int,
    ) -> bool: ...

class Direct(Prepared):
    def __init__(
        self,
        geometry: Geometry,
        taps: Any,
        compute: str,
        halvings: int = 0,
        negative: bool = False,
        weights: Any = None,
        pairs: Sequence[int] = (),
        first: Sequence[int] = (),
    ) -> None: ...

class Missing(Prepared):
    """Not sums but what they left out: NaN and, where all taps are positive, infinities.

    `run` adds it to results; True when there are infinities that it did not add.
    """

    def __init__(self, geometry: Geometry, positive: bool) -> None: ...

class Within(Prepared):
    """Means held within the range of all samples, or all `finite`, and of numbers `outside`."""

    def __init__(self, geometry: Geometry, outside: Sequence[float], finite: bool) -> None: ...

class Separable(Prepared):
    def __init__(
        self, geometry: Geometry, factors: Any, tile: Sequence[int], batch: int, compute: str
    ) -> None: ...

class RunningSum(Prepared):
    def __init__(
        self,
        geometry: Geometry,
        weight: Sequence[float],
        first: Sequence[int],
        length: Sequence[int],
        compute: str,
    ) -> None: ...

class Recursive(Prepared):
    def __init__(
        self,
        geometry: Geometry,
        order: Sequence[int],
        sides: Sequence[Sequence[float]],
        taps: Sequence[int],
        ends: Sequence[bool],
        compute: str,
    ) -> None: ...

class OverlapSave(Prepared):
    def __init__(
        self,
        geometry: Geometry,
        taps: Any,
        is_complex: bool,
        tile: Sequence[int],
        compute: str,
        folded: int,
        threads: int,
    ) -> None: ...

class Halves(OverlapSave):
    def __init__(
        self,
        geometry: Geometry,
        taps: Any,
        tile: Sequence[int],
        bits: int,
        place: int,
        threads: int,
    ) -> None: ...

class Sampler:
    """Draws from windows: `parts` of (places of taps, chances, last words, scale)."""

    tiles: int
    def __init__(
        self,
        geometry: Geometry,
        tile: Sequence[int],
        parts: Sequence[tuple[Any, Any, Any, float]],
    ) -> None: ...
    def draw(
        self,
        x: Any,
        out: Any,
        cval: float,
        seed: int,
        draws: int,
        together: bool,
        first: int,
        count: int,
        threads: int,
    ) -> None:
        """Write the mean of so many draws into some tiles of `out`."""

    def variance(self, x: Any, out: Any, cval: float, first: int, count: int, threads: int) -> None:
        """Write the variance of one draw into some tiles of `out`."""

Step = tuple[Prepared, bool, int, int, tuple[float, float], bool]

class Call:
    """A call of a plan that needs nothing but methods of the core.

    Made of their steps, the shape and type of data and results, the most threads that are worth
    it, who knows their usual number, what scales the results, and what holds them. A step is
    (method, whether it takes both planes at once, plane of the data, plane of the results, numbers
    outside, whether it adds).
    """

    def __init__(
        self,
        steps: list[Step],
        shape: Sequence[int],
        dtype: Any,
        out_shape: Sequence[int],
        result: Any,
        most_threads: int,
        usual: Callable[[None], int],
        weights: WeightTable | None = None,
        within: Within | None = None,
    ) -> None: ...
    def run(self, plan: Any, x: Any, out: Any, threads: Any) -> Any:
        """The result; None, nothing done, where Python has to look at the arguments.

        ``plan.stamp(x, out, threads)`` is called when samples were left out of the sums.
        """

class Kept:
    """An object that the budget of all that is kept holds on to, until it needs the room."""

    value: Any
    def use(self) -> None:
        """Let it be the one used last."""
    def drop(self) -> None:
        """Take it out."""

def keep(value: Any, bytes: int) -> Kept:
    """Put an object of so many bytes into the budget, as the one used last."""

def forget_objects() -> None:
    """Let all such objects go."""

def set_memory_limit(bytes: int) -> None:
    """Keep no more than this; what is beyond it goes at once."""

def memory_limit() -> int: ...
def memory_in_use() -> int:
    """Bytes of all that is kept, and of work space in large pieces."""

class PlanCache:
    """The calls that led to plans which are kept. They go when their plan goes."""

    def lookup(self, x: Any, k: Any, options: tuple[Any, ...], flip: bool) -> Any:
        """The plan of an equal call, or None."""
    def store(
        self, x: Any, k: Any, options: tuple[Any, ...], flip: bool, kept: Kept, call: Call | None
    ) -> None:
        """Let such calls find the plan that is kept, if they can be compared."""
    def run(
        self, x: Any, k: Any, options: tuple[Any, ...], flip: bool, out: Any, threads: Any
    ) -> Any:
        """The result of an equal call; None, nothing done, where Python has to go the long way."""

def empty(shape: tuple[int, ...], dtype: Any) -> Any:
    """An array that owns its memory, from 1 MiB on memory that earlier ones have let go."""

def kept_bytes() -> int:
    """Memory of such arrays that is kept for later ones."""

def release_memory() -> None:
    """Give back to the system all that is kept, and work space of this thread and of the pool."""

def norms(sums: Any, squares: Any, floor: Any, inverse: float, share: float, out: Any) -> bool:
    """Fill `out` with ``sqrt(squares - sums^2 * inverse)``; True when any is not a number.

    That is where the root is of less than ``floor + share * sums^2 * inverse``.
    """

def scores(norms: Any, products: Any) -> None:
    """Divide the products of each pattern by the norms, in place, held within -1 and 1."""

def put_aside(
    x: Any, mask: Any | None, finite: bool, clean: Any | None, present: Any | None, threads: int
) -> bool:
    """Fill `clean` with samples or zeros, `present` with which are there; True if any is not.

    They are not where `mask` is False, nor, if they must be `finite`, where one is NaN or infinite.
    Without `clean` and `present` samples are only looked at.
    """

def box_sums(numbers: Any, low: Any, high: Any, out: Any) -> None:
    """Fill (A, B, C) `out` with sums of (A, K, C) `numbers`: of those from `low` to `high` each.

    Both are int64, whose sums may wrap, or both float64; `low` and `high` are int64.
    """

class WeightTable:
    """A number for each result: along each axis one before `begin` each, one for all up to `end`,

    and one from there each. Results are arrays of float32 or float64 of the `shape`.
    """

    kept_bytes: int
    def __init__(
        self, table: Any, shape: Sequence[int], begin: Sequence[int], end: Sequence[int]
    ) -> None: ...
    def scale(self, out: Any, threads: int) -> None:
        """Multiply with their numbers the results that are not between `begin` and `end`."""

    def divide(self, out: Any, inside: Any, total: Any, least: Any, threads: int) -> None:
        """Multiply all results with ``total / weight``, where weight is `inside` and their numbers.

        Where that is not more than `least` they are NaN. `total` and `least` have as many entries
        along each axis as there are results, or one.
        """

def philox(counter: Sequence[int], key: int) -> list[int]:
    """Four words of Philox 4x32-10."""

def move_counts(
    counts: Any,
    out: Any,
    arrive: Any,
    reach: Sequence[int],
    step: Any,
    share: Any,
    sum: Any,
    seed: int,
    draw: int,
    first: int,
    count: int,
    threads: int,
) -> None:
    """Share out the counts of some cells among the places where they arrive in `out`."""

def innovations(
    x: Any,
    ar_lag: Any,
    ar: Any,
    ma_lag: Any,
    ma: Any,
    derivatives: int,
    out: Any,
    variance: Any,
    forecast: Any,
    state: Any,
    colour: bool,
) -> bool:
    """Whiten columns by an ARMA model, or `colour` white ones; False: it is not stationary."""

def forecast_variance(state: Any, ar_lag: Any, ar: Any, full_lag: Any, full: Any, out: Any) -> None:
    """Mean squared errors of forecasts, from the state that `innovations` left."""

def rational_filter(
    x: Any, ar_lag: Any, ar: Any, ma_lag: Any, ma: Any, out: Any, threads: int
) -> None:
    """Filter rows by theta(B) / phi(B), at rest before their first samples."""
