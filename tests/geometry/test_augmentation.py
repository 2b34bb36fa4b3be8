"""Augmentation: progressive, seeded, within its bounds."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from likewise.geometry.augmentation import Augmentation, WarpDraw, Warper, draw_warps
from likewise.geometry.warps import identity_grid

SIZE = (30, 60)
STEADY = Augmentation(bend=0.05, bend_probability=1.0, zoom=1.5, shift=0.1, turn=10, flip=0.0)


def drawn(augmentation: Augmentation, progress: float, batch: int = 64, seed: int = 0) -> WarpDraw:
    return draw_warps(augmentation, batch, progress, SIZE, torch.Generator().manual_seed(seed))


def displacement(augmentation: Augmentation, progress: float) -> float:
    grid = Warper(SIZE, augmentation.lattice).grid(drawn(augmentation, progress))
    return float((grid - identity_grid(SIZE)).abs().mean())


@pytest.mark.parametrize("flip", [0.0, 0.5])
def test_magnitude_grows_from_nothing_to_the_end_of_the_ramp(flip: float) -> None:
    augmentation = replace(STEADY, flip=flip, ramp=0.4)
    moved = [displacement(augmentation, p) for p in (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 1.0)]
    assert moved[0] == 0
    assert all(before < after for before, after in itertools.pairwise(moved[:6]))
    assert moved[5] == moved[6]


def test_no_ramp_is_full_strength_at_once() -> None:
    assert displacement(replace(STEADY, ramp=0.0), 0.0) == displacement(STEADY, 1.0)


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (drawn(STEADY, 0.7, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(first.affine, again.affine)
    assert torch.equal(first.bend, again.bend)
    assert not torch.equal(first.affine, other.affine)
    assert not torch.equal(first.bend, other.bend)


def test_global_randomness_is_left_alone() -> None:
    before = torch.get_rng_state()
    drawn(STEADY, 1.0)
    assert torch.equal(torch.get_rng_state(), before)


def test_offsets_are_in_image_widths_on_both_axes() -> None:
    reach = drawn(STEADY, 1.0).bend.abs().amax(dim=(0, 1))
    pixels = reach / 2 * torch.tensor([SIZE[1], SIZE[0]])
    assert (pixels <= 0.05 * SIZE[1]).all()
    assert (pixels > 0.9 * 0.05 * SIZE[1]).all()


def zooms(draw: WarpDraw) -> Tensor:
    """Magnification of each warp: a turned grid measured in pixels, not in sides."""
    height, width = SIZE
    across = draw.affine[:, :, 0] * torch.tensor([width, height]) / width
    return 1 / across.norm(dim=1)


def test_zoom_turn_and_shift_keep_to_their_bounds() -> None:
    draw = drawn(STEADY, 1.0, batch=512)
    zoom = zooms(draw)
    assert zoom.min() >= 1 - 1e-5
    assert 1.45 < zoom.max() <= 1.5 + 1e-5
    room = (1 - 1 / zoom)[:, None] + 2 * STEADY.shift
    assert (draw.affine[:, :, 2].abs() <= room + 1e-5).all()
    turn = torch.atan2(draw.affine[:, 1, 0] * SIZE[0] / SIZE[1], draw.affine[:, 0, 0])
    assert 9 < turn.abs().max() * 180 / torch.pi <= 10 + 1e-3


def test_a_zoomed_view_without_shift_stays_inside_the_picture() -> None:
    inside = replace(STEADY, shift=0.0, turn=0.0, bend=0.0)
    grid = Warper(SIZE, 3).grid(drawn(inside, 1.0, batch=256))
    assert grid.abs().max() <= 1


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.0), (0.2, 0.25), (1.0, 0.5)])
def test_flips_come_with_their_probability(progress: float, share: float) -> None:
    draw = drawn(replace(STEADY, turn=0.0, flip=0.5, ramp=0.4), progress, batch=2000)
    assert (draw.affine[:, 0, 0] < 0).float().mean() == pytest.approx(share, abs=0.04)


def test_bends_come_with_their_probability() -> None:
    draw = drawn(replace(STEADY, bend_probability=0.3), 1.0, batch=2000)
    assert draw.bend.any(dim=2).any(dim=1).float().mean() == pytest.approx(0.3, abs=0.04)


def test_a_turn_keeps_right_angles_on_an_oblong_picture() -> None:
    """Turning happens in pixels; in sides of an oblong picture it would shear."""
    affine = drawn(replace(STEADY, turn=30.0), 1.0).affine[:, :, :2]
    pixels = torch.tensor([SIZE[1], SIZE[0]]).float()
    linear = pixels[:, None] * affine / pixels
    right, down = linear[:, :, 0], linear[:, :, 1]
    torch.testing.assert_close((right * down).sum(1), torch.zeros(64), atol=1e-5, rtol=0)
    torch.testing.assert_close(right.norm(dim=1), down.norm(dim=1))


def test_copying_takes_over_numbers_in_place() -> None:
    held, fresh = drawn(STEADY, 1.0, seed=1), drawn(STEADY, 1.0, seed=2)
    places = held.affine.data_ptr(), held.bend.data_ptr()
    held.copy_(fresh)
    assert (held.affine.data_ptr(), held.bend.data_ptr()) == places
    assert torch.equal(held.affine, fresh.affine)
    assert torch.equal(held.bend, fresh.bend)
