"""Page files: what a page is made of, read once at the start and served by name, never by path."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

SHARED = Path(__file__).parent / "shared"  # what pages of every server have in common
TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


class Pages:
    """The files of some folders, in memory; :meth:`reply` gives any of them by its name.

    The name of a file in a folder below is its path from there: "tools/brush.js".
    """

    def __init__(self, *folders: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path)
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def reply(self, request: Request, name: str) -> Response | None:
        """The file ``name``, 304 where the browser has it already, or ``None``.

        Browsers ask each time whether a file is still the same, so an update shows at once.
        """
        if name not in self._files:
            return None
        body, kind, tag = self._files[name]
        headers = {"etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=kind, headers=headers)


def _read(path: Path) -> tuple[bytes, str, str]:
    body = path.read_bytes()
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    assert kind is not None, path
    return body, kind, f'"{hashlib.sha256(body).hexdigest()[:20]}"'
