"""The picture of a provenance: the source under a key of colours, and the answer in that key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from scipy import ndimage

from likewise.labels.colours import oklab
from likewise.provenance.key import cell_name, cell_of, cells, key_colours

PAPER = (250, 250, 248)
INK = (38, 38, 42)
FAINT = (120, 120, 126)
HEIGHTS = (400, 640)  # pixels; smaller pictures are enlarged, larger ones reduced
WIDEST = 3  # heights; a panorama is lowered instead
PALE = 0.66  # share of paper over pixels that are not the source's own
CONTRAST, FLATTEST = 2.2, 0.04  # standard deviations of lightness shown; the least of these
MARGIN, GAP, EDGE = 32, 28, 24
TEXT, SMALL = 17, 15
CAPTION_HEIGHT, NOTE_HEIGHT = 30, 32
COARSE = 4  # pixels of the page; room for a name is looked for in steps of this
ROOM = 16  # pixels of the page from a name's middle to the edge of its piece


def provenance_picture(
    x: np.ndarray,
    y: np.ndarray,
    exact: np.ndarray,
    source_size: tuple[int, int],
    image: np.ndarray | None,
    caption: str,
) -> np.ndarray:
    """The page, (H', W', 3) uint8; see :meth:`Provenance.picture` for the arguments."""
    painter = _Painter.of(source_size, image)
    key_size, map_size = _shown(source_size), _shown(x.shape)
    rows, columns = _places(source_size, key_size)
    grid_x, grid_y = np.broadcast_arrays(columns[None, :], rows[:, None])
    key = _fitting(painter.paint(grid_x, grid_y, np.ones(grid_x.shape, bool)), key_size)
    rows, columns = _places((x.shape[0], x.shape[1]), map_size)
    pick = np.ix_(rows, columns)
    answer = _fitting(painter.paint(x[pick], y[pick], exact[pick]), map_size)
    _name_pieces(answer, x[pick], y[pick], source_size)
    left, top = MARGIN + EDGE, MARGIN + CAPTION_HEIGHT + EDGE
    right = left + key.width + GAP
    height = top + max(key.height, answer.height) + NOTE_HEIGHT + MARGIN
    page = Pillow.new("RGB", (right + answer.width + MARGIN, height), PAPER)
    page.paste(key, (left, top))
    page.paste(answer, (right, top))
    draw = ImageDraw.Draw(page)
    _name_cells(draw, source_size, (left, top), key.size)
    _write(draw, "source", (left, MARGIN), key.width, TEXT, INK)
    _write(draw, caption, (right, MARGIN), answer.width, TEXT, INK)
    key_note = "a colour for every place"
    _write(draw, key_note, (left, top + key.height + 10), key.width, SMALL, FAINT)
    note = _note(exact)
    _write(draw, note, (right, top + answer.height + 10), answer.width, SMALL, FAINT)
    return np.asarray(page)


def _note(exact: np.ndarray) -> str:
    if exact.all():
        return "in the colours of the places it came from"
    tenths = np.count_nonzero(exact) * 1000 // exact.size  # rounded down, as the summary is
    return f"where it came from; pale: blended or scaled, {100 - tenths / 10:.1f} %"


@dataclass(frozen=True)
class _Painter:
    """Paints places of the source; ``middle`` and ``spread`` are of its lightness in Oklab."""

    source_size: tuple[int, int]
    image: np.ndarray | None
    middle: float = 0.0
    spread: float = 1.0

    @classmethod
    def of(cls, source_size: tuple[int, int], image: np.ndarray | None) -> _Painter:
        if image is None:
            return cls(source_size, None)
        assert image.shape == (*source_size, 3), (image.shape, source_size)
        step = max(1, min(source_size) // 256)
        light = oklab(image[::step, ::step])[..., 0]
        return cls(source_size, image, light.mean(), CONTRAST * max(light.std(), FLATTEST))

    def paint(self, x: np.ndarray, y: np.ndarray, exact: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8: the places ``x``, ``y`` in the key, pale where not ``exact``."""
        relief = None
        if self.image is not None:
            taken = self.image[np.rint(y).astype(np.int64), np.rint(x).astype(np.int64)]
            relief = np.clip((oklab(taken)[..., 0] - self.middle) / self.spread, -1, 1)
        colours = key_colours(x, y, self.source_size, relief)
        share = np.where(exact, 0.0, PALE)[..., None]
        return np.rint(colours * (1 - share) + np.array(PAPER) * share).astype(np.uint8)


def _shown(size: tuple[int, ...]) -> tuple[int, int]:
    """The (height, width) at which a picture of ``size`` is shown."""
    low, high = HEIGHTS
    scale = min(max(size[0], low), high) / size[0]
    scale = min(scale, WIDEST * high / size[1])
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def _places(size: tuple[int, int], shown: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns to paint: every one, or as many as two a pixel that is shown."""
    counts = (min(size[0], 2 * shown[0]), min(size[1], 2 * shown[1]))
    rows, columns = (
        (np.arange(count) + 0.5) * length // count
        for count, length in zip(counts, size, strict=True)
    )
    return rows.astype(np.int64), columns.astype(np.int64)


def _fitting(painted: np.ndarray, size: tuple[int, int]) -> Pillow.Image:
    smaller = size[0] < painted.shape[0]
    how = Pillow.Resampling.BOX if smaller else Pillow.Resampling.NEAREST
    return Pillow.fromarray(painted).resize((size[1], size[0]), how)


def _name_pieces(
    picture: Pillow.Image, x: np.ndarray, y: np.ndarray, source_size: tuple[int, int]
) -> None:
    """Write the name of its cell into every piece of the answer that has the room."""
    shape = (max(picture.height // COARSE, 1), max(picture.width // COARSE, 1))
    rows, columns = (
        (np.arange(shown) + 0.5) * length // shown
        for shown, length in zip(shape, x.shape, strict=True)
    )
    pick = np.ix_(rows.astype(np.int64), columns.astype(np.int64))
    column, row = cell_of(x[pick], y[pick], source_size)
    draw = ImageDraw.Draw(picture)
    for number in np.unique(column + 1000 * row):
        name = cell_name(number % 1000, number // 1000)
        pieces, count = ndimage.label(np.pad(column + 1000 * row == number, 1))
        depth = ndimage.distance_transform_edt(pieces)
        for py, px in ndimage.maximum_position(depth, pieces, range(1, count + 1)):
            if depth[py, px] * COARSE >= ROOM:
                place = (COARSE * (px - 0.5), COARSE * (py - 0.5))
                draw.text(place, name, fill=INK, font=_font(SMALL), anchor="mm")


def _name_cells(
    draw: ImageDraw.ImageDraw,
    source_size: tuple[int, int],
    corner: tuple[int, int],
    shown: tuple[int, int],
) -> None:
    """Letters above the columns and numbers beside the rows of the source."""
    columns, rows = cells(source_size)
    (left, top), (width, height) = corner, shown
    for column in range(columns):
        place = (left + (column + 0.5) * width / columns, top - EDGE / 2)
        draw.text(place, cell_name(column, 0)[0], fill=FAINT, font=_font(SMALL), anchor="mm")
    for row in range(rows):
        place = (left - EDGE / 2, top + (row + 0.5) * height / rows)
        draw.text(place, cell_name(0, row)[1:], fill=FAINT, font=_font(SMALL), anchor="mm")


def _write(
    draw: ImageDraw.ImageDraw,
    text: str,
    corner: tuple[int, int],
    width: int,
    size: int,
    ink: tuple[int, int, int],
) -> None:
    """``text`` on one line, shortened with an ellipsis to ``width`` pixels."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    font = _font(size)
    shown = text
    while text and font.getlength(shown) > width:
        text = text[:-1]
        shown = text + "…"
    draw.text(corner, shown, fill=ink, font=font)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
