"""Public routes: the page, its pictures, joining, what is left to answer, and votes."""

from __future__ import annotations

import asyncio
import re

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from likewise.study.refusals import UnknownToken
from likewise.study.store import Store
from likewise.study.study import Study
from likewise.web.pages import Pages
from likewise.web.refusing import one_line
from likewise.web.study.describing import BALLOT_BODY, HOLDER, PICTURE_REPLY, replies
from likewise.web.study.schemas import About, Ballot, Consent, Joined, Kept, Screens
from likewise.web.study.screens import Screener

TOKEN = re.compile(r"Bearer ([A-Za-z0-9_-]{8,128})\Z", re.IGNORECASE)
FOREVER = "public, max-age=31536000, immutable"  # a picture's name is never used again


def public_routes(study: Study, store: Store, pages: Pages) -> APIRouter:
    """Everything a participant needs."""
    router = APIRouter()
    _page_routes(router, study, pages)
    _vote_route(router, store)
    screener = Screener(study)
    about = About(id=study.key, title=study.title, consent=study.consent)

    @router.get("/api/study", responses=replies(429))
    async def tell() -> About:
        """What a person is told before they begin."""
        return about

    @router.post("/api/participants", status_code=201, responses=replies(403, 413, 422, 429, 503))
    async def join(consent: Consent) -> Joined:
        """Take part: gives the token that all else is asked with."""
        participant = await asyncio.wrap_future(store.join())
        return Joined(token=participant.token)

    @router.get("/api/screens", responses=replies(401, 429, 503), openapi_extra=HOLDER)
    async def left(request: Request) -> Screens:
        """What is left to answer, in order."""
        token = holder(request)
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
        "/pictures/{name}", response_class=FileResponse, responses=PICTURE_REPLY | replies(404, 429)
    )
    async def picture(name: str) -> FileResponse:
        """A picture of the study, by its name; nothing else can be named."""
        path = study.picture(name)
        if path is None:
            raise HTTPException(404, "The study shows no picture of that name.")
        return FileResponse(path, media_type="image/png", headers={"cache-control": FOREVER})


def _vote_route(router: APIRouter, store: Store) -> None:
    """The one route that many people use at once: read by hand, which halves its cost."""

    @router.post(
        "/api/votes",
        status_code=201,
        response_model=Kept,
        responses=replies(401, 403, 404, 409, 413, 422, 429, 503),
        openapi_extra=HOLDER | BALLOT_BODY,
    )
    async def vote(request: Request) -> Response:
        """Answer one screen, once. The reply comes when the answer is safe on the disk."""
        token = holder(request)
        try:
            ballot = Ballot.model_validate_json(await request.body())
        except ValidationError as error:
            raise HTTPException(422, one_line(error.errors(include_url=False))) from None
        accepted = await asyncio.wrap_future(
            store.vote(token, ballot.trial, ballot.question, ballot.ranking, ballot.milliseconds)
        )
        body = b'{"remaining":%d}' % accepted.remaining
        return Response(body, 201, media_type="application/json")


def holder(request: Request) -> str:
    """The token that a request carries.

    Raises:
        UnknownToken: it carries none, or what cannot be one.
    """
    said = TOKEN.match(request.headers.get("authorization", ""))
    if said is None:
        raise UnknownToken("This needs the token of a participant.")
    return said[1]


def found(reply: Response | None) -> Response:
    """``reply``, or the refusal of what does not exist."""
    if reply is None:
        raise HTTPException(404)
    return reply
