"""Sketch: a line drawing, read from a picture: where its ink is, and which dabs of colour it has.

Ink is what is darker than the paper around it; the paper may be shaded, as in a photograph of a
drawing. Not in the paper: its slides show sketches as label maps and say nothing of their reading.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage
from skimage.color import lab2rgb, rgb2lab
from skimage.filters import threshold_otsu

from likewise.errors import ImageError
from likewise.images import Image, read_image

PAPER = 0.08  # of the short side: how far around each pixel the paper is looked for
FAINT = 0.12  # lightness (range 1) by which ink must differ from paper
INKY = 0.25  # a picture with more ink than this share is no line drawing
UNEVEN = 0.055  # nor is one with paper so much darker than the lightest around; bad scans: 0.05
COLOURED = 0.4  # nor is one of which this share is coloured
COLOURFUL = 30.0  # chroma in Lab from which a mark is a dab of colour, not ink
SMALLEST_DAB = 12  # pixels; smaller ones are specks
EXPECTED = "dark lines on light paper, or light ones on dark"


@dataclass(frozen=True)
class Dab:
    """A dab of colour that names a shape.

    Args:
        colour: (3,) of its middle, in Lab.
        pixels: (H, W) bool, what it covers.
    """

    colour: np.ndarray
    pixels: np.ndarray

    @property
    def shade(self) -> tuple[int, ...]:
        """Its colour in sRGB, 0 to 255."""
        return tuple(np.rint(255 * lab2rgb(self.colour[None, None])[0, 0]).astype(int).tolist())


@dataclass(frozen=True, eq=False)
class Sketch:
    """A line drawing.

    Args:
        ink: (H, W) bool, True on lines.
        dabs: dabs of colour on it.
        origin: what errors call it.
        notes: lines for people: how it was read.
    """

    ink: np.ndarray
    dabs: tuple[Dab, ...] = ()
    origin: str = "sketch"
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.ink.shape[0], self.ink.shape[1]

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Sketch:
        """The sketch in ``path``.

        Raises:
            ImageError: it cannot be read, is blank, or is no line drawing.
        """
        return cls.from_image(read_image(path), str(Path(path)))

    @classmethod
    def from_image(cls, image: Image, origin: str = "sketch") -> Sketch:
        """The sketch in ``image``, of any mode; alpha is laid over white.

        Raises:
            ImageError: it is blank, or no line drawing.
        """
        lab = rgb2lab(image.to_rgb8())
        light = lab[..., 0] / 100
        chroma = np.hypot(lab[..., 1], lab[..., 2])
        notes: list[str] = []
        if np.median(light) < 0.5:
            light = 1 - light
            notes.append(f"{origin}: read as light lines on dark paper")
        dabbed = _dabbed(chroma, light)
        darkness = _paper(light, dabbed) - light
        darkness[dabbed] = 0
        ink = _ink(darkness, origin)
        _require_lines(ink, darkness, chroma, origin)
        return cls(ink, _dabs(dabbed, lab), origin, tuple(notes))

    def resized(self, size: tuple[int, int]) -> Sketch:
        """This sketch at ``size`` (H, W): no line is lost, however thin it becomes."""
        if tuple(size) == self.size:
            return self
        factor = min(new / old for new, old in zip(size, self.size, strict=True))
        ink = self.ink
        if factor < 1:  # what nearest-neighbour sampling would skip is made thick enough first
            ink = ndimage.binary_dilation(ink, iterations=int(np.ceil(0.5 / factor)))
        rows, columns = (
            np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
            for new, old in zip(size, self.size, strict=True)
        )
        grid = np.ix_(rows, columns)
        dabs = tuple(Dab(dab.colour, dab.pixels[grid]) for dab in self.dabs)
        return Sketch(ink[grid], dabs, self.origin, self.notes)


def _dabbed(chroma: np.ndarray, light: np.ndarray) -> np.ndarray:
    """(H, W) bool, marks of colour; none where the only ink is coloured."""
    colourful = (chroma > COLOURFUL) & (light > 0.15)
    dark = (light < 0.6) & ~colourful
    if dark.sum() < 0.2 * colourful.sum():
        return np.zeros_like(colourful)
    # The soft rim of a dab is part of it.
    core = ndimage.binary_opening(colourful, iterations=1)
    return np.asarray(ndimage.binary_dilation(core, iterations=2) & (chroma > COLOURFUL / 3))


def _paper(light: np.ndarray, dabbed: np.ndarray) -> np.ndarray:
    """(H, W) lightness of the paper around each pixel."""
    reach = max(5, round(PAPER * min(light.shape)))
    bare = np.where(dabbed, 0, light)
    around = ndimage.maximum_filter(ndimage.median_filter(bare, 3), 2 * reach + 1)
    return np.asarray(ndimage.gaussian_filter(around, reach / 2))


def _ink(darkness: np.ndarray, origin: str) -> np.ndarray:
    if darkness.max() < FAINT:
        raise ImageError(
            origin, "no line is in it", EXPECTED, "It is blank, or too faint: darken its lines."
        )
    marks = darkness[darkness > FAINT / 2]
    level = threshold_otsu(marks) if np.ptp(marks) > FAINT else FAINT
    return np.asarray(darkness > np.clip(0.8 * level, FAINT, 0.4))


def _require_lines(ink: np.ndarray, darkness: np.ndarray, chroma: np.ndarray, origin: str) -> None:
    """Make sure that it is a drawing: little ink, on paper."""
    bare = ~ndimage.binary_dilation(ink, iterations=3)
    uneven = float(np.median(darkness[bare])) if bare.any() else 1.0
    coloured = float((chroma > COLOURFUL).mean())
    told = {
        f"{100 * ink.mean():.0f} % of it is dark": ink.mean() > INKY,
        f"{100 * coloured:.0f} % of it is coloured": coloured > COLOURED,
        "it has no even paper": uneven > UNEVEN,
    }
    for found, wrong in told.items():
        if wrong:
            raise ImageError(
                origin,
                f"it looks like a photograph or a painting, not like a sketch: {found}",
                EXPECTED,
                "likewise sketch PHOTO --extract-only draws the outlines of a photograph.",
            )


def _dabs(dabbed: np.ndarray, lab: np.ndarray) -> tuple[Dab, ...]:
    marks, count = ndimage.label(dabbed, np.ones((3, 3)))
    found = []
    for number in range(1, count + 1):
        pixels = marks == number
        if pixels.sum() >= SMALLEST_DAB:
            found.append(Dab(np.median(lab[pixels], axis=0), pixels))
    return tuple(found)
