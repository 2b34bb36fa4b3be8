"""Problems: what OpenAPI says of the refusals a route may answer with."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

REASONS = {
    400: "The request could not be read.",
    401: "No token, or one that nobody here was given.",
    403: "Asked by a page of another site.",
    404: "There is no such thing here.",
    409: "It was overtaken: answered before, or asked anew.",
    413: "The body is too large.",
    422: "The body does not say what it should.",
    429: "Too many requests; Retry-After tells how many seconds to wait.",
    503: "The database is busy; try again.",
    507: "There is no room left on the disk.",
}


class Problem(BaseModel):
    """Why something was refused, in one line a person can read."""

    error: str


def file_reply(kind: str) -> dict[int | str, dict[str, Any]]:
    """The reply of a route that gives a file of the media type ``kind``."""
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


def replies(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route may answer with."""
    return {status: {"model": Problem, "description": REASONS[status]} for status in statuses}
