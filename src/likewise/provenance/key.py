"""Key: a colour for every place of a picture, so that a map of places can be read by eye.

Across and down are two directions in the colour plane of Oklab (B. Ottosson, 2020) at equal
distance: equal ways look equally far apart, either axis can be read alone, and lightness is left
free for the picture. Cells, as on a street map, give places names: column B, row 3.
"""

from __future__ import annotations

import numpy as np

LIGHTNESS = 0.70  # in Oklab, where screens show the largest square of colours
SIDE = 0.23  # of that square
TURN = np.deg2rad(190)  # of its x axis from green-to-red
CENTRE = (0.02, -0.01)  # of the square, (a, b)
DARKER, LIGHTER = 0.15, 0.10  # by how much the picture's dark and light change the lightness
FADING = (1.4, 3.5)  # of the colours with darkness and with lightness: screens show less of them
CHECKS = 0.012  # by how much neighbouring cells differ in lightness
CELLS = 8  # of the longer side
_LMS_OF_OKLAB = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LINEAR_OF_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def key_colours(
    x: np.ndarray, y: np.ndarray, size: tuple[int, int], relief: np.ndarray | None = None
) -> np.ndarray:
    """(H, W, 3) uint8 colours of the places ``x``, ``y`` (H, W) in a picture of ``size``.

    ``relief`` (H, W) is the light and dark of the picture that shows through, -1 to 1.
    """
    across = SIDE * ((x + 0.5) / size[1] - 0.5)
    down = SIDE * ((y + 0.5) / size[0] - 0.5)
    column, row = cell_of(x, y, size)
    lighter = np.zeros(1) if relief is None else np.where(relief > 0, LIGHTER, DARKER) * relief
    share = 1 - np.where(lighter > 0, FADING[1] * lighter, -FADING[0] * lighter)
    light = LIGHTNESS + lighter + CHECKS * (2 * ((column + row) % 2) - 1)
    a = CENTRE[0] + np.cos(TURN) * across - np.sin(TURN) * down
    b = CENTRE[1] + np.sin(TURN) * across + np.cos(TURN) * down
    return _srgb(np.stack((light, share * a, share * b), axis=-1))


def cells(size: tuple[int, int]) -> tuple[int, int]:
    """(columns, rows) of about square cells in a picture of ``size`` (H, W)."""
    longer = max(size)
    return max(1, round(CELLS * size[1] / longer)), max(1, round(CELLS * size[0] / longer))


def cell_of(x: np.ndarray, y: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Column and row (int) of the cells in which the places ``x``, ``y`` lie."""
    columns, rows = cells(size)
    column = np.minimum((x + 0.5) * columns // size[1], columns - 1).astype(np.int64)
    row = np.minimum((y + 0.5) * rows // size[0], rows - 1).astype(np.int64)
    return column, row


def cell_name(column: int, row: int) -> str:
    """A letter for the column and a number for the row: B3."""
    return f"{chr(ord('A') + column)}{row + 1}"


def _srgb(lab: np.ndarray) -> np.ndarray:
    linear = np.clip((lab @ _LMS_OF_OKLAB.T) ** 3 @ _LINEAR_OF_LMS.T, 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * curved).astype(np.uint8)
