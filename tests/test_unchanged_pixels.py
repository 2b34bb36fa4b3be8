"""Pixels gathered as floats come back as they were: what provenance calls unchanged rests on it."""

from __future__ import annotations

import numpy as np
import pytest

from likewise.images import Image

CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}


@pytest.mark.parametrize("width", [np.float32, np.float64])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("mode", CHANNELS)
def test_every_level_of_every_channel(mode: str, dtype: type, width: type) -> None:
    levels = np.iinfo(dtype).max + 1
    ramp = np.arange(levels).reshape(-1, 256).astype(dtype)
    pixels = np.stack([np.roll(ramp, 7 * c) for c in range(CHANNELS[mode])], axis=-1)
    image = Image(pixels[..., 0] if mode == "L" else pixels, mode)
    order = np.random.default_rng(0).permutation(levels)
    gathered = image.to_float().reshape(levels, -1)[order].reshape(pixels.shape)
    expected = pixels.reshape(levels, -1)[order].reshape(image.pixels.shape)
    assert np.array_equal(image.with_float(gathered.astype(width)).pixels, expected)


@pytest.mark.parametrize("channels", [3, 4])
def test_palette_colours(channels: int) -> None:
    """Also near twins, the same colour twice, and colours that cannot be seen."""
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (256, channels), dtype=np.uint8)
    colours[1], colours[2] = colours[0], colours[0] ^ 1
    colours[3:6, -1] = 0
    image = Image(colours[rng.integers(0, 256, (40, 50))], "P", colours.tobytes())
    turned = Image(image.pixels[::-1, ::-1], "P", colours.tobytes())
    assert image.with_float(image.to_float()) == image
    assert image.with_float(image.to_float()[::-1, ::-1]) == turned
