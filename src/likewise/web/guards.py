"""Guards: what every page of ours is kept behind, as small ASGI middlewares.

Foreign pages (Origin), foreign names (Host, against DNS rebinding), too large bodies, too many
requests, and the headers that tell a browser to be careful. They are plain ASGI, because each
request passes all of them: together they cost some 10 microseconds.
"""

from __future__ import annotations

import ipaddress
import math
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from likewise.web.replies import refuse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
CAREFUL = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}

# Enough for what no browser shows as a page; each header costs time where votes come in hundreds.
CAREFUL_DATA = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def header(scope: Scope, name: bytes) -> str | None:
    """The first header called ``name`` (lower case), or ``None``."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


class SecurityHeaders:
    """Adds :data:`CAREFUL` to every answer (:data:`CAREFUL_DATA` to JSON).

    Where nothing was said about caching, it is forbidden.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._page = [(k.encode(), v.encode()) for k, v in CAREFUL.items()]
        self._data = [(k.encode(), v.encode()) for k, v in CAREFUL_DATA.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and complete the head of what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = dict(message.get("headers") or [])
                data = said.get(b"content-type", b"").startswith(b"application/json")
                added = self._data if data else self._page
                if b"cache-control" not in said:
                    added = [*added, (b"cache-control", b"no-store")]
                message["headers"] = [*(message.get("headers") or []), *added]
            await send(message)

        await self.app(scope, receive, careful)


class HostCheck:
    """Refuses (403) names this server does not go by.

    A page of somebody else can point its own name at 127.0.0.1 and then read what a server on the
    visitor's machine says (DNS rebinding). Its requests carry its name. IP addresses cannot be
    rebound and are always ours.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self.app = app
        machine = socket.gethostname().lower()
        own = {"localhost", machine, f"{machine.split('.')[0]}.local"}
        self._names = own | {name.lower().rstrip(".") for name in names}
        self._known: set[str] = set()  # Host headers that passed, as they were sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what was asked of us by a name of ours."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        host = header(scope, b"host") or ""
        if host not in self._known:
            if not self.knows(host):
                await refuse(send, 403, f"This server does not go by the name {host[:80]!r}.")
                return
            if len(self._known) < 64:
                self._known.add(host)
        await self.app(scope, receive, send)

    def knows(self, host: str) -> bool:
        """Whether ``host`` ("name", "name:port", "[::1]:port") is an address or a name of ours."""
        name, port = split_host(host)
        if not name or not (port == "" or port.isdecimal()):
            return False
        if name in self._names or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def split_host(host: str) -> tuple[str, str]:
    """Name (lower case, no brackets, no last dot) and port ("" where there is none)."""
    if host.startswith("["):
        name, closed, rest = host[1:].partition("]")
        return name.lower() if closed else "", rest.removeprefix(":")
    name, _, port = host.partition(":")
    return name.lower().rstrip("."), port


class OriginCheck:
    """Refuses (403) what a page of another origin asks us to change.

    Programs that are no browsers send no Origin and pass: nothing here acts on a browser's own
    credentials, so they could do no more than their token allows.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on reading, and changes that our own pages ask for."""
        if scope["type"] == "lifespan" or (
            scope["type"] == "http" and scope["method"] in SAFE_METHODS
        ):
            await self.app(scope, receive, send)
            return
        origin = header(scope, b"origin")
        if origin is None:
            foreign = header(scope, b"sec-fetch-site") not in (None, "same-origin", "none")
        else:
            # Behind a proxy that speaks TLS the scheme differs from ours; the name does not.
            scheme, _, place = origin.partition("://")
            host = header(scope, b"host") or ""
            foreign = scheme not in ("http", "https") or place.lower() != host.lower()
        if foreign:
            await refuse(send, 403, "This page belongs to another site and may not change anything")
            return
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses (413) bodies of more than ``limit`` bytes, told by their length or met on the way.

    The body is read whole before the application is asked, so that an answer never depends on
    how the application reads; memory is bounded by ``limit`` a request.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with a body that fits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length, chunked = header(scope, b"content-length"), header(scope, b"transfer-encoding")
        if chunked is None and length in (None, "0"):
            await self.app(scope, receive, send)
            return
        told = length is not None and length.isdecimal() and int(length) > self.limit
        body = None if told else await read_body(receive, self.limit)
        if body is None:
            error = f"This is larger than the {self.limit:,} bytes that are taken here."
            await refuse(send, 413, error, [(b"connection", b"close")])
            return
        await self.app(scope, replayed(body, receive), send)


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or ``None`` as soon as it exceeds ``limit`` bytes."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= limit:
        message = await receive()
        body += message.get("body", b"")
    return body if len(body) <= limit else None


def replayed(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body`` once and then what the real one gives."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


@dataclass(frozen=True)
class Rate:
    """How much is allowed: ``burst`` requests at once, ``per_second`` in the long run."""

    per_second: float
    burst: int


class Bucket:
    """Requests counted by key (generic cell rate algorithm: one number a key)."""

    SWEEP_AT = 20_000

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._due: dict[str, float] = {}  # when the key will have nothing on its account again
        self._sweep_at = self.SWEEP_AT

    def wait(self, key: str) -> float:
        """Seconds until ``key`` may ask again; 0 where it may now."""
        ahead = self._due.get(key, 0.0) - self._clock()
        return max(0.0, ahead - (self.rate.burst - 1) / self.rate.per_second)

    def charge(self, key: str, requests: float = 1.0) -> None:
        """Put ``requests`` on the account of ``key``."""
        now = self._clock()
        self._due[key] = max(self._due.get(key, 0.0), now) + requests / self.rate.per_second
        if len(self._due) > self._sweep_at:
            self._due = {k: due for k, due in self._due.items() if due > now}
            self._sweep_at = max(self.SWEEP_AT, 2 * len(self._due))


class RateLimit:
    """Refuses (429, with Retry-After) who asks too often.

    Requests with a token count on the token, others on the client's address: a class of
    students behind one address can take part at once. What was refused for a wrong token (401)
    counts on the address, tenfold, so that tokens can neither be guessed nor made up to evade
    the limit.
    """

    WRONG_TOKEN = 10.0

    def __init__(self, app: ASGIApp, by_token: Rate, by_address: Rate) -> None:
        self.app = app
        self._tokens = Bucket(by_token)
        self._addresses = Bucket(by_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on who has not asked too often."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        address = scope["client"][0] if scope.get("client") else ""
        token = header(scope, b"authorization")
        wait = self._addresses.wait(address)
        if token is not None:
            wait = max(wait, self._tokens.wait(token))
        if wait > 0:
            seconds = math.ceil(wait)
            error = f"That was too fast. Try again in {seconds} s."
            await refuse(send, 429, error, [(b"retry-after", b"%d" % seconds)])
            return
        if token is None:
            self._addresses.charge(address)
            await self.app(scope, receive, send)
            return
        self._tokens.charge(token)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                self._addresses.charge(address, self.WRONG_TOKEN)
            await send(message)

        await self.app(scope, receive, watched)
