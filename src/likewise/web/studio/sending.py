"""Sending: planes and pictures as bytes, and the bodies that bring them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from likewise.images import MIN_SIDE, Image
from likewise.images.writing import encode
from likewise.studio.project import MOST_PIXELS

KEPT = "private, max-age=86400, immutable"  # what lies under such an address never changes
PLANE = "application/octet-stream"
LONGEST_SIDE = MOST_PIXELS // MIN_SIDE


async def _body(request: Request) -> bytes:
    return await request.body()  # BodyLimit has it in memory already


Body = Annotated[bytes, Depends(_body)]
Side = Annotated[int, Query(ge=MIN_SIDE, le=LONGEST_SIDE)]
FileName = Annotated[str, Query(min_length=1, max_length=255)]
TAKES_BYTES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {PLANE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def plane_reply(plane: np.ndarray) -> Response:
    """(H, W) uint8 as its bytes, its size in headers."""
    height, width = plane.shape
    headers = {"x-width": str(width), "x-height": str(height)}
    return Response(plane.tobytes(), media_type=PLANE, headers=headers)


def png(pixels: np.ndarray, keep: str | None = None) -> Response:
    """(H, W, 3) uint8 as a PNG; ``keep`` is for how long the browser may, as a cache-control."""
    data = encode(pixels, "RGB", None, None, Path("reply.png"))
    headers = {"cache-control": keep} if keep else None
    return Response(data, media_type="image/png", headers=headers)


def jpeg(pixels: np.ndarray) -> bytes:
    """(H, W, 3) uint8 as a JPEG: ten times quicker to make than a PNG."""
    return encode(pixels, "RGB", None, None, Path("reply.jpg"))


def reduced(image: Image, side: int) -> np.ndarray:
    """(h, w, 3) uint8: ``image`` with no side above ``side``."""
    height, width = image.size
    factor = min(1.0, side / max(height, width))
    return image.resized((max(1, round(height * factor)), max(1, round(width * factor)))).to_rgb8()


def download(data: bytes, kind: str, name: str) -> Response:
    """``data`` as a file to be saved as ``name``."""
    plain = "".join(c if (c.isalnum() and c.isascii()) or c in "-_." else "_" for c in name)
    headers = {"content-disposition": f'attachment; filename="{plain}"'}
    return Response(data, media_type=kind, headers=headers)


def file_or_404(path: Path | None, kind: str, name: str | None = None) -> FileResponse:
    """The file ``path``; refused where it is not there yet."""
    if path is None:
        raise HTTPException(404, "It is not there yet.")
    return FileResponse(path, media_type=kind, filename=name)
