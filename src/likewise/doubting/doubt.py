"""Doubt: one reason to expect that an answer is poor, with its figures and a remedy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["neighbours", "footing", "stretched", "misread"]


@dataclass(frozen=True)
class Doubt:
    """Why the answer to one layout is likely poor.

    Attributes:
        kind: "neighbours" (classes meet that do not meet in the source), "footing" (a class stands
            on what it does not stand on there), "stretched" (a class is asked to fill more than the
            source shows of it) or "misread" (a judge does not find a class where it was asked for).
        classes: names of the classes concerned, the one in doubt first.
        finding: what was found, a clause with the figures, without a full stop.
        remedy: what can be done, a sentence.
    """

    kind: Kind
    classes: tuple[str, ...]
    finding: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.finding}. {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        """The four attributes, as JSON has them."""
        return {**asdict(self), "classes": list(self.classes)}
