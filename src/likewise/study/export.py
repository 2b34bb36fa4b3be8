"""Export: the results and the raw votes as files that other programs read.

::

    results.json  results.md  ranks_<question>.svg
    votes.csv     one row a vote: who, which trial, the order shown and the order given
    results.csv   one row a question and contestant: rank counts, mean rank, strength
    wins.csv      one row a question and pair of contestants
    people.csv    one row a participant: attention, and whether they are counted
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from likewise.storage import write_bytes, write_json
from likewise.study.chart import rank_chart
from likewise.study.plan import LETTERS, plan
from likewise.study.records import Vote
from likewise.study.results import Results
from likewise.study.study import Study
from likewise.study.tally import Interval, trial_of
from likewise.study.telling import markdown


def export(folder: Path, study: Study, votes: Sequence[Vote], found: Results) -> list[Path]:
    """Write all files to ``folder``, which exists, and return them.

    Raises:
        OutputError: the folder cannot be written.
    """
    texts = {
        "results.md": markdown(found),
        "votes.csv": _csv(_vote_rows(study, votes, found)),
        "results.csv": _csv(_result_rows(found)),
        "wins.csv": _csv(_win_rows(found)),
        "people.csv": _csv(_people_rows(found)),
    }
    for counted in found.counted:
        texts[f"ranks_{counted.question}.svg"] = rank_chart(counted, found.contestants)
    write_json(folder / "results.json", found.as_json())
    for name, text in texts.items():
        write_bytes(folder / name, text.encode())
    return [folder / "results.json", *(folder / name for name in texts)]


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _vote_rows(study: Study, votes: Sequence[Vote], found: Results) -> Iterator[Sequence[Any]]:
    """Contestants best first; those of attention checks are "check" (the one in doubt of none)."""
    places = range(max(len(trial.answers) for trial in study.by_key.values()))
    heads = ["participant", "counted", "trial", "case", "target", "question", "check"]
    heads += [f"rank_{place + 1}" for place in places] + ["shown", "milliseconds", "at"]
    yield heads
    letters: dict[int, dict[str, dict[str, str]]] = {}
    for vote in votes:
        trial = trial_of(study, vote)
        if vote.participant not in letters:
            letters[vote.participant] = _lettered(study, vote.participant)
        shown = letters[vote.participant].get(vote.trial, {})
        ranked = [_made(trial.check, key, trial.contestant(key)) for key in vote.ranking]
        outcome = "" if trial.check is None else _outcome(trial.check.passed(vote.ranking))
        yield [
            vote.participant,
            int(vote.participant not in found.left_out),
            vote.trial,
            trial.case,
            trial.target,
            vote.question,
            outcome,
            *ranked,
            *[""] * (len(places) - len(ranked)),
            "".join(shown.get(key, "?") for key in vote.ranking),
            vote.milliseconds,
            vote.at,
        ]


def _lettered(study: Study, participant: int) -> dict[str, dict[str, str]]:
    """By trial and key, which letter the participant saw."""
    return {
        turn.trial.key: {a.key: letter for a, letter in zip(turn.shown, LETTERS, strict=False)}
        for turn in plan(study, participant)
    }


def _made(check: Any, key: str, contestant: str) -> str:
    if check is None:
        return contestant
    return "check" if key == check.answer else "filler"


def _outcome(passed: bool) -> str:
    return "passed" if passed else "failed"


def _result_rows(found: Results) -> Iterator[Sequence[Any]]:
    ranks = max((len(row) for c in found.counted for row in c.rank_counts), default=0)
    heads = ["question", "contestant", *(f"rank_{place + 1}" for place in range(ranks))]
    heads += [f"{name}{end}" for name in ("mean_rank", "strength") for end in ("", "_low", "_high")]
    yield heads
    for counted in found.counted:
        for place, name in enumerate(found.contestants):
            counts = list(counted.rank_counts[place])
            counts += [0] * (ranks - len(counts))
            means = [*_three(counted.mean_rank[place]), *_three(counted.strength[place])]
            yield [counted.question, name, *counts, *means]


def _three(interval: Interval | None) -> list[float | str]:
    if interval is None:
        return ["", "", ""]
    values = (interval.value, interval.low, interval.high)
    return ["" if value is None else round(value, 6) for value in values]


def _win_rows(found: Results) -> Iterator[Sequence[Any]]:
    yield ["question", "contestant", "against", "wins", "losses"]
    for counted in found.counted:
        for row, name in enumerate(found.contestants):
            for column, other in enumerate(found.contestants):
                if row != column:
                    lost = counted.wins[column][row]
                    yield [counted.question, name, other, counted.wins[row][column], lost]


def _people_rows(found: Results) -> Iterator[Sequence[Any]]:
    yield ["participant", "counted", "checks", "checks_passed"]
    for one in found.attention:
        counted = int(one.participant not in found.left_out)
        yield [one.participant, counted, one.checks, one.passed]
