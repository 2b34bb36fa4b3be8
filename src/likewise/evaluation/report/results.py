"""Results: standings as tables and charts, over everything, by kind of edit, and by question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import fmean

from likewise.evaluation.comparison import Comparison, Question
from likewise.evaluation.measures import MEASURES
from likewise.evaluation.report.cast import Cast, Player
from likewise.evaluation.report.charts import BarChart, RankChart, bar_chart, rank_chart
from likewise.evaluation.report.scores import Column, Table, score_table
from likewise.evaluation.statistics import ALL_MEASURES, COSTS, Standing, Standings, standings

CHARTED = ("iou", "accuracy", "pretrained_iou", "pretrained_accuracy", "ssim", "lpips")
RANKED = ("iou", "accuracy", "pretrained_iou", "ssim", "lpips")
_WIDEST = 11  # columns of a table that 1,280 pixels hold
_MOST_RANKED = 3  # charts of ranks

Key = tuple[str, str]


@dataclass(frozen=True)
class Results:
    """What the page says in figures.

    Attributes:
        means: over everything.
        split: the same, as one table or two, so that few screens need to scroll.
        kinds: the same by what was done to the layout, where that is told of several kinds.
        tables: of each question, by its key; without questions that nobody answered.
        charts: of layout and likeness to the truth.
        ranks: how often each contestant was first, second, … by one measure.
        costs: charts of time and memory.
        cases: that means are over.
        truths: how many questions have a known true answer.
    """

    means: Table
    split: tuple[tuple[str, Table], ...]
    kinds: tuple[tuple[str, Table], ...]
    tables: dict[Key, Table]
    charts: tuple[BarChart, ...]
    ranks: tuple[RankChart, ...]
    costs: tuple[BarChart, ...]
    cases: int
    truths: int


def results(comparison: Comparison, cast: Cast) -> Results:
    """All figures of ``comparison``.

    Cost: mostly bootstraps, 0.01 s for each measure, contestant and kind of edit.
    """
    ceilings = mean_ceilings(comparison.ceilings)
    every = standings(comparison)
    single = {q.key: standings(replace(comparison, questions=(q,))) for q in comparison.questions}
    return Results(
        score_table(cast, comparison.questions, every, ceilings),
        tuple(_split(comparison, cast, every, ceilings)),
        tuple(_kinds(comparison, cast)),
        {
            q.key: score_table(cast, (q,), single[q.key], comparison.ceilings.get(q.case))
            for q in comparison.questions
            if single[q.key]
        },
        tuple(
            _chart(comparison, cast, every, name, ceilings)
            for name in CHARTED
            if _has(cast, every, name)
        ),
        tuple(_ranks(cast, every, single)),
        tuple(
            _chart(comparison, cast, every, name, {}) for name in COSTS if _has(cast, every, name)
        ),
        len({question.case for question in comparison.questions}),
        sum(question.truth is not None for question in comparison.questions),
    )


def _split(
    comparison: Comparison, cast: Cast, every: Standings, ceilings: Mapping[str, float]
) -> Iterator[tuple[str, Table]]:
    """Captions and tables of the means."""
    cases = len({question.case for question in comparison.questions})
    whole = f"Means over {cases} cases, every case counting alike"
    whole = whole if cases > 1 else "Means over the layouts of one case"
    near = {name: row for name, row in every.items() if ALL_MEASURES[name].better == "truth"}
    rest = {name: row for name, row in every.items() if name not in near}
    if len(every) <= _WIDEST or not near:
        yield whole, score_table(cast, comparison.questions, every, ceilings)
        return
    yield f"Layout and appearance. {whole}", score_table(cast, comparison.questions, near, ceilings)
    yield "Likeness to the true answer, and cost", score_table(cast, comparison.questions, rest)


def mean_ceilings(ceilings: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Of all cases, by measure, in the order of reports."""
    known = {name: [of[name] for of in ceilings.values() if name in of] for name in MEASURES}
    return {name: fmean(values) for name, values in known.items() if values}


def _kinds(comparison: Comparison, cast: Cast) -> Iterator[tuple[str, Table]]:
    kinds = list(dict.fromkeys(question.kind for question in comparison.questions))
    if len(kinds) < 2:
        return
    for kind in kinds:
        asked = tuple(q for q in comparison.questions if q.kind == kind)
        found = standings(replace(comparison, questions=asked))
        told = kind or "kind not told"
        yield f"{told} ({_count(asked)})", score_table(cast, asked, found)


def _count(asked: Iterable[Question]) -> str:
    number = len(list(asked))
    return f"{number} layout{'' if number == 1 else 's'}"


def _has(cast: Cast, found: Standings, name: str) -> bool:
    return any(player.name in found.get(name, {}) for player in cast.ranked)


def _chart(
    comparison: Comparison, cast: Cast, found: Standings, name: str, ceilings: Mapping[str, float]
) -> BarChart:
    measure, row = ALL_MEASURES[name], found[name]
    lines = [
        (row[player.name].score.mean, f"{text} {measure.show(row[player.name].score.mean)}", style)
        for player in cast.references
        for text, style in [_REFERENCE_LINES[player.name]]
        if player.name in row and (player.name, measure.better) != ("truth", "higher")
    ]
    if name in ceilings:
        lines.append((ceilings[name], f"judge’s ceiling {measure.show(ceilings[name])}", "ceiling"))
    unit = f", {measure.unit}" if measure.unit else ""
    note = (
        measure.meaning
        if name in COSTS
        else f"{Column.of(measure, comparison.questions).direction.capitalize()}."
    )
    values = {p: row[p.name].score for p in cast.ranked if p.name in row}
    return bar_chart(f"{measure.title}{unit}", note, values, measure.show, lines)


_REFERENCE_LINES = {
    "truth": ("true answer", "truth"),
    "source": ("source unchanged", "source"),
}


def _ranks(cast: Cast, every: Standings, single: Mapping[Key, Standings]) -> Iterator[RankChart]:
    names = [name for name in RANKED if _is_ranked(cast, every, name)][:_MOST_RANKED]
    for name in names:
        counts: dict[Player, list[int]] = {player: [0] * len(cast.ranked) for player in cast.ranked}
        told = [found[name] for found in single.values() if name in found]
        for row in told:
            for player, rank in _places(cast, row).items():
                counts[player][rank - 1] += 1
        means = {player: _mean_rank(every[name].get(player.name)) for player in cast.ranked}
        title = f"Ranks by {ALL_MEASURES[name].title}"
        yield rank_chart(
            title, "How often each method came first, second, …", counts, len(told), means
        )


def _is_ranked(cast: Cast, found: Standings, name: str) -> bool:
    row = found.get(name, {})
    return any(player.name in row and row[player.name].rank for player in cast.ranked)


def _places(cast: Cast, row: Mapping[str, Standing]) -> dict[Player, int]:
    """Ranks in one question of all that answered it; equal ones share the better rank."""
    ranks = {p: row[p.name].rank for p in cast.ranked if p.name in row}
    means = {player: rank.mean for player, rank in ranks.items() if rank is not None}
    alike = Counter(means.values())
    return {player: round(mean - (alike[mean] - 1) / 2) for player, mean in means.items()}


def _mean_rank(standing: Standing | None) -> tuple[str, str]:
    if standing is None or standing.rank is None:
        return "no answer", ""
    rank = standing.rank
    around = f"{rank.low:.2f}–{rank.high:.2f}" if rank.has_interval else ""
    return f"mean rank {rank.mean:.2f}", around
