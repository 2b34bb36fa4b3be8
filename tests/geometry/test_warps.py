"""Warps: labels stay labels, nothing moves without a reason, the spline goes where it is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tests import scenes
from tests.reference import geometry_twins as twins

from likewise.geometry.augmentation import Augmentation, Warper, draw_warps
from likewise.geometry.warps import (
    ThinPlateSpline,
    affine_grid,
    identity_grid,
    one_hot,
    warp_image,
    warp_indices,
)

WILD = Augmentation(bend=0.3, bend_probability=0.8, zoom=3.0, shift=0.6, turn=70.0, flip=0.5)
STILL = torch.tensor([[[1.0, 0, 0], [0, 1, 0]]])


@pytest.mark.parametrize("seed", range(30))
def test_a_warp_never_invents_a_label(seed: int) -> None:
    # Far apart ids, no 0 among them: blending or padding would make some between, or a 0.
    size = ((31, 44), (48, 40), (24, 91))[seed % 3]
    names = torch.tensor([3, 40, 7, 250, -1])
    source = names[torch.from_numpy(scenes.blots(size, 5, seed))][None, None]
    draw = draw_warps(WILD, 4, 1.0, size, torch.Generator().manual_seed(seed))
    warped = warp_indices(source.expand(4, -1, -1, -1), Warper(size, 3).grid(draw))
    assert warped.dtype == source.dtype
    assert set(warped.unique().tolist()) <= set(names.tolist())
    assert (warped != source).any()


def test_an_ignored_pixel_stays_ignored() -> None:
    ids = scenes.house()
    ids[:, 30:40] = scenes.IGNORED
    source = scenes.indices(ids)
    mirror = torch.tensor([[[-1.0, 0, 0], [0, 1, 0]]])
    warped = warp_indices(source, affine_grid(mirror, identity_grid((48, 64))))
    assert torch.equal(warped, source.flip(3))
    layout = one_hot(warped, 3)
    assert torch.equal(layout.sum(dim=1, keepdim=True), (warped >= 0).float())
    assert torch.equal(layout.argmax(1, keepdim=True)[warped >= 0], warped[warped >= 0])


@pytest.mark.parametrize("size", [(1, 1), (5, 8), (61, 83), (48, 300)])
def test_no_offset_is_the_identity(size: tuple[int, int]) -> None:
    warper = Warper(size, 3)
    generator = torch.Generator().manual_seed(0)
    draw = draw_warps(WILD, 1, 0.0, size, generator)
    assert torch.equal(draw.affine, STILL)
    assert not draw.bend.any()
    grid = warper.grid(draw)
    assert torch.equal(grid, identity_grid(size))
    source = torch.randint(-1, 200, (1, 1, *size), generator=generator)
    assert torch.equal(warp_indices(source, grid), source)
    image = torch.rand(1, 3, *size, generator=generator) * 2 - 1
    torch.testing.assert_close(warp_image(image, grid), image, atol=1e-4, rtol=0)


def test_an_affine_map_moves_by_whole_pixels() -> None:
    source = scenes.indices(scenes.house())
    shift = STILL.clone()
    shift[0, :, 2] = torch.tensor([2 * 5 / 64, 2 * -3 / 48])  # 5 pixels right, 3 up
    warped = warp_indices(source, affine_grid(shift, identity_grid((48, 64))))
    assert torch.equal(warped[..., 3:, :-5], source[..., :-3, 5:])


def test_affine_grids_are_those_of_torch() -> None:
    matrices = torch.randn(4, 2, 3, generator=torch.Generator().manual_seed(0))
    ours = affine_grid(matrices, identity_grid((9, 14)))
    theirs = F.affine_grid(matrices, [4, 1, 9, 14], align_corners=False)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def test_images_stay_within_their_range() -> None:
    image = torch.rand(3, 3, 40, 56, generator=torch.Generator().manual_seed(1)) * 2 - 1
    draw = draw_warps(WILD, 3, 1.0, (40, 56), torch.Generator().manual_seed(1))
    warped = warp_image(image, Warper((40, 56), 3).grid(draw))
    assert warped.abs().max() <= 1
    assert warped.isfinite().all()


@pytest.mark.parametrize(("lattice", "size"), [(2, (4, 3)), (3, (7, 9)), (4, (5, 6)), (5, (6, 6))])
def test_the_spline_agrees_with_one_solved_directly(lattice: int, size: tuple[int, int]) -> None:
    offsets = np.random.default_rng(lattice).uniform(-0.3, 0.3, (3, lattice**2, 2))
    fast = ThinPlateSpline(size, lattice, "cpu").offsets(torch.from_numpy(offsets).float())
    assert fast.shape == (3, *size, 2)
    for found, wanted in zip(fast.numpy(), offsets, strict=True):
        slow = twins.spline_at(twins.pixel_centres(size), lattice, wanted)
        np.testing.assert_allclose(found.reshape(-1, 2), slow, atol=2e-6)


def test_the_twin_meets_its_control_points() -> None:
    offsets = np.random.default_rng(0).uniform(-1, 1, (9, 2))
    np.testing.assert_allclose(
        twins.spline_at(twins.control_points(3), 3, offsets), offsets, atol=1e-12
    )


def test_control_offsets_are_met_exactly() -> None:
    # Of a 5 x 5 lattice the inner corners, (+-0.5, +-0.5), are pixel centres of a 6 x 6 grid.
    offsets = torch.rand(1, 25, 2, generator=torch.Generator().manual_seed(0)) - 0.5
    dense = ThinPlateSpline((6, 6), 5, "cpu").offsets(offsets)
    for row, column in np.ndindex(2, 2):
        given = offsets[0, (1 + 2 * row) * 5 + 1 + 2 * column]
        torch.testing.assert_close(dense[0, 1 + 3 * row, 1 + 3 * column], given, atol=1e-6, rtol=0)


def test_a_plane_of_offsets_does_not_bend() -> None:
    control = torch.from_numpy(twins.control_points(3)).float()
    matrix = torch.tensor([[0.1, -0.2], [0.05, 0.3]])
    dense = ThinPlateSpline((20, 30), 3, "cpu").offsets((control @ matrix.T + 0.07)[None])
    expected = identity_grid((20, 30)) @ matrix.T + 0.07
    torch.testing.assert_close(dense, expected, atol=1e-6, rtol=0)
