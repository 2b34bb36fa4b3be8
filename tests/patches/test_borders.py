"""Borders: a correction of colour spreads across those that the source hardly shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from likewise.patches.blending.borders import HAZE, SHORTEST, joined
from likewise.patches.gathering import gathered
from likewise.patches.levels import Level
from likewise.patches.views import IDENTITY, Views

SIZE = (40, 48)


def faint(image: np.ndarray, ids: np.ndarray, one: int, other: int) -> bool:
    """Whether two classes are hardly parted: the twin, pixel by pixel."""
    steps = []
    for y, x in np.ndindex(ids.shape):
        for near in ((y + 1, x), (y, x + 1)):
            inside = near[0] < ids.shape[0] and near[1] < ids.shape[1]
            if inside and {int(ids[y, x]), int(ids[near])} == {one, other}:
                steps.append(float(np.abs(image[y, x] - image[near]).mean()))
    return len(steps) > SHORTEST * min(ids.shape) and float(np.mean(steps)) < HAZE


@pytest.mark.parametrize("seed", range(4))
def test_classes_are_joined_by_the_mean_step_where_they_meet(seed: int) -> None:
    draw = np.random.default_rng(seed)
    ids = np.kron(draw.integers(-1, 3, (5, 6)), np.ones((8, 8), int))
    image = draw.random((4,))[ids + 1, None] * 0.1 + draw.random((*SIZE, 3)) * 0.01
    layout = torch.arange(-1, 3)[None]
    found = joined(layout, torch.from_numpy(image).float(), torch.from_numpy(ids), 3)[0].tolist()
    alike = np.eye(4, dtype=bool)
    for one in range(3):
        for other in range(3):
            alike[one + 1, other + 1] |= one != other and faint(image, ids, one, other)
    for _ in range(3):
        alike |= alike @ alike  # by way of others, too
    assert (np.equal.outer(found, found) == alike).all()


def test_a_short_border_tells_nothing() -> None:
    ids = torch.zeros(SIZE, dtype=torch.long)
    ids[0, 0] = 1
    both = torch.tensor([[0, 1]])
    assert joined(both, torch.zeros(*SIZE, 3), ids, 2).unique().numel() == 2
    ids[0, :9] = 1
    assert joined(both, torch.zeros(*SIZE, 3), ids, 2).unique().numel() == 1


@pytest.mark.parametrize("haze", [True, False])
def test_a_corrected_sky_takes_the_shore_along_only_in_haze(haze: bool) -> None:
    """The right half of the sky comes from where it is brighter; the shore is as it was."""
    height, width = SIZE
    ids = torch.zeros(SIZE, dtype=torch.long)
    ids[height // 2 :] = 1
    image = torch.linspace(0.2, 0.6, width).expand(height, width)[..., None].repeat(1, 1, 3)
    image = image + (0.01 if haze else 0.2) * ids[..., None]
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in (height, 24)), indexing="ij")
    moved = 20 * ((columns >= 12) & (rows < height // 2))
    field = torch.stack((torch.zeros_like(rows), rows, columns + moved)).int()
    views = Views((IDENTITY,), SIZE)
    painted = gathered(field, Level(image, ids), views, ids[:, :24], 2).colours
    change = (painted - image[:, :24])[height // 2].abs().max()
    assert float(change) > 0.005 if haze else change == 0
