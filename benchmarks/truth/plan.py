"""Plan: what scenes, backdrops, things and edits are, as data; ``scenes`` holds them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.truth.compositing import Edge, Shadow

Colour = tuple[float, float, float]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Patch:
    """A piece of a picture that fills the backdrop or its lower part.

    Attributes:
        picture: name in ``pictures.CREDITS``.
        box: (left, top, right, bottom) in its pixels, after the turn.
        shows: the class it shows; None where the picture's own label map says.
        size: (width, height) it is reduced to; None leaves it.
        turn: quarter turns, counter-clockwise.
        tint: colours that black and white become, for a grey picture.
    """

    picture: str
    box: Box
    shows: str | None = None
    size: tuple[int, int] | None = None
    turn: int = 0
    tint: tuple[Colour, Colour] | None = None


@dataclass(frozen=True)
class Backdrop:
    """A real picture, or two of them, the lower before the upper from row ``horizon`` on."""

    upper: Patch
    lower: Patch | None = None
    horizon: int = 0


@dataclass(frozen=True)
class Thing:
    """Something to cut out.

    Attributes:
        picture: name in ``pictures.CREDITS``.
        parts: class names in the picture's label map -> class names in the scene.
        box: where in the picture it lies; None is everywhere.
        ellipse: (x, y, rx, ry) in the picture, in place of a label map; ``parts`` then maps "all".
        reduced: pixels of the picture averaged into one, each way, before anything else.
        edge: how its rim is softened.
        shadow: the shadow it throws.
    """

    picture: str
    parts: Mapping[str, str]
    box: Box | None = None
    ellipse: tuple[float, float, float, float] | None = None
    reduced: int = 1
    edge: Edge = field(default_factory=Edge)
    shadow: Shadow | None = None


@dataclass(frozen=True)
class Stand:
    """A thing at its place: name, (x, y) of its foot in backdrop pixels, scale, mirrored or not."""

    thing: str
    x: float
    y: float
    scale: float
    mirror: bool = False


@dataclass(frozen=True)
class Edit:
    """What is different after: the kind and where everything stands then."""

    kind: str
    after: tuple[Stand, ...]


@dataclass(frozen=True)
class Scene:
    """One source picture and its edits; classes in ``hides`` stand before the things."""

    backdrop: Backdrop
    before: tuple[Stand, ...]
    edits: Mapping[str, Edit]
    hides: tuple[str, ...] = field(default=())
