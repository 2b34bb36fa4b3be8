"""Registration: its compiled pass and its normal equations say what plain loops say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import scenes

from likewise.geometry.splines import basis, offsets
from likewise.patches.placing.bending import bent
from likewise.patches.placing.registration import Registration

POINTS = (5, 6)


def shares(seed: int, size: tuple[int, int]) -> torch.Tensor:
    """Shares (1, 3, H, W) of made classes, some pixels of none."""
    drawn = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(seed))
    drawn[:, :, 2:4, 3:6] = 0
    return drawn / drawn.sum(dim=1, keepdim=True).clamp_min(1e-6)


def problem(seed: int = 0) -> Registration:
    return Registration.of(shares(seed, (14, 18)), shares(seed + 1, (12, 20)), POINTS, 1e-3)


def coefficients(seed: int) -> torch.Tensor:
    drawn = torch.randn(2, *POINTS, generator=torch.Generator().manual_seed(seed))
    return 0.2 * drawn.double()  # enough to leave the source here and there


def looked_up(picture: np.ndarray, y: float, x: float) -> np.ndarray:
    """``picture`` (H, W, C) between its pixels; beyond the edges what the edges hold."""
    height, width = picture.shape[:2]
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = min(int(y), height - 2), min(int(x), width - 2)
    v, u = y - top, x - left
    upper = (1 - u) * picture[top, left] + u * picture[top, left + 1]
    lower = (1 - u) * picture[top + 1, left] + u * picture[top + 1, left + 1]
    answer: np.ndarray = (1 - v) * upper + v * lower
    return answer


def residuals(task: Registration, moves: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """What is left (H*W*K,), and by how much each coefficient lessens it (H*W*K, 2*h*w)."""
    height, width, classes = task.target.shape
    source = task.source.double().numpy()
    field = (task.down.basis @ moves @ task.across.basis.T).numpy()
    left, slopes = [], []
    for y in range(height):
        for x in range(width):
            place_y = ((y + 0.5) / height + field[1, y, x] / 2) * source.shape[0] - 0.5
            place_x = ((x + 0.5) / width + field[0, y, x] / 2) * source.shape[1] - 0.5
            want = task.target[y, x].double().numpy()
            seen = looked_up(source, place_y, place_x) * want.sum()
            left.append(want - seen[:classes])
            weights = torch.outer(task.down.basis[y], task.across.basis[x]).flatten().numpy()
            along_x, along_y = seen[classes : 2 * classes], seen[2 * classes :]
            slopes.append(np.hstack((np.outer(along_x, weights), np.outer(along_y, weights))))
    return np.concatenate(left), np.concatenate(slopes)


@pytest.mark.parametrize("seed", range(3))
def test_normal_equations_are_those_of_the_residuals(seed: int) -> None:
    task, moves = problem(seed), coefficients(seed)
    left, slopes = residuals(task, moves)
    count = float(task.target.sum())
    energy = torch.block_diag(task.energy, task.energy).numpy()
    seen = task.seen(moves)
    assert seen.misfit == pytest.approx((left**2).sum() / count, rel=1e-5)
    matrix, right = task.normal_equations(moves, seen)
    np.testing.assert_allclose(matrix.numpy(), slopes.T @ slopes / count + energy, atol=1e-5)
    wanted = slopes.T @ left / count - energy @ moves.flatten().numpy()
    np.testing.assert_allclose(right.numpy(), wanted, atol=1e-5)


def test_what_is_held_leaves_its_anchor_for_less_than_it_gains() -> None:
    """Where nothing is known it stays; the stronger it is held, the nearer it stays."""
    anchor = coefficients(5) / 4
    blind = Registration.of(torch.zeros(1, 3, 14, 18), shares(1, (12, 20)), POINTS, 0.0)
    torch.testing.assert_close(blind.held(anchor, 1.0).solved(anchor + 0), anchor)
    ends = [problem().held(anchor, weight).solved(anchor + 0) for weight in (0.01, 100.0)]
    far, near = (float((end - anchor).diff(dim=2).square().sum()) for end in ends)
    assert near < far / 100


def test_a_finer_spline_takes_over_a_field() -> None:
    """Every field of few control points is one of more, if each span is halved."""
    moves = coefficients(0).float()
    finer = Registration.of(shares(0, (40, 60)), shares(1, (40, 60)), (7, 9), 1e-3)
    field = offsets(moves, (40, 60))
    taken = finer.like(field.double())
    torch.testing.assert_close(offsets(taken.float(), (40, 60)), field, atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(1, 40), (3, 50), (6, 7)])
def test_a_layout_of_few_pixels_is_bent_too(size: tuple[int, int]) -> None:
    """Along a side there may be fewer pixels than control points."""
    ids = torch.from_numpy(scenes.blots(size, 3, 0)).long()[None, None]
    source = torch.from_numpy(scenes.blots((20, 30), 3, 1)).long()[None, None]
    assert bool(bent(ids, source, 3).coefficients.isfinite().all())
    assert bool(bent(source, ids, 3).coefficients.isfinite().all())


def test_bases_that_do_not_meet_have_no_product() -> None:
    task = Registration.of(shares(0, (30, 60)), shares(1, (30, 60)), (5, 9), 1e-3)
    weights = torch.rand(30, 60, dtype=torch.float64)
    down, across = basis(30, 5).double(), basis(60, 9).double()
    both = torch.einsum("yi,xj->ijyx", down, across).flatten(0, 1).flatten(1)
    expected = (both * weights.flatten()) @ both.T
    torch.testing.assert_close(task._products(weights), expected)
    assert bool((expected == 0).any())
