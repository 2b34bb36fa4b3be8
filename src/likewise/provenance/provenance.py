"""The provenance of an answer: for every pixel the place in the source that it was taken from.

Not in the paper: because a network paints pixels of its own. A method that takes them from the
source can say from where, and people who repaint a picture, or answer for one, want to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from likewise.errors import InputError
from likewise.provenance.archive import EXPECTED, read_archive, write_archive
from likewise.provenance.picture import provenance_picture


@dataclass(frozen=True, eq=False, repr=False)
class Provenance:
    """Where the pixels of one answer, (H, W), came from.

    Args:
        x: (H, W) float32, the column of the source pixel; 0 is the leftmost one's centre.
            Fractional where a piece was scaled or turned.
        y: (H, W) float32, its row; 0 is the uppermost one's centre.
        exact: (H, W) bool: the answer's pixel is that source pixel unchanged, bit for bit, in
            every channel. False where pieces were blended or scaled.
        source_size: (height, width) of the source, pixels.

    The arrays are made read-only.
    """

    x: np.ndarray
    y: np.ndarray
    exact: np.ndarray
    source_size: tuple[int, int]

    def __post_init__(self) -> None:
        flaw = _flaw(self.x, self.y, self.exact, self.source_size)
        assert flaw is None, flaw
        for name in ("x", "y", "exact"):
            frozen = getattr(self, name).view()
            frozen.flags.writeable = False
            object.__setattr__(self, name, frozen)

    @classmethod
    def measured(cls, origin: np.ndarray, source: np.ndarray, answer: np.ndarray) -> Provenance:
        """The provenance that ``origin`` claims, with ``exact`` found out by comparing pixels.

        Args:
            origin: (2, H, W) float32: x and y of the source pixel behind each of the answer's.
            source: (h, w) or (h, w, C) samples of the source.
            answer: (H, W) or (H, W, C) samples of the answer, as they are written.
        """
        x, y = origin
        columns, rows = np.rint(x).astype(np.int32), np.rint(y).astype(np.int32)
        same = source[rows, columns] == answer
        if same.ndim == 3:
            same = same.all(axis=-1)
        exact = same & (x == columns) & (y == rows)
        return cls(x, y, exact, (source.shape[0], source.shape[1]))

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the answer."""
        return self.x.shape[0], self.x.shape[1]

    @property
    def share_exact(self) -> float:
        """Share of the answer's pixels, 0 to 1, that are the source's own, unchanged."""
        return float(self.exact.mean())

    @property
    def summary(self) -> str:
        """The share in words. It is rounded down: 100 % means every pixel."""
        tenths = int(np.count_nonzero(self.exact)) * 1000 // self.exact.size
        return f"{tenths // 10}.{tenths % 10} % of the pixels are the source's own, unchanged"

    def write(self, path: Path | str) -> None:
        """Write ``path`` (.npz) atomically; see ``docs/provenance.md`` for what is in it.

        Raises:
            OutputError: the place cannot be written.
        """
        write_archive(Path(path), self.x, self.y, self.exact, self.source_size)

    @classmethod
    def read(cls, path: Path | str) -> Provenance:
        """Read what :meth:`write` wrote. Nothing in the file is ever run.

        Raises:
            InputError: the file is missing, damaged, something else, or larger than
                ``images.MAX_PIXELS``.
        """
        x, y, exact, source_size = read_archive(Path(path))
        flaw = _flaw(x, y, exact, source_size)
        if flaw is not None:
            raise InputError(path, flaw, EXPECTED, "Render it again.")
        return cls(x, y, exact, source_size)

    def picture(self, image: np.ndarray | None = None, caption: str = "answer") -> np.ndarray:
        """The map as a page, (H', W', 3) uint8: a colour for every place of the source.

        Left the source under its colours, right the answer in the colours of the places that its
        pixels came from; pixels that are not the source's own are pale.

        Args:
            image: (h, w, 3) uint8, the source, whose light and dark show through; colours alone
                where None.
            caption: what to call the answer.
        """
        return provenance_picture(self.x, self.y, self.exact, self.source_size, image, caption)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Provenance):
            return NotImplemented
        alike = [np.array_equal(getattr(self, n), getattr(other, n)) for n in ("x", "y", "exact")]
        return all(alike) and self.source_size == other.source_size

    __hash__ = None  # type: ignore[assignment]  # equal by arrays, so no cheap hash

    def __repr__(self) -> str:
        height, width = self.size
        return f"Provenance({height} x {width}, {self.summary})"


def _flaw(x: np.ndarray, y: np.ndarray, exact: np.ndarray, source: tuple[int, int]) -> str | None:
    """What is wrong with the parts of a provenance, in words; None where nothing is."""
    if x.ndim != 2 or x.size == 0 or not x.shape == y.shape == exact.shape:
        return f"arrays of shape {x.shape}, {y.shape} and {exact.shape}"
    if (x.dtype, y.dtype, exact.dtype) != (np.float32, np.float32, np.bool_):
        return f"arrays of {x.dtype}, {y.dtype} and {exact.dtype}"
    for places, length, axis in ((x, source[1], "x"), (y, source[0], "y")):
        # Written so that a value that is no number counts as outside, too.
        if not (places.min() >= 0 and places.max() <= length - 1):
            return f"{axis} from {places.min()} to {places.max()} in a source of {length} pixels"
        if (exact & (places != np.rint(places))).any():
            return f"pixels called exact whose {axis} is no whole number"
    return None
