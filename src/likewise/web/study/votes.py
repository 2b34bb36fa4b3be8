"""Vote desk: the one address that many people use at once, answered without the framework.

FastAPI's routing and request handling cost more than all guards, the validation and the store
together. So votes are taken in front of it, and described in OpenAPI by hand.
"""

from __future__ import annotations

import re

from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from likewise.study.refusals import Refusal, UnknownToken
from likewise.study.store import Store
from likewise.web.guards import header, read_body
from likewise.web.refusing import one_line
from likewise.web.replies import refuse, reply
from likewise.web.study.refused import refuse_as
from likewise.web.study.schemas import Ballot
from likewise.web.waiting import Waiting

PATH = "/api/votes"
LARGEST = 1 << 16
TOKEN = re.compile(r"Bearer ([A-Za-z0-9_-]{8,128})", re.IGNORECASE)


class VoteDesk:
    """Takes votes at :data:`PATH`, and leaves everything else to ``app``."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self.app = app
        self._store = store
        self._waiting = Waiting()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reply to a vote when it is safe on the disk, or say why it is not accepted."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self.app(scope, receive, send)
        elif scope["method"] != "POST":
            await refuse(send, 405, "Votes are sent with POST.", [(b"allow", b"POST")])
        else:
            try:
                await reply(send, 201, {"remaining": await self._take(scope, receive)})
            except Refusal as refusal:
                await refuse_as(send, refusal)
            except ValidationError as wrong:
                await refuse(send, 422, one_line(wrong.errors(include_url=False)))

    async def _take(self, scope: Scope, receive: Receive) -> int:
        token = token_in(header(scope, b"authorization"))
        body = await read_body(receive, LARGEST)
        ballot = Ballot.model_validate_json(body or b"")
        accepted = await self._waiting.result(
            self._store.vote(
                token, ballot.trial, ballot.question, ballot.ranking, ballot.milliseconds
            )
        )
        return accepted.remaining


def token_in(authorization: str | None) -> str:
    """The token of a participant.

    Raises:
        UnknownToken: there is none, or what cannot be one.
    """
    said = TOKEN.fullmatch(authorization or "")
    if said is None:
        raise UnknownToken("This needs the token of a participant.")
    return said[1]
