"""Alignment: each target pixel finds the source pixel it should look like, and no other value."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes
from tests.reference import alignment_twins as twins
from torch import Tensor

from likewise.patches.alignment import (
    QUICK,
    THOROUGH,
    Effort,
    align,
    cell_size,
    correspondence,
    enlarged,
)
from likewise.patches.fields import follow

EFFORTS = pytest.mark.parametrize("effort", [THOROUGH, QUICK], ids=["thorough", "quick"])
SIZE = (64, 96)


def agreement(seen: Tensor, target: Tensor) -> float:
    """Share of pixels whose label is that of ``target``."""
    return float((seen == target).all(dim=1).float().mean())


def layouts_to_keep() -> dict[str, Tensor]:
    with_hole = scenes.house(SIZE)
    with_hole[20:40, 50:80] = scenes.IGNORED
    return {
        "house": scenes.layout(scenes.house(SIZE)),
        "eight": scenes.layout(scenes.blots((48, 61), 8, 0), 8),
        "one": scenes.layout(np.zeros((40, 48), np.int64), 1),
        "stripes": scenes.layout(scenes.stripes((33, 90), 6), 6),
        "ignored": scenes.layout(with_hole),
        "larger": scenes.layout(scenes.blots((136, 200), 4, 1), 4),
    }


@EFFORTS
@pytest.mark.parametrize("name", layouts_to_keep())
def test_the_same_layout_moves_nothing(name: str, effort: Effort) -> None:
    layout = layouts_to_keep()[name]
    moves = correspondence(layout, layout, effort)
    assert moves.shape == (1, 2, *layout.shape[2:])
    assert not moves.any()


@EFFORTS
@pytest.mark.parametrize(("right", "down"), [(16, 0), (-8, 6), (20, -10), (-30, 0)])
def test_a_shifted_object_is_followed(right: int, down: int, effort: Effort) -> None:
    source = scenes.layout(scenes.house(SIZE, at=(24, 40)))
    ids = scenes.house(SIZE, at=(24 + down, 40 + right))
    moves = correspondence(scenes.layout(ids), source, effort)
    inside = moves[0, :, torch.from_numpy(ids == scenes.HOUSE)]
    followed = (inside == torch.tensor([[-right], [-down]])).all(dim=0)
    assert followed.float().mean() > 0.9


@EFFORTS
def test_every_layout_of_a_batch_is_followed_by_itself(effort: Effort) -> None:
    source = scenes.layout(scenes.house(SIZE, at=(24, 40)))
    places = ((24, 40), (24, 60), (30, 10))
    targets = torch.cat([scenes.layout(scenes.house(SIZE, at=at)) for at in places])
    together = correspondence(targets, source, effort)
    for moves, target in zip(together, targets, strict=True):
        torch.testing.assert_close(moves[None], correspondence(target[None], source, effort))


@EFFORTS
@pytest.mark.parametrize(
    ("source_ids", "target_ids", "classes"),
    [
        (scenes.house(SIZE), scenes.house(SIZE, at=(30, 60)), 3),
        (scenes.house(SIZE), scenes.house(SIZE, side=28), 3),
        (scenes.house(SIZE), scenes.house(SIZE, side=0), 3),
        (scenes.house(SIZE, at=(30, 60)), scenes.house((48, 56)), 3),
        (scenes.house((40, 48)), scenes.house((61, 83), at=(20, 40)), 3),
        (scenes.blots(SIZE, 8, 0), scenes.blots(SIZE, 8, 1), 8),
        (scenes.stripes(SIZE, 8), scenes.stripes((56, 80), 8)[:, ::-1].copy(), 8),
    ],
    ids=["moved", "grown", "removed", "smaller", "larger", "eight", "reversed"],
)
def test_the_layout_seen_through_the_moves_is_the_target(
    source_ids: np.ndarray, target_ids: np.ndarray, classes: int, effort: Effort
) -> None:
    source, target = scenes.layout(source_ids, classes), scenes.layout(target_ids, classes)
    moves = correspondence(target, source, effort)
    assert moves.shape == (1, 2, *target_ids.shape)
    assert torch.equal(moves, moves.round())
    assert agreement(follow(source, moves), target) > 0.95


@EFFORTS
def test_one_class_in_another_size(effort: Effort) -> None:
    source = scenes.layout(np.zeros((40, 48), np.int64), 1)
    target = scenes.layout(np.zeros((56, 36), np.int64), 1)
    moves = correspondence(target, source, effort)
    assert agreement(follow(source, moves), target) == 1


@EFFORTS
def test_the_answer_is_made_of_the_source_pixels(effort: Effort) -> None:
    source_ids, target_ids = scenes.house(SIZE), scenes.house((48, 80), at=(12, 50))
    # Every pixel of the source has a colour of its own.
    image = torch.arange(64 * 96).reshape(1, 1, *SIZE) * torch.tensor([1.0, -1.0]).view(1, 2, 1, 1)
    layout, target = scenes.layout(source_ids), scenes.layout(target_ids)
    moved, moved_layout = align(image, layout, target, effort)
    assert moved.shape == (1, 2, 48, 80)
    assert set(moved[0, 0].flatten().tolist()) <= set(range(64 * 96))
    assert torch.equal(moved[:, 0], -moved[:, 1])
    ids = torch.from_numpy(source_ids).flatten()
    assert torch.equal(moved_layout.argmax(1).flatten(), ids[moved[0, 0].flatten().long()])
    assert torch.equal(moved_layout.sum(1), torch.ones(1, 48, 80))


def test_following_agrees_with_a_loop() -> None:
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(2, 3, 13, 9, generator=generator)
    moves = torch.randint(-8, 9, (2, 2, 7, 11), generator=generator).float()
    moves += torch.rand(2, 2, 7, 11, generator=generator) * 0.8 - 0.4  # never half-way
    found = follow(image, moves)
    for b in range(2):
        expected = twins.follow(image[b].numpy(), moves[b].numpy())
        np.testing.assert_array_equal(found[b].numpy(), expected)


def test_following_no_moves_is_the_identity_however_wide() -> None:
    image = torch.randn(1, 1, 3, 4001, generator=torch.Generator().manual_seed(0))
    assert torch.equal(follow(image, torch.zeros(1, 2, 3, 4001)), image)


def times(ids: np.ndarray, factor: int) -> np.ndarray:
    return ids.repeat(factor, axis=0).repeat(factor, axis=1)


def test_moves_enlarge_with_their_layouts() -> None:
    source_ids, target_ids = scenes.house(SIZE), scenes.house((56, 80), at=(20, 50))
    source, target = scenes.layout(source_ids), scenes.layout(target_ids)
    moves = correspondence(target, source)
    large, large_target = (scenes.layout(times(i, 3)) for i in (source_ids, target_ids))
    far = enlarged(moves, large_target, large, SIZE)
    assert far.shape == (1, 2, 168, 240)
    assert torch.equal(far, far.round())
    assert agreement(follow(large, far), large_target) > 0.97
    same = far[:, :, 1::3, 1::3] == 3 * moves
    assert same.all(dim=1).float().mean() > 0.9


def test_no_moves_enlarge_to_no_moves() -> None:
    layout = scenes.layout(times(scenes.house(SIZE), 2))
    assert not enlarged(torch.zeros(1, 2, *SIZE), layout, layout, SIZE).any()


def test_enlarging_stretches_each_axis_by_its_own_factor() -> None:
    """A source of one class, 3 times as wide and twice as tall: nothing prefers another move."""
    moves = torch.full((1, 2, 32, 48), 4.0)
    large = torch.ones(1, 1, 64, 144)
    far = enlarged(moves, large, large, (32, 48))
    assert (far[0, 0, :, :100] == 12).all()
    assert (far[0, 1, :50] == 8).all()


@pytest.mark.parametrize("short", [32, 48, 64, 100, 128, 184, 256, 512, 2048])
def test_cells_are_a_power_of_two_and_few_enough(short: int) -> None:
    cell = cell_size((short, 2 * short))
    assert cell in (2, 4, 8, 16, 32, 64)
    assert short / cell <= 64


def test_autocast_does_not_change_the_search() -> None:
    source = scenes.layout(scenes.house(SIZE))
    target = scenes.layout(scenes.house(SIZE, at=(30, 60)))
    plain = correspondence(target, source)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(correspondence(target, source), plain)
