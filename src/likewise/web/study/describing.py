"""Description: what OpenAPI says of routes that read their requests by hand."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from likewise.web.study.schemas import Ballot, Problem

REASONS = {
    400: "The request could not be read.",
    401: "No token, or one that nobody here was given.",
    403: "Asked by a page of another site.",
    404: "There is no such thing for this participant.",
    409: "It was answered before; the first answer stands.",
    413: "The body is too large.",
    422: "The body does not say what it should.",
    429: "Too many requests; Retry-After tells how many seconds to wait.",
    503: "The database is busy; try again.",
}
HOLDER: dict[str, Any] = {"security": [{"participant": []}]}
ADMIN: dict[str, Any] = {"security": [{"admin": []}]}
BALLOT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": Ballot.model_json_schema()}},
    }
}
PICTURE_REPLY: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}
}
SCHEMES = {
    "participant": {"type": "http", "scheme": "bearer", "description": "Given on joining."},
    "admin": {"type": "http", "scheme": "bearer", "description": "Printed at the start."},
}


def replies(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route may answer with."""
    return {status: {"model": Problem, "description": REASONS[status]} for status in statuses}


def described(app: FastAPI) -> None:
    """Give ``app`` a description with both kinds of token in it."""
    description: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not description:
            description.update(get_openapi(title=app.title, version=app.version, routes=app.routes))
            description.setdefault("components", {})["securitySchemes"] = SCHEMES
        return description

    app.openapi = openapi  # type: ignore[method-assign]
