"""Placement: fields between sizes, and what is sure."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from likewise.patches.placing.placement import Placement, resized_field, torn_pixels
from likewise.patches.views import IDENTITY, View, Views


def identity(size: tuple[int, int]) -> Tensor:
    rows, columns = torch.meshgrid(*map(torch.arange, size), indexing="ij")
    return torch.stack((torch.zeros_like(rows), rows, columns)).int()


@pytest.mark.parametrize("size", [(24, 32), (36, 48), (31, 50), (12, 16), (7, 90), (240, 320)])
def test_identity_stays_identity_at_any_factor(size: tuple[int, int]) -> None:
    large = resized_field(identity((24, 32)), [(24, 32)], [size], size)
    assert torch.equal(large, identity(size))
    assert torch.equal(torn_pixels(large), torch.zeros(size))


@pytest.mark.parametrize("size", [(36, 48), (31, 50), (17, 24), (75, 100)])
def test_rigid_pieces_stay_rigid(size: tuple[int, int]) -> None:
    """A seam on the small grid is one on the large grid, and there is no other."""
    field = identity((24, 32))
    field[1, :, 16:] -= 3
    field[0, :, 16:], field[2, :, 16:] = 1, field[2, :, 16:] - 16
    field[1] = field[1].clamp_min(0)
    inner = field[:, 4:]  # rows that no clamp has touched
    views = [(24, 32), (24, 16)]
    after = [size, (size[0], size[1] // 2)]
    large = resized_field(inner, views, after, (size[0] * 20 // 24, size[1]))
    assert large.dtype == torch.int32
    torn = torn_pixels(large).bool()
    seam = large[0, 0].long().argmax().item()
    assert set(torn.any(dim=0).nonzero()[:, 0].tolist()) == {seam - 1, seam}
    assert (large[0, :, :seam] == 0).all()
    assert (large[0, :, seam:] == 1).all()
    assert abs(seam - size[1] / 2) <= 1


@pytest.mark.parametrize("size", [(36, 48), (5, 7), (1, 1), (33, 100)])
def test_never_outside_a_view(size: tuple[int, int]) -> None:
    views = Views((IDENTITY, View(0.4), View(1.7, mirrored=True)), (24, 32))
    generator = torch.Generator().manual_seed(0)
    number = torch.randint(3, (20, 26), generator=generator)
    sides = torch.tensor(views.sizes)[number]
    places = (torch.rand(20, 26, 2, generator=generator) * sides).long()
    field = torch.cat((number[None], places.permute(2, 0, 1))).int()
    source = (size[0] + 3, size[1])
    goal = Views(views.views, source)
    large = resized_field(field, views.sizes, goal.sizes, size)
    assert large.shape == (3, *size)
    sides = torch.tensor(goal.sizes)[large[0].long()].permute(2, 0, 1)
    assert (large[1:] >= 0).all()
    assert (large[1:] < sides).all()


def test_torn_pixels_stand_on_both_sides_of_a_seam() -> None:
    field = identity((6, 8))
    field[2, :, 5:] -= 1
    torn = torn_pixels(field)
    assert torn.sum() == 12
    assert (torn[:, 4:6] == 1).all()
    field = identity((6, 8))
    field[0, 2:] = 1
    assert (torn_pixels(field)[1:3] == 1).all()
    assert torn_pixels(field).sum() == 16
    assert torn_pixels(identity((1, 1))).tolist() == [[0]]


@pytest.mark.parametrize(("trust", "reach"), [(0.1, 2), (0.001, 1), (0.25, 5)])
def test_kept_is_what_lies_far_from_any_seam(trust: float, reach: int) -> None:
    field = identity((20, 40))
    field[2, :, 30:] -= 7
    kept = Placement(field, Views((IDENTITY,), (20, 40))).kept(trust)
    columns = torch.arange(40)
    far = (columns < 29 - reach) | (columns > 30 + reach)
    assert torch.equal(kept, far.expand(20, 40))


def test_trust_in_nothing_and_in_a_whole_piece() -> None:
    placement = Placement(identity((20, 40)), Views((IDENTITY,), (20, 40)))
    assert not placement.kept(1).any()
    assert placement.kept(0.05).all()
    assert placement.kept(0.9).all()


def test_moves_are_rounded_to_the_nearest_pixel() -> None:
    """Three pixels to the right are 4.8 at 1.6 times the size: five, not four."""
    field = identity((20, 20))
    field[1:] += 3
    large = resized_field(field[:, :10, :10], [(20, 20)], [(32, 32)], (16, 16))
    assert torch.equal(large[1:], identity((16, 16))[1:] + 5)
