"""Statistics: means over cases, intervals against theory, ranks against scipy, and who is best."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.evaluation.comparisons import scored

from likewise.evaluation.statistics import estimated, interval, standings

HERE = Path("nowhere")


def test_every_case_counts_alike() -> None:
    found = estimated({"many": [1.0] * 9, "one": [3.0]}, lacking=2)
    assert found.mean == 2.0
    assert (found.cases, found.answers, found.lacking) == (2, 10, 2)
    assert 1.0 <= found.low < 2.0 < found.high <= 3.0


def test_one_case_has_no_interval_however_many_layouts() -> None:
    found = estimated({"only": [0.1, 0.9, 0.5]})
    assert found.mean == pytest.approx(0.5)
    assert not found.has_interval


def test_interval_is_that_of_students_t_where_both_hold() -> None:
    """200 normal values: the bootstrap's ends within 5 % of the width of the exact ones."""
    values = np.random.default_rng(3).normal(5, 2, 200)
    low, high = interval(values)
    exact = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    width = exact[1] - exact[0]
    assert low == pytest.approx(exact[0], abs=0.05 * width)
    assert high == pytest.approx(exact[1], abs=0.05 * width)
    assert interval(values) == (low, high)  # seeded


def test_interval_of_equal_values_is_that_value() -> None:
    assert interval(np.array([0.25, 0.25, 0.25])) == (0.25, 0.25)
    low, high = interval(np.array([0.0, 0.0, 0.0, 1.0]))
    assert 0 <= low <= 0.25 <= high <= 1


def test_distances_to_the_truth_do_not_cancel() -> None:
    """Off by 0.1 to both sides has the better mean; off by 0.05 to one side is nearer."""
    scores: dict = {}
    for case, truth, a, b in (("c1", 0.9, 0.8, 0.85), ("c2", 0.7, 0.8, 0.65)):
        for name, value in (("a", a), ("b", b), ("truth", truth)):
            scores[case, "t", name, 0] = {"accuracy": value}
    found = standings(scored(HERE, scores))["accuracy"]
    assert found["a"].shortfall == pytest.approx(0.1)
    assert found["b"].shortfall == pytest.approx(0.05)
    assert found["b"].best and not found["a"].best
    assert found["truth"].shortfall == 0
    assert not found["truth"].best
    assert found["truth"].rank is None


@pytest.mark.parametrize(("measure", "winner"), [("ssim", "high"), ("lpips", "low")])
def test_direction_decides(measure: str, winner: str) -> None:
    values = {"low": 0.2, "high": 0.6, "middle": 0.4}
    scores = {("c", "t", name, 0): {measure: value} for name, value in values.items()}
    found = standings(scored(HERE, scores))[measure]
    assert [name for name, standing in found.items() if standing.best] == [winner]


def test_ranks_are_those_of_scipy_and_failures_come_last() -> None:
    values = {"c1": [0.3, 0.1, 0.1, None], "c2": [0.2, 0.4, None, None], "c3": [0.5, 0.1, 0.2, 0.3]}
    scores: dict = {}
    for case, given in values.items():
        for name, value in zip("abcd", given, strict=True):
            scores[case, "t", name, 0] = "it failed" if value is None else {"lpips": value}
    found = standings(scored(HERE, scores))["lpips"]
    filled = [[math.inf if v is None else v for v in given] for given in values.values()]
    expected = np.mean([stats.rankdata(given) for given in filled], axis=0)
    assert [found[name].rank.mean for name in "abcd"] == pytest.approx(expected.tolist())


def test_who_failed_once_is_never_best() -> None:
    """Its mean is of other questions: the easy ones, perhaps."""
    scores = {
        ("c1", "t", "a", 0): {"ssim": 0.9},
        ("c2", "t", "a", 0): "it failed",
        ("c1", "t", "b", 0): {"ssim": 0.8},
        ("c2", "t", "b", 0): {"ssim": 0.5},
        ("c1", "t", "c", 0): {"ssim": 0.6},
        ("c2", "t", "c", 0): {"ssim": 0.6},
    }
    found = standings(scored(HERE, scores))["ssim"]
    assert found["a"].score.lacking == 1
    assert [name for name, standing in found.items() if standing.best] == ["b"]


def test_seeds_are_averaged_before_ranking_and_a_lost_seed_is_lacking() -> None:
    scores: dict = {}
    for seed, a, b in ((0, 0.9, 0.5), (1, 0.3, 0.5)):
        scores["c", "t", "a", seed] = {"ssim": a}
        scores["c", "t", "b", seed] = {"ssim": b} if seed == 0 else "it failed"
    found = standings(scored(HERE, scores, seeds=(0, 1)))["ssim"]
    assert found["a"].rank.mean == 1
    assert found["a"].score.lacking == 0
    assert found["b"].score.lacking == 1


def test_costs_are_of_methods_alone_and_one_contestant_is_not_ranked() -> None:
    scores = {("c", "t", name, 0): {"accuracy": 0.5} for name in ("a", "source")}
    found = standings(scored(HERE, scores))
    assert set(found) == {"accuracy", "fit_seconds", "render_seconds", "memory"}
    assert set(found["memory"]) == {"a"}
    assert found["memory"]["a"].score.mean == 1.0
    assert set(found["accuracy"]) == {"a", "source"}
    assert found["accuracy"]["a"].rank is None
    assert not found["accuracy"]["a"].best
