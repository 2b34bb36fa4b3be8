"""Project routes: what is there to begin with, and projects as wholes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from likewise.devices import choose_device
from likewise.images import read_image
from likewise.labels.colours import parse_colour
from likewise.methods.registry import METHODS
from likewise.studio.archive import packed
from likewise.studio.studio import Studio
from likewise.studio.swatches import swatch
from likewise.web.problems import file_reply, replies
from likewise.web.studio.schemas import (
    Changes,
    ExampleTold,
    Key,
    MethodTold,
    ProjectTold,
    StatusTold,
)
from likewise.web.studio.sending import KEPT, TAKES_BYTES, Body, download, png, reduced

THUMBNAIL, EXAMPLE_SIDE = 320, 480
ZIP = "application/zip"
REFUSALS = replies(400, 401, 403, 404, 413, 422, 429, 507)


def start_routes(studio: Studio) -> APIRouter:
    """Examples, methods and the state of the server."""
    router = APIRouter(prefix="/api", responses=REFUSALS)
    examples = [_example(name, folder) for name, folder in studio.examples.items()]
    device = choose_device(studio.renders.device).type
    methods = [MethodTold.of(name, device) for name in METHODS]

    @router.get("/examples")
    def list_examples() -> list[ExampleTold]:
        """The bundled examples."""
        return examples

    @router.get(
        "/examples/{name}/image.png", response_class=Response, responses=file_reply("image/png")
    )
    def show_example(name: str) -> Response:
        """The picture of an example, reduced."""
        if name not in studio.examples:
            raise HTTPException(404, "There is no example of that name.")
        return png(reduced(read_image(studio.examples[name] / "image.png"), EXAMPLE_SIDE))

    @router.get("/methods")
    def list_methods() -> list[MethodTold]:
        """The methods that render."""
        return methods

    @router.get("/status")
    def tell_status() -> StatusTold:
        """What the server is busy with."""
        return StatusTold(
            running=studio.renders.current,
            waiting=len(studio.jobs.waiting()),
            used=studio.used(),
            quota=studio.quota,
        )

    return router


def project_routes(studio: Studio) -> APIRouter:
    """Projects: list, begin, change, show, save, delete."""
    router = APIRouter(prefix="/api/projects", responses=REFUSALS)
    projects = studio.projects

    @router.get("")
    def list_projects() -> list[ProjectTold]:
        """Every project, the one changed last first."""
        return [ProjectTold.of(project) for project in projects.all()]

    @router.post("", status_code=201, openapi_extra=TAKES_BYTES)
    def begin(
        body: Body,
        name: Annotated[str | None, Query(min_length=1, max_length=255)] = None,
        example: Annotated[str | None, Query(max_length=80)] = None,
    ) -> ProjectTold:
        """A new project: of a bundled example, an uploaded picture, or a project saved before."""
        if example is not None:
            if example not in studio.examples:
                raise HTTPException(404, "There is no example of that name.")
            return ProjectTold.of(studio.begin_example(example))
        if name is None:
            raise HTTPException(422, "Say which example, or the name of the file in the body.")
        return ProjectTold.of(studio.begin(name, body))

    @router.get("/{key}")
    def tell(key: Key) -> ProjectTold:
        """One project; a page that loads it begins to count its previews anew."""
        studio.previews.restart(key)
        return ProjectTold.of(projects.open(key))

    @router.patch("/{key}")
    def change(key: Key, changes: Changes) -> ProjectTold:
        """Rename a project; name, colour or add classes."""
        with projects.lock:
            project = projects.open(key)
            if changes.classes is not None:
                given = [(one.name, parse_colour(one.colour)) for one in changes.classes]
                project.set_classes([(name, colour) for name, colour in given if colour])
            if changes.name is not None:
                project.rename(changes.name)
        return ProjectTold.of(project)

    @router.delete("/{key}", status_code=204)
    def delete(key: Key) -> None:
        """Remove a project and its renders for good."""
        studio.delete(key)

    _picture_routes(router, studio)
    return router


def _picture_routes(router: APIRouter, studio: Studio) -> None:
    projects = studio.projects
    picture = {"response_class": Response, "responses": file_reply("image/png")}

    @router.get("/{key}/image.png", **picture)  # type: ignore[arg-type]
    def image(key: Key) -> Response:
        """The source image, 8-bit RGB."""
        return png(projects.open(key).image.to_rgb8(), KEPT)

    @router.get("/{key}/thumbnail.png", **picture)  # type: ignore[arg-type]
    def thumbnail(key: Key) -> Response:
        """The source image, reduced."""
        return png(reduced(projects.open(key).image, THUMBNAIL))

    @router.get("/{key}/swatches/{position}.png", **picture)  # type: ignore[arg-type]
    def show_swatch(key: Key, position: int) -> Response:
        """A piece of the source that shows a class."""
        project = projects.open(key)
        piece = swatch(project.image.to_rgb8(), project.labels(), position)
        if piece is None:
            raise HTTPException(404, "The source shows nothing of this class.")
        return png(piece)

    @router.get("/{key}/project.zip", response_class=Response, responses=file_reply(ZIP))
    def save(key: Key) -> Response:
        """The whole project, to be read again by any studio."""
        project = projects.open(key)
        return download(packed(project), ZIP, f"{project.facts.name}.zip")


def _example(name: str, folder: Path) -> ExampleTold:
    height, width = read_image(folder / "image.png").size
    return ExampleTold(name=name, title=name.replace("_", " "), height=height, width=width)
