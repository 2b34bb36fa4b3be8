"""Onlooker: who is told how a batch goes, and may ask it to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from likewise.batch.ledger import Entry, State


class Onlooker:
    """Listener of a batch. This base class is silent and never asks to stop."""

    def begin(self, stage: str, total: int, done: int = 0) -> None:
        """Stage "check" or "work" of ``total`` rows begins, ``done`` of them behind it."""

    def busy(self, entries: Mapping[int, Entry]) -> None:
        """These rows are being worked on; told anew every moment."""

    def done(self, entry: Entry, state: State, error: str, result: Mapping[str, Any]) -> None:
        """``entry`` came to an end; "waiting" means that its files were found good."""

    def again(self, entry: Entry, error: str, seconds: float) -> None:
        """The attempt at ``entry`` broke; another follows after ``seconds``."""

    def end(self) -> None:
        """The stage is over, well or not."""

    @property
    def should_stop(self) -> bool:
        """Whether the user asked to stop."""
        return False
