"""The table of named kernels, and how a line of text becomes one of them."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec

import numpy as np

from intertwine._taps import Taps
from intertwine.base.errors import IntertwineError, OptionError, did_you_mean
from intertwine.kernel import Kernel

_P = ParamSpec("_P")
_KERNELS: dict[str, Callable[..., Kernel]] = {}


def named(build: Callable[_P, Taps]) -> Callable[_P, Kernel]:
    """Enter `build` among the named kernels: its taps become a Kernel named after the call."""
    signature = inspect.signature(build).replace(return_annotation="Kernel")

    @functools.wraps(build)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> Kernel:
        try:
            taps = build(*args, **kwargs)
        except IntertwineError as error:
            raise type(error)(f"{build.__name__}: {error}") from None
        given = signature.bind(*args, **kwargs).arguments
        words = ", ".join(f"{word}={_plain(value)!r}" for word, value in given.items())
        return Kernel(taps, name=f"{build.__name__}({words})")

    call.__signature__ = signature  # type: ignore[attr-defined]
    _KERNELS[build.__name__] = call
    return call


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def names() -> tuple[str, ...]:
    """Return the names that `make` knows, in the order of this module.

    >>> from intertwine import kernels
    >>> kernels.names()[:3]
    ('identity', 'box', 'gaussian')
    """
    return tuple(_KERNELS)


def make(spec: str) -> Kernel:
    """Build the kernel that ``NAME[:param=value,...]`` describes; values are Python literals.

    ``NAME(param=value, ...)``, as kernels are printed, is read too.

    Raises
    ------
    OptionError
        The name or a parameter is unknown, a parameter is missing, or a value cannot be read.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.make("box:size=(1,3),normalize=False")
    Kernel 'box(size=(1, 3), normalize=False)', shape (1, 3), origin (0, 1), int64, sum 3
    [[1 1 1]]
    """
    name, text = split(spec)
    if name not in _KERNELS:
        raise OptionError(
            f"There is no kernel named {name!r}.{did_you_mean(name, _KERNELS)}\n"
            f"  Known: {', '.join(_KERNELS)}."
        )
    given = _parse(name, text)
    parameters = inspect.signature(_KERNELS[name]).parameters
    shown = (str(each.replace(annotation=each.empty)) for each in parameters.values())
    known = f"  {name} takes: {', '.join(shown)}."
    for word in given:
        if word not in parameters:
            hint = did_you_mean(word, parameters)
            raise OptionError(f"{name} has no parameter {word!r}.{hint}\n{known}")
    for word, parameter in parameters.items():
        if parameter.default is parameter.empty and word not in given:
            raise OptionError(f"{name} needs `{word}`: write {name}:{word}=...\n{known}")
    return _KERNELS[name](**given)


def split(spec: str) -> tuple[str, str]:
    """Part a line into the kernel's name and its parameters, ``name:...`` or ``name(...)``."""
    name, bracket, text = spec.partition("(")
    if bracket and ":" not in name and text.endswith(")"):
        return name, text[:-1]
    name, _, text = spec.partition(":")
    return name, text


def _parse(name: str, text: str) -> dict[str, Any]:
    """Read ``param=value,...`` as Python reads the arguments of a call."""
    try:
        call = ast.parse(f"_({text})", mode="eval").body
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)) or call.args:
            raise SyntaxError
        words = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
        if len(set(words)) != len(call.keywords):
            raise SyntaxError
        values = [ast.literal_eval(keyword.value) for keyword in call.keywords]
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        raise OptionError(
            f"{name}: cannot read the parameters {text!r}.\n"
            f"  Write param=value,... with numbers or tuples: {_example(name, text)}."
        ) from None
    return dict(zip(words, values, strict=True))


def _example(name: str, text: str) -> str:
    """What a lone value was likely meant to be, else any parameters at all."""
    first = next(iter(inspect.signature(_KERNELS[name]).parameters))
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return "gaussian:sigma=(2,1.5)"
    return f"{name}:{first}={text}"
