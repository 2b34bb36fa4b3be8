"""Description: what OpenAPI says of routes that read their requests by hand."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from likewise.web.problems import REASONS, Problem
from likewise.web.study.schemas import Ballot, Kept
from likewise.web.study.votes import PATH as VOTES


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


HOLDER: dict[str, Any] = {"security": [{"participant": []}]}
ADMIN: dict[str, Any] = {"security": [{"admin": []}]}
SCHEMES = {
    "participant": {"type": "http", "scheme": "bearer", "description": "Given on joining."},
    "admin": {"type": "http", "scheme": "bearer", "description": "Printed at the start."},
}


TAKEN = (Ballot, Kept, Problem)
VOTE: dict[str, Any] = {
    "summary": "Vote",
    "description": "Answer one screen, once. The reply comes when the answer is safe on the disk.",
    "operationId": "vote",
    "requestBody": {"required": True, "content": _json(Ballot)},
    "responses": {
        "201": {"description": "It is kept.", "content": _json(Kept)},
        **{
            str(status): {"description": REASONS[status], "content": _json(Problem)}
            for status in (401, 403, 404, 409, 413, 422, 429, 503)
        },
    },
    **HOLDER,
}


def described(app: FastAPI) -> None:
    """Give ``app`` a description with both kinds of token in it."""
    description: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not description:
            description.update(get_openapi(title=app.title, version=app.version, routes=app.routes))
            components = description.setdefault("components", {})
            components["securitySchemes"] = SCHEMES
            components["schemas"] |= {model.__name__: model.model_json_schema() for model in TAKEN}
            description["paths"][VOTES] = {"post": VOTE}
        return description

    app.openapi = openapi  # type: ignore[method-assign]
