"""Refusing: errors of a FastAPI application as one clear line of JSON each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

PLAIN = {404: "There is nothing here.", 405: "This cannot be asked that way."}


def refuses_in_one_line(app: FastAPI) -> None:
    """Have ``app`` answer every error with ``{"error": line}``, its own faults too."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(Exception, _fault)


def problem(status: int, error: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal as every client gets it."""
    return JSONResponse({"error": error}, status, headers)


def one_line(errors: Sequence[Any]) -> str:
    """The first of what pydantic found, as "where: what"."""
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    return f"{place or 'body'}: {first['msg']}."


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    own = error.detail not in ("Not Found", "Method Not Allowed")
    line = error.detail if own else PLAIN[error.status_code]
    return problem(error.status_code, line, error.headers)


def _misread(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return problem(422, one_line(error.errors()))


def _fault(request: Request, error: Exception) -> JSONResponse:
    return problem(500, "Something went wrong here, not with you. Please try again.")
