"""Painted maps: which of a colour-coded map's many colours somebody meant.

Not in the paper: because its code feeds label maps to the networks as RGB floats, blends included.
An antialiased map of three classes holds a thousand colours, most of them mixtures along borders. A
meant colour fills areas: 3 x 3 blocks of exactly one colour, which mixtures and JPEG noise rarely
do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

# Distances of colours as stored, Euclidean in RGB (0..441): mixing and JPEG work on stored values.
SAME = 8.0  # what rounding and gentle compression make of one colour
NEAR = 40.0  # what strong compression makes of it
BLEND = 12.0  # how far off the straight line between two colours their mixture may lie
SMALLEST = 0.0005  # share of the map below which a colour is no class ...
SMALLEST_THIN = 0.005  # ... or below which one that fills no block is none (hairlines)
CRISP = 64  # a map of no more colours has no mixtures worth the name: small areas count
_REACH = 4  # pixels: a mixture lies no farther than this from both of the colours it mixes
_BLOCK = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Painting:
    """A colour-coded map as the table of its colours.

    ``colours`` is (K, 3) uint8, no two alike; ``index`` (H, W) points into it; ``clear`` (H, W) is
    true where the map is more transparent than not, so that its colour means nothing.
    """

    colours: np.ndarray
    index: np.ndarray
    clear: np.ndarray

    @classmethod
    def of(cls, pixels: np.ndarray) -> Painting:
        """The painting in (H, W, 3) or (H, W, 4) uint8 ``pixels``."""
        wide = pixels.astype(np.uint32)
        packed = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
        found, index = np.unique(packed, return_inverse=True)
        colours = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=-1)
        clear = pixels[..., 3] < 128 if pixels.shape[2] == 4 else np.zeros(packed.shape, bool)
        return cls(colours.astype(np.uint8), index.reshape(packed.shape).astype(np.int32), clear)

    @cached_property
    def counts(self) -> np.ndarray:
        """(K,) pixels of each colour, transparent ones left out."""
        return np.bincount(self.index[~self.clear], minlength=len(self.colours))

    @cached_property
    def solid(self) -> np.ndarray:
        """(K,) pixels of each colour that lie in a 3 x 3 block of nothing else."""
        inside = self.index[in_blocks(np.where(self.clear, -1, self.index))]
        return np.bincount(inside, minlength=len(self.colours))


def in_blocks(values: np.ndarray) -> np.ndarray:
    """(H, W) bool: pixels in some 3 x 3 block of one value, where (H, W) ``values`` is not -1."""
    centre = values[1:-1, 1:-1] >= 0
    across = (values[:, 1:-1] == values[:, :-2]) & (values[:, 1:-1] == values[:, 2:])
    centre = centre & across[1:-1] & across[:-2] & across[2:]
    centre &= (values[1:-1, 1:-1] == values[:-2, 1:-1]) & (values[1:-1, 1:-1] == values[2:, 1:-1])
    return np.asarray(ndimage.binary_dilation(np.pad(centre, 1), _BLOCK))


def dominant_colours(painting: Painting) -> np.ndarray:
    """(S,) positions in ``painting.colours`` of the colours somebody meant, largest area first."""
    counts, solid = painting.counts, painting.solid
    total = painting.index.size
    least = max(9.0, 0.0 if len(painting.colours) <= CRISP else SMALLEST * total)
    chosen: list[int] = []
    for place in np.argsort(-solid, kind="stable").tolist():
        if solid[place] < least:
            break
        gap = _gap(painting, chosen, place)
        if gap <= SAME or (gap <= NEAR and 2 * solid[place] < counts[place]):
            continue  # noise around a colour already chosen
        if not _is_fringe(painting, chosen, place):
            chosen.append(place)
    for place in np.flatnonzero(counts >= SMALLEST_THIN * total).tolist():
        if _gap(painting, chosen, place) > NEAR and not _blended(painting, chosen, place):
            chosen.append(place)
    return np.array(sorted(chosen, key=lambda place: -counts[place]), dtype=np.int64)


def is_antialiased(painting: Painting) -> bool:
    """Whether most colours of a grey or palette map are mixtures of those that fill areas."""
    used = painting.counts > 0
    full = np.flatnonzero(painting.solid)
    thin = np.flatnonzero(used & (painting.solid == 0))
    if len(full) < 2 or len(thin) < 3 or 2 * len(thin) < used.sum():
        return False
    # Only areas of some size can be what borders mix: ten suffice to explain them.
    full = full[np.argsort(-painting.solid[full])][:10]
    return bool(
        (blend_residuals(painting.colours[thin], painting.colours[full]) <= BLEND).mean() > 0.9
    )


def blend_residuals(colours: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(N,) distance of each of (N, 3) colours to the nearest mixture of two of (M, 3) ``ends``.

    Infinite where no two ends are far enough apart to mix visibly.
    """
    best = np.full(len(colours), np.inf)
    for first in range(len(ends)):
        for second in range(first + 1, len(ends)):
            best = np.minimum(best, segment_residuals(colours, ends[first], ends[second]))
    return best


def segment_residuals(colours: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(N,) distance of (N, 3) colours to the line between two others, each (3,) or (N, 3).

    Infinite where the two are too close to mix visibly, or the foot of the plumb line is past an
    end.
    """
    start = np.asarray(first, dtype=np.float64)
    along = np.asarray(second, dtype=np.float64) - start
    length = np.maximum((along**2).sum(-1), 1e-9)
    away = colours.astype(np.float64) - start
    share = (away * along).sum(-1) / length
    distance = np.linalg.norm(away - share[..., None] * along, axis=-1)
    fits = (share > 0) & (share < 1) & (length > (2 * NEAR) ** 2)
    return np.asarray(np.where(fits, distance, np.inf))


def _gap(painting: Painting, chosen: list[int], place: int) -> float:
    if not chosen:
        return np.inf
    away = painting.colours[chosen].astype(np.float64) - painting.colours[place]
    return float(np.linalg.norm(away, axis=-1).min())


def _blended(painting: Painting, chosen: list[int], place: int) -> list[tuple[int, int]]:
    """Pairs of chosen colours whose mixture the colour at ``place`` may be."""
    colour = painting.colours[place : place + 1]
    return [
        (first, second)
        for n, first in enumerate(chosen)
        for second in chosen[n + 1 :]
        if segment_residuals(colour, painting.colours[first], painting.colours[second])[0] <= BLEND
    ]


def _is_fringe(painting: Painting, chosen: list[int], place: int) -> bool:
    """Whether a colour is a mixture in place too: nearly all of it close to both that it mixes."""
    pairs = _blended(painting, chosen, place)
    if not pairs:
        return False
    here = painting.index == place
    rows, columns = np.nonzero(here)
    height, width = here.shape
    for first, second in pairs:
        close = np.ones(len(rows), dtype=bool)
        for colour in (first, second):
            touched = np.zeros(len(rows), dtype=bool)
            for down in range(-_REACH, _REACH + 1):
                for right in range(-_REACH, _REACH + 1):
                    r = np.clip(rows + down, 0, height - 1)
                    c = np.clip(columns + right, 0, width - 1)
                    touched |= painting.index[r, c] == colour
            close &= touched
        if close.mean() > 0.7:
            return True
    return False
