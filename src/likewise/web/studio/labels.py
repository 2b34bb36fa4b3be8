"""Label routes: source labels and the layout, as planes to paint on and as files to keep."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import Response

from likewise.studio.planes import completed, plane_of, read_plane
from likewise.studio.resizing import retargeted_layout
from likewise.studio.studio import Studio
from likewise.tasks.segmentation import segment
from likewise.web.problems import file_reply
from likewise.web.studio.projects import REFUSALS
from likewise.web.studio.schemas import Key, ProjectTold, Wanted
from likewise.web.studio.sending import (
    PLANE,
    TAKES_BYTES,
    Body,
    FileName,
    Side,
    download,
    plane_reply,
)

ClassFile = Annotated[str | None, Query(max_length=30_000)]
SEGMENTED = "The labels were made by colour, texture and place: correct them where they err."


def label_routes(studio: Studio) -> APIRouter:
    """The source labels of a project."""
    router = APIRouter(prefix="/api/projects/{key}", responses=REFUSALS)
    projects = studio.projects

    @router.get("/labels", response_class=Response, responses=file_reply(PLANE))
    def labels(key: Key) -> Response:
        """The source labels as a plane."""
        return plane_reply(projects.open(key).labels())

    @router.get("/labels.png", response_class=Response, responses=file_reply("image/png"))
    def save_labels(key: Key) -> Response:
        """The source labels as a PNG of class ids."""
        project = projects.open(key)
        data = projects.label_file(project, project.labels_map())
        return download(data, "image/png", f"{project.facts.name}-labels.png")

    @router.put("/labels", openapi_extra=TAKES_BYTES)
    def load_labels(key: Key, name: FileName, body: Body, classes: ClassFile = None) -> ProjectTold:
        """Take the label map in a file for the source's; the layout becomes the same.

        ``classes`` is the JSON of a class file that belongs to it.
        """
        studio.require_room(len(body))
        with projects.lock:
            project = projects.open(key)
            read = projects.read_labels(project, name, body, classes)
            project.set_labels(read, () if read.snapping is None else read.snapping.describe())
        return ProjectTold.of(project)

    @router.put("/labels/plane", openapi_extra=TAKES_BYTES)
    def correct_labels(key: Key, width: Side, height: Side, body: Body) -> ProjectTold:
        """Correct the source labels; the layout stays."""
        with projects.lock:
            project = projects.open(key)
            classes = len(project.table)
            project.set_label_plane(read_plane(body, (height, width), classes, whole=False))
        return ProjectTold.of(project)

    @router.post("/segment")
    def make_labels(key: Key, wanted: Wanted) -> ProjectTold:
        """Have source labels made from the picture alone; the layout becomes the same."""
        made = segment(projects.open(key).image, wanted.classes)
        with projects.lock:
            project = projects.open(key)
            project.set_labels(made, [SEGMENTED])
        return ProjectTold.of(project)

    _layout_routes(router, studio)
    return router


def _layout_routes(router: APIRouter, studio: Studio) -> None:
    projects = studio.projects

    @router.get("/layout", response_class=Response, responses=file_reply(PLANE))
    def layout(key: Key) -> Response:
        """The layout as a plane."""
        return plane_reply(projects.open(key).layout())

    @router.get("/layout.png", response_class=Response, responses=file_reply("image/png"))
    def save_layout(key: Key) -> Response:
        """The layout as a PNG of class ids."""
        project = projects.open(key)
        data = projects.label_file(project, project.layout_map())
        return download(data, "image/png", f"{project.facts.name}-layout.png")

    @router.put("/layout", status_code=204, openapi_extra=TAKES_BYTES)
    def keep_layout(key: Key, width: Side, height: Side, body: Body) -> None:
        """Keep the layout; of any size, every pixel of a class."""
        with projects.lock:
            project = projects.open(key)
            classes = len(project.table)
            project.set_layout(read_plane(body, (height, width), classes, whole=True))

    @router.put("/layout/file", openapi_extra=TAKES_BYTES)
    def load_layout(key: Key, name: FileName, body: Body) -> ProjectTold:
        """Take the layout in a file, read like the source labels."""
        with projects.lock:
            project = projects.open(key)
            read = projects.read_layout(project, name, body)
            project.set_layout(completed(plane_of(read, project.table)))
        return ProjectTold.of(project)

    @router.get("/retargeted", response_class=Response, responses=file_reply(PLANE))
    def retargeted(key: Key, width: Side, height: Side) -> Response:
        """The layout, as it is kept, at another size: things keep their shape, grounds give way.

        Nothing is changed; the names of what kept its shape are told in a header.
        """
        made, notes = retargeted_layout(projects.open(key), (height, width))
        reply = plane_reply(made)
        reply.headers["x-notes"] = quote("; ".join(notes))
        return reply
