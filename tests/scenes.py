"""Small made-up scenes: layouts of sky, ground and a house, stripes, and pictures of layouts."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from likewise.images import Image

SKY, GROUND, HOUSE = 0, 1, 2
IGNORED = 255


def house(
    size: tuple[int, int] = (48, 64), at: tuple[int, int] = (16, 8), side: int = 16
) -> np.ndarray:
    """(H, W) ids: sky over ground, and a house whose upper left corner is ``at`` (y, x)."""
    ids = np.full(size, SKY, dtype=np.int64)
    ids[size[0] * 2 // 3 :] = GROUND
    ids[at[0] : at[0] + side, at[1] : at[1] + side] = HOUSE
    return ids


def stripes(size: tuple[int, int], classes: int) -> np.ndarray:
    """(H, W) ids: ``classes`` upright stripes of about one width."""
    columns = np.arange(size[1]) * classes // size[1]
    return np.broadcast_to(columns, size).astype(np.int64)


def blots(size: tuple[int, int], classes: int, seed: int) -> np.ndarray:
    """(H, W) ids: every pixel takes the class of the nearest of some random places."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 1, (3 * classes, 2)) * size
    grid = np.stack(np.mgrid[: size[0], : size[1]], axis=-1)
    nearest = np.square(grid[:, :, None] - places).sum(axis=-1).argmin(axis=-1)
    return (nearest % classes).astype(np.int64)


def picture(ids: np.ndarray, channels: int = 3, dtype: type = np.uint8, seed: int = 0) -> Image:
    """A noisy picture of ``ids``: each class has a colour of its own."""
    return Image.from_array(samples(ids, channels, dtype, seed))


def samples(
    ids: np.ndarray, channels: int = 3, dtype: type = np.uint8, seed: int = 0
) -> np.ndarray:
    """(H, W) or (H, W, C) samples of a noisy picture of ``ids``."""
    rng = np.random.default_rng(seed)
    colours = rng.uniform(0.2, 0.8, (256, channels))
    values = colours[ids] + rng.uniform(-0.1, 0.1, (*ids.shape, channels))
    scaled = np.rint(values * np.iinfo(dtype).max).astype(dtype)
    return scaled[..., 0] if channels == 1 else scaled


def indices(ids: np.ndarray) -> Tensor:
    """(1, 1, H, W) class positions of ``ids``, -1 where ignored."""
    return torch.from_numpy(np.where(ids == IGNORED, -1, ids))[None, None]


def layout(ids: np.ndarray, classes: int = 3) -> Tensor:
    """One-hot (1, K, H, W) of ``ids``, all zero where ignored."""
    known = np.arange(classes)[:, None, None] == ids
    return torch.from_numpy(known.astype(np.float32))[None]


def image(ids: np.ndarray, channels: int = 3) -> Tensor:
    """(1, C, H, W) in [-1, 1]: the picture of ``ids``."""
    values = picture(ids, channels).to_float() * 2 - 1
    return torch.from_numpy(values).permute(2, 0, 1)[None].contiguous()
