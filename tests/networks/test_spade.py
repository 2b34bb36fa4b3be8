"""SPADE's networks: the normalisation by its formula, sizes as published, any layout painted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likewise.networks.patch_discriminator import MultiScaleDiscriminator
from likewise.networks.spade import SpadeNorm, resized_layout
from likewise.networks.spade_generator import GAIN, SpadeGenerator, SpadeShape
from likewise.networks.spectral import at_rest

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = SpadeShape(3, 4, width=2, hidden=5, upsampling="normal", batch=True, spectral=True)


def generator(shape: SpadeShape = SMALL) -> SpadeGenerator:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return SpadeGenerator(shape)


def values(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def layout(*size: int, classes: int = 4, batch: int = 1) -> Tensor:
    ids = torch.randint(classes, (batch, *size), generator=torch.Generator().manual_seed(1))
    return F.one_hot(ids, classes).permute(0, 3, 1, 2).float()


@pytest.mark.parametrize("batch", [True, False])
def test_the_normalisation_is_that_of_the_formula(batch: bool) -> None:
    norm = SpadeNorm(3, 4, 5, batch=batch)
    features, seen = values(2, 3, 6, 7), layout(6, 7, batch=2)
    with torch.no_grad():
        read = F.conv2d(seen, norm.hidden.weight, norm.hidden.bias, padding=1).clamp(min=0)
        gamma = F.conv2d(read, norm.scale.weight, norm.scale.bias, padding=1).numpy()
        beta = F.conv2d(read, norm.shift.weight, norm.shift.bias, padding=1).numpy()
        found = norm(features, seen).numpy()
    x = features.numpy().astype(np.float64)
    axes = (0, 2, 3) if batch else (2, 3)
    plain = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)
    np.testing.assert_allclose(found, plain * (1 + gamma) + beta, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("batch", [True, False])
def test_a_lone_value_is_its_own_mean(batch: bool) -> None:
    norm = SpadeNorm(3, 4, 5, batch=batch)
    seen = layout(1, 1)
    moved, unmoved = norm(values(1, 3, 1, 1), seen), norm(torch.zeros(1, 3, 1, 1), seen)
    torch.testing.assert_close(moved, unmoved)


def test_at_rest_running_statistics_count() -> None:
    norm = SpadeNorm(3, 4, 5, batch=True)
    for seed in range(80):
        norm(3 + 2 * values(4, 3, 8, 8, seed=seed), layout(8, 8, batch=4))
    norm.eval()
    one = 3 + 2 * values(1, 3, 8, 8)
    two = torch.cat((one, values(1, 3, 8, 8, seed=5)))
    torch.testing.assert_close(
        norm(one, layout(8, 8)), norm(two, layout(8, 8).expand(2, -1, -1, -1))[:1]
    )
    assert norm.statistics is not None
    torch.testing.assert_close(
        norm.statistics.running_mean, torch.full((3,), 3.0), atol=0.2, rtol=0
    )


@pytest.mark.parametrize(
    ("channels", "upsampling", "millions"),
    [(151, "normal", 96.5), (184, "normal", 97.5), (36, "more", 93.0)],
    ids=["ADE20K", "COCO-Stuff", "Cityscapes"],
)
def test_the_papers_networks_have_as_many_weights(
    channels: int, upsampling: str, millions: float
) -> None:
    """Counts as the literature gives them for the three published generators."""
    with torch.device("meta"):
        network = SpadeGenerator(SpadeShape(3, channels, 64, 128, upsampling, True, False))
    assert sum(p.numel() for p in network.parameters()) / 1e6 == pytest.approx(millions, abs=0.06)


@pytest.mark.parametrize("size", [(32, 32), (48, 64), (33, 70), (16, 5)])
def test_any_size_is_painted(size: tuple[int, int]) -> None:
    network = generator()
    picture = network(layout(*size, batch=2))
    assert picture.shape == (2, 3, *size)
    assert picture.abs().max() <= 1


def test_what_lacks_to_whole_cells_is_added_and_cut_off() -> None:
    network = generator().eval()
    seen = layout(40, 50)
    whole = F.pad(seen, (0, 14, 0, 24), mode="replicate")
    torch.testing.assert_close(network(seen), network(whole)[:, :, :40, :50])


def test_a_shape_is_told_by_its_state() -> None:
    for shape in (SMALL, replace(SMALL, batch=False, image_channels=1), replace(SMALL, width=3)):
        state = at_rest(generator(shape)).state_dict()
        assert SpadeShape.of(state, "normal") == replace(shape, spectral=False)
    most = replace(SMALL, upsampling="most", spectral=False)
    assert SpadeShape.of(generator(most).state_dict(), "normal") == most
    latent = replace(SMALL, spectral=False, latent=6, grid=(1, 2))
    state = generator(latent).state_dict()
    assert SpadeShape.of(state, "normal", (32, 64)) == latent
    with pytest.raises(ValueError, match="64, 64"):
        SpadeShape.of(state, "normal", (64, 64))


def test_z_changes_the_picture() -> None:
    network = generator(replace(SMALL, latent=6, grid=(1, 2))).eval()
    network.start.weight.data.mul_(50)
    seen = layout(32, 64)
    pictures = [network(seen, values(1, 6, seed=seed)) for seed in range(2)]
    assert not torch.equal(*pictures)


def test_folding_changes_names_and_nothing_else() -> None:
    network = generator()
    network(layout(32, 32))
    before = network.eval()(layout(40, 32))
    plain = at_rest(network)
    torch.testing.assert_close(plain(layout(40, 32)), before)
    assert not any("parametrizations" in name for name in plain.state_dict())


def test_first_weights_are_glorots_and_biases_nothing() -> None:
    network = generator(replace(SMALL, width=16, hidden=64))
    first = network.blocks[0].norm_first.hidden
    fan = sum((first.weight.shape[0], first.weight.shape[1])) * 9
    assert float(first.weight.detach().std()) == pytest.approx(GAIN * (2 / fan) ** 0.5, rel=0.1)
    assert not first.bias.detach().any()


def test_the_discriminator_judges_each_scale_of_picture_and_layout() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        d = MultiScaleDiscriminator(3 + 4, 4, 4, 2).eval()
    image, seen = values(2, 3, 64, 48), layout(64, 48, batch=2)
    judged = d(image, seen)
    assert [tuple(f.shape[1:]) for f in judged.features[:4]] == [
        (4, 33, 25),
        (8, 17, 13),
        (16, 9, 7),
        (32, 10, 8),
    ]
    assert [tuple(s.shape) for s in judged.scores] == [(2, 1, 11, 9), (2, 1, 7, 6)]
    beside = torch.cat((seen, image), 1)
    counted = F.avg_pool2d(torch.ones(1, 1, 64, 48), 3, 2, 1)  # how much of a window is inside
    half = F.avg_pool2d(beside, 3, 2, 1) / counted
    for number, given in enumerate((beside, half)):
        expected = plainly_judged(d.judges[number], given)
        for mine, theirs in zip(
            judged.features[4 * number : 4 * number + 4], expected, strict=False
        ):
            torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(judged.scores[number], expected[4], rtol=1e-3, atol=1e-4)


def plainly_judged(layers: nn.Module, x: Tensor) -> list[Tensor]:
    """Features and scores of one scale, with PyTorch's own instance normalisation."""
    *inner, last = layers.children()
    found = []
    for number, layer in enumerate(inner):
        conv = layer[0]
        stride = 1 if number == len(inner) - 1 else 2
        x = F.conv2d(x, conv.weight, conv.bias, stride=stride, padding=2)
        x = F.leaky_relu(F.instance_norm(x) if number else x, 0.2)
        found.append(x)
    return [*found, F.conv2d(x, last.weight, last.bias, padding=2)]


def test_a_layout_shrinks_to_its_upper_left_pixels() -> None:
    seen = layout(8, 12)
    assert torch.equal(resized_layout(seen, (4, 4)), seen[:, :, ::2, ::3])
