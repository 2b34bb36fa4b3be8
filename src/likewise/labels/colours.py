"""Colours: how far apart two look, what people call them, and which ones ids get by default.

Distances of shades are Euclidean in Oklab (B. Ottosson, 2020), where equal steps look about equal;
black to white is 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

Colour = tuple[int, int, int]

_NAMED: dict[str, Colour] = {
    "black": (0, 0, 0),
    "dark grey": (72, 72, 72),
    "grey": (128, 128, 128),
    "light grey": (200, 200, 200),
    "white": (255, 255, 255),
    "dark red": (128, 0, 0),
    "red": (255, 0, 0),
    "pink": (255, 160, 190),
    "orange": (255, 140, 0),
    "brown": (139, 80, 30),
    "beige": (235, 215, 170),
    "yellow": (255, 240, 0),
    "olive": (128, 128, 0),
    "lime": (170, 255, 0),
    "green": (0, 240, 0),
    "dark green": (0, 110, 0),
    "teal": (0, 128, 128),
    "cyan": (0, 250, 255),
    "sky blue": (110, 190, 255),
    "blue": (0, 40, 255),
    "navy": (0, 0, 120),
    "purple": (140, 30, 150),
    "violet": (140, 90, 255),
    "magenta": (255, 0, 255),
}
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def oklab(colours: np.ndarray) -> np.ndarray:
    """(..., 3) Oklab coordinates of (..., 3) sRGB colours in 0..255."""
    srgb = np.asarray(colours, dtype=np.float64) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _TO_LMS.T) @ _TO_OKLAB.T)


def shade_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(N, M) Oklab distances of (N, 3) to (M, 3) sRGB colours in 0..255."""
    return np.asarray(np.linalg.norm(oklab(first)[:, None] - oklab(second)[None], axis=-1))


def hex_of(colour: Iterable[int]) -> str:
    """#rrggbb."""
    return "#" + "".join(f"{int(value):02x}" for value in colour)


def parse_colour(value: object) -> Colour | None:
    """The colour that "#rrggbb" or [r, g, b] (0..255) means; None where it means none."""
    if isinstance(value, str) and re.fullmatch(r"#?[0-9a-fA-F]{6}", value):
        red, green, blue = bytes.fromhex(value.removeprefix("#"))
        return red, green, blue
    if isinstance(value, list | tuple) and len(value) == 3:
        whole = all(isinstance(v, int) and not isinstance(v, bool) for v in value)
        if whole and all(0 <= v <= 255 for v in value):
            return value[0], value[1], value[2]
    return None


def colour_name(colour: Iterable[int]) -> str:
    """The everyday name nearest to ``colour``."""
    known = np.array(list(_NAMED.values()))
    nearest = shade_distances(np.array([list(colour)]), known)[0].argmin()
    return list(_NAMED)[int(nearest)]


def unique_names(colours: Iterable[Iterable[int]]) -> list[str]:
    """A name for each colour in turn, counted on where two share one: "green", "green 2"."""
    names: list[str] = []
    for colour in colours:
        name = base = colour_name(colour)
        count = 1
        while name in names:
            count += 1
            name = f"{base} {count}"
        names.append(name)
    return names


def colour_of_id(number: int) -> Colour:
    """The colour of an id that came without one: the id's bits dealt to r, g and b from the top.

    Unique below 2**24, and the palette that PASCAL VOC made customary: 0 black, 1 dark red, ...
    """
    channels = [0, 0, 0]
    for bit in range(24):
        if number >> bit & 1:
            channels[bit % 3] |= 128 >> bit // 3
    return channels[0], channels[1], channels[2]
