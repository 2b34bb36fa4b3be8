"""Picture: a label map in its classes' colours, beside its photograph, over a legend of areas."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from likewise.labels.colours import Colour
from likewise.labels.label_map import LabelMap
from likewise.labels.telling import percent
from likewise.sheet import FAINT, GAP, INK, MARGIN, PAPER, SMALL, TEXT

_HEIGHTS = (240, 640)  # pixels that a map is shown at; smaller ones are enlarged, by whole numbers
_WIDEST = 1200
_ROW = 30
_SWATCH = 18
_COLUMN = 240
_VEIL = 0.55  # how much of the photograph the colours hide
_LINE = (255, 255, 255)


def picture_of(labels: LabelMap, title: str, photograph: np.ndarray | None = None) -> np.ndarray:
    """The page as (H, W, 3) uint8.

    Args:
        labels: (H, W) of the map.
        title: what stands above.
        photograph: (H, W, 3) uint8, drawn beside the map under its colours and borders.
    """
    panels = [_flat(labels)]
    if photograph is not None:
        panels.append(_veiled(labels, photograph))
    rows = _legend(labels)
    width = max(sum(p.width for p in panels) + GAP * (len(panels) - 1), _COLUMN)
    columns = max(1, min(width // _COLUMN, len(rows)))
    deep = -(-len(rows) // columns) if rows else 0
    top = MARGIN + TEXT + 16
    below = top + panels[0].height + GAP
    page = Pillow.new("RGB", (width + 2 * MARGIN, below + deep * _ROW + MARGIN), PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, MARGIN - 4), _fitted(title, width, TEXT), fill=INK, font=_font(TEXT))
    left = MARGIN
    for panel in panels:
        page.paste(panel, (left, top))
        left += panel.width + GAP
    for number, (colour, name, area) in enumerate(rows):
        x = MARGIN + number // deep * (width // columns)
        y = below + number % deep * _ROW
        _draw_row(draw, (x, y), width // columns - GAP, (colour, name, area))
    return np.asarray(page)


def _legend(labels: LabelMap) -> list[tuple[Colour, str, str]]:
    """Colour, name and area of each class, the largest first; unknown content last."""
    areas = labels.areas()
    present = sorted(labels.present_classes, key=lambda entry: -areas[entry.id])
    rows = [(c.colour, f"{c.id}  {c.name}", percent(areas[c.id])) for c in present]
    unknown = 1 - sum(areas.values())
    if unknown > 1e-9:
        rows.append((PAPER, "unknown", percent(unknown)))
    return rows


def _draw_row(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    width: int,
    row: tuple[Colour, str, str],
) -> None:
    (x, y), (colour, name, area) = corner, row
    draw.rectangle((x, y, x + _SWATCH, y + _SWATCH), fill=colour, outline=FAINT)
    if colour == PAPER:  # nothing is known: a stroke through an empty box
        draw.line((x, y + _SWATCH, x + _SWATCH, y), fill=FAINT)
    room = _font(SMALL).getlength(area)
    text = _fitted(name, round(width - _SWATCH - 22 - room), SMALL)
    draw.text((x + _SWATCH + 10, y - 1), text, fill=INK, font=_font(SMALL))
    draw.text((x + width - room, y - 1), area, fill=FAINT, font=_font(SMALL))


def _flat(labels: LabelMap) -> Pillow.Image:
    colours = labels.to_colour()
    colours[np.isin(labels.ids, list(labels.ignore))] = PAPER
    return _scaled(colours, smooth=False)


def _veiled(labels: LabelMap, photograph: np.ndarray) -> Pillow.Image:
    """The photograph under the classes' colours, a line where two classes meet."""
    veil = np.rint(labels.to_colour() * _VEIL + photograph * (1 - _VEIL)).astype(np.uint8)
    unknown = np.isin(labels.ids, list(labels.ignore))
    veil[unknown] = photograph[unknown]
    edges = np.zeros(labels.size, dtype=bool)
    edges[:, 1:] |= labels.ids[:, 1:] != labels.ids[:, :-1]
    edges[1:] |= labels.ids[1:] != labels.ids[:-1]
    veil[edges] = _LINE
    return _scaled(veil, smooth=True)


def _scaled(pixels: np.ndarray, *, smooth: bool) -> Pillow.Image:
    height, width = pixels.shape[:2]
    low, high = _HEIGHTS
    factor = max(1, min(-(-low // height), _WIDEST // width))
    scale = min(high / height, _WIDEST / width, 1.0) * factor if factor == 1 else factor
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    kind = Pillow.Resampling.LANCZOS if smooth and scale < 1 else Pillow.Resampling.NEAREST
    return Pillow.fromarray(np.ascontiguousarray(pixels)).resize(size, kind)


def _fitted(text: str, width: int, size: int) -> str:
    """``text`` shortened to ``width`` pixels; what cannot be printed becomes "?"."""
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    if _font(size).getlength(text) <= width:
        return text
    while text and _font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
