"""Sliced Wasserstein beside SciPy, a projection at a time, to 1e-5; cases with exact answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.stats import wasserstein_distance
from tests.reference.patch_twins import patches_inside

from likewise.errors import ConfigError, ImageError
from likewise.metrics.sliced_wasserstein import (
    SlicedWasserstein,
    laplacian_pyramid,
    sliced_wasserstein,
    wasserstein,
)


def picture(height: int = 24, width: int = 30, channels: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.random((height, width, channels)), (1, 1, 0))
    return (noise - noise.min()) / (noise.max() - noise.min())


def rows(count: int, length: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, length, generator=generator, dtype=torch.float64).sort(1).values


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
def test_one_projection_is_that_of_scipy_for_any_two_counts(n: int, m: int, seed: int) -> None:
    a, b = rows(3, n, seed), rows(3, m, seed + 1) * 2
    expected = [wasserstein_distance(x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(wasserstein(a, b), expected, rtol=1e-10, atol=1e-12)


def test_moved_values_are_as_far_as_they_were_moved_and_order_plays_no_part() -> None:
    a = rows(4, 50, 0)
    torch.testing.assert_close(wasserstein(a, a + 3), torch.full((4,), 3.0, dtype=torch.float64))
    assert (wasserstein(a, a.repeat_interleave(3, dim=1)) < 1e-12).all()


def test_the_whole_metric_is_scipy_over_patches_of_every_band() -> None:
    """Unequal sizes, no convolution: patches cut out one by one, projected by a product."""
    source, image = picture(26, 30), picture(33, 28, seed=1) * 0.8
    metric = SlicedWasserstein(source, patch=3, scales=3, projections=5, seed=4)
    directions = metric._directions.flatten(1).double().numpy()
    bands = [
        [band[0].double().numpy() for band in laplacian_pyramid(batch(x), 3)]
        for x in (source, image)
    ]
    expected = []
    for known, ours in zip(*bands, strict=True):
        middle, spread = known.mean((1, 2), keepdims=True), known.std((1, 2), keepdims=True)
        a, b = (patches_inside((x - middle) / spread, 3) @ directions.T for x in (ours, known))
        expected.append(
            np.mean([wasserstein_distance(*pair) for pair in zip(a.T, b.T, strict=True)])
        )
    found = metric.of(image)
    np.testing.assert_allclose(found.scales, expected, rtol=1e-5)
    assert found.mean == pytest.approx(np.mean(expected), rel=1e-5)
    assert found.mean == pytest.approx(
        sliced_wasserstein(image, source, patch=3, scales=3, projections=5, seed=4)
    )


def batch(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)[None]


@pytest.mark.parametrize(("height", "width"), [(16, 20), (17, 9), (1, 5)])
def test_the_pyramid_adds_up_to_the_picture(height: int, width: int) -> None:
    x = batch(picture(height, width))
    bands = laplacian_pyramid(x, 4)
    whole = bands.pop()
    for band in reversed(bands):
        size = band.shape[2:]
        whole = torch.nn.functional.interpolate(whole, size, mode="bilinear") + band
    torch.testing.assert_close(whole, x)


def test_the_same_picture_is_at_no_distance_and_a_shuffle_of_its_pixels_is_not_far() -> None:
    """With patches of one pixel at one scale, only which colours there are counts."""
    source = picture()
    assert sliced_wasserstein(source, source) == 0
    mixed = np.random.default_rng(0).permutation(source.reshape(-1, 3)).reshape(source.shape)
    assert sliced_wasserstein(mixed, source, patch=1, scales=1) < 1e-6
    assert sliced_wasserstein(mixed, source) > 0.3


def test_another_brightness_costs_its_share_of_the_spread() -> None:
    """One projection of a grey pixel is ±1, so a shift of s spreads costs s."""
    source = picture(channels=1) * 0.5
    shift = 0.5 * source.std()
    one = {"patch": 1, "scales": 1}
    assert sliced_wasserstein(source + shift, source, **one) == pytest.approx(0.5, rel=1e-4)
    metric = SlicedWasserstein(picture() * 0.5, scales=3)
    shifted = metric.of(picture() * 0.5 + 0.1).scales
    assert max(shifted[:2]) < 1e-4
    assert shifted[2] > 0.1


def test_blur_shows_in_fine_bands_first() -> None:
    found = SlicedWasserstein(picture(64, 64)).of(gaussian_filter(picture(64, 64), (1, 1, 0)))
    assert found.scales[0] > found.scales[1] > found.scales[3]


def test_the_seed_draws_the_directions_and_more_of_them_agree_better() -> None:
    image, source = picture(seed=1), picture()
    assert sliced_wasserstein(image, source) == sliced_wasserstein(image, source)
    few, many = (
        [sliced_wasserstein(image, source, projections=n, seed=s) for s in range(6)]
        for n in (4, 128)
    )
    assert np.std(many) < np.std(few)
    assert np.std(many) > 0


def test_one_source_serves_many_answers_of_any_size() -> None:
    metric, images = SlicedWasserstein(picture()), [picture(9, 40, seed=s) for s in (1, 2)]
    for image in (*images, *images):
        assert metric.of(image).mean == sliced_wasserstein(image, picture())


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (40, 3)])
def test_small_and_flat_pictures_are_served(size: tuple[int, int]) -> None:
    assert sliced_wasserstein(np.full((*size, 1), 0.9), picture(40, 40, channels=1)) > 0
    flat = np.full((*size, 3), 0.5)
    assert sliced_wasserstein(flat, flat) == 0
    assert np.isfinite(sliced_wasserstein(picture(), flat))


def test_a_picture_smaller_than_a_patch_repeats_its_border() -> None:
    line, source = picture(1, 30), picture()
    thick = line.repeat(7, axis=0)
    one = {"scales": 1}
    assert sliced_wasserstein(line, source, **one) == pytest.approx(
        sliced_wasserstein(thick, source, **one), rel=1e-5
    )


def test_what_does_not_fit_is_refused() -> None:
    for bad in (picture(channels=1), picture() * 255, np.zeros((3, 3, 3), np.uint8)):
        with pytest.raises(ImageError):
            sliced_wasserstein(bad, picture())
    with pytest.raises(ImageError):
        SlicedWasserstein(picture() + 1)
    for name in ("patch", "scales", "projections"):
        with pytest.raises(ConfigError, match=name):
            SlicedWasserstein(picture(), **{name: 0})
