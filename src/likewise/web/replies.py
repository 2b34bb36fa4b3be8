"""Reply: what a server says when it refuses, one clear line as JSON, without a framework."""

from __future__ import annotations

import json

from starlette.types import Message, Send

Headers = list[tuple[bytes, bytes]]


async def refuse(send: Send, status: int, error: str, extra: Headers | None = None) -> None:
    """Send ``{"error": error}`` with ``status``; nothing may have been sent before."""
    body = json.dumps({"error": error}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    start: Message = {
        "type": "http.response.start",
        "status": status,
        "headers": headers + (extra or []),
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
