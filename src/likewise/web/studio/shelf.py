"""Shelf routes: files that methods can be handed, uploaded in pieces, listed and deleted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from likewise.studio.shelf import MOST_BYTES, Use
from likewise.studio.studio import Studio
from likewise.web.studio.projects import REFUSALS
from likewise.web.studio.schemas import FileTold, Key
from likewise.web.studio.sending import TAKES_BYTES, Body, FileName


def shelf_routes(studio: Studio) -> APIRouter:
    """The files that are kept for methods, of all projects."""
    router = APIRouter(prefix="/api/files", responses=REFUSALS)

    @router.get("")
    def list_files() -> list[FileTold]:
        """Every file, by name."""
        return [FileTold.of(file) for file in studio.shelf.all()]

    @router.post("", status_code=201)
    def begin(
        use: Use, name: FileName, size: Annotated[int, Query(ge=1, le=MOST_BYTES)]
    ) -> FileTold:
        """Announce a file of ``size`` bytes; its pieces follow."""
        return FileTold.of(studio.begin_file(use, name, size))

    @router.put("/{key}", openapi_extra=TAKES_BYTES)
    def append(key: Key, at: Annotated[int, Query(ge=0, le=MOST_BYTES)], body: Body) -> FileTold:
        """Add the piece that begins at byte ``at``."""
        return FileTold.of(studio.append_file(key, at, body))

    @router.delete("/{key}", status_code=204)
    def delete(key: Key) -> None:
        """Remove a file; renders that were handed it keep it until they are done."""
        studio.shelf.delete(key)

    return router
