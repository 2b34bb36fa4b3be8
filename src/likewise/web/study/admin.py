"""Admin routes: live results and files, for whoever holds the token printed at the start."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from likewise.study.store import Store
from likewise.study.study import Study
from likewise.web.pages import Pages
from likewise.web.problems import file_reply, replies
from likewise.web.study.counting import Counting
from likewise.web.study.describing import ADMIN


def admin_routes(study: Study, store: Store, pages: Pages, admin_token: str) -> APIRouter:
    """The page of results and what it asks for; the page itself tells nothing."""
    router = APIRouter()
    counting = Counting(study, store)

    async def page(request: Request) -> Response:
        reply = pages.reply(request, "admin.html")
        assert reply is not None
        return reply

    router.add_route("/admin", page, include_in_schema=False)

    @router.get("/api/admin/results", responses=replies(401, 429, 503), openapi_extra=ADMIN)
    async def results(request: Request) -> dict[str, Any]:
        """What was counted so far, a few seconds old at most."""
        require_admin(request, admin_token)
        return await asyncio.to_thread(counting.now)

    @router.get(
        "/api/admin/votes.csv",
        response_class=Response,
        responses=file_reply("text/csv") | replies(401, 429, 503),
        openapi_extra=ADMIN,
    )
    async def votes(request: Request) -> Response:
        """All votes, a row each."""
        require_admin(request, admin_token)
        return download(await asyncio.to_thread(counting.votes_csv), "text/csv", "votes.csv")

    @router.get(
        "/api/admin/results.zip",
        response_class=Response,
        responses=file_reply("application/zip") | replies(401, 429, 503),
        openapi_extra=ADMIN,
    )
    async def files(request: Request) -> Response:
        """Votes, tables and charts, as ``likewise study results`` writes them."""
        require_admin(request, admin_token)
        return download(await asyncio.to_thread(counting.archive), "application/zip", "results.zip")

    return router


def require_admin(request: Request, admin_token: str) -> None:
    """Refuse (401) whoever does not hold the token; takes the same time for any wrong one."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(said.strip().encode(), admin_token.encode())
    if scheme.lower() != "bearer" or not right:
        error = "This needs the token printed at the start."
        raise HTTPException(401, error, {"WWW-Authenticate": "Bearer"})


def download(body: bytes, kind: str, name: str) -> Response:
    """A file for the disk, not for the window."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)
