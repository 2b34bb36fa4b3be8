"""Refused: which status each refusal of the store deserves."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from likewise.study.refusals import (
    AlreadyVoted,
    BadRanking,
    Refusal,
    StoreBusy,
    UnknownToken,
    UnknownTrial,
)
from likewise.web.refusing import problem
from likewise.web.replies import refuse

STATUS: dict[type[Refusal], int] = {
    UnknownToken: 401,
    UnknownTrial: 404,
    AlreadyVoted: 409,
    BadRanking: 422,
    StoreBusy: 503,
}
HEADERS = {401: ("www-authenticate", "Bearer"), 503: ("retry-after", "1")}


def status_of(refusal: Refusal) -> int:
    """The HTTP status that tells ``refusal``."""
    return next((code for kind, code in STATUS.items() if isinstance(refusal, kind)), 400)


async def refuse_as(send: Send, refusal: Refusal) -> None:
    """Send ``refusal`` without the framework."""
    status = status_of(refusal)
    extra = [(k.encode(), v.encode()) for k, v in [HEADERS[status]]] if status in HEADERS else []
    await refuse(send, status, str(refusal), extra)


def refuses_as_the_store_does(app: FastAPI) -> None:
    """Have ``app`` answer refusals of the store by their status."""

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        status = status_of(error)
        return problem(status, str(error), dict([HEADERS[status]]) if status in HEADERS else None)

    app.add_exception_handler(Refusal, refused)
