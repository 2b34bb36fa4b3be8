"""Synthesis: a picture of a new layout made of patches, coarse to fine."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tests import scenes
from torch import Tensor

from likewise.patches.config import PatchConfig
from likewise.patches.kernels import kernels_for
from likewise.patches.levels import Level
from likewise.patches.material import Canvas
from likewise.patches.placing.placement import Placement
from likewise.patches.synthesis import Synthesis, material_of, settle, synthesise, votes
from likewise.patches.views import IDENTITY, View, Views

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (24, 32)
CONFIG = PatchConfig(size=24, coarsest=24, radius=2, rounds=2)


def level(ids: Tensor, channels: int = 3) -> Level:
    image = scenes.image(ids.numpy(), channels)[0].permute(1, 2, 0) / 2 + 0.5
    return Level(image.contiguous(), ids)


def house(x: int = 4) -> Tensor:
    return torch.from_numpy(scenes.house(SIZE, at=(8, x), side=8))


def still(views: tuple[View, ...] = (IDENTITY,), size: tuple[int, int] = SIZE) -> Placement:
    rows, columns = torch.meshgrid(*map(torch.arange, size), indexing="ij")
    return Placement(torch.stack((torch.zeros_like(rows), rows, columns)).int(), Views(views, size))


def scattered(seed: int = 0) -> Placement:
    """A random field: nothing of it can be kept."""
    generator = torch.Generator().manual_seed(seed)
    rows, columns = (torch.randint(n, SIZE, generator=generator) for n in SIZE)
    return Placement(
        torch.stack((torch.zeros_like(rows), rows, columns)).int(), Views((IDENTITY,), SIZE)
    )


def painted(layout: Tensor, start: Placement, config: PatchConfig, seed: int = 0) -> Synthesis:
    return synthesise([level(house())], [layout], start, 3, config, seed)


@pytest.mark.parametrize("trust", [0.05, 1.0])
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_an_unchanged_layout_gives_the_source_back(trust: float, channels: int) -> None:
    source = level(house(), channels)
    config = replace(CONFIG, trust=trust)
    answer = synthesise([source], [house()], still(), 3, config, 0)
    assert torch.equal(answer.field, still().field)
    assert answer.colours.shape == source.image.shape
    torch.testing.assert_close(answer.colours, source.image, atol=1e-6, rtol=0)


def test_a_random_start_comes_to_rest_on_the_right_labels() -> None:
    config = replace(CONFIG, rounds=6)
    goal = house(20)
    answer = painted(goal, scattered(), config)
    taken = house()[answer.field[1].long(), answer.field[2].long()]
    assert (taken == goal).float().mean() > 0.9
    before = scattered().field.long()
    assert (house()[before[1], before[2]] == goal).float().mean() < 0.6


def test_what_is_fixed_stays_and_the_rest_is_searched() -> None:
    source = level(house())
    views = Views((IDENTITY, View(mirrored=True)), SIZE)
    material = material_of(source, views, 3, CONFIG)
    canvas = Canvas.of(house(18), 3, 3, CONFIG.radius, CONFIG.guide)
    fixed = torch.zeros(SIZE, dtype=torch.bool)
    fixed[:, :10] = True
    start = scattered().field
    answer = settle(start, fixed, canvas, material, CONFIG, 8, 0)
    assert torch.equal(answer.field[:, fixed], start[:, fixed])
    assert (answer.field[:, ~fixed] != start[:, ~fixed]).any(dim=0).float().mean() > 0.8
    voted = kernels_for(start.device).vote(answer.field, votes(answer.costs), material)
    assert torch.equal(answer.colours, voted)


def test_a_seed_decides_what_is_drawn() -> None:
    first, again, other = (painted(house(20), scattered(), CONFIG, seed) for seed in (1, 1, 2))
    assert torch.equal(first.field, again.field)
    assert torch.equal(first.colours, again.colours)
    assert not torch.equal(first.field, other.field)


def test_every_level_of_a_pyramid_hands_its_field_on() -> None:
    sizes = ((12, 16), (18, 24), (24, 32))
    layouts = [torch.from_numpy(scenes.house(s, (s[0] // 3, s[1] // 2), s[0] // 3)) for s in sizes]
    levels = [level(torch.from_numpy(scenes.house(s, (s[0] // 3, 2), s[0] // 3))) for s in sizes]
    views = (IDENTITY, View(mirrored=True), View(0.7))
    answer = synthesise(levels, layouts, still(views), 3, CONFIG, 0)
    assert answer.field.shape == (3, *SIZE)
    inside = torch.tensor(Views(views, SIZE).sizes)[answer.field[0].long()].permute(2, 0, 1)
    assert (answer.field[1:] >= 0).all()
    assert (answer.field[1:] < inside).all()
    assert answer.costs.shape == SIZE
    assert 0 <= answer.colours.min() <= answer.colours.max() <= 1


def test_unknown_source_pixels_are_left_where_others_will_do() -> None:
    ids = house()
    ids[:, 26:] = -1
    config = replace(CONFIG, rounds=4)
    start = still()
    answer = synthesise([level(ids)], [house()], start, 3, config, 0)
    assert (ids[start.field[1].long(), start.field[2].long()] < 0).any()
    kept = start.kept(config.trust)
    assert kept.all()  # a rigid piece: the placement answers for it
    answer = synthesise([level(ids)], [house()], start, 3, replace(config, trust=1), 0)
    assert (ids[answer.field[1].long(), answer.field[2].long()] >= 0).all()


def test_votes_fall_with_the_costs_and_never_to_nothing() -> None:
    costs = torch.linspace(0, 50, 200).view(10, 20)
    counted = votes(costs).flatten()
    assert (counted.diff() <= 0).all()
    assert counted[0] == pytest.approx(1, abs=0.01)
    assert counted[-1] > 0
    assert votes(torch.full((3, 4), -1.0)).min() == pytest.approx(1, abs=0.01)
    assert votes(torch.full((3, 4), 1e6)).isfinite().all()
