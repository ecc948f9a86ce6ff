"""`where`: which pictures a search looks at, by conditions on their metadata.

A mapping names values: ``{"brand": "Acme"}`` (equal), ``{"size": ["S", "M"]}`` (any of them),
``{"price": {">=": 10, "<": 50}}`` (compared). Metadata that are lists match by any of their items.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intertwine.base.errors import OptionError, shown

#: How values are compared. Numbers compare with numbers and text with text, nothing else.
SIGNS = ("=", "!=", "<", "<=", ">", ">=")

#: Integers that SQLite keeps as such.
_LARGEST = 2**63 - 1

Value = str | int | float | bool

#: What `search` takes: a mapping, or a function that a picture's metadata must pass.
Where = Mapping[str, Any] | Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """Metadata `name`, compared by `sign` with one of `values`.

    With "=" any of the values will do, with "!=" none may be there; others have one value.
    """

    name: str
    sign: str
    values: tuple[Value, ...]


def conditions(where: Mapping[str, Any]) -> list[Condition]:
    """Return the conditions that a mapping names; a picture must fulfil all of them.

    Raises
    ------
    OptionError
        It is no mapping, a name is not text, a sign is unknown, or a value cannot be compared.
    """
    if not isinstance(where, Mapping):
        raise OptionError(
            f"search: `where={shown(where)}` is neither a mapping of metadata, such as "
            '{"brand": "Acme"}, nor a function of them.'
        )
    found = []
    for name, wanted in where.items():
        if not isinstance(name, str):
            raise OptionError(f"search: `where` names {shown(name)}, which is not text.")
        signs = wanted if isinstance(wanted, Mapping) else {"=": wanted}
        for sign, value in signs.items():
            if sign not in SIGNS:
                raise OptionError(
                    f"search: `where[{name!r}]` compares by {shown(sign)}.\n"
                    f"  Known: {' '.join(SIGNS)}"
                )
            several = isinstance(value, list | tuple | set | frozenset) and sign in ("=", "!=")
            values = tuple(_value(name, sign, each) for each in (value if several else [value]))
            found.append(Condition(name, sign, values))
    return found


def check_names(asked: Sequence[Condition], known: Sequence[str]) -> None:
    """Refuse metadata that no picture has: a slip of the pen finds nothing and would say nothing.

    Raises
    ------
    OptionError
        Names one and those that there are.
    """
    for condition in asked:
        if condition.name not in known:
            there = ", ".join(known) if known else "none; `describe` or --metadata sets them"
            raise OptionError(
                f"search: no picture has metadata {condition.name!r}.\n  There are: {there}"
            )


def _value(name: str, sign: str, value: Any) -> Value:
    """A value as SQLite and JSON know it."""
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    ordered = sign not in ("=", "!=")
    if isinstance(value, bool) and not ordered:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return float(value) if abs(value) > _LARGEST else value
    if isinstance(value, str):
        return value
    kinds = "text or a number" if ordered else "text, a number or a truth value"
    raise OptionError(
        f"search: `where[{name!r}]` compares with {shown(value)}, which is not {kinds}.\n"
        f"  A list means any of its values; for all else pass a function of the metadata."
    )


#: Whether any value under a name, itself or an item of it where it is a list, passes a test.
_ANY = """EXISTS (SELECT 1 FROM (
    SELECT type, atom FROM json_each(pictures.metadata) WHERE key=? AND type<>'array'
    UNION ALL SELECT item.type, item.atom
    FROM json_each(pictures.metadata) AS field, json_each(field.value) AS item
    WHERE field.key=? AND field.type='array'
) WHERE {test})"""


def as_sql(condition: Condition) -> tuple[str, list[Value]]:
    """Return a clause on `pictures.metadata`, JSON, and the values of its question marks."""
    sign = "=" if condition.sign == "!=" else condition.sign
    tests: list[str] = []
    values: list[Value] = [condition.name, condition.name]
    for value in condition.values:
        if isinstance(value, bool):
            tests.append(f"type='{'true' if value else 'false'}'")
            continue
        kinds = "'text'" if isinstance(value, str) else "'integer', 'real'"
        tests.append(f"(type IN ({kinds}) AND atom{sign}?)")
        values.append(value)
    clause = _ANY.format(test=" OR ".join(tests) or "0")
    return ("NOT " if condition.sign == "!=" else "") + clause, values
