"""Edit: a picture to be changed: what to fit, what to render, and which of its answer counts.

An application (removal, faces, retargeting) only says how labels change; a method renders, and
where nothing changed the source's own pixels stay. Not in the paper: its answers are new pictures
throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import ndimage

from likewise.analogy import Analogy
from likewise.errors import ImageError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.progress import SILENT, Progress
from likewise.tasks.cloning import cloned


@dataclass(frozen=True, eq=False)
class Edit:
    """What to fit, what to render, and which pixels of the answer count.

    Args:
        image: the source image I, (H, W).
        labels: its labels P, (H, W), as the method shall see them.
        layout: the target labels P', (H', W').
        changed: (H', W') bool, where the answer counts whole; None where it counts everywhere.
        margin: pixels around ``changed`` over which answer and source are blended.
        bodies: (H', W') int, within which the answer takes on the source's shades; None: classes.
        name: what the answer is called.
        order: what was asked for, for a record; JSON.
        notes: lines for people: what was chosen for them.
    """

    image: Image
    labels: LabelMap
    layout: LabelMap
    changed: np.ndarray | None = None
    margin: int = 0
    bodies: np.ndarray | None = None
    name: str = "edited"
    order: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.labels.size == self.image.size, (self.labels.size, self.image.size)
        if self.changed is not None:
            assert self.changed.shape == self.layout.size == self.image.size, self.changed.shape

    @property
    def before(self) -> tuple[Image, LabelMap]:
        """The picture and the labels that a person knows."""
        return self.image, self.labels

    @property
    def shown(self) -> LabelMap:
        """The layout of the finished picture, for a person."""
        return self.layout

    @property
    def beside(self) -> Mapping[str, Image | LabelMap]:
        """Files for a person besides the answers of a command, by their names."""
        return {}

    def pictured(self) -> np.ndarray:
        """(H', W', 3) uint8 picture of the layout, for a contact sheet."""
        return self.shown.to_colour()

    def pictured_before(self) -> np.ndarray:
        """(H, W, 3) uint8 picture of the labels that a person knows, for a contact sheet."""
        return self.before[1].to_colour()

    def measured(self, answer: Image) -> dict[str, float]:
        """What is to be known of the finished ``answer`` in numbers, by name; most edits: none."""
        return {}

    def finished(self, answer: Image) -> Image:
        """``answer`` where it counts, the source's own pixels elsewhere.

        Where it counts it takes on the shades that the source has around it; over the margin the
        two are blended.

        Raises:
            ImageError: the answer is not of the layout's size and the source's kind.
        """
        wanted = (*self.layout.size, self.image.mode, self.image.depth)
        if (*answer.size, answer.mode, answer.depth) != wanted:
            raise ImageError("answer", repr(answer), "one of the layout's size, like the source")
        if self.changed is None:
            return answer
        weight = self.weight()
        source, near = self.image.to_float(), weight > 0
        bodies = self.layout.ids if self.bodies is None else self.bodies
        new = cloned(answer.to_float(), source, near, bodies, max(1, self.margin))
        blended = source + weight[..., None] * (new - source)
        return patched(self.image, blended, near)

    def weight(self) -> np.ndarray:
        """(H', W') float32 share of the answer: 1 where it counts, 0 beyond the margin."""
        assert self.changed is not None
        if not self.changed.any() or self.changed.all():
            return self.changed.astype(np.float32)
        away = ndimage.distance_transform_edt(~self.changed).astype(np.float32)
        ramp = np.clip(1 - away / (self.margin + 1), 0, 1)
        return np.asarray(ramp * ramp * (3 - 2 * ramp))

    def render(
        self, analogy: Analogy | None = None, *, seed: int = 0, progress: Progress = SILENT
    ) -> Image:
        """Fit ``analogy`` (the default method's where None) and render the finished picture.

        Raises:
            InputError: the method cannot use the pair.
        """
        analogy = Analogy() if analogy is None else analogy
        analogy.fit(self.image, self.labels, seed=seed, progress=progress)
        return self.finished(analogy.render(self.layout))


def patched(image: Image, values: np.ndarray, where: np.ndarray) -> Image:
    """``image`` with ``values`` (H, W, C), in [0, 1], ``where`` (H, W) is true; elsewhere as it is.

    Mode, depth and palette stay, and so does every pixel elsewhere, bit for bit.
    """
    painted = image.with_float(np.clip(values, 0, 1))
    shaped = where.reshape(image.size + (1,) * (image.pixels.ndim - 2))
    pixels = np.where(shaped, painted.pixels, image.pixels)
    return Image(pixels, image.mode, image.palette, image.icc)
