"""Following: a picture that follows a drawing, given the picture's own sketch, or extracting it.

Lines are the label domain. Where they enclose shapes, the shapes become classes, matched from
one drawing to the other, and borders lie along the middle of lines: so it is known what belongs on
either side of each. Where they enclose none, the classes are the line and bands beside it. The
paper's slides show sketch-to-image with sketches in place of label maps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from likewise.errors import ConfigError, ImageError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.tasks.sketches.extraction import DETAIL, extracted
from likewise.tasks.sketches.layouts import Layouts, by_lines, by_shapes
from likewise.tasks.sketches.shapes import MOST, shapes
from likewise.tasks.sketches.sketch import Sketch
from likewise.tasks.sketches.sketch_edit import OwnScore, SketchEdit, line_drawing

AUTO, SHAPES, LINES = "auto", "shapes", "lines"
WAYS = (AUTO, SHAPES, LINES)
LARGEST_GAP = 0.2  # of the short side
SAME_ASPECT = 0.02


def follow(
    image: Image,
    target: Sketch,
    sketch: Sketch | None = None,
    *,
    by: str = AUTO,
    gap: float | None = None,
    detail: int = DETAIL,
) -> SketchEdit:
    """The edit that makes ``image`` follow one drawing; as :func:`follow_each`."""
    return follow_each(image, {"drawn": target}, sketch, by=by, gap=gap, detail=detail)[0]


def follow_each(
    image: Image,
    targets: Mapping[str, Sketch],
    sketch: Sketch | None = None,
    *,
    by: str = AUTO,
    gap: float | None = None,
    detail: int = DETAIL,
) -> list[SketchEdit]:
    """The edits that make ``image`` follow several drawings; the source's labels are one for all.

    Args:
        image: the picture, (H, W).
        targets: drawings of any size, by name; one at least.
        sketch: the picture's own, of its size, or of its aspect; extracted where None.
        by: what becomes classes: "shapes" that lines enclose, "lines" with bands beside them, or
            "auto": shapes if every drawing encloses some.
        gap: widest gap in a line that closes, pixels; by default 3 % of each drawing's short side.
        detail: how many shapes an extracted sketch shows at most, 2 to 60.

    Raises:
        ConfigError: ``by``, ``gap`` or ``detail`` is out of range.
        ImageError: a sketch is of another aspect, encloses too much, or nothing though shapes were
            asked for; or a dab of colour has no partner.
    """
    assert targets
    _check(by, gap, image)
    own = Sketch.from_image(extracted(image, detail)) if sketch is None else _fitted(sketch, image)
    drawings = (own, *targets.values())
    numbered = [] if by == LINES else [shapes(drawing.ink, gap) for drawing in drawings]
    by, notes = _way(by, drawings, numbered)
    found = by_shapes(own, drawings[1:], numbered) if by == SHAPES else by_lines(own, drawings[1:])
    order: dict[str, Any] = {
        "task": "sketch",
        "by": by,
        "gap": gap,
        "sketch": sha256(np.packbits(own.ink).tobytes()).hexdigest(),
    } | ({"detail": detail} if sketch is None else {})
    return _edits(image, own, targets, found, order, (*own.notes, *notes))


def _edits(
    image: Image,
    own: Sketch,
    targets: Mapping[str, Sketch],
    found: Layouts,
    order: dict[str, Any],
    notes: tuple[str, ...],
) -> list[SketchEdit]:
    score = OwnScore(image, own)
    beside: dict[str, Image | LabelMap] = {
        "source.sketch.png": line_drawing(own),
        "source.layout.png": found.labels,
    }
    edits: list[SketchEdit] = []
    for (name, drawn), (layout, said) in zip(targets.items(), found.targets, strict=True):
        told = (*drawn.notes, *(f"{drawn.origin}: {line}" for line in said))
        first = not edits
        edits.append(
            SketchEdit(
                image,
                found.labels,
                layout,
                name=name,
                order=order,
                notes=(*notes, *told) if first else told,
                own=own,
                drawn=drawn,
                score=score,
                files=beside if first else {},
            )
        )
    return edits


def _check(by: str, gap: float | None, image: Image) -> None:
    if by not in WAYS:
        raise ConfigError("by", repr(by), f"one of {', '.join(WAYS)}")
    most = LARGEST_GAP * min(image.size)
    if gap is not None and not 0 <= gap <= most:
        raise ConfigError("gap", f"{gap:g}", f"0 to {most:.0f} pixels, a fifth of the short side")


def _fitted(sketch: Sketch, image: Image) -> Sketch:
    """``sketch`` at the size of its picture."""
    (height, width), (tall, wide) = image.size, sketch.size
    if abs(wide / tall * height / width - 1) > SAME_ASPECT:
        raise ImageError(
            sketch.origin,
            f"the sketch is {wide} x {tall} pixels",
            f"its picture's {width} x {height}, or another size of that aspect",
            "Export both from the same canvas. Only target sketches may have any size.",
        )
    return sketch.resized(image.size)


def _way(
    by: str, drawings: Sequence[Sketch], numbered: Sequence[np.ndarray]
) -> tuple[str, list[str]]:
    """Shapes or lines, and what a person is told of it."""
    counts = [int(numbers.max()) + 1 for numbers in numbered]
    for drawing, count in zip(drawings, counts, strict=True) if counts else ():
        if count > MOST:
            raise ImageError(
                drawing.origin,
                f"it encloses {count} shapes, more than can be matched",
                f"{MOST} at most",
                "Leave out hatching and texture, draw outlines alone; or take --by lines.",
            )
    empty = [drawing.origin for drawing, count in zip(drawings, counts, strict=False) if count < 2]
    if by == LINES:
        return LINES, ["classes are the lines and bands beside them"]
    if not empty:
        return SHAPES, [f"{counts[0]} shapes in the picture's sketch are the classes"]
    found = f"its lines enclose no shape ({', '.join(empty)})"
    if by == SHAPES:
        raise ImageError(
            empty[0],
            "its lines enclose no shape",
            "outlines that close, but for small gaps",
            "Close them, name a wider --gap, or take --by lines.",
        )
    return LINES, [
        f"{found}: lines and bands beside them are used instead, which do not know what belongs "
        "on which side; close the outlines, or name a wider --gap, for a better answer"
    ]
