"""Serve: a studio's folder becomes a page on which a person paints."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from likewise.studio.studio import Studio
from likewise.web.serving import LOOPBACK, Voice, address_of, listen, serve_app
from likewise.web.studio.app import build


def serve(
    studio: Studio,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    open_browser: bool = True,
    project: str | None = None,
    terminal: Voice,
    names: Sequence[str] = (),
) -> None:
    """Serve ``studio`` until Ctrl-C or SIGTERM.

    Beyond loopback the API asks for a token, new with each start and part of the address told.

    Args:
        studio: what is served; stays the caller's to close.
        host: name or address to listen at.
        port: ``None`` takes the first free one from 8500 on, 0 any.
        open_browser: show the page once it is served.
        project: to show first, by its key.
        terminal: told the address once it can be opened.
        names: host names under which others reach it, through a proxy for example.

    Raises:
        InputError: the port is taken, or the host is none of this machine.
    """
    token = None if host in LOOPBACK else secrets.token_urlsafe(24)
    opened = listen(host, port)
    try:
        words = {"token": token, "project": project}
        fragment = "&".join(f"{name}={value}" for name, value in words.items() if value)
        address = f"{address_of(opened, host)}/" + (f"#{fragment}" if fragment else "")

        def announce() -> None:
            terminal.say(f"Studio   {address}")
            if token is None:
                terminal.say("Only this machine can open it; --host 0.0.0.0 lets others in.")
            else:
                terminal.say("Whoever has this address can use it; the token changes each time.")
            terminal.say(f"Its work is kept in {studio.folder}. Ctrl-C ends it.")
            terminal.summary({"address": address, "token": token, "folder": str(studio.folder)})

        app = build(studio, token=token, names=[host, *names])
        studio.previews.warm_up()
        serve_app(app, opened, ready=announce, page=address if open_browser else None)
        terminal.say("\nThe studio is closed; all work is kept.")
    finally:
        opened.close()
