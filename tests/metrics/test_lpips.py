"""LPIPS beside torchmetrics' own classes, to 1e-4, and beside a slow NumPy twin of its formula."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from tests.reference.public_networks import PUBLIC, sequence
from torch import Tensor
from torchmetrics.functional.image import lpips as theirs

from likewise.errors import ConfigError, ImageError
from likewise.metrics.lpips import LPIPS, lpips
from likewise.networks.lpips_backbones import LPIPSBackbone, load_lpips_weights


def picture(height: int = 40, width: int = 52, channels: int = 3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.random((height, width, channels)), (1, 1, 0))
    return ((noise - noise.min()) / (noise.max() - noise.min())).astype(np.float32)


def two_layers(batch: Tensor) -> list[Tensor]:
    """Colours, with a position that is black, and their differences at half size."""
    half = torch.nn.functional.avg_pool2d(batch, 2)
    return [batch, torch.cat([half - half.mean(), half.flip(1)], dim=1)]


WEIGHTS = (torch.tensor([0.2, 0.0, 1.0]), torch.linspace(0, 1, 6))


def twin(image: np.ndarray, truth: np.ndarray, features: Callable[[Tensor], list[Tensor]]) -> float:
    total = 0.0
    sides = [
        [
            layer[0].double().numpy()
            for layer in features(torch.from_numpy(x.transpose(2, 0, 1))[None])
        ]
        for x in (image, truth)
    ]
    for ours, known, weight in zip(*sides, WEIGHTS, strict=True):
        _, height, width = ours.shape
        for y in range(height):
            for x in range(width):
                a, b = (v[:, y, x] / (np.linalg.norm(v[:, y, x]) + 1e-10) for v in (ours, known))
                total += float((weight.numpy() * (a - b) ** 2).sum()) / (height * width)
    return total


def test_agrees_with_a_slow_twin() -> None:
    image, truth = picture(12, 14), picture(12, 14, seed=1)
    image[3, 4] = 0
    expected = twin(image, truth, two_layers)
    assert lpips(image, truth, two_layers, WEIGHTS) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", ["alex", "vgg"])
def test_agrees_with_torchmetrics(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its classes are given the same layers, as torchvision is missing; the weights are public."""
    whole = sequence(kind)
    monkeypatch.setattr(theirs, "_get_tv_model_features", lambda *_: whole)
    judge = theirs._LPIPS(net=kind, pnet_rand=True, model_path=str(PUBLIC / f"{kind}.pth"))
    network = LPIPSBackbone(kind)
    network.features.load_state_dict(whole.state_dict())
    weights = load_lpips_weights(kind, PUBLIC / f"{kind}.pth")
    image, truth = picture(), picture(seed=1)
    batches = (torch.from_numpy(x.transpose(2, 0, 1))[None] for x in (image, truth))
    expected = judge(*batches, normalize=True).item()
    assert lpips(image, truth, network, weights) == pytest.approx(expected, rel=1e-4)


def test_one_truth_serves_many_answers_and_the_nearer_is_nearer() -> None:
    truth = picture()
    metric = LPIPS(truth, two_layers, WEIGHTS)
    soft, softer = (gaussian_filter(truth, (s, s, 0)) for s in (0.7, 2))
    assert metric.of(truth) == 0
    assert 0 < metric.of(soft) < metric.of(softer)
    assert metric.of(soft) == lpips(soft, truth, two_layers, WEIGHTS)


def test_grey_is_repeated_and_alpha_dropped() -> None:
    image, truth = picture(channels=4), picture(channels=1, seed=1)
    plain = lpips(image[..., :3], truth.repeat(3, axis=2), two_layers, WEIGHTS)
    assert lpips(image, truth, two_layers, WEIGHTS) == pytest.approx(plain, rel=1e-6)


def test_what_does_not_fit_is_refused() -> None:
    truth = picture()
    for bad in (truth[:30], truth * 255):
        with pytest.raises(ImageError):
            lpips(bad, truth, two_layers, WEIGHTS)
    for weights in (WEIGHTS[:1], WEIGHTS[::-1], (WEIGHTS[0][None], WEIGHTS[1])):
        with pytest.raises(ConfigError):
            LPIPS(truth, two_layers, weights)
