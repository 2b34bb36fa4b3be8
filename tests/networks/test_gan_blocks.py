"""Blocks, encoders and SFT: shapes, bounds, the fixed point, and normalisations that agree."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from tests import scenes
from torch import Tensor, nn

from likewise.networks.blocks import (
    ConvBlock,
    DownBlock,
    Finish,
    ResidualBottleneck,
    Style,
    UpBlock,
    convolution,
    pixel_normalised,
)
from likewise.networks.instance_norm import instance_normalised
from likewise.networks.seg_encoder import SegEncoder
from likewise.networks.sft import (
    LARGEST_SCALE,
    LARGEST_SHIFT,
    SFT,
    modulated,
    semantic_ratio,
    semantic_shift,
)

STYLES = pytest.mark.parametrize(
    "style", [Style(True, "instance"), Style(False, "none"), Style(True, "none")]
)


@pytest.fixture(autouse=True)
def quick(one_thread: None) -> None:
    return None


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@STYLES
@pytest.mark.parametrize(("inputs", "outputs"), [(1, 2), (3, 5), (8, 16)])
def test_blocks_keep_halve_and_double(inputs: int, outputs: int, style: Style) -> None:
    x = noise(2, inputs, 16, 24)
    assert ConvBlock(inputs, outputs, 3, style)(x).shape == (2, outputs, 16, 24)
    assert ConvBlock(inputs, outputs, 7, style)(x).shape == (2, outputs, 16, 24)
    assert ResidualBottleneck(inputs, style)(x).shape == x.shape
    assert DownBlock(inputs, outputs, style)(x).shape == (2, outputs, 8, 12)
    assert UpBlock(inputs, outputs, style)(x).shape == (2, outputs, 32, 48)


def test_spectral_convolutions_stretch_nothing() -> None:
    layer = convolution(6, 9, 3, spectral=True).train()
    with torch.no_grad():
        layer.parametrizations.weight.original.mul_(50)
        for _ in range(30):
            layer(noise(1, 6, 8, 8))
    largest = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
    assert float(largest) == pytest.approx(1, abs=0.02)


def test_the_fused_path_of_one_image_is_the_general_one() -> None:
    x = noise(3, 5, 14, 18) * torch.tensor([0.01, 1, 30, 5, 2]).view(1, 5, 1, 1) + 4
    together = instance_normalised(x)
    for alone, one in zip(together, x, strict=True):
        torch.testing.assert_close(instance_normalised(one[None])[0], alone, atol=2e-4, rtol=1e-4)
    assert together.mean(dim=(2, 3)).abs().max() < 1e-4
    torch.testing.assert_close(
        together[:, 1:].var(dim=(2, 3), correction=0), torch.ones(3, 4), atol=1e-3, rtol=0
    )


def test_pixel_normalisation_looks_at_one_place_alone() -> None:
    x = noise(2, 16, 8, 9) * 7
    normalised = pixel_normalised(x)
    power = normalised.square().mean(dim=1)
    torch.testing.assert_close(power, torch.ones_like(power), atol=1e-3, rtol=0)
    changed = x.clone()
    changed[:, :, 0, 0] *= 100
    after = pixel_normalised(changed)
    assert torch.equal(after[:, :, 1:], normalised[:, :, 1:])


def test_half_precision_stays_half() -> None:
    x = noise(2, 4, 8, 8).bfloat16()
    assert instance_normalised(x).dtype == pixel_normalised(x).dtype == torch.bfloat16
    assert torch.equal(Finish("none", slope=1)(x), x)


@pytest.mark.parametrize("classes", [1, 2, 5, 8])
@STYLES
def test_the_features_of_e_seg_are_positive_at_every_scale(classes: int, style: Style) -> None:
    encoder = SegEncoder(classes, 4, 3, style)
    layout = scenes.layout(scenes.stripes((32, 40), classes), classes)
    features = encoder(layout * 1000)  # far out in softplus' tail
    assert [tuple(f.shape) for f in features] == [
        (1, 8, 16, 20),
        (1, 16, 8, 10),
        (1, 32, 4, 5),
    ]
    assert all((f >= 0).all() and f.isfinite().all() for f in features)
    assert all((f > 0).all() for f in encoder(layout))


def test_where_layouts_agree_the_ratio_is_one_and_the_shift_nought() -> None:
    features = F.softplus(noise(2, 8, 6, 6) * 20)
    assert (semantic_ratio(features, features) == 1).all()
    assert (semantic_shift(features, features) == 0).all()
    # The paper's definition, where features are not small.
    large = features + 1000
    triple = semantic_ratio(3 * large, large)
    torch.testing.assert_close(triple, torch.full_like(large, 3.0), atol=1e-3, rtol=0)
    assert semantic_ratio(large, torch.zeros_like(large)).isfinite().all()
    torch.testing.assert_close(semantic_shift(large, features), torch.full_like(large, 1000.0))


def positive(seed: int) -> list[Tensor]:
    sizes = ((6, 16), (12, 8))
    return [F.softplus(noise(2, c, s, s, seed=seed)) for c, s in sizes]


def test_a_fresh_sft_is_the_fixed_point() -> None:
    scales, shifts = SFT((6, 12), spectral=True)(positive(0), positive(1))
    assert [s.shape for s in scales] == [(2, 6, 16, 16), (2, 12, 8, 8)]
    assert all((scale == 1).all() for scale in scales)
    assert all((shift == 0).all() for shift in shifts)


@pytest.mark.parametrize("spectral", [True, False])
def test_sft_stays_within_its_bounds_whatever_comes(spectral: bool) -> None:
    sft = SFT((6, 12), spectral=spectral)
    with torch.no_grad():
        for parameter in sft.parameters():
            parameter.copy_(noise(*parameter.shape, seed=1) * 1e4)
    for source, target in (
        (positive(0), positive(1)),
        ([f * 1e6 for f in positive(0)], [f * 0 for f in positive(1)]),
        ([f * 0 for f in positive(0)], [f * 1e6 for f in positive(1)]),
    ):
        scales, shifts = sft(source, target)
        for scale, shift in zip(scales, shifts, strict=True):
            assert scale.max() <= LARGEST_SCALE * 1.001
            assert scale.min() >= 0.999 / LARGEST_SCALE
            assert shift.abs().max() <= LARGEST_SHIFT
    reached = max(float(s.detach().log().abs().max()) for s in scales)
    assert reached == pytest.approx(math.log(LARGEST_SCALE), abs=1e-3)


def test_sft_translates_each_direction_by_its_own_numbers() -> None:
    sft = SFT((6, 12), spectral=False)
    nn.init.normal_(sft.scale[0][-1].weight, generator=torch.Generator().manual_seed(0))
    scales, shifts = sft(positive(0), positive(1))
    assert (scales[0] != 1).any()
    assert (scales[1] == 1).all()
    assert all((shift == 0).all() for shift in shifts)
    back, _ = sft(positive(1), positive(0))
    assert (back[0] != scales[0]).any()


@pytest.mark.parametrize("norm", ["instance", "pixel"])
def test_modulation_scales_and_shifts_normalised_features(norm: str) -> None:
    x, scale, shift = noise(2, 4, 8, 8), noise(2, 4, 8, 8, seed=1), noise(2, 4, 8, 8, seed=2)
    plain = {"instance": instance_normalised, "pixel": pixel_normalised}[norm](x)
    torch.testing.assert_close(modulated(x, scale, shift, norm), scale * plain + shift)
