"""Neighbourhoods: the pixels around a pixel that are compared, and how much each counts.

At the fine level 5 x 5 pixels of A or B, and of A' or B' those of them that are painted before the
pixel itself, in scan-line order; at the next coarser level 3 x 3 pixels of both. Near pixels count
more, by a binomial (Gaussian) kernel; the weights of each neighbourhood sum to 1, so that scales
count alike.

Source: Hertzmann et al., "Image Analogies" (SIGGRAPH 2001), section 3.2 and figure 2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from likewise.analogies.pyramid import BINOMIAL

FINE, COARSE = 2, 1  # radii, pixels
BEFORE = 12  # of the 25 pixels, those painted before the one in the middle

_THREE = np.array([1, 2, 1], dtype=np.float32) / 4
FINE_WEIGHTS = np.outer(BINOMIAL, BINOMIAL)
COARSE_WEIGHTS = np.outer(_THREE, _THREE)
BEFORE_WEIGHTS = FINE_WEIGHTS.ravel()[:BEFORE] / FINE_WEIGHTS.ravel()[:BEFORE].sum()


class Scene(NamedTuple):
    """One side of the analogy at one level, with margins in which its edges repeat.

    Attributes:
        near: (H + 4, W + 4, K) float32, planes of A or B.
        far: (h + 2, w + 2, K + C) float32, A and A' (or B and B') at the next coarser level; no
            planes at the coarsest.
        paint: (H + 4, W + 4, C) float32, A', or B' as far as it is painted.
    """

    near: np.ndarray
    far: np.ndarray
    paint: np.ndarray

    @classmethod
    def of(cls, near: np.ndarray, paint: np.ndarray, coarser: Scene | None) -> Scene:
        """The scene of ``near`` (H, W, K) and ``paint`` (H, W, C), above the ``coarser`` one."""
        if coarser is None:
            half = [(length + 1) // 2 for length in near.shape[:2]]
            far = np.zeros((*half, 0), dtype=np.float32)
        else:
            inner = slice(FINE, -FINE)
            far = np.concatenate([p[inner, inner] for p in (coarser.near, coarser.paint)], axis=2)
        return cls(with_edges(near, FINE), with_edges(far, COARSE), with_edges(paint, FINE))

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.near.shape[0] - 2 * FINE, self.near.shape[1] - 2 * FINE


def with_edges(planes: np.ndarray, margin: int) -> np.ndarray:
    """``planes`` (H, W, C) with a margin in which their edges repeat."""
    widths = ((margin, margin), (margin, margin), (0, 0))
    return np.ascontiguousarray(np.pad(planes, widths, mode="edge"))


def known_features(scene: Scene, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(N, D) float32: what is known of pixels (N,) before they are painted, weighted by roots.

    Of the planes of A or B, and of everything at the next coarser level.
    """
    near = _windows(scene.near, FINE, rows, columns) * np.sqrt(FINE_WEIGHTS)
    far = _windows(scene.far, COARSE, rows // 2, columns // 2) * np.sqrt(COARSE_WEIGHTS)
    return np.concatenate((near.reshape(len(rows), -1), far.reshape(len(rows), -1)), axis=1)


def painted_features(scene: Scene, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(N, 12 C) float32: what is painted before pixels (N,), weighted by roots.

    A pixel's C planes stand together, as the kernels read them.
    """
    windows = _windows(scene.paint, FINE, rows, columns)
    before = windows.reshape(*windows.shape[:2], -1)[..., :BEFORE] * np.sqrt(BEFORE_WEIGHTS)
    return np.ascontiguousarray(before.transpose(0, 2, 1)).reshape(len(rows), -1)


def _windows(planes: np.ndarray, radius: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(N, C, side, side): windows of ``planes``, which have margins, around pixels (N,)."""
    side = 2 * radius + 1
    return sliding_window_view(planes, (side, side), axis=(0, 1))[rows, columns]
