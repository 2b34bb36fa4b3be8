"""Facts: what was compared, when, where, and the command that does it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from likewise.evaluation.comparison import Comparison
from likewise.evaluation.photographs import photographs_told
from likewise.evaluation.report.cast import Cast

_COMMAND = "command"
_LONGEST = 600  # characters of one fact


@dataclass(frozen=True)
class Summary:
    """The head of the page.

    Attributes:
        title: of the page.
        lead: one paragraph.
        command: does it again.
        facts: names and values, for the reader.
    """

    title: str
    lead: str
    command: str
    facts: tuple[tuple[str, str], ...]


def summary(comparison: Comparison, cast: Cast) -> Summary:
    """What the head of the page says of ``comparison``."""
    cases = len({question.case for question in comparison.questions})
    layouts = len(comparison.questions)
    known = sum(question.truth is not None for question in comparison.questions)
    methods = len(cast.ranked)
    title = "Semantic image analogy"
    if methods > 1:
        title += f": {_count(methods, 'method')} side by side"
    lead = (
        f"Given are one picture, its layout and a new layout; each method paints the picture anew "
        f"as the new layout says. {_count(layouts, 'layout').capitalize()} of "
        f"{_count(cases, 'picture')}"
    )
    if known:
        lead += f", {'all' if known == layouts else known} with a known true answer"
    seeds = len(comparison.seeds)
    lead += f"; {_count(seeds, 'seed')} a method." if seeds > 1 else "."
    lead = f"{lead} {photographs_told(comparison)}".rstrip()
    return Summary(title, lead, _command(comparison, cast), tuple(_told(comparison.facts)))


def _command(comparison: Comparison, cast: Cast) -> str:
    said = comparison.facts.get(_COMMAND)
    if isinstance(said, str) and said:
        return said
    if isinstance(said, list):
        return shlex.join(map(str, said))
    methods = ",".join(player.name for player in cast.ranked)
    return f"likewise compare CASES -m {methods} -o REPORT"


def _told(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        text = _text(value)
        if name != _COMMAND and text:
            yield name.replace("_", " "), text[:_LONGEST]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(each)}".strip() for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def _count(number: int, word: str) -> str:
    small = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return f"{small[number] if number <= 10 else number} {word}{'' if number == 1 else 's'}"
