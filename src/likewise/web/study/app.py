"""Study application: pages, pictures, votes and results of one study, behind the guards.

A participant is a random token, kept by their browser and sent in a header; there are no cookies,
so no other page can act for them. Nothing else about a person is taken in or written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from likewise.study.store import Store
from likewise.study.study import Study
from likewise.version import __version__
from likewise.web.guards import (
    BodyLimit,
    HostCheck,
    OriginCheck,
    Rate,
    RateLimit,
    SecurityHeaders,
)
from likewise.web.pages import SHARED, Pages
from likewise.web.refusing import refuses_in_one_line
from likewise.web.study.admin import admin_routes
from likewise.web.study.describing import described
from likewise.web.study.public import public_routes
from likewise.web.study.refused import refuses_as_the_store_does
from likewise.web.study.votes import VoteDesk

PAGE_FILES = Path(__file__).parent / "page"
PER_TOKEN = Rate(per_second=10, burst=60)
PER_ADDRESS = Rate(per_second=200, burst=3000)


@dataclass(frozen=True)
class Limits:
    """What one visitor may ask for.

    Attributes:
        body: bytes of a request.
        by_token: requests of one participant, who answers a screen in seconds at best.
        by_address: requests without a token: pages, pictures, joining. A whole class may share
            one address, and a trial has five pictures.
    """

    body: int = 16_384
    by_token: Rate = PER_TOKEN
    by_address: Rate = PER_ADDRESS


def build(
    study: Study,
    store: Store,
    *,
    admin_token: str,
    names: Iterable[str] = (),
    limits: Limits | None = None,
) -> ASGIApp:
    """The application that serves ``study`` and keeps its votes in ``store``.

    Args:
        study: what is asked.
        store: where answers go; stays the caller's to close.
        admin_token: opens the results.
        names: host names the server goes by besides the machine's own.
        limits: of requests; the defaults suit a class of students behind one address.
    """
    allowed = limits or Limits()
    app = FastAPI(
        title="Likewise study",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    pages = Pages(SHARED, PAGE_FILES)
    app.include_router(public_routes(study, store, pages))
    app.include_router(admin_routes(study, store, pages, admin_token))
    refuses_in_one_line(app)
    refuses_as_the_store_does(app)
    described(app)
    guarded: ASGIApp = VoteDesk(app, store)
    guarded = BodyLimit(guarded, allowed.body)
    guarded = RateLimit(guarded, allowed.by_token, allowed.by_address)
    guarded = OriginCheck(guarded)
    guarded = HostCheck(guarded, names)
    return SecurityHeaders(guarded)
