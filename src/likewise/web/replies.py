"""Reply: JSON sent without a framework; refusals are one clear line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.types import Send

Headers = list[tuple[bytes, bytes]]


async def reply(
    send: Send, status: int, said: Mapping[str, Any], extra: Headers | None = None
) -> None:
    """Send ``said`` as JSON; nothing may have been sent before."""
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers += extra or []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, status: int, error: str, extra: Headers | None = None) -> None:
    """Send ``{"error": error}``."""
    await reply(send, status, {"error": error}, extra)
