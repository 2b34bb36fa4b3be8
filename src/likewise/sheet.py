"""Contact sheet: the source pair and every layout over its answer, on one page.

Not in the paper: because its figures are laid out by hand, and a person who renders twelve layouts
wants to compare them at a glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

PAPER = (250, 250, 248)
INK = (38, 38, 42)
FAINT = (140, 140, 146)
RULE = (214, 214, 210)
CELL_HEIGHTS = (160, 288)  # pixels; smaller pictures are enlarged, larger ones reduced
WIDEST = 2800  # pixels of one band before the columns wrap
MARGIN, GAP, ROW_GAP, BAND_GAP = 32, 20, 10, 36
TEXT, SMALL = 17, 15
CAPTION_HEIGHT = 34


@dataclass(frozen=True)
class Column:
    """One column: ``layout`` and ``picture`` are (H, W, 3) uint8; ``caption`` stands above.

    ``below`` is a third picture, where all columns have one.
    """

    caption: str
    layout: np.ndarray
    picture: np.ndarray
    below: np.ndarray | None = None


def contact_sheet(
    source: Column,
    answers: Sequence[Column],
    legend: Sequence[tuple[str, tuple[int, int, int]]] = (),
) -> np.ndarray:
    """The page as (H, W, 3) uint8: the source pair at the left, a column for each answer.

    Args:
        source: the source pair; set apart by a rule.
        answers: layouts with their answers; they wrap into bands when the page gets too wide.
        legend: names and colours of the classes, written below.
    """
    height = _cell_height(source)
    first = _scaled(source, height)
    cells = [_scaled(column, height) for column in answers]
    left = MARGIN + first.layout.shape[1] + 2 * GAP
    bands = _bands(cells, WIDEST - left - MARGIN)
    widest = max((_band_width(band) for band in bands), default=0)
    swatches = _legend_rows(legend, max(left + widest - MARGIN, 2 * CELL_HEIGHTS[0]))
    deep = 2 if source.below is None else 3
    band_height = CAPTION_HEIGHT + deep * height + (deep - 1) * ROW_GAP
    rows = max(len(bands), 1)
    page_height = 2 * MARGIN + rows * band_height + (rows - 1) * BAND_GAP + 34 * len(swatches)
    page = Pillow.new("RGB", (max(left + widest, 2 * CELL_HEIGHTS[0]) + MARGIN, page_height), PAPER)
    _draw_column(page, first, MARGIN, MARGIN, INK)
    if cells:
        bottom = MARGIN + rows * band_height + (rows - 1) * BAND_GAP
        rule = left - GAP
        ImageDraw.Draw(page).line((rule, MARGIN + 6, rule, bottom), fill=RULE, width=2)
    for number, band in enumerate(bands):
        x, y = left, MARGIN + number * (band_height + BAND_GAP)
        for cell in band:
            _draw_column(page, cell, x, y, INK)
            x += cell.layout.shape[1] + GAP
    _draw_legend(page, swatches, page_height - MARGIN - 34 * len(swatches) + 16)
    return np.asarray(page)


def _cell_height(source: Column) -> int:
    low, high = CELL_HEIGHTS
    return min(max(source.picture.shape[0], low), high)


def _scaled(column: Column, height: int) -> Column:
    """The column at ``height``, no wider than three times that: a panorama is lowered instead."""
    tall, wide = column.picture.shape[:2]
    scale = min(height / tall, 3 * height / wide)
    size = (max(round(wide * scale), 1), max(round(tall * scale), 1))
    smooth = Pillow.Resampling.LANCZOS if scale < 3 else Pillow.Resampling.NEAREST
    picture = Pillow.fromarray(column.picture).resize(size, smooth)
    layout = Pillow.fromarray(column.layout).resize(size, Pillow.Resampling.NEAREST)
    below = None if column.below is None else Pillow.fromarray(column.below).resize(size, smooth)
    third = None if below is None else np.asarray(below)
    return Column(column.caption, np.asarray(layout), np.asarray(picture), third)


def _bands(cells: Sequence[Column], room: int) -> list[list[Column]]:
    """The columns in rows of at most ``room`` pixels, the rows about equally long."""
    rows = 1
    while True:
        aim = -(-len(cells) // rows)
        bands = [list(cells[i : i + aim]) for i in range(0, len(cells), aim)] if cells else []
        if aim <= 1 or all(_band_width(band) <= max(room, 1) for band in bands):
            return bands
        rows += 1


def _band_width(band: Sequence[Column]) -> int:
    return sum(cell.layout.shape[1] for cell in band) + GAP * max(len(band) - 1, 0)


def _draw_column(page: Pillow.Image, cell: Column, x: int, y: int, ink: tuple[int, ...]) -> None:
    height, width = cell.layout.shape[:2]
    draw = ImageDraw.Draw(page)
    draw.text((x, y + 4), _fitted(cell.caption, width, TEXT), fill=ink, font=_font(TEXT))
    top = y + CAPTION_HEIGHT
    page.paste(Pillow.fromarray(cell.layout), (x, top))
    page.paste(Pillow.fromarray(cell.picture), (x, top + height + ROW_GAP))
    if cell.below is not None:
        page.paste(Pillow.fromarray(cell.below), (x, top + 2 * (height + ROW_GAP)))


def _legend_rows(
    legend: Sequence[tuple[str, tuple[int, int, int]]], room: int
) -> list[list[tuple[str, tuple[int, int, int], int]]]:
    """The legend broken into rows: (name, colour, x offset) entries."""
    rows: list[list[tuple[str, tuple[int, int, int], int]]] = []
    x = room + 1
    for name, colour in legend:
        shown = _fitted(name, room - 30, SMALL)
        width = 24 + round(_font(SMALL).getlength(shown)) + 26
        if x + width > room + 26:
            rows.append([])
            x = 0
        rows[-1].append((shown, colour, x))
        x += width
    return rows


def _draw_legend(
    page: Pillow.Image, rows: list[list[tuple[str, tuple[int, int, int], int]]], top: int
) -> None:
    draw = ImageDraw.Draw(page)
    for number, row in enumerate(rows):
        y = top + 34 * number
        for name, colour, offset in row:
            x = MARGIN + offset
            draw.rectangle((x, y, x + 15, y + 15), fill=colour, outline=FAINT)
            draw.text((x + 24, y - 2), name, fill=INK, font=_font(SMALL))


def _fitted(text: str, width: int, size: int) -> str:
    """``text`` shortened with an ellipsis to ``width`` pixels; unprintable signs become "?"."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    if _font(size).getlength(text) <= width:
        return text
    while text and _font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
