"""Serving: from an application to an address that a person can open, and to a clean end."""

from __future__ import annotations

import contextlib
import errno
import gc
import ipaddress
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import uvicorn
from starlette.types import ASGIApp

from likewise.errors import ConfigError

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # hosts that only this machine can reach
FIRST_PORT, PORTS_TRIED = 8500, 40
LAST_WORDS_SECONDS = 5  # how long requests under way may take once the server was told to stop


class Voice(Protocol):
    """What a server says things with; the command line's terminal is one."""

    def say(self, line: str = "") -> None:
        """One line of news."""

    def summary(self, value: dict[str, Any]) -> None:
        """The machine-readable summary, if it was asked for."""


def listen(host: str, port: int | None) -> socket.socket:
    """A socket bound to ``host`` and ``port``, not yet listening.

    Args:
        host: name or address to listen at; "0.0.0.0" or "::" for all of the machine.
        port: 1 to 65535; 0 for any free one; ``None`` for the first free one from
            :data:`FIRST_PORT` on.

    Raises:
        ConfigError: the host is unknown here, or the port is taken or forbidden.
    """
    if port is not None and not 0 <= port <= 65535:
        raise ConfigError("--port", str(port), "0 (any free one) to 65535")
    ports = range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if port is None else (port,)
    refusal: OSError | None = None
    for candidate in ports:
        try:
            return _bound(host, candidate)
        except socket.gaierror:
            raise ConfigError("--host", repr(host), "a name or address of this machine") from None
        except OSError as error:
            refusal = error
            if error.errno != errno.EADDRINUSE:
                break
    assert refusal is not None
    if refusal.errno == errno.EADDRNOTAVAIL:
        raise ConfigError("--host", repr(host), "an address of this machine") from refusal
    found = f"port {port or FIRST_PORT} at {host}: {refusal.strerror}"
    raise ConfigError("--port", found, "a free port", "Name another, or leave --port out.")


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    opened = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # on Windows this would let two servers share a port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        if port:
            # Two sockets may bind one port with SO_REUSEADDR until one of them listens.
            opened.listen(2048)
    except BaseException:
        opened.close()
        raise
    return opened


def address_of(opened: socket.socket, host: str) -> str:
    """The URL under which a person on this machine opens what listens at ``opened``."""
    port = opened.getsockname()[1]
    try:
        anywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        anywhere = False
    name = "localhost" if anywhere else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


class _Server(uvicorn.Server):
    """uvicorn, for which Ctrl-C is a proper end and which tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        # What was loaded so far stays; looking it through for garbage again and again would stop
        # everything for tens of milliseconds each time.
        gc.collect()
        gc.freeze()
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as the wish to end, and do not raise them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wishes = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in wishes}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def server(app: ASGIApp, ready: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server of ``app`` for one process: no access log, as addresses of people are not ours.

    ``ready`` is called when it accepts connections. ``run(sockets=[...])`` serves until SIGINT or
    SIGTERM (or ``should_exit``), finishes what is under way, and returns.
    """
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=LAST_WORDS_SECONDS,
    )
    return _Server(config, ready)


def serve_app(
    app: ASGIApp,
    opened: socket.socket,
    *,
    ready: Callable[[], None] = lambda: None,
    page: str | None = None,
) -> None:
    """Serve ``app`` at ``opened`` until Ctrl-C or SIGTERM; opens ``page`` in the browser first."""

    def started() -> None:
        ready()
        if page is not None:
            # Some systems' openers wait for the browser; the server must not.
            threading.Thread(target=show, args=(page,), daemon=True).start()

    server(app, started).run(sockets=[opened])


def show(page: str) -> bool:
    """Open ``page`` in a browser window; False where there is no screen to open one on."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not screen:
        return False  # a text browser would take over the terminal
    try:
        return webbrowser.open(page)
    except webbrowser.Error:
        return False
