"""Colours of RGB networks in every kind of picture, as Pillow converts them."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest

from likewise.images import Image
from likewise.images.conversion import from_rgb

COLOURS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def like(mode: str) -> Image:
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4, "P": 3}[mode]
    pixels = np.zeros((2, 2, channels) if channels > 1 else (2, 2), np.uint8)
    return Image(pixels, mode, b"\0\0\0" if mode == "P" else None)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK"])
def test_values_are_pillows(mode: str) -> None:
    values = from_rgb(COLOURS.astype(np.float32) / 255, like(mode))
    expected = np.array(PIL.Image.fromarray(COLOURS).convert(mode)).reshape(5, 7, -1)
    assert values.shape == expected.shape
    assert np.abs(values * 255 - expected).max() <= 0.51


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "CMYK"])
def test_a_screen_shows_the_colours_again(mode: str) -> None:
    image = like(mode).with_float(from_rgb(COLOURS.astype(np.float32) / 255, like(mode)))
    assert np.abs(image.to_rgb8().astype(int) - COLOURS).max() <= 1


def test_a_palette_takes_plain_colours_and_opacity() -> None:
    assert from_rgb(COLOURS / 255, like("P")).shape == (5, 7, 3)
    with_alpha = Image(np.zeros((2, 2, 4), np.uint8), "P", b"\0\0\0\xff")
    assert from_rgb(COLOURS / 255, with_alpha)[..., 3].min() == 1
