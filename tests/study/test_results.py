"""Results: counts by hand, strengths and agreement against other packages' numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import choix
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import friedmanchisquare, spearmanr
from tests.study.conftest import Make
from tests.study.voting import TASTE, lively_votes, voted

from likewise.errors import InputError
from likewise.study.agreement import agreement, kendall_w
from likewise.study.attention import attention
from likewise.study.export import export
from likewise.study.ranks import mean_ranks, rank_counts, wins
from likewise.study.records import Vote
from likewise.study.results import results
from likewise.study.strengths import ALPHA, one_step, person_chains, shares, strengths
from likewise.study.study import Study
from likewise.study.tally import Tally, tally
from likewise.study.telling import markdown


def tallied(rankings: Sequence[Sequence[int]], people: Sequence[int] | None = None) -> Tally:
    whose = range(len(rankings)) if people is None else people
    count = max(max(ranking) for ranking in rankings) + 1
    names = tuple("abcdef"[:count])
    trials = tuple("t" for _ in rankings)
    return Tally(names, tuple(map(tuple, rankings)), np.array(whose), trials)


def drawn(worth: Sequence[float], size: int, number: int, seed: int) -> list[tuple[int, ...]]:
    """Rankings of random subsets by the Plackett-Luce model (Gumbel noise on log-worth)."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(number):
        chosen = rng.choice(len(worth), size, replace=False)
        noisy = np.log(np.asarray(worth)[chosen]) + rng.gumbel(size=size)
        found.append(tuple(int(one) for one in chosen[np.argsort(-noisy)]))
    return found


def test_counts_by_hand() -> None:
    one = tallied([(0, 1, 2), (0, 2, 1), (2, 0, 1)])
    assert rank_counts(one).tolist() == [[2, 1, 0], [0, 1, 2], [1, 1, 1]]
    assert wins(one).tolist() == [[0, 3, 2], [0, 0, 1], [1, 2, 0]]
    values = [found.value for found in mean_ranks(one) if found]
    assert values == pytest.approx([4 / 3, 8 / 3, 2])


def test_who_was_never_ranked_has_no_rank() -> None:
    one = tallied([(0, 2), (2, 0)])
    assert mean_ranks(one)[1] is None
    assert strengths(one)[1] is None
    assert rank_counts(one)[1].tolist() == [0, 0]


def test_one_person_gives_no_interval() -> None:
    one = tallied([(0, 1, 2), (1, 0, 2)], people=[0, 0])
    for found in (*mean_ranks(one), *strengths(one)):
        assert found is not None
        assert found.low is found.high is None


def test_intervals_are_over_people_not_votes() -> None:
    """Twenty equal votes of one person tell no more than one."""
    votes = [(0, 1), (1, 0), (0, 1), (0, 1), (1, 0)]
    once = mean_ranks(tallied(votes))
    often = mean_ranks(tallied(votes * 20, people=list(range(5)) * 20))
    assert once == often


def test_the_interval_of_the_mean_is_as_wide_as_theory_says() -> None:
    rankings = drawn([3, 2, 1], 3, 400, 0)
    [found, *_] = mean_ranks(tallied(rankings), samples=4000)
    ranks = [ranking.index(0) + 1 for ranking in rankings]
    half = 1.96 * np.std(ranks) / math.sqrt(len(ranks))
    assert found is not None
    assert found.low == pytest.approx(found.value - half, abs=0.1 * half)
    assert found.high == pytest.approx(found.value + half, abs=0.1 * half)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Plackett-Luce with people of their own taste would only widen them."""
    worth = np.array([0.5, 0.3, 0.2])
    held = 0
    for seed in range(100):
        found = strengths(tallied(drawn(worth, 3, 60, seed)), samples=300)
        assert found[0] is not None
        assert found[0].low is not None
        assert found[0].high is not None
        held += found[0].low <= worth[0] <= found[0].high
    assert 88 <= held <= 99


@pytest.mark.parametrize("size", [2, 3, 4])
def test_strengths_are_the_likeliest(size: int) -> None:
    """Against a maximum found by SciPy from the likelihood written down; tolerance 2 %."""
    rankings = drawn([4, 3, 2, 1], size, 500, 1)

    def unlikelihood(logs: np.ndarray) -> float:
        picked = logs[np.array(rankings)]
        left = np.log(np.cumsum(np.exp(picked[:, ::-1]), axis=1))[:, ::-1]  # of who was left
        return float((left - picked).sum() + logs.sum() ** 2)  # the square fixes the free constant

    best = minimize(unlikelihood, np.zeros(4), tol=1e-8).x
    found = [one.value for one in strengths(tallied(rankings), samples=0) if one]
    assert sum(found) == pytest.approx(1)
    assert found == pytest.approx(shares(best), rel=0.02)


def test_with_two_it_is_the_share_of_wins() -> None:
    found = strengths(tallied([(0, 1)] * 300 + [(1, 0)] * 100), samples=0)
    assert found[0] is not None
    assert found[0].value == pytest.approx(0.75, abs=1e-3)


def test_who_always_wins_has_a_finite_strength() -> None:
    for often in (3, 1000):
        found = strengths(tallied([(0, 1, 2)] * often))
        values = [one.value for one in found if one]
        assert values == sorted(values, reverse=True)
        assert 0 < values[2] < values[0] < 1


def test_one_step_is_that_of_choix() -> None:
    """Our batched step, for all resamples at once, against choix for one of them."""
    rankings = drawn([3, 2, 1, 1], 3, 60, 2)
    people = np.arange(60) % 7
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    times = np.array([[2, 0, 1, 1, 0, 3, 0], [1] * 7])
    ours = one_step(np.tensordot(times, person_chains(rankings, people, weights, 7), 1))
    for mine, often in zip(ours, times, strict=True):
        drawn_ = [r for r, p in zip(rankings, people, strict=True) for _ in range(often[p])]
        theirs = choix.lsr_rankings(4, drawn_, alpha=ALPHA, initial_params=np.log(weights))
        assert mine == pytest.approx(shares(theirs), rel=1e-9)


@pytest.mark.parametrize(("people", "size"), [(3, 3), (5, 3), (8, 4), (20, 5)])
def test_kendalls_w_is_friedmans_chi_square(people: int, size: int) -> None:
    """W = chi² / (m (n - 1)), SciPy's Friedman test; and correlations are SciPy's Spearman's."""
    rng = np.random.default_rng(people)
    rankings = [tuple(map(int, rng.permutation(size))) for _ in range(people)]
    ranks = np.array([[ranking.index(k) + 1 for k in range(size)] for ranking in rankings])
    chi = friedmanchisquare(*ranks.T).statistic
    assert kendall_w(rankings) == pytest.approx(chi / (people * (size - 1)))
    pairs = [(a, b) for a in range(people) for b in range(a)]
    correlations = [spearmanr(ranks[a], ranks[b]).statistic for a, b in pairs]
    found = agreement(tallied(rankings))
    assert found.correlation == pytest.approx(np.mean(correlations))


def test_agreement_at_its_ends() -> None:
    assert kendall_w([(0, 1, 2)] * 4) == 1
    assert kendall_w(list(permutations(range(3)))) == 0
    assert kendall_w([(0, 1, 2), (2, 1, 0)]) == 0
    alone = agreement(tallied([(0, 1, 2)]))
    assert (alone.trials, alone.kendall_w, alone.correlation) == (0, None, None)


@pytest.fixture(scope="module")
def lively(make: Make) -> tuple[Study, list[Vote]]:
    study = make(checks_each=2)
    return study, lively_votes(study)


def test_who_does_not_look_is_left_out(lively: tuple[Study, list[Vote]]) -> None:
    study, votes = lively
    found = results(study, votes, joined=12)
    assert found.left_out == (1, 2)
    assert (found.joined, found.voted, found.finished, found.seconds) == (12, 10, 10, 2.0)
    assert [one.checks for one in found.attention] == [4] * 10
    assert [one.passed for one in found.attention] == [0, 0] + [4] * 8
    for counted in found.counted:
        assert counted.people == 8
        assert counted.rankings == 8 * 6
        means = [one.value for one in counted.mean_rank if one]
        assert means == sorted(means)
        assert counted.wins[3] == (0, 0, 0, 0)
        assert counted.agreement.kendall_w == 1
    for counted in found.everyone:
        assert counted.people == 10
        assert counted.wins[3][0] > 0
    everybody = results(study, votes, joined=12, keep_all=True)
    assert everybody.left_out == ()
    assert everybody.counted == everybody.everyone == found.everyone


def test_one_slip_in_four_is_forgiven(lively: tuple[Study, list[Vote]]) -> None:
    study, votes = lively
    mine = [vote for vote in votes if vote.participant == 3]
    on_checks = [k for k, vote in enumerate(mine) if study.by_key[vote.trial].check]
    for slips, failed in ((1, False), (2, True)):
        k = on_checks[slips - 1]
        mine[k] = replace(mine[k], ranking=mine[k].ranking[::-1])
        assert attention(study, mine)[3].failed is failed


def test_attention_checks_are_not_counted_as_votes(lively: tuple[Study, list[Vote]]) -> None:
    study, votes = lively
    counts = tally(study, votes, "layout")
    assert len(counts.rankings) == 10 * 6
    assert set(counts.trials) <= {trial.key for trial in study.trials}


def test_no_votes_are_results_too(study: Study, tmp_path: Path) -> None:
    found = results(study, [], joined=1)
    assert found.counted[0].rankings == 0
    assert "1 joined, 0 answered" in markdown(found)
    for file in export(tmp_path, study, [], found):
        assert file.stat().st_size


def test_votes_of_another_study_are_refused(study: Study, make: Make) -> None:
    other = make(layouts=2)
    with pytest.raises(InputError, match="votes on trials"):
        results(study, voted(other, [TASTE]), joined=1)


def test_the_same_votes_give_the_same_intervals(lively: tuple[Study, list[Vote]]) -> None:
    study, votes = lively
    assert results(study, votes, 10, seed=3) == results(study, votes, 10, seed=3)
