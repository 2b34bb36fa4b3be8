"""Sketches: line drawings as the label domain, so that a picture follows a drawing."""

from likewise.tasks.sketches.extraction import extracted
from likewise.tasks.sketches.following import follow, follow_each
from likewise.tasks.sketches.sketch import Sketch
from likewise.tasks.sketches.sketch_edit import SketchEdit

__all__ = ["Sketch", "SketchEdit", "extracted", "follow", "follow_each"]
