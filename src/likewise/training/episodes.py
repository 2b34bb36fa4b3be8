"""Episodes: what G is shown in one step, built on the device from a handful of random numbers.

Drawing and building are apart: draws are written into tensors that stay where they are, building
is pure tensor work over them. So one captured CUDA graph serves every step, and the CPU draws the
same numbers for every device.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.geometry.augmentation import Warper, draw_warps
from likewise.geometry.edits import LayoutEditor
from likewise.geometry.warps import one_hot, warp_image, warp_indices
from likewise.losses.patch_coherence import draw_queries
from likewise.patches.alignment import QUICK, align
from likewise.training.config import SemiaConfig
from likewise.training.modes import Mode


@dataclass(frozen=True)
class Episode:
    """A batch: G renders ``target`` from (``image``, ``layout``); ``truth`` shows ``truth_layout``.

    In sampling and reconstruction mode ``truth_layout`` is ``target``; in editing mode the truth is
    an unrelated real picture, for D alone.
    """

    image: Tensor
    layout: Tensor
    target: Tensor
    truth: Tensor
    truth_layout: Tensor


class Episodes:
    """Draws and builds episodes of one source pair.

    Args:
        image: source image (1, C, H, W) in [-1, 1], at working size.
        indices: source class indices (1, 1, H, W), -1 where ignored.
        classes: number of classes K.
        config: magnitudes and batch size.
        generator: CPU generator of warps and edits.
    """

    def __init__(
        self,
        image: Tensor,
        indices: Tensor,
        classes: int,
        config: SemiaConfig,
        generator: torch.Generator,
    ) -> None:
        self.image, self.indices, self.classes = image, indices, classes
        self.config, self.generator = config, generator
        self.size = (image.shape[2], image.shape[3])
        self.augmentation = config.augmentation()
        self.warper = Warper(self.size, self.augmentation.lattice, image.device)
        self.editor = LayoutEditor(indices, classes, self.warper)
        # A second generator, so that large fields are drawn where they are used.
        self.noise_generator = torch.Generator(image.device)
        self.noise_generator.manual_seed(generator.initial_seed() + 1)
        self._allocate()

    def _allocate(self) -> None:
        device, batch = self.image.device, self.config.batch
        probe = torch.Generator().manual_seed(0)
        self.warp = draw_warps(self.augmentation, batch, 1.0, self.size, probe).to(device)
        self.edit = self.editor.draw(batch, probe).to(device)
        self.swapped = torch.zeros(batch, 1, 1, 1, device=device)
        self.noise = torch.zeros(batch, *self.image.shape[1:], device=device)
        self.queries = torch.zeros(batch, self.config.queries, dtype=torch.long, device=device)

    def draw(self, progress: float) -> None:
        """Draw the next episode's numbers; ``progress`` runs from 0 to 1 over the fit."""
        config, batch = self.config, self.config.batch
        self.warp.copy_(draw_warps(self.augmentation, batch, progress, self.size, self.generator))
        self.edit.copy_(self.editor.draw(batch, self.generator))
        swapped = torch.rand(batch, 1, 1, 1, generator=self.generator) < config.swap
        self.swapped.copy_(swapped.float())
        amplitude = 2 * config.noise  # of a range of 2
        self.noise.uniform_(-amplitude, amplitude, generator=self.noise_generator)
        self.queries.copy_(
            draw_queries(
                self.noise_generator,
                batch,
                self.size,
                config.queries,
                config.patch,
                self.image.device,
            )
        )

    def build(self, mode: Mode) -> Episode:
        """The episode that the numbers last drawn describe."""
        batch = self.config.batch
        grid = self.warper.grid(self.warp)
        image = self.image.expand(batch, -1, -1, -1)
        indices = self.indices.expand(batch, -1, -1, -1)
        augmented, augmented_indices = warp_image(image, grid), warp_indices(indices, grid)
        swap = self.swapped > 0
        given = torch.where(swap, augmented, image)
        given_indices = torch.where(swap, augmented_indices, indices)
        if mode is Mode.RECONSTRUCTION:
            # Half source from source (the paper), half augmented from itself (the authors' code).
            truth, truth_indices = given, given_indices
            target_indices = given_indices
        else:
            truth = torch.where(swap, image, augmented)
            truth_indices = torch.where(swap, indices, augmented_indices)
            target_indices = truth_indices
        if mode is Mode.EDITING:
            target_indices = self.editor.apply(self.edit, grid)
        return self._episode(given, given_indices, target_indices, truth, truth_indices)

    def _episode(
        self,
        given: Tensor,
        given_indices: Tensor,
        target_indices: Tensor,
        truth: Tensor,
        truth_indices: Tensor,
    ) -> Episode:
        layout = one_hot(given_indices, self.classes)
        target = layout
        if target_indices is not given_indices:
            target = one_hot(target_indices, self.classes)
        truth_layout = target
        if truth_indices is not target_indices:
            truth_layout = one_hot(truth_indices, self.classes)
        if self.config.aligned:
            given, layout = align(given, layout, target, QUICK)
        return Episode(given + self.noise, layout, target, truth, truth_layout)

    def random_state(self) -> dict[str, Tensor]:
        """States of both generators, as byte tensors on the CPU."""
        return {
            "draws": self.generator.get_state(),
            "noise": self.noise_generator.get_state().cpu(),
        }

    def set_random_state(self, state: dict[str, Tensor]) -> None:
        """Go on drawing from where :meth:`random_state` was taken."""
        self.generator.set_state(state["draws"])
        self.noise_generator.set_state(state["noise"])
