"""The image: pixels with the mode and depth that they came in and will be written back in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from scipy.spatial import cKDTree

from likewise.errors import ImageError
from likewise.images.writing import encode
from likewise.storage import write_bytes

_CHANNELS = {"L": (1,), "LA": (2,), "RGB": (3,), "RGBA": (4,), "CMYK": (4,), "P": (3, 4)}
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


@dataclass(frozen=True, eq=False, repr=False)
class Image:
    """A picture. Not in the paper: because its code knows 8-bit RGB alone.

    Args:
        pixels: (H, W) grey, or (H, W, C); uint8 or uint16; made read-only.
        mode: "L", "LA", "RGB", "RGBA", "CMYK" or "P". In mode P the pixels are RGB (or RGBA) and
            ``palette`` holds the colours that may be written.
        palette: colours of mode P, 3 or 4 bytes each, as many as the pixels have channels.
        icc: the colour profile, kept for writing.
    """

    pixels: np.ndarray
    mode: str
    palette: bytes | None = None
    icc: bytes | None = None

    def __post_init__(self) -> None:
        assert self.pixels.dtype in (np.uint8, np.uint16), self.pixels.dtype
        assert self.channels in _CHANNELS[self.mode], (self.mode, self.pixels.shape)
        assert (self.pixels.ndim == 2) == (self.mode == "L"), (self.mode, self.pixels.shape)
        assert (self.palette is not None) == (self.mode == "P"), self.mode
        frozen = self.pixels.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "pixels", frozen)

    @classmethod
    def from_array(cls, array: Any, argument: object = "image") -> Image:
        """An image of an array: (H, W) or (H, W, 1|2|3|4) as L, LA, RGB or RGBA.

        uint8 and uint16 keep their depth; booleans and floats in [0, 1] become 8 bits.

        Raises:
            ImageError: another shape or type, an empty array, or floats outside [0, 1].
        """
        values = np.asarray(array)
        expected = "(H, W) or (H, W, 1 to 4), uint8, uint16 or float in [0, 1]"
        shaped = values.ndim == 2 or (values.ndim == 3 and values.shape[2] in _MODES)
        if not shaped or values.size == 0:
            raise ImageError(argument, f"an array of shape {values.shape}", expected)
        if values.dtype == bool or np.issubdtype(values.dtype, np.floating):
            if not (values.min() >= 0 and values.max() <= 1):
                raise ImageError(argument, "floats outside [0, 1]", expected, "Scale them first.")
            values = np.rint(values * np.float64(255)).astype(np.uint8)
        if values.dtype not in (np.uint8, np.uint16):
            raise ImageError(argument, f"an array of {values.dtype}", expected)
        mode = _MODES[1 if values.ndim == 2 else values.shape[2]]
        return cls(values.reshape(values.shape[:2]).copy() if mode == "L" else values.copy(), mode)

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the pixels: (H, W) or (H, W, C)."""
        return self.pixels.shape

    @property
    def channels(self) -> int:
        """Channels a pixel: 1 to 4."""
        return 1 if self.pixels.ndim == 2 else self.pixels.shape[2]

    @property
    def depth(self) -> int:
        """Bits a sample: 8 or 16."""
        return 8 * self.pixels.dtype.itemsize

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is opacity."""
        return self.mode in ("LA", "RGBA") or (self.mode == "P" and self.channels == 4)

    @property
    def suffix(self) -> str:
        """The suffix under which this mode and depth is written without loss: .png, or .tif."""
        return ".tif" if self.mode == "CMYK" else ".png"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is None:
            return np.asarray(self.pixels, dtype=dtype)
        return np.array(self.pixels, dtype=dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Image):
            return NotImplemented
        alike = (self.mode, self.depth, self.palette) == (other.mode, other.depth, other.palette)
        return alike and np.array_equal(self.pixels, other.pixels)

    __hash__ = None  # type: ignore[assignment]  # equal by pixels, so no cheap hash

    def __repr__(self) -> str:
        height, width = self.size
        return f"Image({height} x {width}, {self.mode}, {self.depth} bits)"

    def to_float(self) -> np.ndarray:
        """(H, W, C) float32 in [0, 1]; CMYK and alpha stay channels as they are."""
        scaled = self.pixels.astype(np.float32) / np.float32(self._top)
        return scaled.reshape(*self.size, self.channels)

    def with_float(self, values: np.ndarray) -> Image:
        """An image of this one's mode, depth, palette and profile that holds ``values``.

        Args:
            values: (H', W', C) float, C as this image's ``channels``; clipped to [0, 1] and
                rounded, in mode P to the nearest colour of the palette.

        Raises:
            ImageError: the shape does not fit this image's mode, or a value is no number.
        """
        image = self._encoded(values)
        if self.palette is None:
            return image
        return Image(self._colours[self._nearest(image.pixels)], "P", self.palette, self.icc)

    def resized(self, size: tuple[int, int]) -> Image:
        """This image at ``size`` (H, W): bicubic, antialiased where it shrinks.

        Colours under alpha are weighted by it, so that invisible ones do not bleed. In mode P new
        colours may appear; writing maps them back to the palette.
        """
        if tuple(size) == self.size:
            return self
        values = self.to_float()
        if self.has_alpha:
            values[..., :-1] *= values[..., -1:]
        planes = [_resized_plane(values[..., c], size) for c in range(self.channels)]
        values = np.stack(planes, axis=-1)
        if self.has_alpha:
            values[..., :-1] /= np.maximum(values[..., -1:], 1e-4)
        return self._encoded(values)

    def to_rgb8(self) -> np.ndarray:
        """(H, W, 3) uint8 for a screen: grey spread, CMYK converted, alpha laid over white."""
        if self.mode == "CMYK":
            inks = np.rint(self.to_float() * 255).astype(np.uint8)
            return np.array(PIL.Image.fromarray(inks, "CMYK").convert("RGB"))
        values = self.to_float()
        if self.has_alpha:
            opacity = values[..., -1:]
            values = values[..., :-1] * opacity + (1 - opacity)
        return np.broadcast_to(np.rint(values * 255).astype(np.uint8), (*self.size, 3)).copy()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write ``path`` atomically: PNG, JPEG (quality 95) or TIFF by its suffix, PNG without one.

        Raises:
            ImageError: the suffix names another format, or one that cannot hold this mode and
                depth.
            OutputError: the place cannot be written.
        """
        file = Path(path)
        indices = None if self.palette is None else self._nearest(self.pixels)
        samples = self.pixels if indices is None else indices
        palette = None if indices is None else self._colours
        write_bytes(file, encode(samples, self.mode, palette, self.icc, file))

    @property
    def _top(self) -> int:
        return 255 if self.depth == 8 else 65535

    @cached_property
    def _colours(self) -> np.ndarray:
        assert self.palette is not None
        return np.frombuffer(self.palette, dtype=np.uint8).reshape(-1, self.channels)

    def _encoded(self, values: np.ndarray) -> Image:
        if values.ndim != 3 or values.shape[2] != self.channels or values.size == 0:
            expected = f"(H, W, {self.channels}) for mode {self.mode}"
            raise ImageError("values", f"an array of shape {values.shape}", expected)
        if not np.isfinite(values).all():
            raise ImageError("values", "not a number, or infinite", "numbers in [0, 1]")
        scaled = np.rint(np.clip(values, 0, 1) * np.float32(self._top)).astype(self.pixels.dtype)
        pixels = scaled[..., 0] if self.mode == "L" else scaled
        return Image(pixels, self.mode, self.palette, self.icc)

    def _nearest(self, pixels: np.ndarray) -> np.ndarray:
        """(H, W) uint8 index of the palette colour nearest to each pixel."""
        flat, back = np.unique(pixels.reshape(-1, self.channels), axis=0, return_inverse=True)
        _, index = cKDTree(self._colours.astype(np.float32)).query(flat.astype(np.float32))
        return index.astype(np.uint8)[back.reshape(-1)].reshape(pixels.shape[:2])


def _resized_plane(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    picture = PIL.Image.fromarray(np.ascontiguousarray(plane))
    return np.array(picture.resize((width, height), PIL.Image.Resampling.BICUBIC))
