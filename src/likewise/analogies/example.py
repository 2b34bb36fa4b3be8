"""Example: a picture A and what it became, A', made ready to be followed by any number of B.

Source: Hertzmann et al., "Image Analogies" (SIGGRAPH 2001), section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likewise.analogies.axes import principal_axes
from likewise.analogies.kernels import Choice, Material, paint_row
from likewise.analogies.neighbourhoods import Scene, known_features, painted_features
from likewise.analogies.pyramid import gaussian_pyramid, level_count
from likewise.analogies.settings import AnalogySettings
from likewise.analogies.tree import make_tree
from likewise.errors import Interrupted
from likewise.progress import SILENT, Progress

SAMPLE = 4096  # feature vectors by which principal axes are found
TILE = 16384  # feature vectors held at once


@dataclass(frozen=True)
class Prepared:
    """A and A' at one level: the material, and the axes of known features (D, K)."""

    material: Material
    axes: np.ndarray


@dataclass(frozen=True)
class Example:
    """A and A', at all levels, coarsest first.

    Attributes:
        levels: the levels.
        settings: how matches are found.
    """

    levels: tuple[Prepared, ...]
    settings: AnalogySettings

    @classmethod
    def of(
        cls,
        a: np.ndarray,
        a_prime: np.ndarray,
        settings: AnalogySettings,
        *,
        seed: int = 0,
        usable: np.ndarray | None = None,
        progress: Progress = SILENT,
    ) -> Example:
        """Make ready A (H, W, K) and A' (H, W, C), floats.

        Args:
            a: planes of A, K ≥ 0; without any, what is made is texture.
            a_prime: planes of A' that are compared, C ≥ 1.
            settings, seed: how matches are found, and which of equal ones are preferred.
            usable: (H, W) bool, pixels that may be copied; all where None, or none is left.
            progress: hears of every level.

        Raises:
            Interrupted: ``progress.should_stop`` became true.
        """
        assert a.shape[:2] == a_prime.shape[:2], (a.shape, a_prime.shape)
        size = a.shape[:2]
        count = level_count(size, settings.coarsest)
        known = np.ones(size) if usable is None else usable
        nears = gaussian_pyramid(a * np.sqrt(settings.weight), count)
        paints = gaussian_pyramid(a_prime, count)
        shares = gaussian_pyramid(known[..., None], count)
        random = np.random.default_rng(seed)
        levels: list[Prepared] = []
        progress.start("example", count)
        for near, paint, share in zip(nears, paints, shares, strict=True):
            if progress.should_stop:
                raise Interrupted("the example was not made ready to its end")
            scene = Scene.of(near, paint, levels[-1].material.scene if levels else None)
            levels.append(prepared(scene, share[..., 0] > 0.5, random))
            progress.advance(len(levels))
        progress.finish()
        return cls(tuple(levels), settings)

    def followed(self, b: np.ndarray, progress: Progress = SILENT) -> np.ndarray:
        """From which pixel of A' every pixel of B' is copied: (2, H', W') int64, row and column.

        Args:
            b: planes of B (H', W', K), as many as A has.
            progress: hears of every row, and how many feature vectors were compared for it.

        Raises:
            Interrupted: ``progress.should_stop`` became true.
        """
        count = len(self.levels)
        nears = gaussian_pyramid(b * np.sqrt(self.settings.weight), count)
        total, done = sum(len(near) for near in nears), 0
        target, sources = None, np.zeros((0, 0), dtype=np.int32)
        progress.start("painting", total)
        for number, (level, near) in enumerate(zip(self.levels, nears, strict=True)):
            channels = level.material.scene.paint.shape[2]
            target = Scene.of(near, np.zeros((*near.shape[:2], channels), np.float32), target)
            sources = np.full(target.size, -1, dtype=np.int32)
            choice = _choice(self.settings, number - count + 1)
            columns = np.arange(target.size[1])
            for y in range(target.size[0]):
                if progress.should_stop:
                    raise Interrupted("the picture was not painted to its end")
                features = known_features(target, np.full_like(columns, y), columns)
                along = features @ level.axes
                compared = paint_row(y, target, along, sources, level.material, choice)
                done += 1
                progress.advance(done, compared=compared)
        progress.finish()
        return np.stack(np.divmod(sources.astype(np.int64), self.levels[-1].material.scene.size[1]))


def prepared(scene: Scene, usable: np.ndarray, random: np.random.Generator) -> Prepared:
    """Axes and tree of the ``usable`` (H, W) places of ``scene``."""
    places = np.flatnonzero(usable) if usable.any() else np.arange(usable.size)
    rank = np.full(usable.size, -1, dtype=np.int32)
    rank[places] = random.permutation(len(places))
    sample = places[:: -(-len(places) // SAMPLE)]
    axes, lines = [], []
    for features in (known_features, painted_features):
        rows = features(scene, *_where(sample, scene))
        axes.append(principal_axes(rows))
        tiles = np.array_split(places, -(-len(places) // TILE))
        lines.append(
            np.concatenate([features(scene, *_where(tile, scene)) @ axes[-1] for tile in tiles])
        )
    tree = make_tree(np.concatenate(lines, axis=1), places)
    return Prepared(Material(scene, tree, axes[0].shape[1], axes[1], rank), axes[0])


def _where(places: np.ndarray, scene: Scene) -> Sequence[np.ndarray]:
    return np.divmod(places, scene.size[1])


def _choice(settings: AnalogySettings, level: int) -> Choice:
    """What is asked of a match at a ``level``; 0 is the finest, -1 the next coarser one."""
    favour = 1 / (1 + 2.0**level * settings.kappa)
    return Choice(favour, (1 + settings.error) ** 2, settings.leaves)
