"""Public routes: the page, its pictures, joining, and what is left to answer."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from likewise.study.store import Store
from likewise.study.study import Study
from likewise.web.pages import Pages
from likewise.web.problems import file_reply, replies
from likewise.web.study.describing import HOLDER
from likewise.web.study.schemas import About, Consent, Joined, Screens
from likewise.web.study.screens import Screener
from likewise.web.study.votes import token_in

FOREVER = "public, max-age=31536000, immutable"  # a picture's name is never used again


def public_routes(study: Study, store: Store, pages: Pages) -> APIRouter:
    """Everything a participant needs."""
    router = APIRouter()
    _page_routes(router, study, pages)
    screener = Screener(study)
    about = About(id=study.key, title=study.title, consent=study.consent)

    @router.get("/api/study", responses=replies(429))
    async def tell() -> About:
        """What a person is told before they begin."""
        return about

    @router.post(
        "/api/participants", status_code=201, responses=replies(400, 403, 413, 422, 429, 503)
    )
    async def join(consent: Consent) -> Joined:
        """Take part: gives the token that all else is asked with."""
        participant = await asyncio.wrap_future(store.join())
        return Joined(token=participant.token)

    @router.get("/api/screens", responses=replies(401, 429, 503), openapi_extra=HOLDER)
    async def left(request: Request) -> Screens:
        """What is left to answer, in order."""
        token = token_in(request.headers.get("authorization"))
        return await asyncio.to_thread(lambda: screener.left(store.progress(token)))

    return router


def _page_routes(router: APIRouter, study: Study, pages: Pages) -> None:
    async def page(request: Request) -> Response:
        return found(pages.reply(request, "index.html"))

    async def static(request: Request) -> Response:
        return found(pages.reply(request, request.path_params["name"]))

    router.add_route("/", page, include_in_schema=False)
    router.add_route("/static/{name}", static, include_in_schema=False)

    @router.get(
        "/pictures/{name}",
        response_class=FileResponse,
        responses=file_reply("image/png") | replies(404, 429),
    )
    async def picture(name: str) -> FileResponse:
        """A picture of the study, by its name; nothing else can be named."""
        path = study.picture(name)
        if path is None:
            raise HTTPException(404, "The study shows no picture of that name.")
        return FileResponse(path, media_type="image/png", headers={"cache-control": FOREVER})


def found(reply: Response | None) -> Response:
    """``reply``, or the refusal of what does not exist."""
    if reply is None:
        raise HTTPException(404)
    return reply
