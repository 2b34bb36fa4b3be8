"""Statistics: means and ranks of a comparison, with intervals over its cases.

A case's score is the mean of its seeds and layouts: these share a picture, or even a fit, and are
not independent. So the mean over cases is told, every case counting alike, with a 95 % interval of
a bootstrap that draws cases (bias-corrected and accelerated, DiCiccio and Efron 1996, by scipy).
With one case there is no interval. With few it is too narrow: that of five says little.
"""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from likewise.evaluation.comparison import Comparison, Outcome, Question
from likewise.evaluation.contestants import REFERENCES, TRUTH
from likewise.evaluation.measures import MEASURES, Measure

CONFIDENCE = 0.95
RESAMPLES = 9999
MEBIBYTE = 2**20

COSTS: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("fit_seconds", "Fit", 2, "lower", "s", "Seconds of one fit, for all layouts."),
        Measure("render_seconds", "Render", 2, "lower", "s", "Seconds of rendering one layout."),
        Measure("memory", "Memory", 0, "lower", "MiB", "Peak of fit and rendering beyond loading."),
    )
}
"""What an answer costs, as measures: references have none."""

ALL_MEASURES = MEASURES | COSTS


@dataclass(frozen=True)
class Estimate:
    """A mean over cases.

    Attributes:
        mean: every case counts alike.
        low: end of its interval; not a number where there is none.
        high: likewise.
        cases: that it is a mean of.
        answers: layouts and seeds behind it.
        lacking: layouts and seeds that were asked and have no score: where there are some, means of
            different contestants are of different questions.
    """

    mean: float
    low: float
    high: float
    cases: int
    answers: int
    lacking: int = 0

    @property
    def has_interval(self) -> bool:
        """Whether there is one."""
        return math.isfinite(self.low) and math.isfinite(self.high)


@dataclass(frozen=True)
class Standing:
    """How a contestant does by one measure.

    Attributes:
        score: mean of the scores.
        shortfall: mean distance from good, a question at a time: see :meth:`Measure.shortfall`.
            Distances to the truth's scores do not cancel here as they may in the mean score.
        rank: mean rank among the contestants, 1 is best; equal ones share the mean of their ranks,
            and who gave no answer comes last. None for references and where one competes alone.
        best: whether no contestant is nearer to good, in the decimals shown.
    """

    score: Estimate
    shortfall: float
    rank: Estimate | None = None
    best: bool = False


Standings = dict[str, dict[str, Standing]]
"""By measure, then by contestant or reference."""


def standings(comparison: Comparison) -> Standings:
    """Every contestant by every measure that applies, in the order of reports."""
    found = {name: _standings_by(comparison, ALL_MEASURES[name]) for name in ALL_MEASURES}
    return {name: told for name, told in found.items() if told}


def estimated(by_case: Mapping[str, Sequence[float]], lacking: int = 0) -> Estimate:
    """The mean over cases, and its interval.

    Args:
        by_case: scores of each case, at least one; a case's own mean is taken first.
        lacking: how many scores there should be besides.
    """
    means = np.array([np.mean(scores) for scores in by_case.values()])
    answers = sum(len(scores) for scores in by_case.values())
    low, high = interval(means)
    return Estimate(float(means.mean()), low, high, len(means), answers, lacking)


def interval(means: np.ndarray) -> tuple[float, float]:
    """Ends of the interval of the mean of ``means``; not numbers where there are fewer than two."""
    if len(means) < 2:
        return math.nan, math.nan
    if np.ptp(means) == 0:
        return float(means[0]), float(means[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of data so skewed that BCa has no answer: see below
        for method in ("BCa", "percentile"):
            drawn = stats.bootstrap(
                (means,),
                np.mean,
                n_resamples=RESAMPLES,
                confidence_level=CONFIDENCE,
                method=method,
                random_state=np.random.default_rng(0),
            ).confidence_interval
            if np.isfinite(drawn).all():
                break
    return float(drawn.low), float(drawn.high)


def _standings_by(comparison: Comparison, measure: Measure) -> dict[str, Standing]:
    names = [*comparison.contestants, *REFERENCES]
    scores = {name: _scores(comparison, name, measure) for name in names}
    asked = [q for q in comparison.questions if any(scores[n].get(q.key) for n in names)]
    truths = {question.key: _truth(comparison, question, measure) for question in asked}
    ranks = _ranks(comparison.contestants, scores, truths, measure)
    found: dict[str, Standing] = {}
    for name in names:
        known = {q: scores[name][q.key] for q in asked if scores[name].get(q.key)}
        if not known:
            continue
        seeds = 1 if name in REFERENCES else len(comparison.seeds)
        wanted = seeds * (len(known) if name == TRUTH else len(asked))
        lacking = wanted - sum(map(len, known.values()))
        shortfalls = {
            q: [measure.shortfall(score, truths[q.key]) for score in given]
            for q, given in known.items()
        }
        found[name] = Standing(
            estimated(_by_case(known), lacking),
            estimated(_by_case(shortfalls)).mean,
            ranks.get(name),
        )
    return _with_best(found, measure)


def _scores(
    comparison: Comparison, name: str, measure: Measure
) -> dict[tuple[str, str], list[float]]:
    """Scores of ``name`` by question, one a seed."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for outcome in comparison.outcomes.values():
        if outcome.contestant == name:
            value = _value(outcome, measure)
            if value is not None and math.isfinite(value):
                found[outcome.case, outcome.target].append(value)
    return dict(found)


def _value(outcome: Outcome, measure: Measure) -> float | None:
    if measure.name not in COSTS:
        return outcome.scores.get(measure.name)
    if outcome.picture is None or outcome.contestant in REFERENCES:
        return None
    if measure.name == "memory":
        return outcome.memory_bytes / MEBIBYTE if outcome.memory_bytes else None
    return float(getattr(outcome, measure.name))


def _truth(comparison: Comparison, question: Question, measure: Measure) -> float | None:
    truth = comparison.outcomes.get((*question.key, TRUTH, comparison.seeds[0]))
    return None if truth is None else truth.scores.get(measure.name)


def _ranks(
    contestants: Sequence[str],
    scores: Mapping[str, Mapping[tuple[str, str], Sequence[float]]],
    truths: Mapping[tuple[str, str], float | None],
    measure: Measure,
) -> dict[str, Estimate]:
    if len(contestants) < 2:
        return {}
    by_case: dict[str, dict[str, list[float]]] = {n: defaultdict(list) for n in contestants}
    for key, truth in truths.items():
        shortfalls = [
            np.mean(
                [measure.shortfall(score, truth) for score in scores[name].get(key, [math.inf])]
            )
            for name in contestants
        ]
        if np.isinf(shortfalls).all():
            continue  # a question of references alone
        for name, rank in zip(contestants, stats.rankdata(shortfalls), strict=True):
            by_case[name][key[0]].append(float(rank))
    return {name: estimated(ranks) for name, ranks in by_case.items() if ranks}


def _by_case(known: Mapping[Question, Iterable[float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for question, values in known.items():
        found[question.case].extend(values)
    return found


def _with_best(found: dict[str, Standing], measure: Measure) -> dict[str, Standing]:
    """``found`` with the best marked, of those that answered all: others had other questions."""
    rivals = {n: s for n, s in found.items() if n not in REFERENCES and not s.score.lacking}
    if len(rivals) < 2:
        return found
    least = min(standing.shortfall for standing in rivals.values())
    best = {n for n, s in rivals.items() if measure.show(s.shortfall) == measure.show(least)}
    return {name: Standing(s.score, s.shortfall, s.rank, name in best) for name, s in found.items()}
