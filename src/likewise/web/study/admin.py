"""Admin routes: live results, for whoever holds the token printed at the start."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from likewise.study.store import Store
from likewise.study.study import Study
from likewise.web.pages import Pages


def admin_routes(study: Study, store: Store, pages: Pages, admin_token: str) -> APIRouter:
    """The page of results and what it asks for; the page itself tells nothing."""
    router = APIRouter()

    async def page(request: Request) -> Response:
        reply = pages.reply(request, "admin.html")
        assert reply is not None
        return reply

    router.add_route("/admin", page, include_in_schema=False)
    return router


def require_admin(request: Request, admin_token: str) -> None:
    """Refuse (401) whoever does not hold the token; takes the same time for any wrong one."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(said.encode(), admin_token.encode())
    if scheme.lower() != "bearer" or not right:
        raise HTTPException(
            401, "This needs the token printed at the start.", {"WWW-Authenticate": "Bearer"}
        )
