"""Measures: every score has a title, and best means what the measure says."""

from __future__ import annotations

import math

import pytest

from likewise.evaluation.measures import MEASURES, best

NAMES = [
    *("accuracy", "iou", "pretrained_accuracy", "pretrained_iou"),
    *("coherence", "completeness", "swd", "sharpness", "sifid"),
    *("ssim", "psnr", "lpips", "sharpness_gap"),
    *("edited_ssim", "edited_psnr", "edited_sharpness_gap"),
]


def test_the_measures_are_those_of_reports_in_their_order() -> None:
    assert list(MEASURES) == NAMES
    assert all(measure.name == name for name, measure in MEASURES.items())
    assert len({measure.title for measure in MEASURES.values()}) == len(MEASURES)
    assert all(measure.meaning.endswith(".") for measure in MEASURES.values())


def test_measures_counted_by_the_truth_have_an_aim_where_it_is_unknown() -> None:
    for measure in MEASURES.values():
        assert math.isfinite(measure.aim) == (measure.better == "truth")


@pytest.mark.parametrize(
    ("name", "truth", "winners"),
    [
        ("ssim", None, {"b"}),
        ("lpips", None, {"a"}),
        ("coherence", None, {"a"}),
        ("coherence", 0.31, {"c"}),  # not the lowest: the true answer's own is higher
        ("accuracy", None, {"b"}),
        ("accuracy", 0.29, {"c"}),
        ("ssim", 0.1, {"b"}),  # the truth's score is for measures counted by it alone
    ],
)
def test_best_follows_the_direction(name: str, truth: float | None, winners: set[str]) -> None:
    assert best({"a": 0.1, "b": 0.9, "c": 0.3}, MEASURES[name], truth) == winners


def test_what_shows_the_same_figure_is_best_together() -> None:
    assert best({"a": 0.70041, "b": 0.70032, "c": 0.6}, MEASURES["ssim"]) == {"a", "b"}
    assert best({"a": 20.129, "b": 20.131}, MEASURES["psnr"]) == {"a", "b"}


def test_what_is_not_finite_is_never_best() -> None:
    assert best({"a": math.nan, "b": math.inf, "c": 0.2}, MEASURES["psnr"]) == {"c"}
    assert best({"a": math.nan}, MEASURES["psnr"]) == frozenset()
    assert best({}, MEASURES["psnr"]) == frozenset()
