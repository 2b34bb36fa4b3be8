"""Render routes: previews while somebody paints, and renders that wait their turn."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from likewise.images import read_image
from likewise.studio import worker
from likewise.studio.jobs import Job
from likewise.studio.planes import read_plane
from likewise.studio.studio import Studio
from likewise.web.problems import file_reply, replies
from likewise.web.studio.projects import REFUSALS
from likewise.web.studio.schemas import Key, RenderAsked, RenderTold
from likewise.web.studio.sending import (
    KEPT,
    LONGEST_SIDE,
    PLANE,
    TAKES_BYTES,
    Body,
    Side,
    file_or_404,
    jpeg,
    plane_reply,
    png,
    reduced,
)

THUMBNAIL = 120  # longer side in pixels
LAST_TURN = 2**53  # what a page can count


def preview_routes(studio: Studio) -> APIRouter:
    """Previews."""
    router = APIRouter(prefix="/api/projects/{key}", responses=REFUSALS)

    @router.post(
        "/preview",
        response_class=Response,
        responses=file_reply("image/jpeg") | replies(409),
        openapi_extra=TAKES_BYTES,
    )
    async def preview(
        key: Key,
        width: Side,
        height: Side,
        body: Body,
        turn: Annotated[int, Query(ge=0, le=LAST_TURN)] = 0,
        short: Annotated[int, Query(ge=0, le=LONGEST_SIDE)] = 160,
    ) -> Response:
        """A layout rendered quickly at a short side of ``short`` pixels, 0 for its own.

        409 where a later turn of the project was asked for meanwhile.
        """
        project = await run_in_threadpool(studio.projects.open, key)
        plane = read_plane(body, (height, width), len(project.table), whole=True)
        answer = await asyncio.wrap_future(studio.previews.ask(project, plane, short, turn))
        data = await run_in_threadpool(jpeg, answer.pixels)
        headers = {"x-seconds": f"{answer.seconds:.3f}"}
        return Response(data, media_type="image/jpeg", headers=headers)

    @router.get("/renders")
    def list_renders(key: Key) -> list[RenderTold]:
        """The renders of a project, the newest first."""
        studio.projects.open(key)
        return [_told(studio, job) for job in studio.jobs.of(key)]

    @router.post("/renders", status_code=201)
    def render(key: Key, asked: RenderAsked) -> RenderTold:
        """Have the layout, as it is kept now, rendered; it waits its turn."""
        project = studio.projects.open(key)
        files = {str(use): file for use, file in asked.files.items()}
        job = studio.render(project, asked.method, asked.preset, asked.seed, files)
        return _told(studio, job)

    return router


def render_routes(studio: Studio) -> APIRouter:
    """Renders that were asked for."""
    router = APIRouter(prefix="/api/renders/{key}", responses=REFUSALS)

    @router.get("")
    def tell(key: Key) -> RenderTold:
        """How far a render is."""
        return _told(studio, studio.jobs.get(key))

    @router.post("/cancel")
    def cancel(key: Key) -> RenderTold:
        """Stop a render; what it learnt so far is kept."""
        return _told(studio, studio.renders.cancel(key))

    @router.post("/resume")
    def resume(key: Key) -> RenderTold:
        """Let a render that was stopped, or failed, go on from where it was."""
        return _told(studio, studio.renders.resume(key))

    @router.delete("", status_code=204)
    def delete(key: Key) -> None:
        """Remove a render and its files."""
        studio.renders.delete(key)

    _file_routes(router, studio)
    return router


def _file_routes(router: APIRouter, studio: Studio) -> None:
    shown = {"answer": worker.SHOWN, "glimpse": worker.GLIMPSE, "provenance": worker.PROVENANCE}
    for name, file in shown.items():
        _picture_route(router, studio, name, file)

    @router.get("/thumbnail.png", response_class=Response, responses=file_reply("image/png"))
    def thumbnail(key: Key) -> Response:
        """The answer, reduced."""
        path = studio.renders.file(studio.jobs.get(key), worker.SHOWN)
        if path is None:
            raise HTTPException(404, "It is not there yet.")
        return png(reduced(read_image(path), THUMBNAIL), KEPT)

    @router.get("/download", response_class=FileResponse, responses=file_reply(PLANE))
    def download(key: Key) -> FileResponse:
        """The answer as the method wrote it, in the mode and depth of the source."""
        job = studio.jobs.get(key)
        path = studio.renders.file(job, f"{worker.ANSWER}.")
        suffix = path.suffix if path else ""
        return file_or_404(path, PLANE, f"{job.method}-{job.key}{suffix}")

    @router.get("/layout", response_class=Response, responses=file_reply(PLANE))
    def layout(key: Key) -> Response:
        """The layout that was rendered, as a plane."""
        folder = studio.renders.folder / studio.jobs.get(key).key
        return plane_reply(read_image(folder / worker.LAYOUT).pixels)


def _picture_route(router: APIRouter, studio: Studio, name: str, file: str) -> None:
    @router.get(
        f"/{name}.png",
        name=name,
        response_class=FileResponse,
        responses=file_reply("image/png"),
    )
    def picture(key: Key) -> FileResponse:
        """A picture of the render, once there is one."""
        return file_or_404(studio.renders.file(studio.jobs.get(key), file), "image/png")


def _told(studio: Studio, job: Job) -> RenderTold:
    return RenderTold.of(job, studio.renders.standing(job))
