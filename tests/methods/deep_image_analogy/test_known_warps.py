"""The whole matching on pairs whose field is known: shifts, odd ones too, and a mild bend."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.methods.deep_image_analogy.config import DeepImageAnalogyConfig
from likewise.methods.deep_image_analogy.fields import aggregated, places
from likewise.methods.deep_image_analogy.matching import LAYERS, Fields, matched, seen
from likewise.networks.vgg import random_vgg19

pytestmark = pytest.mark.usefixtures("one_thread")
CPU = torch.device("cpu")
SIZE = (64, 80)
CONFIG = DeepImageAnalogyConfig(steps=2, sweeps=1, width=8)


def picture(size: tuple[int, int]) -> Tensor:
    """Blots of several sizes, no two alike: (1, 3, H, W) in [-1, 1]."""
    generator = torch.Generator().manual_seed(0)
    total = torch.zeros(1, 3, *size)
    for cell in (4, 8, 16):
        coarse = torch.rand(1, 3, size[0] // cell, size[1] // cell, generator=generator)
        total += F.interpolate(coarse * 2 - 1, size=size, mode="bicubic", align_corners=False)
    return (total / 2).clamp(-1, 1)


def fields(a: Tensor, b: Tensor, config: DeepImageAnalogyConfig = CONFIG) -> Fields:
    network = random_vgg19(0, LAYERS, width=config.width)
    return matched(network, seen(network, a), seen(network, b), config)


def share(field: Tensor, truth: Tensor, within: int = 0, margin: int = 8) -> float:
    """Of places whose match is right to ``within`` pixels, apart from the border."""
    apart = (field - truth).abs().amax(dim=0)
    return float((apart <= within)[margin:-margin, margin:-margin].float().mean())


def shares(shift: tuple[int, int], config: DeepImageAnalogyConfig = CONFIG) -> tuple[float, float]:
    """Of right matches, forth and back, between two windows of a picture ``shift`` apart."""
    down, right = shift
    whole = picture((96, 112))
    a = whole[:, :, : SIZE[0], : SIZE[1]]
    b = whole[:, :, down : down + SIZE[0], right : right + SIZE[1]]
    forth, back = fields(a, b, config)
    here, moved = places(SIZE, CPU), torch.tensor(shift)[:, None, None]
    rows, columns = slice(SIZE[0] - down), slice(SIZE[1] - right)
    return (
        share(forth[:, down:, right:], (here - moved)[:, down:, right:]),
        share(back[:, rows, columns], (here + moved)[:, rows, columns]),
    )


@pytest.mark.parametrize("shift", [(16, 0), (16, 16), (8, 24), (7, 21), (5, 11), (1, 30)])
def test_a_shift_is_found_in_both_directions(shift: tuple[int, int]) -> None:
    """Also one that the coarsest level, sixteen pixels a place, cannot show."""
    assert min(shares(shift)) > 0.97


def test_a_bend_is_found_and_undone() -> None:
    a = picture(SIZE)
    rows, columns = (axis.float() for axis in places(SIZE, CPU))
    bend = torch.stack(
        (4 * torch.sin(np.pi * columns / SIZE[1]), 5 * torch.sin(np.pi * rows / SIZE[0]))
    )
    there = places(SIZE, CPU) + bend.round().long()
    there = torch.minimum(there, torch.tensor(SIZE)[:, None, None] - 1)
    b = a[:, :, there[0], there[1]]
    back = fields(a, b).back
    assert share(back, there, within=1) > 0.95
    apart = (aggregated(a, back, SIZE, 3, SIZE) - b).abs().mean()
    assert apart < 0.15 * (a - b).abs().mean()
