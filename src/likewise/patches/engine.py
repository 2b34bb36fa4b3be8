"""Engine: from a source and a target layout to a picture made of the source's own pixels.

A placement on labels starts the search, synthesis improves it from coarse to fine up to a working
size, and the full-size source is gathered through the field it ends with, blended where pieces
meet. Not in the paper: because it needs no training, and every pixel it copies is sharp.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.config import PatchConfig
from likewise.patches.kernels import kernels_for
from likewise.patches.material import with_margin
from likewise.patches.placement import place
from likewise.patches.seams import field_without_seams
from likewise.patches.synthesis import Level, resized_field, resized_ids, synthesise
from likewise.patches.views import View, Views, to_source

PLACING = 128  # short side of the source at which it is placed by labels, pixels
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
        goal = tuple(layout.shape)
        factors = [
            (level.size[0] / self.source.size[0], level.size[1] / self.source.size[1])
            for level in self.levels
        ]
        sizes = [_scaled(goal, factor) for factor in factors]
        layouts = [resized_ids(layout, size, self.classes) for size in sizes]
        seen, field = self._start(layout, sizes[0])
        views = [Views(tuple(seen), level.size) for level in self.levels]
        answer = synthesise(
            self.levels, layouts, field, views, self.classes, self.config, self.seed
        )
        return self._gathered(answer.field, seen, layout, factors[-1])

    def _start(self, layout: Tensor, size: tuple[int, int]) -> tuple[list[View], Tensor]:
        """The views worth having, and the field (3, h, w) for the coarsest layout."""
        scale = min(1.0, PLACING / min(self.source.size))
        small = resized_ids(layout, _scaled(tuple(layout.shape), (scale, scale)), self.classes)
        source_size = _scaled(self.source.size, (scale, scale))
        source = resized_ids(self.source.ids, source_size, self.classes)
        seen, field = place(small[None, None], source[None, None], self.classes)
        before, after = Views(tuple(seen), source_size), Views(tuple(seen), self.levels[0].size)
        return seen, resized_field(field, before.sizes, after.sizes, size)

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
            origin[:, here] = torch.stack((x, y))
        balanced = [picture * 2 - 1 for picture in shown]
        before = gathered * 2 - 1
        corrected = field_without_seams(before, balanced, field, layout)
        colours = gathered + (corrected - before) / 2
        return Painting(colours[0].permute(1, 2, 0).clamp(0, 1), origin)

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


def level_sizes(full: tuple[int, int], config: PatchConfig) -> list[tuple[int, int]]:
    """(H, W) of the source at each level, coarsest first."""
    largest = min(config.size, min(full))
    sides = [float(largest)]
    while sides[-1] / config.ratio >= config.coarsest:
        sides.append(sides[-1] / config.ratio)
    return [_scaled(full, (side / min(full),) * 2) for side in reversed(sides)]


def resized_level(level: Level, size: tuple[int, int], classes: int) -> Level:
    """``level`` at another size, its colours filtered against aliasing."""
    if level.size == size:
        return level
    image = F.interpolate(
        level.image.permute(2, 0, 1)[None],
        size=size,
        mode="bicubic",
        antialias=True,
        align_corners=False,
    )
    ids = resized_ids(level.ids, size, classes)
    return Level(image[0].permute(1, 2, 0).clamp(0, 1).contiguous(), ids)


def _scaled(size: tuple[int, int], factor: tuple[float, float]) -> tuple[int, int]:
    return max(1, round(size[0] * factor[0])), max(1, round(size[1] * factor[1]))
