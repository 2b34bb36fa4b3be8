"""The episodes of a pack: each fit draws its own numbers, all pictures are built at once.

Sample b * N + n is the b-th of fit n, as :mod:`likewise.networks.packed` wants it. Every fit draws
from its own generators into its share of the pack's numbers, so it draws what it would draw alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from likewise.geometry.augmentation import WarpDraw
from likewise.geometry.edits import EditDraw, LayoutEditor
from likewise.training.episodes import Episodes


class PackedEpisodes(Episodes):
    """Draws and builds the episodes of several fits of one size, configuration and class count.

    Args:
        fits: their episodes, which draw for the pack from now on, and no more for themselves.
    """

    def __init__(self, fits: Sequence[Episodes]) -> None:
        first = fits[0]
        self.fits = list(fits)
        batch = first.config.batch
        super().__init__(
            torch.cat([fit.image for fit in fits]).repeat(batch, 1, 1, 1),
            torch.cat([fit.indices for fit in fits]).repeat(batch, 1, 1, 1),
            first.classes,
            replace(first.config, batch=batch * len(fits)),
            torch.Generator().manual_seed(0),
        )
        self.editor = PackedEditor([fit.editor for fit in fits], self.editor)
        # Numbers that are drawn on the CPU are gathered there, and go to the device together.
        here = torch.device("cpu")
        self._warp, self._edit = self.warp.to(here), self.edit.to(here)
        self._swapped = self.swapped.to(here)
        for number, fit in enumerate(fits):
            self._lend(number, fit)

    def draw(self, progress: float) -> None:
        """Draw the next episode's numbers of every fit."""
        for fit in self.fits:
            fit.draw(progress)
        self.warp.copy_(self._warp)
        self.edit.copy_(self._edit)
        self.swapped.copy_(self._swapped)

    def _lend(self, number: int, fit: Episodes) -> None:
        """Let ``fit`` draw into its share of the pack's numbers."""

        def share(values: Tensor) -> Tensor:
            return values[number :: len(self.fits)]

        def warp(draw: WarpDraw) -> WarpDraw:
            return WarpDraw(share(draw.affine), share(draw.bend))

        edit = self._edit
        fit.warp = warp(self._warp)
        fit.edit = EditDraw(warp(edit.paste), share(edit.moved), share(edit.back), share(edit.kept))
        fit.swapped = share(self._swapped)
        fit.noise, fit.queries = share(self.noise), share(self.queries)


class PackedEditor(LayoutEditor):
    """Edits the layouts of several fits.

    Args:
        fits: their editors, one source each.
        whole: the editor of all samples, whose source is that of the first fit alone.
    """

    def __init__(self, fits: Sequence[LayoutEditor], whole: LayoutEditor) -> None:
        self.indices, self.warper = whole.indices, whole.warper
        self.movable = whole.movable
        classes = len(fits[0].without)
        self.without = torch.cat([fit.without for fit in fits])
        owners = torch.arange(len(self.indices), device=self.indices.device) % len(fits)
        self.first = owners * classes  # where the layouts of each sample's source begin

    def without_region(self, moved: Tensor) -> Tensor:
        """Indices (B, 1, H, W) of each sample's own source, closed over class ``moved`` (B,)."""
        return self.without.index_select(0, self.first + moved)
