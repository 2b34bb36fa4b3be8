"""Figure: questions as the paper's figures show them, a row each, grouped by case.

Source | edited source | target image I' where it is known | target layout P' | each method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from likewise.evaluation.comparison import Comparison, Outcome, Question
from likewise.evaluation.report.cast import Cast, Player
from likewise.evaluation.report.pictures import Album, Embedded


@dataclass(frozen=True)
class Cell:
    """One picture of a row, or the reason why there is none.

    Attributes:
        title: what stands above.
        symbol: of the paper; "" for answers.
        player: who answered; None for what was given.
        picture: None where the contestant failed or has not run.
        alternative: text for those who cannot see the picture.
        file: address of the original, relative to the page; "" without a picture.
        note: below the picture: a failure, or another seed than the first.
    """

    title: str
    symbol: str
    player: Player | None
    picture: Embedded | None
    alternative: str
    file: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One question and its cells from left to right."""

    question: Question
    anchor: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Figure:
    """The rows of one case."""

    case: str
    anchor: str
    legend: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


def shown(comparison: Comparison, cast: Cast) -> Iterator[str]:
    """Names of the pictures of all rows, as often as they are shown."""
    for question in comparison.questions:
        yield from filter(None, (question.source, question.edited, question.truth, question.layout))
        for player in cast.ranked:
            answer = _answer(comparison, question, player)
            if answer is not None and answer.picture is not None:
                yield answer.picture


def figures(comparison: Comparison, cast: Cast, album: Album) -> tuple[Figure, ...]:
    """All questions in the order asked, those of one case together."""
    numbered = enumerate(comparison.questions, 1)
    found = []
    for number, (case, asked) in enumerate(groupby(numbered, key=lambda pair: pair[1].case), 1):
        rows = tuple(
            Row(question, f"layout-{n}", tuple(_cells(comparison, cast, album, question)))
            for n, question in asked
        )
        found.append(Figure(case, f"case-{number}", rows[0].question.legend, rows))
    return tuple(found)


def teaser(all_figures: tuple[Figure, ...]) -> Row | None:
    """The first row that every method answered, with a known truth where there is one."""
    whole = [
        row for each in all_figures for row in each.rows if all(cell.picture for cell in row.cells)
    ]
    known = [row for row in whole if row.question.truth]
    return next(iter(known or whole), None)


def _cells(comparison: Comparison, cast: Cast, album: Album, question: Question) -> Iterator[Cell]:
    def given(title: str, symbol: str, name: str) -> Cell:
        alternative = f"{title} of {question.case}, {question.target}"
        return Cell(title, symbol, None, album[name], alternative, address(name))

    yield given("Source", "I", question.source)
    yield given("Edited source", "", question.edited)
    if question.truth is not None:
        yield given("Target image", "I′", question.truth)
    yield given("Target layout", "P′", question.layout)
    for player in cast.ranked:
        yield _answered(comparison, album, question, player)


def _answered(comparison: Comparison, album: Album, question: Question, player: Player) -> Cell:
    outcome = _answer(comparison, question, player)
    if outcome is None:
        return Cell(player.name, "", player, None, "", "", "Not run yet.")
    if outcome.picture is None:
        return Cell(player.name, "", player, None, "", "", f"Failed: {outcome.error}")
    first = outcome.seed == comparison.seeds[0]
    return Cell(
        player.name,
        "",
        player,
        album[outcome.picture],
        f"Answer of {player.name} to {question.case}, {question.target}",
        address(outcome.picture),
        "" if first else f"Seed {outcome.seed}",
    )


def _answer(comparison: Comparison, question: Question, player: Player) -> Outcome | None:
    """Of the first seed with a picture; else a failure; else None."""
    keys = [(*question.key, player.name, seed) for seed in comparison.seeds]
    outcomes = [comparison.outcomes[key] for key in keys if key in comparison.outcomes]
    pictured = [outcome for outcome in outcomes if outcome.picture is not None]
    return next(iter(pictured or outcomes), None)


def address(name: str) -> str:
    """A link to a file of the folder; never to anywhere else, whatever its name."""
    return "./" + quote(name.lstrip("/"))
