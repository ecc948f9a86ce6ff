"""What is wrong with a request, in one format on every route: ``{"detail": TEXT}``.

The text is that of all errors here: first what failed, then, indented, the next step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException

from intertwine.base.errors import IntertwineError, counted, shown


class Refusal(BaseModel):
    """What failed, on the first line, and the next step below it."""

    detail: str


#: For the description of every route.
DESCRIBED: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": what}
    for status, what in {
        400: "What is sent makes no sense",
        401: "The token is missing or wrong",
        403: "The page of another site asks",
        404: "The index has no such picture",
        408: "The request takes too long to arrive",
        413: "The request is too large",
        422: "A field is missing or out of range",
    }.items()
}


class Refused(HTTPException):
    """A refusal in our own words."""


def refusal(status: int, text: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the answer to a request that is refused."""
    return JSONResponse({"detail": text}, status, headers)


def answer_all_refusals(app: FastAPI) -> None:
    """Make every error of an application a refusal."""
    app.add_exception_handler(IntertwineError, _own)
    app.add_exception_handler(RequestValidationError, _fields)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


def _own(request: Request, error: Exception) -> JSONResponse:
    return refusal(400, str(error))


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    return refusal(
        500,
        f"The server failed: {type(error).__name__}.\n"
        f"  Its terminal shows where; please report it with the picture that was sent.",
    )


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    headers, asked = error.headers, f"{request.method} {request.url.path}"
    if isinstance(error, Refused):
        text = str(error.detail)
    elif error.status_code == 404:
        text = f"There is no route {asked}.\n  /docs describes all routes."
    elif error.status_code == 405:
        allowed = (headers or {}).get("Allow", "another method")
        text = f"There is no {asked}.\n  {request.url.path} answers {allowed}."
    elif error.status_code == 400:
        text = (
            f"The form cannot be read: {str(error.detail).rstrip('.')}.\n"
            f"  Send multipart/form-data, as curl -F picture=@FILE does."
        )
    else:
        text = f"{asked}: {error.detail}.\n  /docs describes all routes."
    return refusal(error.status_code, text, headers)


def _fields(request: Request, error: Exception) -> JSONResponse:
    """One line for each field that is wrong, then where it is described."""
    assert isinstance(error, RequestValidationError)
    lines = [_field(each) for each in error.errors()]
    step = f"  /docs describes {request.method} {request.url.path}."
    if any(each["loc"][-1] == "picture" for each in error.errors()):
        step = "  Send the picture as a file, as curl -F picture=@FILE does."
    return refusal(422, "\n".join([*lines, step]))


def _field(error: Mapping[str, Any]) -> str:
    """What is wrong with a field, from pydantic's report.

    >>> _field({"loc": ("body", "count"), "type": "less_than_equal", "input": "2000",
    ...         "ctx": {"le": 1000}})
    '`count` is at most 1,000, not 2000.'
    """
    name = f"`{'.'.join(map(str, error['loc'][1:])) or error['loc'][0]}`"
    given, limits = shown(error.get("input")), error.get("ctx", {})
    plain = str(error.get("input"))[:60]
    match "finite_number" if plain.lower() == "nan" else error["type"]:
        case "missing":
            return f"{name} is missing."
        case "int_parsing" | "int_from_float":
            return f"{name} is a whole number, not {given}."
        case "float_parsing" | "finite_number":
            return f"{name} is a number, not {given}."
        case "greater_than_equal":
            return f"{name} is at least {limits['ge']:,.12g}, not {plain}."
        case "less_than_equal":
            return f"{name} is at most {limits['le']:,.12g}, not {plain}."
        case "string_too_short":
            return f"{name} has at least {counted(limits['min_length'], 'character')}."
        case "string_too_long":
            return f"{name} has at most {counted(limits['max_length'], 'character')}."
    if name == "`picture`":
        return f"{name} is a file, not text."
    return f"{name}: {error.get('msg', 'is not valid').rstrip('.')}."
