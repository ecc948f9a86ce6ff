"""Numbers as people read them."""

from __future__ import annotations

import math
from fractions import Fraction


def fixed(value: float, digits: int = 2) -> str:
    """`value` to so many decimals, with a true minus sign and no minus zero.

    >>> fixed(-0.126), fixed(-0.001), fixed(1234567, 0)
    ('−0.13', '0.00', '1,234,567')
    """
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def tap(value: float) -> str:
    """A tap as a whole number, a simple fraction, or two or three digits.

    >>> tap(1 / 9), tap(-0.125), tap(-2), tap(0.0751136)
    ('1/9', '−1/8', '−2', '.075')
    """
    near = Fraction(value).limit_denominator(32)
    if math.isclose(near, value, rel_tol=1e-9, abs_tol=1e-12):
        return str(near).replace("-", "−")
    digits = 2 if abs(value) >= 0.1 else 3
    return f"{value:.{digits}f}".replace("0.", ".", 1).replace("-", "−")


def power(value: float) -> str:
    r"""A small number as a power of ten, in one piece.

    >>> power(3.2e-7), power(0.0)
    ('3\xa0×\xa010⁻⁷', '0')
    """
    if value == 0:
        return "0"
    digits, exponent = f"{value:.0e}".split("e")
    return f"{digits}\u00a0×\u00a010{str(int(exponent)).translate(_RAISED)}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def size(shape: tuple[int, ...]) -> str:
    """A shape as rows × columns.

    >>> size((241, 241))
    '241 × 241'
    """
    return " × ".join(str(length) for length in shape)
