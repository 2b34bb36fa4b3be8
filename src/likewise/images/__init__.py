"""Images: reading, checking, converting and writing pictures without losing mode or depth."""

from likewise.images.image import Image
from likewise.images.raster import MAX_PIXELS, MIN_SIDE
from likewise.images.reading import read_image

__all__ = ["MAX_PIXELS", "MIN_SIDE", "Image", "read_image"]
