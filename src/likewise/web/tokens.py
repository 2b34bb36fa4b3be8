"""Tokens: an API that only those may use who were given its address with a token in it."""

from __future__ import annotations

import secrets

from starlette.types import ASGIApp, Receive, Scope, Send

from likewise.web.guards import header
from likewise.web.replies import refuse


class TokenCheck:
    """Refuses (401) whatever lies under ``prefix`` to those who do not bring ``token``.

    It is brought as ``Authorization: Bearer``, never as a cookie, so no other page can bring it.
    Pages and their files are free: a person opens them before anything can be sent along.
    """

    def __init__(self, app: ASGIApp, token: str, prefix: str = "/api/") -> None:
        self.app = app
        self._expected = f"Bearer {token}".encode()
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is free, or brings the token."""
        if scope["type"] == "http" and scope["path"].startswith(self._prefix):
            given = (header(scope, b"authorization") or "").encode("latin-1", "replace")
            if not secrets.compare_digest(given, self._expected):
                line = "Open the page by the address that the studio printed: its token is missing."
                await refuse(send, 401, line, [(b"www-authenticate", b"Bearer")])
                return
        await self.app(scope, receive, send)
