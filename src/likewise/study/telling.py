"""Telling: results as Markdown, for a terminal and for a paper's appendix."""

from __future__ import annotations

from collections.abc import Sequence

from likewise.study.attention import PASSED
from likewise.study.results import Counted, Results
from likewise.study.tally import LEVEL, Interval

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def markdown(found: Results) -> str:
    """Everything in ``found`` but the single votes."""
    parts = [f"# {found.title}", people(found)]
    for counted in found.counted:
        parts += [f"## {counted.text}", _table(counted, found.contestants)]
        parts += ["Row above column, in per cent of the times they met:"]
        parts += [_wins(counted, found.contestants), agreed(counted)]
    if found.left_out:
        parts += ["## With everybody", "Mean ranks, nobody left out:"]
        parts += [_everyone(found)]
    parts += [
        f"Parentheses hold {LEVEL:.0%} intervals over people, drawn anew with replacement. "
        "Strength (Plackett-Luce) is how likely a method comes first among all of them."
    ]
    return "\n\n".join(parts) + "\n"


def people(found: Results) -> str:
    """Who took part, in a sentence or two."""
    line = f"{found.joined} joined, {found.voted} answered, {found.finished} of them everything."
    if found.seconds is not None:
        line += f" An answer took {found.seconds:.1f} s (median)."
    failed = sum(one.failed for one in found.attention)
    if failed:
        what = "are left out" if found.left_out else "are counted nevertheless"
        line += f" {failed} passed fewer than {PASSED:.0%} of the attention checks and {what}."
    elif any(one.checks for one in found.attention):
        line += " Nobody failed the attention checks."
    return line


def agreed(counted: Counted) -> str:
    """How far people agree, in a sentence."""
    one = counted.agreement
    if one.kendall_w is None:
        return "No trial was ranked by two people yet, so agreement cannot be told."
    return (
        f"Agreement over {one.trials} trials that several people ranked: Kendall's W "
        f"{one.kendall_w:.2f}, mean correlation of two people {one.correlation:.2f} (0 by chance)."
    )


def order(counted: Counted) -> list[int]:
    """Contestants by mean rank, those without votes last."""
    means = [m.value if m is not None else float("inf") for m in counted.mean_rank]
    return sorted(range(len(means)), key=means.__getitem__)


def _table(counted: Counted, names: Sequence[str]) -> str:
    ranks = len(counted.rank_counts[0]) if counted.rank_counts else 0
    rows = [["method", *_ORDINALS[:ranks], "mean rank", "strength"]]
    for one in order(counted):
        counts = map(str, counted.rank_counts[one])
        rows.append([names[one], *counts, shown(counted.mean_rank[one])])
        rows[-1].append(shown(counted.strength[one]))
    told = f"{counted.rankings} rankings by {counted.people} people."
    return f"{told}\n\n{_piped(rows)}"


def _wins(counted: Counted, names: Sequence[str]) -> str:
    places = order(counted)
    rows = [["", *(names[one] for one in places)]]
    for row in places:
        cells = []
        for column in places:
            met = counted.wins[row][column] + counted.wins[column][row]
            cells.append(f"{100 * counted.wins[row][column] / met:.0f}" if met else "–")
        rows.append([names[row], *cells])
    return _piped(rows)


def _everyone(found: Results) -> str:
    rows = [["method", *(counted.question for counted in found.everyone)]]
    for one in order(found.everyone[0]):
        means = (shown(counted.mean_rank[one]) for counted in found.everyone)
        rows.append([found.contestants[one], *means])
    return _piped(rows)


def shown(interval: Interval | None) -> str:
    """``1.52 (1.40–1.66)``."""
    if interval is None:
        return "–"
    if interval.low is None:
        return f"{interval.value:.2f}"
    return f"{interval.value:.2f} ({interval.low:.2f}–{interval.high:.2f})"


def _piped(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns also line up in plain text."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    widths = [max(len(row[k]) for row in cells) for k in range(len(cells[0]))]
    first, *rest = [
        "| "
        + " | ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in cells
    ]
    rule = [("-" * (w + 2)) if k == 0 else ("-" * (w + 1) + ":") for k, w in enumerate(widths)]
    return "\n".join([first, f"|{'|'.join(rule)}|", *rest])
