"""Levels: the source at the sizes at which patches are matched."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from tests import scenes

from likewise.patches.config import PatchConfig
from likewise.patches.levels import Level, level_sizes, resized_ids, resized_level, scaled
from likewise.patches.presets import patch_presets


@pytest.mark.parametrize("full", [(184, 280), (61, 83), (5, 7), (1, 1), (16, 200), (2000, 1500)])
@pytest.mark.parametrize("config", [PatchConfig(), *patch_presets("cpu").values()])
def test_sizes_grow_by_the_ratio_up_to_the_working_size(
    full: tuple[int, int], config: PatchConfig
) -> None:
    sizes = level_sizes(full, config)
    assert min(sizes[-1]) == min(config.size, *full)
    if config.size >= min(full):
        assert sizes[-1] == full
    assert min(sizes[0]) < config.coarsest * config.ratio
    for size in sizes[:-1]:
        assert min(size) >= config.coarsest - 1
    for small, large in pairwise(sizes):
        assert max(large) / max(small) == pytest.approx(config.ratio, rel=0.03)
    for size in sizes:
        assert max(size) / min(size) == pytest.approx(max(full) / min(full), rel=0.03)


def test_a_level_of_the_same_size_is_the_same() -> None:
    level = Level(torch.rand(6, 8, 3), torch.zeros(6, 8).long())
    assert resized_level(level, (6, 8), 1) is level


@pytest.mark.parametrize("size", [(3, 4), (12, 16), (1, 1), (5, 30)])
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_a_resized_level_keeps_range_mean_and_classes(size: tuple[int, int], channels: int) -> None:
    ids = torch.from_numpy(scenes.blots((24, 32), 3, 0))
    image = (torch.rand(24, 32, channels, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    small = resized_level(Level(image, ids), size, 3)
    assert small.size == size
    assert small.image.shape == (*size, channels)
    assert 0 <= small.image.min() <= small.image.max() <= 1
    assert small.image.mean() == pytest.approx(image.mean().item(), abs=0.05)
    assert set(small.ids.unique().tolist()) <= {0, 1, 2}


def test_ids_take_the_class_of_the_largest_share() -> None:
    ids = torch.tensor([[0, 0, 1, 1], [0, 1, -1, -1], [2, 2, -1, -1], [2, 0, -1, 2]])
    assert resized_ids(ids, (2, 2), 3).tolist() == [[0, -1], [2, -1]]
    assert resized_ids(ids, (4, 4), 3) is ids
    assert resized_ids(ids, (8, 8), 3)[::2, ::2].tolist() == ids.tolist()


def test_no_class_is_invented_between_two() -> None:
    ids = torch.tensor([0, 2]).repeat(5, 4)
    assert set(resized_ids(ids, (7, 5), 3).unique().tolist()) == {0, 2}


def test_nothing_is_scaled_to_nothing() -> None:
    assert scaled((10, 20), (0.5, 0.25)) == (5, 5)
    assert scaled((3, 3), (0.01, 0.01)) == (1, 1)
