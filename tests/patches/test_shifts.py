"""Shifts: a field of moves becomes piecewise rigid, and never dearer than it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.reference import alignment_twins as twins
from torch import Tensor

from likewise.patches.shifts import (
    BORDER_SHARE,
    OUTSIDE_COST,
    SEAM_COST,
    best_by_class,
    piecewise_rigid,
)

SIZE = (7, 9)
SOURCE = (6, 8)


def cost(moves: Tensor, unlike: Tensor, classes: Tensor) -> float:
    return twins.potts_cost(
        moves[0].numpy(),
        unlike[0].numpy(),
        classes[0, 0].numpy(),
        SOURCE,
        seam=SEAM_COST,
        border_share=BORDER_SHARE,
        outside=OUTSIDE_COST,
    )


def field(seed: int, spread: int = 3) -> tuple[Tensor, Tensor, Tensor]:
    """Random moves, unlikeness and classes of a small case."""
    generator = torch.Generator().manual_seed(seed)
    moves = torch.randint(-spread, spread + 1, (1, 2, *SIZE), generator=generator).float()
    unlike = torch.rand(1, 63, 48, generator=generator) * 3
    classes = torch.randint(0, 2, (1, 1, *SIZE), generator=generator).float()
    return moves, unlike, classes


@pytest.mark.parametrize("seed", range(12))
def test_the_cost_never_rises(seed: int) -> None:
    moves, unlike, classes = field(seed)
    after = piecewise_rigid(moves, unlike, classes, SOURCE)
    assert cost(after, unlike, classes) < cost(moves, unlike, classes)
    assert torch.equal(after, after.round())


def test_a_stray_cell_joins_its_neighbours_where_that_costs_little() -> None:
    moves = torch.ones(1, 2, *SIZE)
    moves[0, :, 3, 4] = torch.tensor([-2.0, 0.0])
    unlike = torch.zeros(1, 63, 48)
    unlike[0, 3 * 9 + 4, 4 * 8 + 5] = 6.0  # less than eight seams of 0.8
    classes = torch.zeros(1, 1, *SIZE)
    joined = piecewise_rigid(moves, unlike, classes, SOURCE, sweeps=(1,))
    assert (joined == 1).all()


def test_a_stray_cell_stays_where_joining_costs_more() -> None:
    moves = torch.zeros(1, 2, *SIZE)
    moves[0, 0, 3, 4] = -2
    unlike = torch.zeros(1, 63, 48)
    unlike[0, 3 * 9 + 4] = 7.0  # more than eight seams of 0.8 ...
    unlike[0, 3 * 9 + 4, 3 * 8 + 2] = 0.0  # ... anywhere but where it is
    classes = torch.zeros(1, 1, *SIZE)
    kept = piecewise_rigid(moves, unlike, classes, SOURCE, sweeps=(1,))
    assert torch.equal(kept, moves)


def test_a_seam_between_classes_costs_less() -> None:
    moves = torch.zeros(1, 2, *SIZE)
    moves[0, 0, 3, 4] = -2
    unlike = torch.zeros(1, 63, 48)
    unlike[0, 3 * 9 + 4, 3 * 8 + 4] = 3.0  # more than eight seams of 0.16, less than of 0.8
    classes = torch.zeros(1, 1, *SIZE)
    assert not piecewise_rigid(moves, unlike, classes, SOURCE, sweeps=(1,)).any()
    classes[0, 0, 3, 4] = 1
    assert torch.equal(piecewise_rigid(moves, unlike, classes, SOURCE, sweeps=(1,)), moves)


@pytest.mark.parametrize("sweeps", [(1,), (8, 4, 2, 1), (1, 1, 1)])
def test_a_rigid_field_is_left_alone(sweeps: tuple[int, ...]) -> None:
    _, unlike, classes = field(0)
    moves = torch.full((1, 2, *SIZE), -1.0)
    assert torch.equal(piecewise_rigid(moves, unlike, classes, SOURCE, sweeps), moves)


def test_each_field_of_a_batch_is_treated_alone() -> None:
    fields = [field(seed) for seed in (1, 2, 3)]
    together = piecewise_rigid(*(torch.cat(part) for part in zip(*fields, strict=True)), SOURCE)
    for whole, (moves, unlike, classes) in zip(together, fields, strict=True):
        assert torch.equal(whole[None], piecewise_rigid(moves, unlike, classes, SOURCE))


def test_moves_that_lead_outside_are_given_up() -> None:
    moves = torch.zeros(1, 2, *SIZE)
    moves[0, 0, 2:5, 6:] = 5
    classes, unlike = torch.zeros(1, 1, *SIZE), torch.zeros(1, 63, 48)
    assert not piecewise_rigid(moves, unlike, classes, SOURCE)[0, 0, 2:5, 6:].any()


def test_each_class_takes_the_cheapest_field_as_a_whole() -> None:
    classes = torch.zeros(1, 1, *SIZE)
    classes[..., 5:] = 1
    members = torch.cat([classes == 0, classes == 1], dim=1).float()
    right, left = torch.ones(1, 2, *SIZE), -torch.ones(1, 2, *SIZE)
    unlike = torch.full((1, 63, 48), 5.0)
    for row, column in np.ndindex(5, 7):
        step = 1 if column < 5 else -1  # the left class fits moved right, the right one left
        if row + step >= 0:
            unlike[0, row * 9 + column, (row + step) * 8 + column + step] = 0
    chosen = best_by_class(torch.stack((right, left), 1), unlike, members, SOURCE)
    assert (chosen[..., :5] == 1).all()
    assert (chosen[..., 5:] == -1).all()


def test_a_field_full_of_seams_loses_to_a_rigid_one_that_fits_a_little_worse() -> None:
    mosaic = torch.zeros(1, 2, *SIZE)
    mosaic[0, 0, :, ::2] = -1
    rigid, unlike = torch.zeros(1, 2, *SIZE), torch.zeros(1, 63, 48)
    for row, column in np.ndindex(6, 8):
        unlike[0, row * 9 + column, row * 8 + column] = 0.1
    members = torch.ones(1, 1, *SIZE)
    chosen = best_by_class(torch.stack((mosaic, rigid), 1), unlike, members, SOURCE)
    assert torch.equal(chosen, rigid)
