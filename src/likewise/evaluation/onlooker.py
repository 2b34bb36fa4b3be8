"""Onlooker: how a comparison tells what it does, and how it learns that it should stop."""

from __future__ import annotations

from collections.abc import Sequence

from likewise.evaluation.comparison import Outcome
from likewise.evaluation.plan import Cell
from likewise.progress import SILENT, Progress


class Onlooker:
    """Is told how a comparison goes. This base class says nothing and never asks to stop."""

    def begin(self, left: Sequence[Cell], done: int) -> None:
        """The fits ``left`` are to be done; ``done`` of them were before."""

    def fitting(self, cell: Cell) -> Progress:
        """The fit of ``cell`` begins; what is returned hears of it in per cent, and its notes."""
        return SILENT

    def scoring(self, case: str, contestant: str, target: str) -> None:
        """An answer, or a reference, is about to be scored; judges are fitted before the first."""

    def done(self, cell: Cell, outcomes: Sequence[Outcome]) -> None:
        """``cell`` is behind us, and has been written down."""

    def end(self) -> None:
        """Nothing is left, or the comparison was stopped."""

    @property
    def should_stop(self) -> bool:
        """Whether the user asked to stop; looked at before every picture."""
        return False
