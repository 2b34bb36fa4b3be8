"""Drawings for tests: a house before a hill, as a picture and as lines."""

from __future__ import annotations

import numpy as np

from likewise.images import Image

PAPER, INK = 255, 30
SHADES = np.array([[150, 190, 235], [90, 120, 50], [180, 60, 50]])
SIZE = (96, 128)


def areas(house: tuple[int, int, int, int] = (36, 30, 70, 66), horizon: int = 56) -> np.ndarray:
    """(H, W) ids: sky 0, ground 1, a house 2 that fills rows and columns from (top, left)."""
    ids = np.zeros(SIZE, dtype=int)
    ids[horizon:] = 1
    top, left, bottom, right = house
    ids[top:bottom, left:right] = 2
    return ids


def painted(ids: np.ndarray, seed: int = 0) -> Image:
    """A picture of ``ids``, each in its shade, with noise."""
    noise = np.random.default_rng(seed).normal(scale=4, size=(*ids.shape, 3))
    return Image.from_array((SHADES[ids] + noise).clip(0, 255).astype(np.uint8))


def outlined(ids: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8: the borders of ``ids`` as dark lines on white, 2 pixels wide."""
    pixels = np.full((*ids.shape, 3), PAPER, dtype=np.uint8)
    down, right = ids[:-1] != ids[1:], ids[:, :-1] != ids[:, 1:]
    for shift in (0, 1):
        pixels[shift : shift + len(down)][down] = INK
        pixels[:, shift : shift + right.shape[1]][right] = INK
    return pixels
