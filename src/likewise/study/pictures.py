"""Picture copies: pixels alone under random names; and pictures ruined for attention checks."""

from __future__ import annotations

import secrets
from pathlib import Path

import numpy as np

from likewise.images import Image, read_image

LONGEST_SIDE = 1600  # pixels; a page shows less
BLOCKS = 6  # along each side of a ruined picture


class PictureFolder:
    """Copies pictures into ``folder``, each file once for each role it plays.

    Copies are 8-bit RGB PNG without a word of metadata, reduced to LONGEST_SIDE, so that neither
    name nor file tells where they come from. Names come from the system's randomness, not from a
    seed: whoever knows the seed must not know them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._copied: dict[tuple[Path, str], str] = {}

    def copy(self, path: Path, role: str) -> str:
        """Key of the copy of ``path``; the same for the same ``role``.

        Raises:
            ImageError: the picture cannot be read.
            OutputError: the copy cannot be written.
        """
        key = self._copied.get((path, role))
        if key is None:
            key = self._copied[path, role] = self.add(read_shown(path))
        return key

    def add(self, pixels: np.ndarray) -> str:
        """Write ``pixels``, (H, W, 3) uint8, and return their new key."""
        key = new_key()
        Image.from_array(pixels).save(self.folder / f"{key}.png")
        return key


def new_key() -> str:
    """A random word of 16 characters, 64 bits."""
    return secrets.token_hex(8)


def read_shown(path: Path) -> np.ndarray:
    """The picture at ``path`` as a page shows it: (H, W, 3) uint8, at most LONGEST_SIDE."""
    image = read_image(path)
    height, width = image.size
    ratio = LONGEST_SIDE / max(height, width)
    if ratio < 1:
        image = image.resized((max(1, round(height * ratio)), max(1, round(width * ratio))))
    return image.to_rgb8()


def ruined(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``pixels`` with blocks shuffled and colours inverted: nobody who looks ranks that well.

    Args:
        pixels: (H, W, 3) uint8.
        rng: deals the blocks.

    Returns:
        Of the same shape; rows and columns that fill no block are repeated at the edges.
    """
    height, width = pixels.shape[:2]
    rows, columns = max(1, height // BLOCKS), max(1, width // BLOCKS)
    down, across = height // rows, width // columns
    cut = 255 - pixels[: down * rows, : across * columns]
    blocks = cut.reshape(down, rows, across, columns, 3).swapaxes(1, 2)
    flat = blocks.reshape(down * across, rows, columns, 3)
    circle = rng.permutation(len(flat))  # each block takes the next one's place: none stays
    shuffled = np.empty_like(flat)
    shuffled[circle] = flat[np.roll(circle, 1)]
    whole = shuffled.reshape(down, across, rows, columns, 3).swapaxes(1, 2)
    whole = whole.reshape(down * rows, across * columns, 3)
    rest = ((0, height - down * rows), (0, width - across * columns), (0, 0))
    return np.pad(whole, rest, mode="edge")
