"""The single-image Fréchet distance beside SciPy's matrix root and torchmetrics, to 1e-6."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from scipy.ndimage import gaussian_filter
from scipy.signal import correlate
from torchmetrics.image.fid import _compute_fid

from likewise.errors import ImageError
from likewise.metrics.frechet import (
    Gaussian,
    SingleImageFrechet,
    frechet_distance,
    single_image_frechet,
)
from likewise.metrics.random_features import RandomFeatures
from likewise.networks.vgg import VGG19Features


def picture(height: int = 48, width: int = 60, channels: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.random((height, width, channels)), (1, 1, 0))
    return (noise - noise.min()) / (noise.max() - noise.min())


def moments(size: int, seed: int, samples: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(samples, size)) @ rng.normal(size=(size, size)) + rng.normal(size=size)
    return rows.mean(axis=0), np.cov(rows, rowvar=False).reshape(size, size)


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_agrees_with_scipy_and_torchmetrics(size: int) -> None:
    (mean, spread), (other, wide) = moments(size, 0), moments(size, 1)
    found = frechet_distance(Gaussian.of_moments(mean, spread), Gaussian.of_moments(other, wide))
    root = sqrtm(spread @ wide).real
    expected = np.square(mean - other).sum() + np.trace(spread + wide - 2 * root)
    assert found == pytest.approx(expected, rel=1e-6)
    tensors = [torch.from_numpy(x) for x in (mean, spread, other, wide)]
    assert found == pytest.approx(_compute_fid(*tensors).item(), rel=1e-6)


def test_gaussians_with_known_distances() -> None:
    """Diagonal ones: Σ (μ − μ')² + (σ − σ')²; turned together they stay as far apart."""
    mean, other = np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0, 5.0])
    wide, narrow = np.array([1.0, 4.0, 0.0]), np.array([2.0, 1.0, 3.0])
    expected = np.square(mean - other).sum() + np.square(wide - narrow).sum()
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    for q in (np.eye(3), turn):
        first = Gaussian.of_moments(q @ mean, q @ np.diag(wide**2) @ q.T)
        second = Gaussian.of_moments(q @ other, q @ np.diag(narrow**2) @ q.T)
        assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-9)
        assert frechet_distance(second, first) == pytest.approx(expected, rel=1e-9)
    nothing = Gaussian.of_moments(np.zeros(3), np.zeros((3, 3)))
    assert frechet_distance(nothing, nothing) == 0


def test_fewer_positions_than_features_are_no_trouble() -> None:
    """Singular covariances, where the root of the product is ill-defined in rounding."""
    generator = torch.Generator().manual_seed(0)
    few = Gaussian.of_features(torch.randn(1, 32, 2, 3, generator=generator))
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-9)
    scaled = Gaussian(few.mean, few.root * 2)
    assert frechet_distance(few, scaled) == pytest.approx(np.square(few.root).sum(), rel=1e-9)


def test_the_metric_is_the_formula_on_features_of_all_positions() -> None:
    image, source = picture(80, 90, seed=1)[:60] * 0.7, picture(80, 90)

    def some(batch: torch.Tensor) -> torch.Tensor:
        """Eight mixtures of them: a covariance that SciPy can take the root of."""
        mix = torch.randn(8, 64, generator=torch.Generator().manual_seed(0))
        return torch.einsum("kd,bdhw->bkhw", mix, RandomFeatures()(batch))

    sides = []
    for values in (image, source):
        batch = torch.from_numpy(values.astype(np.float32)).permute(2, 0, 1)[None]
        rows = some(batch)[0].reshape(8, -1).double().numpy()
        sides.append((rows.mean(axis=1), np.cov(rows)))
    (a, A), (b, B) = sides
    expected = np.square(a - b).sum() + np.trace(A + B - 2 * sqrtm(A @ B).real)
    assert single_image_frechet(image, source, features=some) == pytest.approx(expected, rel=1e-6)


def test_the_same_picture_is_at_no_distance_and_damage_is() -> None:
    source = picture()
    metric = SingleImageFrechet(source)
    assert metric.of(source) == pytest.approx(0, abs=1e-9)
    soft, softer = (gaussian_filter(source, (s, s, 0)) for s in (0.7, 1.5))
    assert 0 < metric.of(soft) < metric.of(softer) < metric.of(np.full_like(source, 0.5))
    assert metric.of(soft) == single_image_frechet(soft, source)


def test_features_are_the_callers_to_choose() -> None:
    """The colours themselves: mean and covariance of pixels. Only what fits the contract passes."""
    source = picture() * 0.5
    moved = single_image_frechet(source + 0.1, source, features=lambda batch: batch)
    assert moved == pytest.approx(3 * 0.1**2, rel=1e-4)
    for bad in (lambda batch: batch.mean(dim=(2, 3)), lambda batch: batch[:, :, :1, :1]):
        with pytest.raises(ImageError):
            SingleImageFrechet(source, features=bad)


def test_a_vgg_fits_the_contract() -> None:
    vgg = VGG19Features(("relu2_1",))
    metric = SingleImageFrechet(picture(), features=lambda batch: vgg(batch * 2 - 1)["relu2_1"])
    assert metric.of(picture()) == pytest.approx(0, abs=1e-9)
    assert metric.of(picture(seed=1) * 0.5) > 0


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_grey_is_repeated_and_alpha_dropped(channels: int) -> None:
    image = picture(channels=channels)
    colours = image[..., :3] if channels == 4 else image[..., :1].repeat(3, axis=2)
    assert single_image_frechet(image, colours) == pytest.approx(0, abs=1e-9)


def test_what_does_not_fit_is_refused() -> None:
    for bad in (picture() * 255, picture()[:10], picture()[:20, :20]):
        with pytest.raises(ImageError):
            single_image_frechet(bad, picture())


WEIGHTS = "42b70e554dd117a8e89c50d6fc37709e60a76cc26123474e1e2e45ca1344fe4e"
"""SHA-256 of the weights of seed 0, wherever they are drawn."""


def test_random_weights_are_the_same_everywhere_and_others_for_another_seed() -> None:
    weights = RandomFeatures().weights
    found = hashlib.sha256(b"".join(w.numpy().tobytes() for w in weights)).hexdigest()
    assert found == WEIGHTS
    assert not torch.equal(RandomFeatures(1).weights[2], weights[2])


def test_random_filters_have_the_spread_and_the_means_they_are_said_to_have() -> None:
    first, *later = RandomFeatures().weights
    rough = torch.arange(64) % 4 > 0
    assert first[rough].sum(dim=(2, 3)).abs().max() < 1e-4
    assert first[~rough].sum(dim=(2, 3)).abs().max() > 0.1
    for weight, gain in ((first[rough], 16), (first[~rough], 1), *((w, 1) for w in later)):
        expected = gain * 2 / weight[0].numel()
        assert weight.var().item() == pytest.approx(expected, rel=0.1)


def test_random_features_agree_with_scipy() -> None:
    """Correlations filter by filter, cut to where the window fits; pooling by reshaping."""
    image = picture(24, 28).astype(np.float32)
    x = image.transpose(2, 0, 1).astype(np.float64) * 2 - 1
    for depth, weight in enumerate(RandomFeatures().weights):
        if depth:
            x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
            x = x.reshape(len(x), x.shape[1] // 2, 2, x.shape[2] // 2, 2).mean(axis=(2, 4))
        filters = weight.double().numpy()
        x = np.stack([correlate(x, w, mode="valid", method="direct")[0] for w in filters]).clip(0)
    found = RandomFeatures()(torch.from_numpy(image).permute(2, 0, 1)[None])
    np.testing.assert_allclose(found[0], x, atol=1e-5)


def test_a_position_of_random_features_sees_twenty_pixels_and_steps_four() -> None:
    base = torch.from_numpy(picture(44, 44).astype(np.float32)).permute(2, 0, 1)[None]
    seen = RandomFeatures()(base)
    assert seen.shape == (1, 64, 7, 7)
    assert (seen >= 0).all()
    outside = base.clone()
    outside[:, :, 20:], outside[:, :, :, 20:] = 0, 0
    torch.testing.assert_close(RandomFeatures()(outside)[..., 0, 0], seen[..., 0, 0])
    inside = base.clone()
    inside[:, :, 19, 19] += 1
    assert not torch.equal(RandomFeatures()(inside)[..., 0, 0], seen[..., 0, 0])
    moved = RandomFeatures()(base[:, :, 4:, 4:])
    torch.testing.assert_close(moved, seen[..., 1:, 1:])


def test_random_features_need_as_many_pixels_as_a_position_sees() -> None:
    assert RandomFeatures()(torch.zeros(1, 3, 20, 20)).shape == (1, 64, 1, 1)
    with pytest.raises(ImageError):
        RandomFeatures()(torch.zeros(1, 3, 30, 19))
