"""Material and Canvas: what a picture is made of, and the picture in the making, at one size.

Both are laid out for patch kernels: channels last, with a margin of one patch radius in which the
border repeats, so that no kernel has to ask whether a patch lies inside. The views of a source
stand one after another in flat rows, so that views of different sizes cost what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.guidance import Guide, guidance

NEVER = 1e6  # cost of a place that must not be taken, far above any distance


@dataclass(frozen=True)
class Material:
    """The views of a source at one size.

    Attributes:
        colours: (N, C) float32 in [0, 1], all views with their margins, row by row.
        ids: (N,) int32 class positions, -1 where unknown.
        guide: (N, D) float32.
        penalty: (N,) float32, added to the cost of taking a place.
        table: (V, 3) int32 on the CPU: where a view's first row (in its margin) starts, its height
            and its width without margins.
        radius: width of the margin; patches have 2 * radius + 1 pixels a side.
    """

    colours: Tensor
    ids: Tensor
    guide: Tensor
    penalty: Tensor
    table: Tensor
    radius: int

    @classmethod
    def of(
        cls,
        images: Sequence[Tensor],
        ids: Sequence[Tensor],
        classes: int,
        radius: int,
        guide: Guide,
    ) -> Material:
        """The material of ``images`` (H, W, C) with ``ids`` (H, W), one of each for every view."""
        parts: list[list[Tensor]] = [[], [], [], []]
        table, start = [], 0
        for image, labels in zip(images, ids, strict=True):
            unknown = (labels < 0).float() * NEVER
            planes = (
                image,
                labels[..., None],
                guidance(labels, classes, guide),
                unknown[..., None],
            )
            for part, plane in zip(parts, planes, strict=True):
                part.append(with_margin(plane, radius).flatten(0, 1))
            table.append((start, labels.shape[0], labels.shape[1]))
            start += len(parts[0][-1])
        colours, flat_ids, guides, penalty = (torch.cat(part) for part in parts)
        return cls(
            colours,
            flat_ids[:, 0].int(),
            guides,
            penalty[:, 0],
            torch.tensor(table, dtype=torch.int32),
            radius,
        )

    def with_penalty(self, extra: Tensor) -> Material:
        """The same with ``extra`` (N,) added to the cost of every place."""
        return replace(self, penalty=self.penalty + extra)

    def index(self, field: Tensor) -> Tensor:
        """Flat places (H, W) int64 of the pixels that ``field`` (3, H, W) names."""
        table = self.table.to(field.device).long()
        view, row, column = field.long()
        start, _, width = table[view].unbind(-1)
        return start + (row + self.radius) * (width + 2 * self.radius) + column + self.radius

    @property
    def places(self) -> int:
        """Number of pixels in all views, without margins."""
        return int((self.table[:, 1].long() * self.table[:, 2].long()).sum())


@dataclass(frozen=True)
class Canvas:
    """The picture in the making.

    Attributes:
        colours: (H + 2r, W + 2r, C) float32 in [0, 1].
        ids: (H + 2r, W + 2r) int32 class positions that are wanted, -1 where anything will do.
        guide: (H, W, D) float32.
    """

    colours: Tensor
    ids: Tensor
    guide: Tensor

    @classmethod
    def of(cls, ids: Tensor, channels: int, classes: int, radius: int, guide: Guide) -> Canvas:
        """A black canvas for the layout ``ids`` (H, W)."""
        wanted = with_margin(ids[..., None], radius)[..., 0].int()
        blank = torch.zeros((*wanted.shape, channels), device=ids.device)
        return cls(blank, wanted, guidance(ids, classes, guide))

    def painted(self, colours: Tensor) -> Canvas:
        """The same layout with ``colours`` (H, W, C)."""
        radius = (self.colours.shape[0] - colours.shape[0]) // 2
        return replace(self, colours=with_margin(colours, radius))

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) in pixels, without the margin."""
        return self.guide.shape[0], self.guide.shape[1]


def with_margin(plane: Tensor, radius: int) -> Tensor:
    """``plane`` (H, W, C) with its border repeated ``radius`` times on every side."""
    planes = plane.permute(2, 0, 1)[None].float()
    return F.pad(planes, (radius,) * 4, mode="replicate")[0].permute(1, 2, 0).contiguous()
