"""Tables: a comparison as CSV, Markdown, LaTeX and JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from likewise.evaluation.comparison import Comparison
from likewise.evaluation.contestants import REFERENCES
from likewise.evaluation.measures import MEASURES, Measure
from likewise.evaluation.photographs import photographs_told
from likewise.evaluation.place import METRICS_FILE, TABLE_FILES
from likewise.evaluation.statistics import (
    ALL_MEASURES,
    CONFIDENCE,
    COSTS,
    Estimate,
    Standing,
    Standings,
    standings,
)
from likewise.evaluation.typesetting import (
    NONE,
    Cell,
    Rows,
    Table,
    escaped_markdown,
    latex,
    markdown,
)
from likewise.storage import write_bytes, write_json

FORMAT = 1
RANK_DIGITS = 2
FEW = 10  # cases below which a bootstrap's intervals cover clearly less than they say


def write_tables(comparison: Comparison) -> list[Path]:
    """Write ``metrics.json`` and ``tables/``, and return their paths.

    Raises:
        OutputError: the folder cannot be written.
    """
    told = standings(comparison)
    files = [comparison.folder / name for name in TABLE_FILES]
    files[0].parent.mkdir(exist_ok=True)
    texts = (
        outcomes_csv(comparison),
        summary_csv(told),
        summary_markdown(comparison, told),
        summary_latex(comparison, told),
    )
    for file, text in zip(files, texts, strict=True):
        write_bytes(file, text.encode())
    metrics = comparison.folder / METRICS_FILE
    write_json(metrics, metrics_json(comparison, told))
    return [metrics, *files]


def metrics_json(comparison: Comparison, told: Standings) -> dict[str, Any]:
    """Every score, and every mean with its interval; what is not known is null."""
    outcomes = [asdict(outcome) for outcome in comparison.outcomes.values()]
    return summary_json(comparison, told) | {"outcomes": outcomes}


def summary_json(comparison: Comparison, told: Standings) -> dict[str, Any]:
    """The means alone, and what failed."""
    return {
        "format": FORMAT,
        "facts": comparison.facts,
        "contestants": list(comparison.contestants),
        "seeds": list(comparison.seeds),
        "confidence": CONFIDENCE,
        "measures": [_plain(asdict(ALL_MEASURES[name])) for name in told],
        "summary": {
            name: {who: _plain(asdict(standing)) for who, standing in found.items()}
            for name, found in told.items()
        },
        "ceilings": comparison.ceilings,
        "failures": [asdict(outcome) for outcome in comparison.failures()],
    }


def outcomes_csv(comparison: Comparison) -> str:
    """A row for each outcome; scores that do not apply are empty."""
    kinds = {question.key: question.kind for question in comparison.questions}
    outcomes = comparison.outcomes.values()
    present = [name for name in MEASURES if any(name in o.scores for o in outcomes)]
    facts = ("case", "target", "contestant", "seed", "picture", "error", "after")
    costs = ("fit_seconds", "render_seconds", "memory_bytes")
    rows = [
        [
            *(getattr(outcome, name) for name in facts),
            kinds.get((outcome.case, outcome.target), ""),
            *(getattr(outcome, name) or "" for name in costs),
            *(outcome.scores.get(name, "") for name in present),
        ]
        for outcome in outcomes
    ]
    return _csv([*facts, "kind", *costs, *present], rows)


def summary_csv(told: Standings) -> str:
    """A row for each measure and contestant: tidy, for statistics programs."""
    headings = ("measure", "unit", "better", "contestant", "mean", "low", "high", "shortfall")
    ranks = ("rank", "rank_low", "rank_high", "best", "cases", "answers", "lacking")
    rows = []
    for name, found in told.items():
        measure = ALL_MEASURES[name]
        for who, standing in found.items():
            score, rank = standing.score, standing.rank
            figures = [score.mean, score.low, score.high, standing.shortfall]
            figures += [rank.mean, rank.low, rank.high] if rank else [math.nan] * 3
            known = ["" if math.isnan(figure) else repr(figure) for figure in figures]
            counts = [int(standing.best), score.cases, score.answers, score.lacking]
            rows.append([name, measure.unit, measure.better, who, *known, *counts])
    return _csv([*headings, *ranks], rows)


def summary_markdown(comparison: Comparison, told: Standings) -> str:
    """Tables of scores, costs and ranks, with what they mean."""
    parts = ["# Comparison", _spread(comparison)]
    for table in _tables(comparison, told):
        parts += [f"## {table.title}", table.remark, markdown(table)]
    legend = [f"- **{ALL_MEASURES[n].title}**: {ALL_MEASURES[n].meaning}" for n in told]
    parts += ["## Measures", "\n".join(legend)]
    failed = [
        f"- {o.contestant} on {o.case}/{o.target}, seed {o.seed}: {o.error}"
        for o in comparison.failures()
    ]
    if failed:
        parts += ["## Failures", escaped_markdown("\n".join(failed))]
    return "\n\n".join(parts) + "\n"


def summary_latex(comparison: Comparison, told: Standings) -> str:
    r"""The same tables, for a document that has ``\usepackage{booktabs}``."""
    spread = _spread(comparison)
    tables = [latex(table, spread) for table in _tables(comparison, told)]
    return "% Needs \\usepackage{booktabs}.\n" + "\n".join(tables)


def _tables(comparison: Comparison, told: Standings) -> Iterable[Table]:
    present = {who for found in told.values() for who in found}
    references = [name for name in REFERENCES if name in present]
    methods = list(comparison.contestants)
    costly = {name: found for name, found in told.items() if name in COSTS}
    scored = {name: found for name, found in told.items() if name not in COSTS}
    aims = {name: _aim(ALL_MEASURES[name], comparison) for name in told}
    if scored:
        rows = _rows(scored, [*methods, *references], _score_cell, aims)
        yield Table("Scores", [*methods, *references], rows, _remark(rows))
    if costly:
        rows = _rows(costly, methods, _score_cell, aims)
        yield Table("Costs", methods, rows, _remark(rows))
    ranked = {n: f for n, f in scored.items() if any(s.rank for s in f.values())}
    if ranked:
        rows = _rows(ranked, methods, _rank_cell, dict.fromkeys(ranked, ""))
        remark = "Among the methods, a question at a time; 1 is best, no answer comes last."
        yield Table("Mean ranks", methods, rows, remark)


def _rows(
    told: Standings,
    columns: Sequence[str],
    cell: Callable[[Measure, Standing | None, Sequence[Standing]], Cell],
    aims: Mapping[str, str],
) -> Rows:
    rows: list[tuple[str, Sequence[Cell]]] = []
    for name, found in told.items():
        measure = ALL_MEASURES[name]
        everyone = list(found.values())
        unit = f", {measure.unit}" if measure.unit else ""
        heading = f"{measure.title}{unit} {aims[name]}".rstrip()
        rows.append((heading, [cell(measure, found.get(who), everyone) for who in columns]))
    return rows


def _aim(measure: Measure, comparison: Comparison) -> str:
    """An arrow, and what to be near to."""
    if measure.better != "truth":
        return "↑" if measure.better == "higher" else "↓"
    known = [question.truth is not None for question in comparison.questions]
    aims = ["truth"] if any(known) else []
    aims += [] if all(known) else [f"{measure.aim:g}"]
    return f"→ {' or '.join(aims)}"


def _remark(rows: Rows) -> str:
    signs = {
        "↑": "higher is better",
        "↓": "lower is better",
        "→": "nearer to what is named is better",
    }
    headings = "".join(heading for heading, _ in rows)
    words = "; ".join(f"{sign} {word}" for sign, word in signs.items() if sign in headings)
    cells = [cell for _, given in rows for cell in given]
    marked = " Bold is best." if any(cell.best for cell in cells) else ""
    lacking = any("†" in cell.text for cell in cells)
    told = " † It did not answer everything: its mean is of less, and never best."
    return f"{words[0].upper()}{words[1:]}.{marked}{told if lacking else ''}"


def _score_cell(measure: Measure, standing: Standing | None, _: Sequence[Standing]) -> Cell:
    if standing is None:
        return Cell(NONE)
    mark = "†" if standing.score.lacking else ""
    text = measure.show(standing.score.mean) + mark
    return Cell(text, _interval(standing.score, measure.show), standing.best)


def _rank_cell(_: Measure, standing: Standing | None, everyone: Sequence[Standing]) -> Cell:
    if standing is None or standing.rank is None:
        return Cell(NONE)
    text = _show_rank(standing.rank.mean)
    others = [_show_rank(s.rank.mean) for s in everyone if s.rank is not None]
    least = min(others, key=float)
    return Cell(text, _interval(standing.rank, _show_rank), text == least)


def _show_rank(rank: float) -> str:
    return f"{rank:.{RANK_DIGITS}f}"


def _interval(estimate: Estimate, show: Callable[[float], str]) -> str:
    if not estimate.has_interval:
        return NONE
    return f"{show(estimate.low)}, {show(estimate.high)}"


def _spread(comparison: Comparison) -> str:
    """What the means and their intervals are of."""
    cases = len({question.case for question in comparison.questions})
    layouts, seeds = len(comparison.questions), len(comparison.seeds)
    told_of = ((cases, "case"), (layouts, "layout"), (seeds, "seed"))
    counted = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in told_of)
    after = f" {photographs_told(comparison)}".rstrip()
    if cases < 2:
        return f"Means of {counted}; one case allows no interval.{after}"
    told = (
        f"Means of {counted}, every case counting alike, with {CONFIDENCE:.0%} intervals of a "
        "bootstrap over cases"
    )
    few = f" (of only {cases} cases, and so narrower than they should be)"
    return f"{told}{few if cases < FEW else ''}.{after}"


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    """``value`` for JSON, which knows no number that is none."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
