"""Scoring: what applies is scored, the truth is near perfect, and odd cases are no trouble."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from tests import pairs, scenes

from likewise.errors import ImageError, InputError
from likewise.evaluation.cases import Case
from likewise.evaluation.measures import MEASURES
from likewise.evaluation.scoring import MOST_PATCHES, Scorer, working_side
from likewise.images import Image
from likewise.judging.forest import ForestJudge
from likewise.labels.label_map import LabelMap
from likewise.metrics.frechet import single_image_frechet
from likewise.metrics.sliced_wasserstein import sliced_wasserstein

QUICK = (ForestJudge(pixels=3000, trees=12, threads=1),)
LAYOUT = {"accuracy", "iou"}
APPEARANCE = {"coherence", "completeness", "swd", "sharpness", "sifid"}
TRUTH = {"ssim", "psnr", "sharpness_gap", "edited_ssim", "edited_psnr", "edited_sharpness_gap"}


def case(channels: int = 3, size: tuple[int, int] = pairs.SIZE, **targets: LabelMap) -> Case:
    """The house scene, with a moved house whose truth is known, and ``targets`` without one."""
    ids, moved = scenes.house(size), scenes.house(size, (14, 36))
    image, truth = (scenes.picture(i, channels, seed=0) for i in (ids, moved))
    layouts = {"moved": pairs.labels(moved), **targets}
    return Case("house", image, pairs.labels(ids), layouts, {"moved": truth})


def blurred(image: Image) -> Image:
    values = image.to_float()
    return image.with_float(gaussian_filter(values, (1.5, 1.5, 0)))


def test_all_that_applies_is_scored_in_the_order_of_reports() -> None:
    made = case(larger=pairs.target(size=(60, 70)))
    scorer = Scorer(made, judges=QUICK)
    found = scorer.score(blurred(made.truths["moved"]), "moved")
    assert set(found) >= LAYOUT | APPEARANCE | TRUTH
    assert list(found) == [name for name in MEASURES if name in found]
    assert all(np.isfinite(list(found.values())))
    without = scorer.score(scenes.picture(made.targets["larger"].ids), "larger")
    assert set(without) >= LAYOUT | APPEARANCE
    assert not set(without) & TRUTH
    assert set(scorer.ceilings) == LAYOUT
    assert all(0.8 < value <= 1 for value in scorer.ceilings.values())


def test_the_truth_is_best_and_its_own_score_is_told() -> None:
    made = case()
    scorer = Scorer(made, judges=QUICK)
    truth = made.truths["moved"]
    own, told = scorer.score(truth, "moved"), scorer.truth_score("moved")
    assert told is not None
    assert set(told) >= LAYOUT | APPEARANCE
    assert not set(told) & TRUTH
    assert {name: own[name] for name in told} == told
    assert "psnr" not in own  # infinite
    assert own["ssim"] == pytest.approx(1)
    assert own["accuracy"] > 0.97
    copied = scorer.score(made.image, "moved")
    assert copied["coherence"] < told["coherence"]  # which is why the truth's is told
    assert copied["accuracy"] < own["accuracy"]
    assert copied["edited_ssim"] < copied["ssim"] < 1


def test_sharpness_is_told_a_class_at_a_time() -> None:
    """A larger smooth class must not look like blur."""
    noise = np.random.default_rng(0).normal(0, 0.1, (60, 60, 3))

    def half(columns: int) -> tuple[Image, LabelMap]:
        ids = np.zeros((60, 60), int)
        ids[:, :columns] = 1
        values = 0.5 + np.where(ids[..., None] == 1, noise, 0.2 * noise)
        return Image.from_array(np.clip(values, 0, 1)), pairs.labels(ids)

    (image, labels), (other, layout) = half(45), half(15)
    scorer = Scorer(Case("half", image, labels, {"less": layout}), judges=QUICK)
    assert scorer.score(other, "less")["sharpness"] == pytest.approx(1, abs=0.05)
    assert scorer.score(blurred(other), "less")["sharpness"] < 0.5


def test_grey_pictures_lost_classes_and_ignored_pixels_are_scored() -> None:
    """The layouts lack the house; in the second one half is of unknown content."""
    ground = np.full(pairs.SIZE, scenes.GROUND)
    unknown = ground.copy()
    unknown[:, :30] = scenes.IGNORED
    made = case(1, ground=pairs.labels(ground), partly=pairs.labels(unknown, (scenes.IGNORED,)))
    scorer = Scorer(made, judges=QUICK)
    for name in ("ground", "partly"):
        found = scorer.score(scenes.picture(ground, 1), name)
        assert set(found) >= LAYOUT | APPEARANCE
        assert found["accuracy"] > 0.9


def test_a_layout_of_nothing_known_has_no_layout_scores() -> None:
    nothing = pairs.labels(np.full(pairs.SIZE, scenes.IGNORED), (scenes.IGNORED,))
    made = case(nothing=nothing)
    found = Scorer(made, judges=QUICK).score(made.image, "nothing")
    assert set(found) == APPEARANCE - {"sharpness"}


@pytest.mark.parametrize("size", [(5, 40), (3, 3)])
def test_tiny_pictures_are_scored(size: tuple[int, int]) -> None:
    labels = pairs.labels(np.zeros(size, int))
    image = scenes.picture(labels.ids)
    made = Case("tiny", image, labels, {"same": labels}, {"same": image})
    found = Scorer(made, judges=QUICK).score(image, "same")
    assert found["accuracy"] == 1
    assert "ssim" not in found  # smaller than its window


def test_large_pictures_are_compared_small() -> None:
    assert working_side((184, 280), (184, 280)) <= 96
    for source, target in [((96, 3000), (96, 3000)), ((200, 200), (2400, 2400))]:
        factor = working_side(source, target) / min(source)
        assert target[0] * target[1] * factor**2 <= MOST_PATCHES


def test_large_and_small_pictures_differ_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shrunk because it is large is shrunk by one factor, so scores keep their order."""
    made = case()
    whole = Scorer(made, judges=()).score(made.truths["moved"], "moved")
    monkeypatch.setattr("likewise.evaluation.scoring.MOST_PIXELS", 48 * 64 // 4)
    scorer = Scorer(made, judges=())
    near = scorer.score(made.truths["moved"], "moved")
    far = scorer.score(blurred(made.truths["moved"]), "moved")
    half = [im.resized((24, 32)).to_float() for im in (made.truths["moved"], made.image)]
    assert near["swd"] == pytest.approx(sliced_wasserstein(*half))
    assert near["swd"] != pytest.approx(whole["swd"])
    assert near["swd"] < far["swd"]
    assert near["sifid"] == pytest.approx(single_image_frechet(*half), rel=1e-3)
    copied = scorer.score(made.image, "moved")
    assert copied["swd"] == copied["sifid"] == pytest.approx(0, abs=1e-9)


def test_lpips_and_features_are_those_given() -> None:
    made = case()
    seen: list[int] = []

    def features(batch: torch.Tensor) -> torch.Tensor:
        seen.append(batch.shape[1])
        return batch

    scorer = Scorer(made, judges=(), features=features, lpips=lambda a, b: float(abs(a - b).max()))
    truth = made.truths["moved"]
    assert scorer.score(truth, "moved")["lpips"] == 0
    assert scorer.score(made.image, "moved")["lpips"] > 0.1
    assert set(seen) == {3}


def test_what_does_not_fit_is_refused() -> None:
    made = case()
    scorer = Scorer(made, judges=QUICK)
    with pytest.raises(InputError, match=r"no layout 'mooved'.*moved"):
        scorer.score(made.image, "mooved")
    with pytest.raises(InputError, match="no layout"):
        scorer.truth_score("mooved")
    with pytest.raises(ImageError, match=r"house/moved"):
        scorer.score(made.image.resized((30, 40)), "moved")
    with pytest.raises(ImageError, match="house/moved"):
        scorer.score(scenes.picture(made.labels.ids, 1), "moved")


def test_the_same_seed_gives_the_same_scores() -> None:
    made = case()
    first, again = (Scorer(made, judges=QUICK, seed=3).score(made.image, "moved") for _ in "ab")
    assert first == again
    truth = made.truths["moved"]
    assert first["swd"] == 0  # of a copy, whatever the seed
    swds = {Scorer(made, judges=(), seed=k).score(truth, "moved")["swd"] for k in (3, 3, 4)}
    assert len(swds) == 2
