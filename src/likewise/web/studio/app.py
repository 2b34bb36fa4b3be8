"""Studio application: the page and its API, behind the guards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from likewise.studio.studio import Studio
from likewise.version import __version__
from likewise.web.guards import (
    BodyLimit,
    HostCheck,
    OriginCheck,
    Rate,
    RateLimit,
    SecurityHeaders,
)
from likewise.web.pages import SHARED, Pages
from likewise.web.refusing import refuses_in_one_line
from likewise.web.studio.labels import label_routes
from likewise.web.studio.projects import project_routes, start_routes
from likewise.web.studio.refused import refuses_as_the_library_does
from likewise.web.studio.renders import preview_routes, render_routes
from likewise.web.studio.shelf import shelf_routes
from likewise.web.tokens import TokenCheck

PAGE_FILES = Path(__file__).parent / "page"
RATE = Rate(per_second=100, burst=2000)
MOST_BYTES = 64_000_000  # of an upload


@dataclass(frozen=True)
class Limits:
    """What the people at one address may ask for: bytes of a request, and requests."""

    body: int = MOST_BYTES
    rate: Rate = RATE


def build(
    studio: Studio,
    *,
    token: str | None = None,
    names: Iterable[str] = (),
    limits: Limits | None = None,
) -> ASGIApp:
    """The application that serves ``studio``.

    Args:
        studio: stays the caller's to close.
        token: that the API asks for; None where only this machine can reach it.
        names: host names the server goes by besides the machine's own.
        limits: of requests.
    """
    allowed = limits or Limits()
    app = FastAPI(
        title="Likewise studio",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in (
        start_routes(studio),
        project_routes(studio),
        label_routes(studio),
        preview_routes(studio),
        render_routes(studio),
        shelf_routes(studio),
        _page_routes(Pages(SHARED, PAGE_FILES)),
    ):
        app.include_router(router)
    refuses_in_one_line(app)
    refuses_as_the_library_does(app)
    guarded: ASGIApp = BodyLimit(app, allowed.body)
    if token is not None:
        guarded = TokenCheck(guarded, token)
    guarded = RateLimit(guarded, allowed.rate, allowed.rate)
    guarded = OriginCheck(guarded)
    guarded = HostCheck(guarded, names)
    return SecurityHeaders(guarded)


def _page_routes(pages: Pages) -> APIRouter:
    router = APIRouter()

    async def page(request: Request) -> Response:
        return _found(pages.reply(request, "index.html"))

    async def file(request: Request) -> Response:
        return _found(pages.reply(request, request.path_params["name"]))

    router.add_route("/", page, include_in_schema=False)
    router.add_route("/{name:path}", file, include_in_schema=False)
    return router


def _found(reply: Response | None) -> Response:
    if reply is None:
        raise HTTPException(404)
    return reply
