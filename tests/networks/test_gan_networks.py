"""G, D and S: shapes for every mode of image and number of classes, and what each depends on."""

from __future__ import annotations

import pytest
import torch
from tests import scenes
from torch import Tensor, nn

from likewise.networks import generator as generator_module
from likewise.networks.discriminator import Discriminator
from likewise.networks.generator import Generator, GeneratorShape
from likewise.networks.seg_encoder import SegEncoder
from likewise.networks.segmenter import Segmenter
from likewise.networks.sft import modulated
from likewise.training.networks import make_generator
from likewise.training.presets import PAPER

SIZE = (32, 40)
KINDS = pytest.mark.parametrize("repairs", [False, True], ids=["renders", "repairs"])


@pytest.fixture(autouse=True)
def quick(one_thread: None) -> None:
    return None


def generator(
    channels: int = 3, classes: int = 3, *, repairs: bool, width: int = 4, levels: int = 3
) -> Generator:
    made = Generator(
        GeneratorShape(
            image_channels=channels,
            classes=classes,
            width=width,
            levels=levels,
            norm="none" if repairs else "instance",
            sft_norm="pixel" if repairs else "instance",
            spectral=not repairs,
            repairs=repairs,
        )
    )
    return made.eval()


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def stirred(module: nn.Module) -> nn.Module:
    """``module`` with no weight left at its careful beginning."""
    source = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=source) * 0.1)
    return module


def layouts(classes: int) -> tuple[Tensor, Tensor]:
    source = scenes.stripes(SIZE, classes)
    return scenes.layout(source, classes), scenes.layout(source[:, ::-1].copy(), classes)


@KINDS
@pytest.mark.parametrize("classes", range(1, 9))
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_g_answers_an_image_of_the_same_shape(channels: int, classes: int, repairs: bool) -> None:
    source, target = layouts(classes)
    image = noise(1, channels, *SIZE)
    with torch.no_grad():
        rendering = generator(channels, classes, repairs=repairs)(image, source, target)
    assert rendering.image.shape == image.shape
    assert rendering.image.isfinite().all()
    shapes = [(1, 8, 16, 20), (1, 16, 8, 10), (1, 32, 4, 5)]
    assert [tuple(s.shape) for s in rendering.scales] == shapes
    assert [tuple(s.shape) for s in rendering.shifts] == shapes


def test_a_rendering_g_answers_in_range() -> None:
    source, target = layouts(3)
    answer = stirred(generator(repairs=False))(noise(1, 3, *SIZE) * 50, source, target).image
    assert answer.abs().max() <= 1


def test_a_repairing_g_begins_as_the_identity() -> None:
    source, target = layouts(3)
    image = noise(2, 3, *SIZE)
    both = source.repeat(2, 1, 1, 1), target.repeat(2, 1, 1, 1)
    assert torch.equal(generator(repairs=True)(image, *both).image, image)


@KINDS
def test_g_looks_at_image_source_and_target(repairs: bool) -> None:
    source, target = layouts(3)
    image = noise(1, 3, *SIZE)
    g = stirred(generator(repairs=repairs))
    answer = g(image, source, target).image
    for other in (
        g(noise(1, 3, *SIZE, seed=1), source, target),
        g(image, target, target),
        g(image, source, source),
    ):
        assert (other.image - answer).abs().max() > 1e-3


@KINDS
def test_where_the_layout_stays_a_fresh_sft_translates_nothing(repairs: bool) -> None:
    source, target = layouts(3)
    g = generator(repairs=repairs)
    for wanted in (source, target):
        rendering = g(noise(1, 3, *SIZE), source, wanted)
        assert all((s == 1).all() for s in rendering.scales)
        assert all((s == 0).all() for s in rendering.shifts)


@KINDS
def test_one_e_seg_reads_both_layouts(repairs: bool) -> None:
    g = stirred(generator(repairs=repairs))
    assert sum(isinstance(module, SegEncoder) for module in g.modules()) == 1
    given: list[list[list[Tensor]]] = []
    g.sft.register_forward_pre_hook(lambda _, arguments: given.append(list(arguments)))
    source, target = layouts(3)
    # Two pictures a batch: the features of the first must not go to the second.
    pair = torch.cat((source, target)), torch.cat((target, target))
    g(noise(2, 3, *SIZE), *pair)
    for seen, layout in zip(given[0], pair, strict=True):
        for f_seen, f_alone in zip(seen, g.seg_encoder(layout), strict=True):
            torch.testing.assert_close(f_seen, f_alone, atol=1e-4, rtol=1e-3)


@KINDS
def test_pictures_of_a_batch_do_not_see_each_other(repairs: bool) -> None:
    g = stirred(generator(repairs=repairs))
    source, target = layouts(3)
    image = noise(2, 3, *SIZE)
    pair = torch.cat((source, target)), torch.cat((target, source))
    together = g(image, *pair).image
    for n in range(2):
        alone = g(image[n : n + 1], *(p[n : n + 1] for p in pair)).image
        torch.testing.assert_close(together[n : n + 1], alone, atol=2e-3, rtol=1e-2)


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_the_same_scale_and_shift_serve_encoder_and_decoder(
    levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each down block finest first, before each up block the other way round."""
    used: list[tuple[int, int]] = []

    def watched(features: Tensor, scale: Tensor, shift: Tensor, norm: str) -> Tensor:
        used.append((id(scale), id(shift)))
        return modulated(features, scale, shift, norm)

    monkeypatch.setattr(generator_module, "modulated", watched)
    source, target = layouts(3)
    answer = generator(repairs=False, levels=levels)(noise(1, 3, *SIZE), source, target)
    pairs = [(id(a), id(b)) for a, b in zip(answer.scales, answer.shifts, strict=True)]
    assert used == pairs + pairs[::-1]


def test_a_repairing_g_sees_the_target_beside_the_image() -> None:
    g, seen = generator(repairs=True), []
    g.image_encoder.head.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    source, target = layouts(3)
    image = noise(1, 3, *SIZE)
    g(image, source, target)
    assert torch.equal(seen[0], torch.cat((image, target), dim=1))


@pytest.mark.parametrize("norm", ["instance", "none"])
@pytest.mark.parametrize("classes", [1, 3, 8])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_d_scores_patches_at_two_scales(channels: int, classes: int, norm: str) -> None:
    d = Discriminator(channels, classes, 4, norm=norm)
    layout = layouts(classes)[0].expand(2, -1, -1, -1)
    judgement = d(noise(2, channels, *SIZE), layout)
    assert [tuple(s.shape) for s in judgement.scores] == [(2, 1, 8, 10), (2, 1, 4, 5)]
    assert [tuple(f.shape[1:]) for f in judgement.features] == [
        (4, 16, 20),
        (8, 8, 10),
        (16, 4, 5),
    ]


@pytest.mark.parametrize("norm", ["instance", "none"])
def test_the_verdict_of_d_depends_on_layout_and_image(norm: str) -> None:
    d = Discriminator(3, 3, 4, norm=norm).eval()
    source, target = layouts(3)
    image = noise(1, 3, *SIZE)
    scores = d(image, source).scores
    others = d(image, target).scores, d(noise(1, 3, *SIZE, seed=1), source).scores
    for other in others:
        for mine, its in zip(scores, other, strict=True):
            assert (mine - its).abs().max() > 1e-5


def test_an_ignored_place_has_no_material_to_match() -> None:
    d = Discriminator(3, 3, 4, norm="none").eval()
    image = noise(1, 3, *SIZE)
    plain = d(image, torch.zeros(1, 3, *SIZE)).scores
    with torch.no_grad():
        d.embed.weight.mul_(100)
    for before, after in zip(plain, d(image, torch.zeros(1, 3, *SIZE)).scores, strict=True):
        assert torch.equal(before, after)


@pytest.mark.parametrize("classes", [1, 3, 8])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_s_gives_a_logit_for_every_class_and_pixel(channels: int, classes: int) -> None:
    logits = Segmenter(channels, classes, 8)(noise(2, channels, *SIZE))
    assert logits.shape == (2, classes, *SIZE)


def test_s_sees_where_things_are() -> None:
    s = Segmenter(3, 3, 8)
    image = noise(1, 3, *SIZE)
    changed = image.clone()
    changed[..., :4, :4] = 1
    difference = (s(image) - s(changed)).abs().sum(dim=1)[0].detach()
    assert difference[:6, :6].max() > 5 * difference[24:, 30:].max()


def count(module: nn.Module) -> float:
    return sum(parameter.numel() for parameter in module.parameters()) / 1e6


def test_the_paper_preset_has_the_sizes_of_the_reference() -> None:
    assert count(make_generator(PAPER, 3, 3)) == pytest.approx(5.5, rel=0.15)
    assert count(Segmenter(3, 3, PAPER.s_width)) == pytest.approx(0.24, rel=0.15)
