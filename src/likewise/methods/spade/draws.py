"""Draws: which pairs a step learns from, and how they are warped."""

from __future__ import annotations

import torch
from torch import Tensor

from likewise.geometry.augmentation import Warper, draw_warps
from likewise.geometry.warps import one_hot, warp_image, warp_indices
from likewise.methods.spade.config import SpadeConfig


class Draws:
    """Warped pairs of a stack; drawing and building are apart, as in ``training/episodes.py``.

    Args:
        images: (N, C, H, W) in [-1, 1], at working size, on the device to train on.
        indices: class indices (N, 1, H, W), -1 where ignored.
        classes: number of classes K.
        config: magnitudes and batch size.
        generator: CPU generator of what is drawn.
    """

    def __init__(
        self,
        images: Tensor,
        indices: Tensor,
        classes: int,
        config: SpadeConfig,
        generator: torch.Generator,
    ) -> None:
        self.images, self.indices, self.classes = images, indices, classes
        self.batch, self.generator = config.batch, generator
        self.size = (images.shape[2], images.shape[3])
        self.augmentation = config.augmentation()
        self.warper = Warper(self.size, self.augmentation.lattice, images.device)
        probe = torch.Generator().manual_seed(0)
        self.warp = draw_warps(self.augmentation, self.batch, 1.0, self.size, probe).to(
            images.device
        )
        self.chosen = torch.zeros(self.batch, dtype=torch.long, device=images.device)

    def draw(self) -> None:
        """Draw the numbers of the next batch."""
        self.warp.copy_(draw_warps(self.augmentation, self.batch, 1.0, self.size, self.generator))
        self.chosen.copy_(torch.randint(len(self.images), (self.batch,), generator=self.generator))

    def build(self) -> tuple[Tensor, Tensor]:
        """Pictures (B, C, H, W) and layouts (B, K, H, W) that the numbers last drawn describe."""
        grid = self.warper.grid(self.warp)
        images = warp_image(self.images.index_select(0, self.chosen), grid)
        indices = warp_indices(self.indices.index_select(0, self.chosen), grid)
        return images, one_hot(indices, self.classes)

    def random_state(self) -> dict[str, Tensor]:
        """The generator's state, as a byte tensor."""
        return {"draws": self.generator.get_state()}

    def set_random_state(self, state: dict[str, Tensor]) -> None:
        """Go on drawing from where :meth:`random_state` was taken."""
        self.generator.set_state(state["draws"])
