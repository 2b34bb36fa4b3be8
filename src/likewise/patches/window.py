"""Window: a rectangle of a picture, in whole pixels, for work on no more of it than is needed.

A placement may use a corner of one view and most of another; at many megapixels it matters that
only what is used is rendered. Not in the paper, whose pictures are small.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Window:
    """Rows from ``top`` to before ``bottom``, columns from ``left`` to before ``right``."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def whole(cls, size: tuple[int, int]) -> Window:
        """All of a picture of ``size`` (H, W)."""
        return cls(0, size[0], 0, size[1])

    @classmethod
    def around(cls, rows: Tensor, columns: Tensor, margin: float, size: tuple[int, int]) -> Window:
        """The places (rows, columns), any shape, and ``margin`` around, inside of ``size``.

        At least one pixel, and so too where there is no place at all.
        """
        if not rows.numel():
            return cls(0, 1, 0, 1)
        ends = []
        for places, length in ((rows, size[0]), (columns, size[1])):
            low, high = (float(end) for end in places.aminmax())
            first = min(max(0, int(low - margin)), length - 1)
            ends += [first, max(first + 1, min(length, int(high + margin) + 1))]
        return cls(*ends)

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the window itself."""
        return self.bottom - self.top, self.right - self.left

    @property
    def rows(self) -> slice:
        """Its rows."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """Its columns."""
        return slice(self.left, self.right)

    def grown(self, by: int, size: tuple[int, int]) -> Window:
        """Larger by ``by`` pixels on every side, inside of ``size``."""
        return Window(
            max(0, self.top - by),
            min(size[0], self.bottom + by),
            max(0, self.left - by),
            min(size[1], self.right + by),
        )

    def within(self, outer: Window) -> Window:
        """The same place, counted from the corner of ``outer``."""
        return Window(
            self.top - outer.top,
            self.bottom - outer.top,
            self.left - outer.left,
            self.right - outer.left,
        )

    def of(self, picture: Tensor) -> Tensor:
        """The part of ``picture`` (..., H, W)."""
        return picture[..., self.rows, self.columns]
