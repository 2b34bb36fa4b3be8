"""Slow NumPy twins of likewise.losses, written from the formulas in float64."""

from __future__ import annotations

import numpy as np
from tests.reference.patch_twins import patch_at


def discriminator(real: list[np.ndarray], fake: list[np.ndarray]) -> float:
    terms = [((r - 1) ** 2).mean() + (f**2).mean() for r, f in zip(real, fake, strict=True)]
    return float(np.mean(terms))


def discriminator_hinge(real: list[np.ndarray], fake: list[np.ndarray]) -> float:
    terms = [
        np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean()
        for r, f in zip(real, fake, strict=True)
    ]
    return float(np.mean(terms))


def generator(fake: list[np.ndarray]) -> float:
    return float(np.mean([((f - 1) ** 2).mean() for f in fake]))


def feature_matching(fake: list[np.ndarray], real: list[np.ndarray]) -> float:
    return float(np.mean([np.abs(f - r).mean() for f, r in zip(fake, real, strict=True)]))


def fixed_point(scales: list[np.ndarray], shifts: list[np.ndarray]) -> float:
    terms = [np.abs(g - 1).mean() + np.abs(b).mean() for g, b in zip(scales, shifts, strict=True)]
    return float(np.mean(terms))


def reconstruction(rendered: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> float:
    total = area = 0.0
    batch, channels, height, width = rendered.shape
    for b, y, x in np.ndindex(batch, height, width):
        for c in range(channels):
            total += weight[b, 0, y, x] * abs(rendered[b, c, y, x] - truth[b, c, y, x])
            area += weight[b, 0, y, x]
    return total / area


def semantic_alignment(logits: np.ndarray, layout: np.ndarray, balance: float) -> float:
    batch, _, height, width = logits.shape
    areas = layout.sum(axis=(0, 2, 3))
    average = areas.sum() / np.count_nonzero(areas)
    total = counted = 0.0
    for b, y, x in np.ndindex(batch, height, width):
        if not layout[b, :, y, x].any():
            continue
        k = int(layout[b, :, y, x].argmax())
        scores = logits[b, :, y, x]
        importance = min(average / areas[k], 10.0) ** balance
        total += importance * (np.log(np.exp(scores).sum()) - scores[k])
        counted += importance
    return total / counted


def shrink(x: np.ndarray, scale: int) -> np.ndarray:
    channels, height, width = x.shape
    rows, columns = height // scale, width // scale
    kept = x[:, : rows * scale, : columns * scale]
    return kept.reshape(channels, rows, scale, columns, scale).mean(axis=(2, 4))


def _centres_inside(x: np.ndarray, patch: int) -> list[tuple[int, int]]:
    reach = patch // 2
    _, height, width = x.shape
    return [(y, z) for y in range(reach, height - reach) for z in range(reach, width - reach)]


def patch_coherence(
    rendered: np.ndarray,
    layout: np.ndarray,
    source: np.ndarray,
    source_layout: np.ndarray,
    queries: np.ndarray,
    *,
    patch: int,
    semantic_weight: float,
    nearest: int,
    scale: int,
) -> float:
    """One image of the batch, one scale: arrays (C, H, W) and (K, H, W), queries (Q,)."""
    width, reach = rendered.shape[2], patch // 2
    image, labels = shrink(rendered, scale), shrink(layout, scale)
    known, known_labels = shrink(source, scale), shrink(source_layout, scale)
    places = _centres_inside(known, patch)
    total = 0.0
    for query in queries:
        row = int(np.clip(query // width // scale, reach, image.shape[1] - 1 - reach))
        column = int(np.clip(query % width // scale, reach, image.shape[2] - 1 - reach))
        target = patch_at(image, row, column, patch)
        target_labels = patch_at(labels, row, column, patch)
        ranked = []
        for y, z in places:
            candidate = patch_at(known, y, z, patch)
            mismatch = ((patch_at(known_labels, y, z, patch) - target_labels) ** 2).sum() / 2
            distance = ((candidate - target) ** 2).mean() + semantic_weight * mismatch / patch**2
            ranked.append((distance, np.abs(candidate - target).mean()))
        ranked.sort()
        total += float(np.mean([length for _, length in ranked[:nearest]]))
    return total / len(queries)
