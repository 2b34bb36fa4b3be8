"""Album: every picture of a report as a data URI, as faithful as the page's size allows.

Measured on the bundled examples (480 × 320): JPEG 92 without chroma subsampling is 38 to 40 dB from
the original at a quarter of the PNG's size; WebP 92 is smaller still, but halves the resolution of
colours (35 dB on the rocket), which is what a magnifier would show.
"""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image

from likewise.images import read_image

SMALL = 8_000_000
"""Bytes of files up to which nothing is lost: a report of one or two cases."""

LARGEST = 27_000_000
"""Bytes of all pictures before base64 adds a third: the page stays under 40 MB."""

QUALITIES = (95, 92)
_SIMPLE = 64  # colours up to which a picture is a drawing, and kept without loss
_ROUNDS = 4  # of reducing further: sizes of reduced pictures are foretold, not known
_SLACK = 1.01  # what surrounds the data of a picture
_SMALLEST = 64.0**2  # pixels below which nothing is reduced


@dataclass(frozen=True)
class Embedded:
    """One picture in the page.

    Attributes:
        uri: "data:image/...".
        width: of the original in pixels, whatever was embedded.
        height: of the original in pixels.
        reduced: whether less than the original's pixels were embedded.
    """

    uri: str
    width: int
    height: int
    reduced: bool


@dataclass
class _Kept:
    """Encodings of one picture, by quality; 100 is without loss."""

    width: int
    height: int
    uses: int
    data: dict[int, bytes]

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def cost(self, quality: int) -> int:
        """Bytes in the page, at the quality or, of a drawing, without loss."""
        return len(self.data.get(quality) or self.data[100]) * self.uses


class Album:
    """Pictures of ``folder`` by name; a name given n times is n times in the page.

    Drawings (layouts) are always kept without loss. Photographs are, too, in a small report; in a
    larger one they become JPEG, and are reduced only where all else is too much.

    Attributes:
        manner: how photographs were kept, for the reader.
        pictures: by name.

    Raises:
        InputError: a picture is missing or damaged.

    Cost: about 0.15 s a picture of 480 × 320 where nothing is lost, else 0.02 s. One picture at a
    time is held decoded.
    """

    def __init__(
        self, folder: Path, names: Iterable[str], *, small: int = SMALL, largest: int = LARGEST
    ) -> None:
        self._folder = folder
        uses = Counter(names)
        lossless = sum(_size(folder / n) * k for n, k in uses.items()) <= small
        kept = {name: self._encoded(name, count, lossless) for name, count in uses.items()}
        qualities = (100,) if lossless else QUALITIES
        for quality in qualities:
            if sum(each.cost(quality) for each in kept.values()) <= largest or quality == 100:
                break
        limit = float("inf") if lossless else _pixel_limit(list(kept.values()), quality, largest)
        for _ in range(_ROUNDS):
            self.pictures = {n: self._embedded(n, k, quality, limit) for n, k in kept.items()}
            size = sum(len(self.pictures[n].uri) * count for n, count in uses.items()) * 3 / 4
            if size <= largest * _SLACK or limit <= _SMALLEST or lossless:
                break
            limit = max(
                _SMALLEST, min(limit, max(k.pixels for k in kept.values())) * largest / size
            )
        self.manner = _manner(quality, reduced=any(p.reduced for p in self.pictures.values()))

    def __getitem__(self, name: str) -> Embedded:
        return self.pictures[name]

    def _encoded(self, name: str, uses: int, lossless: bool) -> _Kept:
        pixels = read_image(self._folder / name).to_rgb8()
        if lossless or _is_drawing(pixels):
            data = {100: _lossless(pixels)}
        else:
            data = {quality: _jpeg(pixels, quality) for quality in QUALITIES}
        return _Kept(pixels.shape[1], pixels.shape[0], uses, data)

    def _embedded(self, name: str, kept: _Kept, quality: int, limit: float) -> Embedded:
        drawing = 100 in kept.data
        data = kept.data[100 if drawing else quality]
        reduced = kept.pixels > limit
        if reduced:
            pixels = _smaller(
                read_image(self._folder / name).to_rgb8(), (limit / kept.pixels) ** 0.5, drawing
            )
            data = _lossless(pixels) if drawing else _jpeg(pixels, quality)
        kind = "webp" if drawing else "jpeg"
        text = base64.b64encode(data).decode("ascii")
        return Embedded(f"data:image/{kind};base64,{text}", kept.width, kept.height, reduced)


def _size(file: Path) -> int:
    """Bytes of ``file``; none where it is missing, which reading it tells better."""
    return file.stat().st_size if file.exists() else 0


def _manner(quality: int, *, reduced: bool) -> str:
    if quality == 100:
        return "without loss"
    how = f"as JPEG of quality {quality} with full colour resolution, layouts without loss"
    return f"{how}, the largest reduced" if reduced else how


def _pixel_limit(kept: list[_Kept], quality: int, largest: int) -> float:
    """Pixels down to which the largest pictures are reduced so that all fit into ``largest``."""
    cost = np.array([each.cost(quality) for each in kept], float)
    if cost.sum() <= largest:
        return float("inf")
    pixels = np.array([each.pixels for each in kept], float)
    low, high = _SMALLEST, float(pixels.max())
    for _ in range(40):
        middle = (low + high) / 2
        # Half the pixels are more than half the bytes: detail gets denser.
        fits = (cost * np.minimum(1, middle / pixels) ** 0.8).sum() <= largest
        low, high = (middle, high) if fits else (low, middle)
    return low


def _is_drawing(pixels: np.ndarray) -> bool:
    wide = pixels.astype(np.uint32)
    return len(np.unique(wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2])) <= _SIMPLE


def _smaller(pixels: np.ndarray, share: float, drawing: bool) -> np.ndarray:
    height, width = (max(1, round(side * share)) for side in pixels.shape[:2])
    how = PIL.Image.Resampling.NEAREST if drawing else PIL.Image.Resampling.LANCZOS
    return np.asarray(PIL.Image.fromarray(pixels).resize((width, height), how))


def _lossless(pixels: np.ndarray) -> bytes:
    held = io.BytesIO()
    PIL.Image.fromarray(pixels).save(held, format="WEBP", lossless=True, quality=60, method=3)
    return held.getvalue()


def _jpeg(pixels: np.ndarray, quality: int) -> bytes:
    held = io.BytesIO()
    picture = PIL.Image.fromarray(pixels)
    picture.save(held, format="JPEG", quality=quality, subsampling=0, optimize=True)
    return held.getvalue()
