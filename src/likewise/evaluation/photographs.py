"""Photographs: after which pictures the answers of a comparison were made, told beside its figures.

Some methods work after a photograph of the layout. Where a case has none, another method's answer
stands in, and figures of the two are not to be mixed up.
"""

from __future__ import annotations

from collections import Counter

from likewise.evaluation.cases import PHOTOGRAPH_FOLDER
from likewise.evaluation.comparison import Comparison


def photographs_told(comparison: Comparison) -> str:
    """A sentence for each contestant whose answers were made after photographs; "" if none was."""
    sentences = []
    for name in comparison.contestants:
        outcomes = [each for each in comparison.outcomes.values() if each.contestant == name]
        counts = Counter(outcome.after for outcome in outcomes if outcome.after)
        told = " and ".join(
            f"{_meaning(after)} in {count} of {sum(counts.values())} answers"
            for after, count in sorted(counts.items())
        )
        if told:
            sentences.append(f"{name} works after {told}.")
    return " ".join(sentences)


def _meaning(after: str) -> str:
    if after == PHOTOGRAPH_FOLDER:
        return "the case's photograph of the layout"
    return f"the answer of {after}"
