"""Refusal: why a vote or a participant was not accepted, and which reply that deserves."""

from __future__ import annotations

from likewise.errors import LikewiseError


class Refusal(LikewiseError):  # noqa: N818 - the store's word for "no", not a fault
    """Root of what the store does not accept; the text may be shown to the participant."""


class UnknownToken(Refusal):
    """Nobody joined this study with that token (a server replies 401)."""


class UnknownTrial(Refusal):
    """The participant was not given that trial, or it has no such question (404)."""


class AlreadyVoted(Refusal):
    """The participant has answered that question of that trial; the first vote stands (409)."""


class BadRanking(Refusal):
    """The ranking is no permutation of the answers shown, or the time is no time (422)."""


class StoreBusy(Refusal):
    """The database is gone, full, or has more waiting than it can take; try again (503)."""
