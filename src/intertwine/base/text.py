"""Numbers, times and sizes of memory as people read them."""

from __future__ import annotations

import math


def number(value: complex) -> str:
    """Four digits without noise: ``1``, ``-0.125``, ``0.0796``, ``1+2i``.

    >>> number(-0.0), number(1 / 3), number(1 + 2j)
    ('0', '0.3333', '1+2i')
    """
    if isinstance(value, complex):
        if value.imag:
            return f"{value.real:.4g}{value.imag:+.4g}i"
        value = value.real
    return f"{value:.4g}" if value else "0"


def in_range(value: complex) -> str:
    """Four digits, or that the number is too large, or too small, for float64.

    >>> in_range(0.5), in_range(float("inf")), in_range(float("-inf"))
    ('0.5', 'beyond 1.8e308', 'beyond -1.8e308')
    """
    if math.isinf(value.real):
        return f"beyond {'-' if value.real < 0 else ''}1.8e308"
    return number(value)


def denoised(value: complex) -> str:
    """Four digits, and 0 for what is rounding noise beside 1.

    >>> denoised(1 / 3), denoised(-1e-16)
    ('0.3333', '0')
    """
    return number(value if abs(value) > 1e-12 else 0.0)


def rotation_text(angle_deg: float, digits: int) -> str:
    """An angle of rotation and its sense; positive angles are counter-clockwise.

    >>> rotation_text(7.084, 2), rotation_text(-1.0, 1), rotation_text(-0.001, 2)
    ('7.08 degrees counter-clockwise', '1.0 degrees clockwise', '0.00 degrees')
    """
    size = f"{abs(angle_deg):.{digits}f}"
    if not float(size):
        return f"{size} degrees"
    return f"{size} degrees {'counter-' if angle_deg > 0 else ''}clockwise"


def p_text(p: float, digits: int = 4) -> str:
    """A p-value with its sign; one below all numbers is not 0.

    >>> p_text(0.01234, 2), p_text(0.0)
    ('p = 0.012', 'p < 1e-300')
    """
    return f"p = {p:.{digits}g}" if p != 0 else "p < 1e-300"


def duration(seconds: float) -> str:
    """``12.3 ms``, in the unit that suits.

    >>> duration(0.00123), duration(2500.4), duration(4.2e-5)
    ('1.23 ms', '2500 s', '42 us')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_three_digits(seconds / size)} {unit}"
    return f"{_three_digits(seconds / 1e-6)} us"


def size_text(count: float) -> str:
    """``1.5 MiB``, in the unit that suits.

    >>> size_text(1), size_text(1536), size_text(3 * 2**30)
    ('1 byte', '1.5 KiB', '3 GiB')
    """
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{_three_digits(count / size)} {unit}"
    return "1 byte" if round(count) == 1 else f"{count:.0f} bytes"


def _three_digits(value: float) -> str:
    """Three digits, or all those before the point."""
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"
