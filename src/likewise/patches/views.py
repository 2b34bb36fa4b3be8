"""View: the source seen smaller or larger, perhaps mirrored or bent, as material for a target.

A layout that shows an object at half size wants the source at half size. Every engine that copies
pixels therefore copies from *views* of the source, and a nearest-neighbour field says for each
target pixel the view, and the row and column in it. View 0 is always the source as it is.
Not in the paper: its networks have to learn the same from warped copies of the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.patches.bends import Bend
from likewise.patches.window import Window


@dataclass(frozen=True)
class View:
    """A way to see the source.

    Attributes:
        scale: sides of the view over sides of the source, above 0.
        mirrored: whether left and right are exchanged.
    """

    scale: float = 1.0
    mirrored: bool = False

    def __post_init__(self) -> None:
        assert self.scale > 0, self.scale

    def size(self, source_size: tuple[int, int]) -> tuple[int, int]:
        """(H, W) of the view of a source of ``source_size``, in whole pixels, at least 1."""
        height, width = source_size
        return max(1, round(height * self.scale)), max(1, round(width * self.scale))

    def image(self, image: Tensor, window: Window | None = None) -> Tensor:
        """``image`` (B, C, H, W) in this view: bicubic, filtered against aliasing if it shrinks.

        Only that ``window`` of this view, if given.
        """
        seen = self._turned(_resized(image, self.size(_size(image))))
        return window.of(seen) if window else seen

    def ids(self, ids: Tensor, window: Window | None = None) -> Tensor:
        """Class positions ``ids`` (B, 1, H, W) in this view: nearest, so that none is new.

        Only in that ``window``, if given.
        """
        part = window or Window.whole(self.size(_size(ids)))
        rows = torch.arange(part.top, part.bottom, device=ids.device)
        columns = torch.arange(part.left, part.right, device=ids.device)
        y, x = self.to_source(rows.double(), columns.double(), _size(ids))
        return ids[:, :, _nearest(y, ids.shape[2])][:, :, :, _nearest(x, ids.shape[3])]

    def to_source(
        self, rows: Tensor, columns: Tensor, source_size: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """Source rows and columns, with fractions, of places in this view.

        Args:
            rows: of places in the view, in its pixels; centres of pixels are whole numbers.
            columns: likewise, any shape of their own.
            source_size: (H, W).
        """
        height, width = self.size(source_size)
        if self.mirrored:
            columns = width - 1 - columns
        if (height, width) == source_size:
            return rows, columns
        return (
            (rows + 0.5) * (source_size[0] / height) - 0.5,
            (columns + 0.5) * (source_size[1] / width) - 0.5,
        )

    def _turned(self, image: Tensor) -> Tensor:
        return image.flip(3) if self.mirrored else image


IDENTITY = View()
AnyView = View | Bend


@dataclass(frozen=True)
class Views(Sequence[AnyView]):
    """Views of one source, the source as it is first.

    Attributes:
        views: the views; the first is the identity.
        source_size: (H, W) of the source.
    """

    views: tuple[AnyView, ...]
    source_size: tuple[int, int]

    def __post_init__(self) -> None:
        assert self.views and self.views[0] == IDENTITY, self.views

    def __len__(self) -> int:
        return len(self.views)

    def __iter__(self) -> Iterator[AnyView]:
        return iter(self.views)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self.views[index]

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(H, W) of each view, in pixels."""
        return [view.size(self.source_size) for view in self.views]

    def images(self, image: Tensor) -> list[Tensor]:
        """``image`` (B, C, H, W) in each view."""
        return [view.image(image) for view in self.views]

    def ids(self, ids: Tensor) -> list[Tensor]:
        """Class positions ``ids`` (B, 1, H, W) in each view."""
        return [view.ids(ids) for view in self.views]

    def gather(self, image: Tensor, field: Tensor) -> Tensor:
        """(B, C, H, W) made of the views' pixels of ``image`` that ``field`` (3, H, W) names.

        Args:
            image: the source (B, C, Hs, Ws), of floats or of class positions (C = 1).
            field: (view, row, column) for every target pixel, inside the views.
        """
        shown = self.images(image) if image.is_floating_point() else self.ids(image)
        index, rows, columns = field.long()
        gathered = image.new_zeros((*image.shape[:2], *field.shape[1:]))
        for number, picture in enumerate(shown):
            here = index == number
            gathered[:, :, here] = picture[:, :, rows[here], columns[here]]
        return gathered


def _size(image: Tensor) -> tuple[int, int]:
    return image.shape[2], image.shape[3]


def _resized(image: Tensor, size: tuple[int, int]) -> Tensor:
    if _size(image) == size:
        return image
    return F.interpolate(image, size=size, mode="bicubic", antialias=True, align_corners=False)


def _nearest(places: Tensor, length: int) -> Tensor:
    return (places + 0.5).floor().long().clamp(0, length - 1)
