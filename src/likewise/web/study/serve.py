"""Serve: a study folder becomes a page that people can open."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from likewise.study.store import Store, default_url
from likewise.study.study import Study
from likewise.web.serving import LOOPBACK, Voice, address_of, listen, serve_app
from likewise.web.study.app import build


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    database: str | None = None,
    open_browser: bool = True,
    terminal: Voice,
    names: Sequence[str] = (),
) -> None:
    """Serve the study in ``folder`` until Ctrl-C or SIGTERM.

    Args:
        folder: what ``likewise study create`` wrote.
        host: name or address to listen at.
        port: ``None`` takes the first free one from 8500 on, 0 any.
        database: a SQLAlchemy URL; ``None`` is SQLite in the folder.
        open_browser: show the page once it is served.
        terminal: told the addresses of the study and of its results, once they can be opened.
        names: host names under which others reach the study, through a proxy for example; the
            machine's own name and its addresses are known without.

    Raises:
        InputError: there is no study, its database cannot be reached, or the port is taken.
    """
    study = Study.read(folder)
    opened = listen(host, port)
    try:
        address = address_of(opened, host)
        admin_token = secrets.token_urlsafe(24)
        with Store(database or default_url(folder), study) as store:
            app = build(study, store, admin_token=admin_token, names=[host, *names])
            serve_app(
                app,
                opened,
                ready=lambda: _announce(terminal, study, host, address, admin_token),
                page=f"{address}/" if open_browser else None,
            )
            terminal.say("\nThe study is closed; all answers are kept.")
    finally:
        opened.close()


def _announce(terminal: Voice, study: Study, host: str, address: str, admin_token: str) -> None:
    results = f"{address}/admin#token={admin_token}"
    terminal.say(f"Study    {address}/")
    terminal.say(f"Results  {results}")
    terminal.say("         (for you alone; the token changes with each start)")
    if host in LOOPBACK:
        terminal.say("Only this machine can open it; --host 0.0.0.0 lets others in.")
    terminal.say(f"{study.title}: {len(study.trials)} trials. Ctrl-C ends it; answers are kept.")
    terminal.summary({"address": f"{address}/", "results": results, "admin_token": admin_token})
