"""Score table: contestants by measures, the best of each marked, intervals beneath the means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from likewise.evaluation.comparison import Question
from likewise.evaluation.measures import Measure
from likewise.evaluation.report.cast import Cast, Player
from likewise.evaluation.statistics import ALL_MEASURES, Standing, Standings


@dataclass(frozen=True)
class Column:
    """A measure as a heading: ``arrow`` is for the eye, ``direction`` says it in words."""

    measure: Measure
    arrow: str
    direction: str

    @classmethod
    def of(cls, measure: Measure, asked: Sequence[Question]) -> Column:
        """What is good depends on whether true answers to the questions ``asked`` are known."""
        if measure.better != "truth":
            arrow = "↑" if measure.better == "higher" else "↓"
            return cls(measure, arrow, f"{measure.better} is better")
        known = [question.truth is not None for question in asked]
        short = ["truth"] if any(known) else []
        long = ["the true answer’s own score"] if any(known) else []
        if not all(known):
            short.append(f"{measure.aim:g}")
            long.append(f"{measure.aim:g} where none is known," if long else f"{measure.aim:g}")
        return cls(
            measure, f"→ {' or '.join(short)}", f"nearer to {', or to '.join(long)} is better"
        )


@dataclass(frozen=True)
class Entry:
    """One figure.

    Attributes:
        text: the figure; "–" where there is none.
        interval: around it, "" where none is known.
        order: what the column is sorted by, less is better; None sorts last.
        best: whether it is among the best of its column.
        lacking: how many scores it should be a mean of besides.
    """

    text: str
    interval: str = ""
    order: float | None = None
    best: bool = False
    lacking: int = 0


@dataclass(frozen=True)
class Line:
    """A row of a table."""

    player: Player
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Table:
    """Rows of contestants, then those of references, which are neither ranked nor sorted."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    references: tuple[Line, ...]

    @property
    def lacking(self) -> bool:
        """Whether any figure lacks scores."""
        return any(entry.lacking for line in self.lines for entry in line.entries)


def score_table(
    cast: Cast,
    asked: Sequence[Question],
    found: Standings,
    ceilings: Mapping[str, float] | None = None,
) -> Table:
    """A table of ``found``.

    Args:
        cast: contestants and references.
        asked: the questions that ``found`` is of.
        found: the columns; who has no standing gets a dash.
        ceilings: what the judges score themselves, by name of the measure: a row below the others.
    """
    measures = [ALL_MEASURES[name] for name in found]
    columns = tuple(Column.of(measure, asked) for measure in measures)

    def line(player: Player) -> Line:
        return Line(player, tuple(_entry(m, found[m.name].get(player.name)) for m in measures))

    references = [line(player) for player in cast.references]
    if ceilings:
        known = [ceilings.get(measure.name) for measure in measures]
        shown = zip(measures, known, strict=True)
        entries = tuple(Entry("–" if v is None else m.show(v)) for m, v in shown)
        references.append(Line(Player("judge’s ceiling"), entries))
    return Table(columns, tuple(map(line, cast.ranked)), tuple(references))


def _entry(measure: Measure, standing: Standing | None) -> Entry:
    if standing is None:
        return Entry("–")
    score = standing.score
    return Entry(
        measure.show(score.mean),
        f"{measure.show(score.low)}–{measure.show(score.high)}" if score.has_interval else "",
        standing.shortfall,
        standing.best,
        score.lacking,
    )
