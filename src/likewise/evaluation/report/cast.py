"""Cast: who takes part in a report, and the colour that each keeps through all of it."""

from __future__ import annotations

from dataclasses import dataclass

from likewise.evaluation.comparison import Comparison
from likewise.evaluation.contestants import SOURCE, TRUTH

_MEANINGS = {
    TRUTH: "the true answer itself, where it is known",
    SOURCE: "the source picture, unchanged",
}

HUES = 8  # colours of the style sheet


@dataclass(frozen=True)
class Player:
    """A contestant as the page shows it.

    Attributes:
        name: "method:preset", or a reference.
        hue: number of its colour, from 0; references have none.
        meaning: of references, what they are.
    """

    name: str
    hue: int | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Cast:
    """All contestants: those that compete, and references."""

    ranked: tuple[Player, ...]
    references: tuple[Player, ...]

    @classmethod
    def of(cls, comparison: Comparison) -> Cast:
        """In the order asked for; references that have outcomes, asked for or not."""
        names = [name for name in comparison.contestants if name not in _MEANINGS]
        present = {outcome.contestant for outcome in comparison.outcomes.values()}
        ranked = tuple(Player(name, k % HUES) for k, name in enumerate(names))
        known = {name: text for name, text in _MEANINGS.items() if name in present}
        return cls(ranked, tuple(Player(name, None, text) for name, text in known.items()))
