"""The whole matching on pairs whose field is known: a shift, and a mild thin-plate bend."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.methods.deep_image_analogy.config import DeepImageAnalogyConfig
from likewise.methods.deep_image_analogy.fields import places, warped
from likewise.methods.deep_image_analogy.matching import LAYERS, Fields, matched, seen
from likewise.networks.vgg import random_vgg19

pytestmark = pytest.mark.usefixtures("one_thread")
CPU = torch.device("cpu")
SIZE = (64, 80)
CONFIG = DeepImageAnalogyConfig(steps=2, width=8)


def picture(size: tuple[int, int]) -> Tensor:
    """Blots of several sizes, no two alike: (1, 3, H, W) in [-1, 1]."""
    generator = torch.Generator().manual_seed(0)
    total = torch.zeros(1, 3, *size)
    for cell in (4, 8, 16):
        coarse = torch.rand(1, 3, size[0] // cell, size[1] // cell, generator=generator)
        total += F.interpolate(coarse * 2 - 1, size=size, mode="bicubic", align_corners=False)
    return (total / 2).clamp(-1, 1)


def fields(a: Tensor, b: Tensor) -> Fields:
    network = random_vgg19(0, LAYERS, width=CONFIG.width)
    return matched(network, seen(network, a), seen(network, b), CONFIG)


def error(field: Tensor, truth: Tensor, margin: int = 10) -> float:
    """Mean distance in pixels, apart from the border."""
    apart = (field - truth).float().norm(dim=0)
    return float(apart[margin:-margin, margin:-margin].mean())


@pytest.mark.parametrize(("shift", "bound"), [((16, 0), 0.1), ((16, 16), 0.1), ((5, 11), 1.6)])
def test_a_shift_is_found_in_both_directions(shift: tuple[int, int], bound: float) -> None:
    """Exactly where coarse levels can show it; else to about a place of the level above.

    For no search compares the pictures themselves: in each term one of the two is latent, and was
    put together along the coarser field.
    """
    down, right = shift
    whole = picture((96, 112))
    a = whole[:, :, : SIZE[0], : SIZE[1]]
    b = whole[:, :, down : down + SIZE[0], right : right + SIZE[1]]
    forth, back = fields(a, b)
    here, moved = places(SIZE, CPU), torch.tensor(shift)[:, None, None]
    assert error(forth[:, down:, right:], (here - moved)[:, down:, right:]) < bound
    rows, columns = slice(SIZE[0] - down), slice(SIZE[1] - right)
    assert error(back[:, rows, columns], (here + moved)[:, rows, columns]) < bound


def test_a_bend_is_found_and_undone() -> None:
    a = picture(SIZE)
    rows, columns = (axis.float() for axis in places(SIZE, CPU))
    bend = torch.stack(
        (4 * torch.sin(np.pi * columns / SIZE[1]), 5 * torch.sin(np.pi * rows / SIZE[0]))
    )
    there = places(SIZE, CPU) + bend.round().long()
    inside = torch.tensor(SIZE)[:, None, None] - 1
    there = torch.minimum(there, inside)
    b = warped(a, there)
    back = fields(a, b).back
    assert error(back, there) < 1.3
    apart = (warped(a, back) - b).abs().mean()
    assert apart < 0.5 * (a - b).abs().mean()
