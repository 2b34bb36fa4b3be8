"""Coherence, sharpness, SSIM and PSNR."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import correlate1d, gaussian_filter
from sklearn.neighbors import NearestNeighbors
from tests.reference.patch_twins import patches_inside
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from likewise.errors import ImageError, LabelError
from likewise.metrics import coherence as module
from likewise.metrics.coherence import bidirectional_similarity
from likewise.metrics.fidelity import psnr, ssim
from likewise.metrics.sharpness import sharpness_by_class, sharpness_ratio


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.random((height, width, channels)), (1, 1, 0))
    return (noise - noise.min()) / (noise.max() - noise.min())


def expected_distance(a: np.ndarray, b: np.ndarray, size: int) -> float:
    rows, keys = (patches_inside(x.transpose(2, 0, 1), size) for x in (a, b))
    found, _ = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(keys).kneighbors(rows)
    return float((found / np.sqrt(rows.shape[1])).mean())


def test_similarity_agrees_with_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """To 1e-5; also when the search takes many tiles."""
    image, source = picture(15, 22), picture(18, 20, seed=1)
    monkeypatch.setattr(module, "_TILE", 3000)
    similarity = bidirectional_similarity(image, source, patch=5)
    assert similarity.coherence == pytest.approx(expected_distance(image, source, 5), abs=1e-5)
    assert similarity.completeness == pytest.approx(expected_distance(source, image, 5), abs=1e-5)


def test_a_crop_coheres_but_is_not_complete_and_a_mosaic_the_other_way_round() -> None:
    source = picture(24, 30)
    crop = bidirectional_similarity(source[4:20, 6:22], source)
    assert crop.coherence == 0
    assert crop.completeness > 0.02
    mosaic = np.concatenate([source, picture(24, 30, seed=5)], axis=1)
    grown = bidirectional_similarity(mosaic, source)
    assert grown.completeness == 0
    assert grown.coherence > 0.02


def test_both_pictures_shrink_by_the_factor_of_the_source() -> None:
    small = picture(16, 20)
    large = small.repeat(2, axis=0).repeat(2, axis=1)
    wide = np.concatenate([large, large], axis=1)
    shrunk = bidirectional_similarity(wide, large, working_side=16)
    expected = bidirectional_similarity(np.concatenate([small, small], axis=1), small)
    assert shrunk.coherence == pytest.approx(expected.coherence, abs=1e-6)
    assert shrunk.coherence != bidirectional_similarity(wide, large, working_side=None).coherence


def test_a_picture_smaller_than_a_patch_is_served() -> None:
    assert bidirectional_similarity(picture(3, 9), picture(12, 12)).coherence > 0
    flat = np.full((1, 1, 3), 0.5)
    assert bidirectional_similarity(flat, flat).completeness == 0


def test_sharpness_is_linear_in_contrast_and_falls_with_blur() -> None:
    image = picture(20, 30)
    assert sharpness_ratio(image, image) == 1
    assert sharpness_ratio(image * 0.5 + 0.2, image) == pytest.approx(0.5, rel=1e-3)
    assert sharpness_ratio(gaussian_filter(image, (1, 1, 0)), image) < 0.9
    flat = np.full((5, 5, 3), 0.3)
    assert sharpness_ratio(flat, flat) == 1


def test_sharpness_agrees_with_scipy() -> None:
    """Away from the border, to 1e-5: wide pictures whose last lines are flat."""

    def inner(image: np.ndarray) -> float:
        grey = image.mean(axis=2)
        return float(np.hypot(*(correlate1d(grey, [-0.5, 0, 0.5], axis=a) for a in (0, 1))).mean())

    frames = [picture(20, 30, seed=s) for s in (0, 1)]
    for frame in frames:
        frame[:2], frame[-2:], frame[:, :2], frame[:, -2:] = 0.5, 0.5, 0.5, 0.5
    frames[0] *= 0.7
    expected = inner(frames[0]) / inner(frames[1])
    assert sharpness_ratio(*frames) == pytest.approx(expected, rel=1e-4)


def test_sharpness_of_a_class_looks_at_that_class_only() -> None:
    source, labels = picture(20, 40), np.zeros((20, 40), int)
    labels[:, 20:] = 1
    image = source[:, ::-1].copy()
    image[:, 20:] = image[:, 20:] * 0.5 + 0.2
    ratios = sharpness_by_class(image, 1 - labels, source, labels)
    assert ratios[1] == pytest.approx(1, rel=0.1)
    assert ratios[0] == pytest.approx(0.5, rel=0.1)


def test_sharpness_leaves_out_borders_thin_ignored_and_missing_classes() -> None:
    source, labels = picture(20, 40), np.zeros((20, 40), int)
    labels[:, 20:] = 1
    labels[:, 10] = 2
    labels[:5] = -1
    step = source.copy()
    step[:, 20:] = np.clip(step[:, 20:] + 5, 0, 1)
    layout = labels.copy()
    layout[layout == 1] = 3
    assert sharpness_by_class(source, labels, source, labels) == {0: 1, 1: 1}
    assert sharpness_by_class(source, layout, source, labels) == {0: 1}
    assert sharpness_by_class(step, labels, source, labels)[0] == 1


def windowed_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """The formula of Wang et al. over every 7 x 7 window inside, with N - 1 in the moments."""
    x, y = (sliding_window_view(v, (7, 7), axis=(0, 1)).reshape(-1, 49) for v in (a, b))
    mx, my = x.mean(axis=1), y.mean(axis=1)
    both = ((x - mx[:, None]) * (y - my[:, None])).sum(axis=1) / 48
    vx, vy = x.var(axis=1, ddof=1), y.var(axis=1, ddof=1)
    c1, c2 = 0.01**2, 0.03**2
    parts = (2 * mx * my + c1) * (2 * both + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return float(parts.mean())


def test_fidelity_agrees_with_formulas() -> None:
    """SSIM to 1e-5, PSNR to 1e-4 dB."""
    a, b = picture(20, 30).astype(np.float32), picture(20, 30, seed=1).astype(np.float32)
    error = np.mean((a.astype(float) - b) ** 2)
    assert psnr(a, b) == pytest.approx(-10 * np.log10(error), abs=1e-4)
    assert psnr(a, a) == float("inf")
    assert ssim(a, b) == pytest.approx(windowed_ssim(a.astype(float), b.astype(float)), abs=1e-5)
    assert ssim(a, a) == pytest.approx(1)


def test_fidelity_agrees_with_torchmetrics() -> None:
    """PSNR to 1e-4 dB; SSIM to 5e-3, as its windows weigh by N and leave out a wider border."""
    a = picture(160, 200)
    b = np.clip(a + np.random.default_rng(2).normal(0, 0.05, a.shape), 0, 1)
    tensors = [torch.from_numpy(x.transpose(2, 0, 1))[None] for x in (a, b)]
    noise = peak_signal_noise_ratio(*tensors, data_range=1.0)
    assert psnr(a, b) == pytest.approx(noise.item(), abs=1e-4)
    likeness = structural_similarity_index_measure(
        *tensors, gaussian_kernel=False, kernel_size=7, data_range=1.0
    )
    assert ssim(a, b) == pytest.approx(likeness.item(), abs=5e-3)


@pytest.mark.parametrize("metric", [ssim, psnr, bidirectional_similarity, sharpness_ratio])
def test_pictures_that_do_not_fit_are_refused(metric: object) -> None:
    good = picture(12, 12)
    assert callable(metric)
    holes = good.copy()
    holes[0, 0, 0] = np.nan
    for bad in (good[..., :1], good * 255, (good * 255).astype(np.uint8), good[None], holes):
        with pytest.raises(ImageError):
            metric(bad, good)
    with pytest.raises(ImageError):
        metric(good[:0], good)


def test_sizes_that_must_match_are_checked() -> None:
    good = picture(12, 12)
    for metric in (ssim, psnr):
        with pytest.raises(ImageError):
            metric(good[:10], good)
    with pytest.raises(ImageError):
        ssim(good[:6, :6], good[:6, :6])
    with pytest.raises(LabelError):
        sharpness_by_class(good, np.zeros((3, 3), int), good, np.zeros((12, 12), int))
