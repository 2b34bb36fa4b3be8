"""Reading: a picture file becomes an :class:`Image`."""

from __future__ import annotations

import os

from likewise.images.image import Image
from likewise.images.raster import read_raster


def read_image(path: str | os.PathLike[str], argument: object | None = None) -> Image:
    """The picture in ``path``, upright, in the mode and depth it was stored in.

    Reads PNG, JPEG, TIFF, BMP, WebP and GIF (the first frame): grey, grey with alpha, RGB, RGBA and
    CMYK at 8 or 16 bits, palettes with or without transparency, and 1-bit (as 8-bit grey).

    Args:
        path: the file.
        argument: what errors call it; the path itself where None.

    Raises:
        ImageError: missing, a folder, empty, no picture, damaged, of another mode, larger than
            MAX_PIXELS or with a side under MIN_SIDE.
    """
    raster = read_raster(path, argument)
    if raster.palette is None:
        return Image(raster.samples, raster.mode, icc=raster.icc)
    return Image(raster.palette[raster.samples], "P", raster.palette.tobytes(), raster.icc)
