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
SMALLEST_THIN = 0.001  # ... or below which one that fills no block is none (hairlines)
CRISP = 64  # a map of no more colours may be without mixtures, and then small areas count
_REACH = 6  # pixels: a mixture lies no farther than this from both of the colours it mixes
_BLOCK = np.ones((3, 3), dtype=bool)
_WIDE = 7  # pixels: no border is as wide as this all along
_SAMPLE = 500  # pixels of a colour that are looked at


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

    @cached_property
    def crisp(self) -> bool:
        """Whether every pixel is in a colour somebody meant, no border softened."""
        return len(self.colours) <= CRISP and not is_antialiased(self)


def in_blocks(values: np.ndarray) -> np.ndarray:
    """(H, W) bool: pixels in some 3 x 3 block of one value, where (H, W) ``values`` is not -1."""
    centre = values[1:-1, 1:-1] >= 0
    across = (values[:, 1:-1] == values[:, :-2]) & (values[:, 1:-1] == values[:, 2:])
    centre = centre & across[1:-1] & across[:-2] & across[2:]
    centre &= (values[1:-1, 1:-1] == values[:-2, 1:-1]) & (values[1:-1, 1:-1] == values[2:, 1:-1])
    return np.asarray(ndimage.binary_dilation(np.pad(centre, 1), _BLOCK))


def opened(mask: np.ndarray) -> np.ndarray:
    """(H, W) bool: pixels in some _WIDE x _WIDE block where (H, W) ``mask`` is true throughout."""
    if mask.sum() < _WIDE**2:
        return np.zeros_like(mask)
    inner = ndimage.minimum_filter(mask.astype(np.uint8), size=_WIDE, mode="constant", cval=0)
    return np.asarray(ndimage.maximum_filter(inner, size=_WIDE)).astype(bool)


def dominant_colours(painting: Painting, *, lossy: bool = False) -> np.ndarray:
    """(S,) positions in ``painting.colours`` of the colours somebody meant, largest area first.

    After ``lossy`` compression two colours closer than NEAR count as one: whole blocks drift.
    """
    counts, solid = painting.counts, painting.solid
    total = painting.index.size
    least = 9.0 if painting.crisp else max(9.0, SMALLEST * total)
    same = NEAR if lossy else 0.0 if painting.crisp else SAME
    chosen: list[int] = []
    for place in np.argsort(-solid, kind="stable").tolist():
        if solid[place] < least:
            break
        gap = _gaps(painting, chosen, [place])[0]
        if gap <= same or (gap <= NEAR and 2 * solid[place] < counts[place]):
            continue  # noise around a colour already chosen
        if not _is_fringe(painting, chosen, place):
            chosen.append(place)
    chosen += _hairlines(painting, chosen)
    return np.array(sorted(chosen, key=lambda place: -counts[place]), dtype=np.int64)


def is_antialiased(painting: Painting) -> bool:
    """Whether most colours of a map of few are but mixtures, or noise, of those that fill areas."""
    counts, solid = painting.counts, painting.solid
    used = int((counts > 0).sum())
    thin = np.flatnonzero((counts > 0) & (solid < 0.2 * counts))
    full = np.flatnonzero(solid >= np.maximum(0.2 * counts, 1))
    if len(thin) < 3 or 2 * len(thin) < used or not len(full):
        return False
    # A few of the largest areas suffice to explain what borders mix.
    full = full[np.argsort(-solid[full])][:10]
    if len(thin) >= 16 and len(thin) >= 0.8 * used and solid[full].sum() >= 0.3 * counts.sum():
        return True  # shaded hairlines on a background: their full colour may fill no block
    ends = full
    if np.ptp(painting.colours[thin], axis=1).any():
        # The full colour of coloured hairlines may be thin itself. Grey levels may all be ids.
        apart = _gaps(painting, full.tolist(), thin.tolist())
        ends = np.append(full, thin[apart.argmax()])
    explained = blend_residuals(painting.colours[thin], painting.colours[ends]) <= BLEND
    explained |= _gaps(painting, full.tolist(), thin.tolist()) <= NEAR
    return bool(explained.mean() >= 0.8)


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


def _hairlines(painting: Painting, chosen: list[int]) -> list[int]:
    """Colours that fill no block, yet are too frequent and too unlike all others to be mixtures.

    The one most unlike what is chosen comes first, so that what it mixes with is known by then.
    """
    found: list[int] = []
    left = np.flatnonzero(painting.counts >= SMALLEST_THIN * painting.index.size).tolist()
    while left:
        gaps = _gaps(painting, chosen + found, left)
        left = [place for place, gap in zip(left, gaps, strict=True) if gap > NEAR]
        if left:
            farthest = left.pop(int(gaps[gaps > NEAR].argmax()))
            if not len(_mixed_pairs(painting, chosen + found, farthest)):
                found.append(farthest)
    return found


def _gaps(painting: Painting, chosen: list[int], places: list[int]) -> np.ndarray:
    """(N,) RGB distance of each colour in ``places`` to the nearest of those chosen."""
    if not chosen:
        return np.full(len(places), np.inf)
    colours = painting.colours.astype(np.float64)
    apart = np.linalg.norm(colours[places][:, None] - colours[chosen][None], axis=-1)
    return np.asarray(apart.min(axis=1))


def _mixed_pairs(painting: Painting, chosen: list[int], place: int) -> np.ndarray:
    """(P, 2) pairs of chosen colours whose mixture the colour at ``place`` may be."""
    first, second = np.triu_indices(len(chosen), 1)
    ends = painting.colours[np.array(chosen, dtype=np.int64)]
    colour = np.broadcast_to(painting.colours[place], (len(first), 3))
    fits = segment_residuals(colour, ends[first], ends[second]) <= BLEND
    return np.stack([np.array(chosen)[first[fits]], np.array(chosen)[second[fits]]], axis=1)


def _mixed_area(painting: Painting, first: int, second: int) -> int:
    """Pixels in any mixture of two colours."""
    ends = painting.colours[[first, second]]
    mixed = segment_residuals(painting.colours, ends[0], ends[1]) <= BLEND
    mixed[[first, second]] = False
    return int(painting.counts[mixed].sum())


def _is_fringe(painting: Painting, chosen: list[int], place: int) -> bool:
    """Whether a colour is a mixture in place too: most of it close to both that it mixes.

    Nor is it most of their mixtures: a band that somebody painted between two areas would be.
    """
    if painting.crisp or len(chosen) < 2:
        return False
    pairs = _mixed_pairs(painting, chosen, place)
    if not len(pairs):
        return False
    rows, columns = (
        axis[:: len(axis) // _SAMPLE + 1] for axis in np.nonzero(painting.index == place)
    )
    height, width = painting.index.shape
    ends, back = np.unique(pairs, return_inverse=True)
    close = np.zeros((len(ends), len(rows)), dtype=bool)
    for down in range(-_REACH, _REACH + 1):
        for right in range(-_REACH, _REACH + 1):
            r = np.clip(rows + down, 0, height - 1)
            c = np.clip(columns + right, 0, width - 1)
            close |= painting.index[r, c] == ends[:, None]
    back = back.reshape(pairs.shape)
    beside = (close[back[:, 0]] & close[back[:, 1]]).mean(axis=1) > 0.7
    return any(2 * painting.counts[place] < _mixed_area(painting, *pair) for pair in pairs[beside])
