"""Network: a small U-Net, and its training with the usual augmentation; the same in every arm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from likewise.geometry.augmentation import Augmentation, Warper, draw_warps
from likewise.geometry.warps import warp_image, warp_indices

CROP, BATCH, STEPS = 96, 6, 200
RATE = 2e-3
CLASSICAL = Augmentation(
    bend=0.05, bend_probability=0.7, zoom=1.3, shift=0.0, turn=30.0, flip=0.5, ramp=0.0
)
Pair = tuple[Tensor, Tensor]  # (3, H, W) in [0, 1] and (1, H, W) class indices


class UNet(nn.Module):
    """Three levels, group normalisation; about 130,000 weights."""

    def __init__(self, classes: int, width: int = 12) -> None:
        super().__init__()
        sizes = [width, 2 * width, 4 * width]
        self.down = nn.ModuleList(
            _block(a, b) for a, b in zip([3, *sizes[:-1]], sizes, strict=True)
        )
        self.up = nn.ModuleList(
            [_block(sizes[2] + sizes[1], sizes[1]), _block(sizes[1] + sizes[0], sizes[0])]
        )
        self.last = nn.Conv2d(width, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, K, H, W) scores of (B, 3, H, W) pictures, whose sides are multiples of 4."""
        kept = []
        for place, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if place else x)
            kept.append(x)
        for block, skip in zip(self.up, reversed(kept[:-1]), strict=True):
            x = block(torch.cat((F.interpolate(x, scale_factor=2.0), skip), 1))
        return self.last(x)


def _block(inside: int, out: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for first in (inside, out):
        layers += [nn.Conv2d(first, out, 3, padding=1), nn.GroupNorm(4, out), nn.ReLU()]
    return nn.Sequential(*layers)


def trained(real: Pair, more: Sequence[Pair], classes: int, seed: int) -> UNet:
    """A network trained on one labelled picture and, for half of each batch, on ``more`` pairs."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = UNet(classes)
    optimiser = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, STEPS)
    warper = Warper((CROP, CROP), CLASSICAL.lattice)
    for _ in range(STEPS):
        chosen = [real] * BATCH
        for place in range(BATCH // 2 if more else 0):
            chosen[place] = more[int(torch.randint(len(more), (1,), generator=generator))]
        crops = [_crop(pair, generator) for pair in chosen]
        pictures, ids = (torch.stack(part) for part in zip(*crops, strict=True))
        draw = draw_warps(CLASSICAL, BATCH, 1.0, (CROP, CROP), generator)
        grid = warper.grid(draw)
        pictures, ids = _lit(warp_image(pictures, grid), generator), warp_indices(ids, grid)
        loss = F.cross_entropy(network(pictures), ids[:, 0])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def _crop(pair: Pair, generator: torch.Generator) -> Pair:
    """A random square of a pair, turned by quarters and mirrored up and down."""
    picture, ids = pair
    top, left = (
        int(torch.randint(side - CROP + 1, (1,), generator=generator)) for side in ids.shape[1:]
    )
    window = (..., slice(top, top + CROP), slice(left, left + CROP))
    quarters = int(torch.randint(4, (1,), generator=generator))
    turned = [torch.rot90(part[window], quarters, (1, 2)) for part in (picture, ids)]
    return turned[0], turned[1]


def _lit(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Other light: brightness, contrast and a tint for each picture."""
    count = len(pictures)
    shift = (torch.rand(count, 3, 1, 1, generator=generator) - 0.5) * 0.1
    shift = shift + (torch.rand(count, 1, 1, 1, generator=generator) - 0.5) * 0.3
    contrast = 0.7 + 0.6 * torch.rand(count, 1, 1, 1, generator=generator)
    return ((pictures - 0.5) * contrast + 0.5 + shift).clamp(0, 1)


@torch.inference_mode()
def read(network: UNet, picture: np.ndarray) -> np.ndarray:
    """(H, W) class indices of ``picture`` (H, W, 3) in [0, 1]."""
    x = torch.from_numpy(picture).float().permute(2, 0, 1)[None]
    height, width = x.shape[2:]
    padded = F.pad(x, (0, -width % 4, 0, -height % 4), mode="replicate")
    return network(padded)[0, :, :height, :width].argmax(0).numpy()
