"""Engine: from a source and a layout to a picture made of the source's own pixels."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
import torch
from tests import scenes
from torch import Tensor

from likewise.patches import engine as engines
from likewise.patches.bends import Bend
from likewise.patches.config import PatchConfig
from likewise.patches.engine import Engine, Painting, drawn_scale
from likewise.patches.levels import Level, resized_ids, resized_level
from likewise.patches.views import IDENTITY, AnyView

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (40, 52)
CONFIG = PatchConfig(size=64, coarsest=24, rounds=2, quick=True)


def level(ids: np.ndarray, channels: int = 3) -> Level:
    """A picture of ``ids``, made of shades that no two places share."""
    image = scenes.image(ids, channels)[0].permute(1, 2, 0) / 2 + 0.5
    return Level(image.contiguous(), torch.from_numpy(ids.astype(np.int64)))


def house(size: tuple[int, int] = SIZE, x: int = 6) -> np.ndarray:
    return scenes.house(size, at=(size[0] // 3, x), side=size[0] // 3)


def engine(source: Level, classes: int = 3, seed: int = 0, **settings: object) -> Engine:
    return Engine.of(source, classes, replace(CONFIG, **settings), seed)


def require_sound(painting: Painting, source: Level, size: tuple[int, int]) -> None:
    """Every pixel is finite, in range, and comes from inside the source."""
    channels = source.image.shape[2]
    assert painting.colours.shape == (*size, channels)
    assert painting.colours.isfinite().all()
    assert 0 <= painting.colours.min() <= painting.colours.max() <= 1
    assert painting.origin.shape == (2, *size)
    for places, length in zip(painting.origin, source.size[::-1], strict=True):
        assert 0 <= places.min() <= places.max() <= length - 1


def taken(painting: Painting, source: Level) -> Tensor:
    """Class positions (H, W) of the source pixels that were taken."""
    columns, rows = painting.origin.round().long()
    return source.ids[rows, columns]


@pytest.mark.parametrize("channels", [1, 2, 4])
@pytest.mark.parametrize("size", [64, 32])
def test_an_unchanged_layout_gives_the_source_back_bit_by_bit(size: int, channels: int) -> None:
    """Also where patches are matched at a smaller size than the picture's."""
    source = level(house(), channels)
    painting = engine(source, size=size).render(source.ids)
    require_sound(painting, source, SIZE)
    assert torch.equal(painting.colours, source.image)
    rows, columns = torch.meshgrid(*map(torch.arange, SIZE), indexing="ij")
    assert torch.equal(painting.origin, torch.stack((columns, rows)).float())


def test_a_mirrored_layout_gives_nearly_the_mirrored_source() -> None:
    source = level(house())
    painting = engine(source).render(source.ids.flip(1))
    require_sound(painting, source, SIZE)
    gap = (painting.colours - source.image.flip(1)).abs().mean()
    assert gap < 0.5 * (source.image - source.image.flip(1)).abs().mean()
    assert (taken(painting, source) == source.ids.flip(1)).float().mean() > 0.97


@pytest.mark.parametrize("size", [64, 32])
@pytest.mark.parametrize("goal", [(40, 52), (61, 30), (24, 90), (90, 117), (7, 5), (1, 1)])
def test_targets_of_any_size_and_aspect(goal: tuple[int, int], size: int) -> None:
    source = level(house())
    layout = torch.from_numpy(house(goal, x=goal[1] // 2))
    painting = engine(source, size=size).render(layout)
    require_sound(painting, source, goal)
    if min(goal) > 20:
        assert (taken(painting, source) == layout).float().mean() > 0.9


@pytest.mark.parametrize("full", [(16, 16), (5, 7), (3, 40), (1, 1)])
def test_sources_smaller_than_a_patch(full: tuple[int, int]) -> None:
    source = level(house(full, x=0) % 2)
    made = engine(source, classes=2, coarsest=8)
    assert torch.equal(made.render(source.ids).colours, source.image)
    layout = torch.from_numpy(house((30, 20), x=9) % 2)
    require_sound(made.render(layout), source, (30, 20))


def test_a_class_of_three_pixels() -> None:
    ids = house()
    ids[ids == scenes.HOUSE] = scenes.SKY
    ids[5, 7:10] = scenes.HOUSE
    source = level(ids)
    made = engine(source)
    assert torch.equal(made.render(source.ids).colours, source.image)
    layout = torch.from_numpy(house(x=30))
    painting = made.render(layout)
    require_sound(painting, source, SIZE)


def test_one_class() -> None:
    source = level(np.zeros(SIZE, np.int64))
    painting = engine(source, classes=1).render(torch.zeros(60, 44).long())
    require_sound(painting, source, (60, 44))


def test_sixty_classes() -> None:
    ids = scenes.blots(SIZE, 60, 0)
    source = level(ids)
    made = engine(source, classes=60)
    assert torch.equal(made.render(source.ids).colours, source.image)
    layout = torch.from_numpy(ids[:, ::-1].copy())
    painting = made.render(layout)
    require_sound(painting, source, SIZE)
    assert (taken(painting, source) == layout).float().mean() > 0.6


def test_a_layout_that_says_little_or_nothing() -> None:
    source = level(house())
    layout = torch.full(SIZE, -1)
    require_sound(engine(source).render(layout), source, SIZE)
    layout[-6:, -8:] = scenes.GROUND
    painting = engine(source).render(layout)
    require_sound(painting, source, SIZE)
    corner = taken(painting, source)[-6:, -8:]
    assert (corner == scenes.GROUND).float().mean() > 0.9


def test_unknown_source_pixels_are_not_taken_for_known_ones() -> None:
    ids = house()
    ids[:12, 30:] = -1
    source = level(np.where(ids < 0, scenes.IGNORED, ids))
    source = Level(source.image, torch.from_numpy(ids))
    layout = torch.from_numpy(house(x=28))
    painting = engine(source).render(layout)
    require_sound(painting, source, SIZE)
    assert (taken(painting, source) < 0).float().mean() < 0.01


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    source = level(house())
    layout = torch.from_numpy(house(x=28))
    first, again, other = (engine(source, seed=n).render(layout) for n in (3, 3, 4))
    assert torch.equal(first.colours, again.colours)
    assert torch.equal(first.origin, again.origin)
    assert not torch.equal(first.origin, other.origin)


def test_rendering_leaves_the_source_and_the_layout_alone() -> None:
    source = level(house())
    layout = torch.from_numpy(house(x=28))
    kept = source.image.clone(), source.ids.clone(), layout.clone()
    engine(source).render(layout)
    assert all(map(torch.equal, kept, (source.image, source.ids, layout)))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_an_unchanged_layout_back_too() -> None:
    source = level(house())
    there = Level(source.image.cuda(), source.ids.cuda())
    made = engine(there)
    assert torch.equal(made.render(there.ids).colours.cpu(), source.image)
    layout = torch.from_numpy(house(x=28))
    painting = made.render(layout.cuda())
    on_cpu = engine(source).render(layout)
    assert (painting.colours.cpu() - on_cpu.colours).abs().mean() < 0.05


@pytest.mark.parametrize(
    ("target", "scale"),
    [
        ((40, 52), 1.0),
        ((48, 60), 1.0),  # a little larger: the source's pixels stay as they are
        ((80, 104), 2.0),
        ((80, 200), 2.0),  # the lesser factor: it shows more to the sides
        ((40, 104), 1.0),  # only wider
        ((20, 104), 1.0),  # wider and lower
        ((20, 26), 0.5),
        ((20, 13), 0.5),
    ],
)
def test_a_layout_sets_the_scale_if_it_is_larger_or_smaller_both_ways(
    target: tuple[int, int], scale: float
) -> None:
    assert drawn_scale((40, 52), target) == scale


@pytest.mark.parametrize("scale", [0.5, 3])
def test_the_same_layout_at_another_size_gives_the_source_at_that_size(scale: float) -> None:
    source = level(house((60, 78)))
    size = (round(60 * scale), round(78 * scale))
    layout = resized_ids(source.ids, size, 3)
    painting = engine(source).render(layout)
    require_sound(painting, source, size)
    expected = resized_level(source, size, 3).image
    assert (painting.colours - expected).abs().mean() < 0.02
    rows, columns = torch.meshgrid(*map(torch.arange, size), indexing="ij")
    own = (torch.stack((columns, rows)) + 0.5) / scale - 0.5
    assert (painting.origin - own).abs().mean() < 1


def test_a_bend_has_the_size_of_the_layout_however_large() -> None:
    """It is found at a reduced size, which is rounded."""
    source, target = level(house((331, 517))), (347, 509)
    found = [IDENTITY, Bend(torch.zeros(2, 5, 6), (1.05, 0.98))]

    def placed(target_ids: Tensor, *_: object, **__: object) -> tuple[list[AnyView], Tensor]:
        places = torch.meshgrid(*map(torch.arange, target_ids.shape[2:]), indexing="ij")
        return found, torch.stack((torch.ones_like(places[0]), *places)).int()

    with mock.patch.object(engines, "place", placed):
        placement = engine(source, quick=False)._placed(torch.from_numpy(house(target)))
    bend = placement.views[1]
    assert bend.size(source.size) == target
