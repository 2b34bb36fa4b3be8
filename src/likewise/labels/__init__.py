"""Label maps: integer ids with a class table, and every way they are written in files."""

from likewise.labels.class_table import ClassTable, LabelClass
from likewise.labels.label_map import LabelMap
from likewise.labels.snapping import SnapReport

__all__ = ["ClassTable", "LabelClass", "LabelMap", "SnapReport"]
