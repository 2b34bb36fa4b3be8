"""Results: what people said, counted, with intervals, agreement and attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from likewise.study.agreement import Agreement, agreement
from likewise.study.attention import Attention, attention
from likewise.study.ranks import mean_ranks, rank_counts, wins
from likewise.study.records import Vote
from likewise.study.strengths import strengths
from likewise.study.study import Study
from likewise.study.tally import LEVEL, SAMPLES, Interval, Tally, tally


@dataclass(frozen=True)
class Counted:
    """The answers to one question.

    Attributes:
        question: name.
        text: as people read it.
        people: who answered any of it.
        rankings: how many there are.
        rank_counts: of each contestant, how often it came first, second, ….
        mean_rank: of each contestant, 1 the best; ``None`` where nobody ranked it.
        strength: Plackett-Luce, summing to 1; ``None`` where nobody ranked it.
        wins: how often the contestant of the row was above that of the column.
        agreement: between people.
    """

    question: str
    text: str
    people: int
    rankings: int
    rank_counts: tuple[tuple[int, ...], ...]
    mean_rank: tuple[Interval | None, ...]
    strength: tuple[Interval | None, ...]
    wins: tuple[tuple[int, ...], ...]
    agreement: Agreement


@dataclass(frozen=True)
class Results:
    """What a study found.

    Attributes:
        title: of the study.
        contestants: in the order of all lists in ``counted``.
        joined: people who consented.
        voted: people who answered anything.
        finished: people who answered everything.
        left_out: numbers of people who failed the attention checks and are not in ``counted``.
        attention: of everybody who voted.
        counted: by question, without who is left out.
        everyone: the same with everybody; equal to ``counted`` where nobody is left out.
        seconds: median time of an answer; ``None`` without answers.
    """

    title: str
    contestants: tuple[str, ...]
    joined: int
    voted: int
    finished: int
    left_out: tuple[int, ...]
    attention: tuple[Attention, ...]
    counted: tuple[Counted, ...]
    everyone: tuple[Counted, ...]
    seconds: float | None

    def as_json(self) -> dict[str, Any]:
        """Plain data, all numbers finite."""
        return {"level": LEVEL, **asdict(self)}


def results(
    study: Study,
    votes: Sequence[Vote],
    joined: int,
    *,
    keep_all: bool = False,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Results:
    """Count ``votes``; people who failed the attention checks only with ``keep_all``.

    Args:
        study: what was asked.
        votes: as ``Store.votes`` gives them.
        joined: as ``Store.participants`` tells.
        keep_all: count everybody.
        samples: resamples of people behind each interval.
        seed: of the resamples.

    Raises:
        InputError: there are votes on trials the study lacks.
    """
    looked = attention(study, votes)
    failed = {number for number, one in looked.items() if one.failed}
    left_out = set() if keep_all else failed
    kept = [vote for vote in votes if vote.participant not in left_out]
    counted = _all_counted(study, kept, samples, seed)
    everyone = _all_counted(study, votes, samples, seed) if left_out else counted
    asked = (study.trials_each + study.checks_each) * len(study.questions)
    answered: dict[int, int] = {}
    for vote in votes:
        answered[vote.participant] = answered.get(vote.participant, 0) + 1
    return Results(
        title=study.title,
        contestants=study.contestants,
        joined=joined,
        voted=len(answered),
        finished=sum(count >= asked for count in answered.values()),
        left_out=tuple(sorted(left_out)),
        attention=tuple(looked.values()),
        counted=counted,
        everyone=everyone,
        seconds=median(vote.milliseconds for vote in votes) / 1000 if votes else None,
    )


def _all_counted(
    study: Study, votes: Sequence[Vote], samples: int, seed: int
) -> tuple[Counted, ...]:
    return tuple(
        _counted(question.name, question.text, tally(study, votes, question.name), samples, seed)
        for question in study.questions
    )


def _counted(name: str, text: str, counts: Tally, samples: int, seed: int) -> Counted:
    return Counted(
        question=name,
        text=text,
        people=counts.crowd,
        rankings=len(counts.rankings),
        rank_counts=tuple(map(tuple, rank_counts(counts).tolist())),
        mean_rank=tuple(mean_ranks(counts, samples=samples, seed=seed)),
        strength=tuple(strengths(counts, samples=samples, seed=seed)),
        wins=tuple(map(tuple, wins(counts).tolist())),
        agreement=agreement(counts),
    )
