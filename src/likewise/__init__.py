"""Likewise: semantic image analogy. P => P', and likewise I => I'."""

from likewise.analogy import Analogy
from likewise.images import Image, read_image
from likewise.labels.label_map import ClassTable, LabelClass, LabelMap
from likewise.version import __version__


__all__ = ["Analogy", "ClassTable", "Image", "LabelClass", "LabelMap", "__version__", "read_image"]
