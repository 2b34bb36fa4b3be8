"""Refused: which status each error of the library deserves; its sentence is passed on as it is."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from likewise.errors import InputError, LikewiseError, OutputError
from likewise.studio.previews import Stale
from likewise.studio.projects import UnknownKeyError
from likewise.web.refusing import problem

STATUS: dict[type[LikewiseError], int] = {
    UnknownKeyError: 404,
    Stale: 409,
    OutputError: 507,
    InputError: 422,
}


def refuses_as_the_library_does(app: FastAPI) -> None:
    """Have ``app`` answer errors of the library by their status."""

    def refused(request: Request, error: Exception) -> Response:
        status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
        return problem(status, str(error))

    for kind in STATUS:
        app.add_exception_handler(kind, refused)
