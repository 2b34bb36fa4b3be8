"""Pages: contact sheets one below the other, and grids of pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from likewise.sheet import INK, PAPER

GAP, TEXT = 8, 18  # pixels between the cells of a grid, and of its headings


def stacked(bands: Sequence[np.ndarray]) -> np.ndarray:
    """(H, W, 3) uint8: ``bands`` (h, w, 3) uint8 from top to bottom, at the left of the page."""
    width = max(band.shape[1] for band in bands)
    page = np.full((sum(band.shape[0] for band in bands), width, 3), PAPER, dtype=np.uint8)
    top = 0
    for band in bands:
        page[top : top + band.shape[0], : band.shape[1]] = band
        top += band.shape[0]
    return page


def grid(headings: Sequence[str], rows: Sequence[Sequence[np.ndarray]], width: int) -> np.ndarray:
    """(H, ``width``, 3) uint8: ``rows`` of (h, w, 3) uint8 pictures under ``headings``.

    All cells are of one width, those of a row of one height; a row may lack its last pictures.
    """
    cell = (width - GAP * (len(headings) - 1)) // len(headings)
    font = ImageFont.load_default(TEXT)
    lines = []
    for row in rows:
        height = round(cell * row[0].shape[0] / row[0].shape[1])
        line = Pillow.new("RGB", (width, height + GAP), PAPER)
        for place, picture in enumerate(row):
            small = Pillow.fromarray(picture).resize((cell, height), Pillow.Resampling.LANCZOS)
            line.paste(small, (place * (cell + GAP), 0))
        lines.append(np.asarray(line))
    head = Pillow.new("RGB", (width, 2 * TEXT), PAPER)
    for place, heading in enumerate(headings):
        at = (place * (cell + GAP), TEXT // 3)
        ImageDraw.Draw(head).text(at, heading, fill=INK, font=font)
    return np.concatenate([np.asarray(head), *lines])
