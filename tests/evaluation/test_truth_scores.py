"""Scores against a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, gaussian_filter
from skimage.metrics import structural_similarity
from tests import pairs, scenes

from likewise import Image, LabelMap
from likewise.errors import ImageError, LabelError
from likewise.evaluation.truth_scores import edited_area, truth_scores
from likewise.metrics.fidelity import psnr, ssim

EDITED = ("edited_ssim", "edited_psnr", "edited_sharpness", "edited_sharpness_gap")


def truth() -> tuple[Image, LabelMap, LabelMap]:
    """A picture, its layout, and the layout before the house was moved there."""
    ids = scenes.house((60, 80), (20, 56))
    return scenes.picture(ids), pairs.labels(ids), pairs.labels(scenes.house((60, 80), (20, 40)))


def spoilt(image: Image, where: np.ndarray) -> Image:
    """``image`` blurred ``where``."""
    values = image.to_float()
    blurred = gaussian_filter(values, (1.5, 1.5, 0))
    return Image.from_array(np.clip(np.where(where[..., None], blurred, values), 0, 1))


def test_the_truth_itself_scores_perfectly() -> None:
    image, labels, before = truth()
    found = truth_scores(image, image, labels, before)
    assert found["ssim"] == found["edited_ssim"] == pytest.approx(1)
    assert found["psnr"] == found["edited_psnr"] == math.inf
    assert found["sharpness"] == found["edited_sharpness"] == pytest.approx(1)
    assert found["sharpness_gap"] == found["edited_sharpness_gap"] == pytest.approx(0)
    assert found["sharpness:house"] == pytest.approx(1)
    assert "sharpness:river" not in found


def test_the_edited_area_is_what_changed_and_a_margin() -> None:
    _, labels, before = truth()
    changed = labels.ids != before.ids
    disc = np.hypot(*np.mgrid[-8:9, -8:9]) <= 8
    np.testing.assert_array_equal(edited_area(labels, before), binary_dilation(changed, disc))
    assert not edited_area(labels, labels).any()
    assert edited_area(labels, before.resized((30, 40))).all()


def test_damage_elsewhere_does_not_touch_the_edited_scores_and_damage_inside_does() -> None:
    image, labels, before = truth()
    area = edited_area(labels, before)
    far = ~edited_area(labels, before, 20)
    outside = truth_scores(spoilt(image, far), image, labels, before)
    assert outside["ssim"] < 0.9
    assert outside["edited_ssim"] == pytest.approx(1)
    assert outside["edited_psnr"] == math.inf
    inside = truth_scores(spoilt(image, area), image, labels, before)
    assert inside["edited_ssim"] < inside["ssim"] < 1
    assert inside["edited_psnr"] < inside["psnr"]
    assert inside["edited_sharpness"] < inside["sharpness"] < 1
    assert inside["edited_share"] == area.mean()


def test_masked_figures_agree_with_the_formulas() -> None:
    image, labels, before = truth()
    other = spoilt(image, np.ones(labels.size, dtype=bool))
    found = truth_scores(other, image, labels, before)
    a, b, area = other.to_float(), image.to_float(), edited_area(labels, before)
    error = np.mean((a[area].astype(float) - b[area]) ** 2)
    assert found["edited_psnr"] == pytest.approx(-10 * np.log10(error), rel=1e-6)
    _, field = structural_similarity(a, b, channel_axis=2, data_range=1.0, full=True)
    rows, columns = np.nonzero(area)
    inner = (rows >= 3) & (rows < 57) & (columns >= 3) & (columns < 77)
    assert found["edited_ssim"] == pytest.approx(field[rows[inner], columns[inner]].mean())


def test_where_all_is_edited_the_scores_are_those_of_the_picture() -> None:
    image, labels, before = truth()
    other = spoilt(image, np.ones(labels.size, dtype=bool))
    found = truth_scores(other, image, labels, before.resized((30, 40)))
    assert found["edited_share"] == 1
    assert found["ssim"] == ssim(other.to_float(), image.to_float())
    assert found["psnr"] == psnr(other.to_float(), image.to_float())
    for name in EDITED:
        assert found[name] == pytest.approx(found[name.removeprefix("edited_")], abs=1e-5)


def test_the_gap_does_not_let_noise_make_up_for_blur() -> None:
    image, labels, _ = truth()
    values = image.to_float()
    means = np.stack([values[labels.ids == k].mean(axis=0) for k in range(3)])[labels.ids]
    factors = np.array([0.5, 1.5, 1.0])[labels.ids][..., None]
    changed = Image.from_array(np.clip(means + factors * (values - means), 0, 1))
    found = truth_scores(changed, image, labels)
    assert found["sharpness:sky"] == pytest.approx(0.5, abs=0.02)
    assert found["sharpness:ground"] == pytest.approx(1.5, abs=0.02)
    areas = [np.mean(labels.ids == k) for k in (0, 1)]
    assert found["sharpness"] == pytest.approx(1 - 0.5 * areas[0] + 0.5 * areas[1], abs=0.02)
    assert found["sharpness_gap"] == pytest.approx(0.5 * sum(areas), abs=0.02)


def test_without_an_edit_there_is_no_figure_and_without_a_source_no_entry() -> None:
    image, labels, _ = truth()
    found = truth_scores(image, image, labels, labels)
    assert all(math.isnan(found[name]) for name in EDITED)
    assert found["edited_share"] == 0
    assert not any(name.startswith("edited") for name in truth_scores(image, image, labels))


def test_sizes_that_do_not_fit_are_refused() -> None:
    image, labels, before = truth()
    with pytest.raises(ImageError):
        truth_scores(image.resized((30, 40)), image, labels, before)
    with pytest.raises(LabelError):
        truth_scores(image, image, labels.resized((30, 40)), before)
