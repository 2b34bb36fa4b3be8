"""Sketch edit: what to fit and to render for one drawing, and how well the answer keeps to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.metrics.edges import EdgeFScore, EdgeScores
from likewise.tasks.edit import Edit
from likewise.tasks.sketches.sketch import Sketch

MEASURED_AT = 800  # pixels of diagonal: larger pictures are reduced before they are measured
LINE = 40  # grey of lines in pictures of layouts
PAPER, STROKE = 255, 30


class OwnScore:
    """The edge F-score as a picture and its own sketch fix it; computed when first asked for.

    Args:
        image: the picture.
        sketch: its sketch, of its size.
    """

    def __init__(self, image: Image, sketch: Sketch) -> None:
        self._image, self._sketch = image, sketch

    @cached_property
    def metric(self) -> EdgeFScore:
        """The metric, with the strength of edges that serves the picture best."""
        return EdgeFScore(*_comparable(self._image, self._sketch))

    def __call__(self, answer: Image, drawn: Sketch) -> EdgeScores:
        """The scores of ``answer`` against the drawing that it follows."""
        return self.metric(*_comparable(answer, drawn))


@dataclass(frozen=True, eq=False)
class SketchEdit(Edit):
    """An edit that follows a drawing.

    Args:
        own: the source's sketch.
        drawn: the drawing.
        score: by which answers are measured.
        files: for a person, besides the answers of a command, by their names.
    """

    own: Sketch | None = None
    drawn: Sketch | None = None
    score: OwnScore | None = None
    files: Mapping[str, Image | LabelMap] = field(default_factory=dict)

    @property
    def beside(self) -> Mapping[str, Image | LabelMap]:
        """The source's sketch and its labels, with the first of several edits."""
        return self.files

    def pictured(self) -> np.ndarray:
        """The layout under the lines of the drawing."""
        assert self.drawn is not None
        return _lined(self.layout, self.drawn)

    def pictured_before(self) -> np.ndarray:
        """The source's labels under the lines of its sketch."""
        assert self.own is not None
        return _lined(self.labels, self.own)

    def measured(self, answer: Image) -> dict[str, float]:
        """Edge precision, recall and F of ``answer``, and the F of the source by its own sketch.

        Edges are those of :class:`likewise.metrics.edges.EdgeFScore`.
        """
        assert self.score is not None
        assert self.drawn is not None
        found = self.score(answer, self.drawn)
        return {
            "edge_f": round(found.f, 4),
            "edge_precision": round(found.precision, 4),
            "edge_recall": round(found.recall, 4),
            "edge_f_of_source": round(self.score.metric.of_source.f, 4),
        }


def line_drawing(sketch: Sketch) -> Image:
    """A picture of ``sketch``: dark lines on white, its dabs in their colours; 8-bit RGB."""
    pixels = np.full((*sketch.size, 3), PAPER, dtype=np.uint8)
    for dab in sketch.dabs:
        pixels[dab.pixels] = dab.shade
    pixels[sketch.ink] = STROKE
    return Image.from_array(pixels)


def _lined(layout: LabelMap, sketch: Sketch) -> np.ndarray:
    colours = layout.to_colour()
    colours[sketch.ink] = LINE
    return colours


def _comparable(image: Image, sketch: Sketch) -> tuple[np.ndarray, np.ndarray]:
    """Picture (H, W, 3) in [0, 1] and lines (H, W) bool, small enough to be matched quickly."""
    factor = min(1.0, MEASURED_AT / float(np.hypot(*image.size)))
    height, width = (max(1, round(factor * side)) for side in image.size)
    values = image.resized((height, width)).to_rgb8().astype(np.float32) / 255
    return values, sketch.resized((height, width)).ink
