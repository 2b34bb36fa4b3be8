"""Engine: from a source and a target layout to a picture made of the source's own pixels.

A placement on labels starts the search, synthesis improves it from coarse to fine up to a working
size, and the full-size source is gathered through the field it ends with, blended where pieces
meet. Not in the paper: because it needs no training, and every pixel it copies is sharp.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from likewise.patches.config import PatchConfig
from likewise.patches.kernels import kernels_for
from likewise.patches.levels import Level, level_sizes, resized_ids, resized_level, scaled
from likewise.patches.material import with_margin
from likewise.patches.placement import QUICK, THOROUGH, place
from likewise.patches.seams import field_without_seams
from likewise.patches.start import Placement
from likewise.patches.synthesis import synthesise
from likewise.patches.views import View, Views, to_source

PLACING = {False: 256, True: 128}  # short side at which the source is placed, pixels; if quick
LAUNCHES_COST_MORE = 2**18  # pixels: up to here a GPU blends more slowly than a CPU
WINDOW = 2  # radius of the window in which labels decide what an enlarged pixel takes


@dataclass(frozen=True)
class Painting:
    """A rendered layout.

    Attributes:
        colours: (H, W, C) float32 in [0, 1].
        origin: (2, H, W) float32, x and y of the source pixel of every pixel.
    """

    colours: Tensor
    origin: Tensor


@dataclass(frozen=True)
class Engine:
    """The patch engine, made ready for one source.

    Attributes:
        source: the source at full size.
        levels: the same at the sizes of the search, coarsest first.
        classes: number of classes.
        config: settings.
        seed: of what the search draws.
    """

    source: Level
    levels: tuple[Level, ...]
    classes: int
    config: PatchConfig
    seed: int

    @classmethod
    def of(cls, source: Level, classes: int, config: PatchConfig, seed: int) -> Engine:
        """Make the pyramid of ``source``."""
        levels = tuple(
            resized_level(source, size, classes) for size in level_sizes(source.size, config)
        )
        return cls(source, levels, classes, config, seed)

    def render(self, layout: Tensor) -> Painting:
        """Paint ``layout``: class positions (H, W), -1 where anything will do."""
        goal = (layout.shape[0], layout.shape[1])
        factors = [
            (level.size[0] / self.source.size[0], level.size[1] / self.source.size[1])
            for level in self.levels
        ]
        layouts = [resized_ids(layout, scaled(goal, factor), self.classes) for factor in factors]
        placement = self._placed(layout)
        answer = synthesise(self.levels, layouts, placement, self.classes, self.config, self.seed)
        return self._gathered(answer.field, list(placement.views), layout, factors[-1])

    def _placed(self, layout: Tensor) -> Placement:
        """Where the search starts, found on the labels at a reduced size."""
        effort = QUICK if self.config.quick else THOROUGH
        scale = min(1.0, PLACING[self.config.quick] / min(self.source.size))
        size = scaled(self.source.size, (scale, scale))
        source = resized_ids(self.source.ids, size, self.classes)
        goal = scaled((layout.shape[0], layout.shape[1]), (scale, scale))
        target = resized_ids(layout, goal, self.classes)
        near = (target.cpu()[None, None], source.cpu()[None, None])  # too small to be worth a GPU
        views, field = place(*near, self.classes, effort=effort)
        return Placement(field.to(layout.device), Views(tuple(views), size))

    def _gathered(
        self, field: Tensor, seen: list[View], layout: Tensor, factor: tuple[float, float]
    ) -> Painting:
        full = Views(tuple(seen), self.source.size)
        if field.shape[1:] != layout.shape:
            field = self._enlarged(field, full, layout, factor)
        image = self.source.image.permute(2, 0, 1)[None]
        shown = [picture.clamp(0, 1) for picture in full.images(image)]
        index, rows, columns = field.long()
        gathered = torch.empty((1, image.shape[1], *layout.shape), device=image.device)
        origin = torch.empty((2, *layout.shape), device=image.device)
        for number, (view, picture) in enumerate(zip(seen, shown, strict=True)):
            here = index == number
            row, column = rows[here], columns[here]
            gathered[:, :, here] = picture[:, :, row, column]
            y, x = to_source(view, row.float(), column.float(), self.source.size)
            last = (self.source.size[1] - 1, self.source.size[0] - 1)
            origin[:, here] = torch.stack((x.clamp(0, last[0]), y.clamp(0, last[1])))
        balanced = [picture * 2 - 1 for picture in shown]
        before = gathered * 2 - 1
        corrected = self._blended(before, balanced, field, layout)
        colours = gathered + (corrected - before) / 2
        return Painting(colours[0].permute(1, 2, 0).clamp(0, 1), origin)

    def _blended(
        self, gathered: Tensor, views: list[Tensor], field: Tensor, layout: Tensor
    ) -> Tensor:
        if layout.numel() > LAUNCHES_COST_MORE:
            return field_without_seams(gathered, views, field, layout)
        here = [view.cpu() for view in views]
        blended = field_without_seams(gathered.cpu(), here, field.cpu(), layout.cpu())
        return blended.to(gathered.device)

    def _enlarged(
        self, field: Tensor, full: Views, layout: Tensor, factor: tuple[float, float]
    ) -> Tensor:
        offered, table, start = [], [], 0
        for ids in full.ids(self.source.ids[None, None]):
            offered.append(with_margin(ids[0, 0, :, :, None], WINDOW).flatten().int())
            table.append((start, ids.shape[2], ids.shape[3]))
            start += len(offered[-1])
        wanted = with_margin(layout[..., None], WINDOW)[..., 0].int()
        return kernels_for(field.device).enlarge(
            field,
            (1 / factor[0], 1 / factor[1]),
            wanted,
            torch.cat(offered),
            torch.tensor(table, dtype=torch.int32),
            WINDOW,
        )
