"""Study material: a comparison's answers as plain entries, and what a study needs to be there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from likewise.errors import ConfigError, InputError

if TYPE_CHECKING:
    from likewise.evaluation.comparison import Comparison
    from likewise.study.design import Entry


def chosen_contestants(all_: tuple[str, ...], words: str | None) -> tuple[str, ...]:
    """The contestants that ``words`` ("semia:fast,patch") means, in the comparison's order.

    Raises:
        ConfigError: one is unknown or not clear, or fewer than three are left.
    """
    from likewise.study.study import FEWEST

    found = set(all_)
    if words is not None:
        found = {_contestant(all_, word.strip()) for word in words.split(",") if word.strip()}
    if len(found) < FEWEST:
        argument = "REPORT" if words is None else "--methods"
        raise ConfigError(
            argument,
            f"{len(found)} methods ({', '.join(sorted(found)) or 'none'})",
            f"at least {FEWEST}, which people put in order",
            "Compare more of them: likewise compare CASES -m one,two,three -o DIR.",
        )
    return tuple(name for name in all_ if name in found)


def _contestant(all_: tuple[str, ...], word: str) -> str:
    meant = [
        name for name in all_ if word in (name, name.partition(":")[0], name.partition(" (")[0])
    ]
    if word in meant:
        return word
    if len(meant) != 1:
        said = "is more than one of them" if meant else "is none of them"
        raise ConfigError("--methods", f"{word!r} {said}", f"names out of {', '.join(all_)}")
    return meant[0]


def entries_of(comparison: Comparison, contestants: tuple[str, ...]) -> list[Entry]:
    """What a study is made of: the answers of ``contestants`` to each layout, first seed."""
    from likewise.study.design import Entry

    entries = []
    for question in comparison.questions:
        outcomes = comparison.answers(question)
        answers = {
            name: comparison.path(outcome.picture)
            for name, outcome in outcomes.items()
            if name in contestants and outcome.picture is not None
        }
        entry = Entry(
            case=question.case,
            target=question.target,
            source=comparison.path(question.source),
            labels=comparison.path(question.labels),
            layout=comparison.path(question.layout),
            legend=question.legend,
            answers=answers,
        )
        entries.append(entry)
    return entries


def read_text(path: Path, argument: str) -> str:
    """The UTF-8 text in ``path``.

    Raises:
        InputError: it cannot be read, is no text, or empty.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(argument, f"{path}: {reason}", "a text file in UTF-8") from error
    if not text.strip():
        raise InputError(argument, f"{path} is empty", "words for the participants")
    return text
