"""Scenes: which thing stands where on which backdrop, before and after each edit, as data."""

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


COLOURS = {
    "sky": (135, 190, 235),
    "shore": (120, 135, 120),
    "lake": (60, 110, 160),
    "trees": (50, 120, 40),
    "tower": (190, 60, 40),
    "foliage": (25, 90, 80),
    "petals": (245, 185, 120),
    "heart": (215, 70, 50),
    "dusk": (30, 50, 110),
    "mast": (120, 85, 50),
    "light": (250, 170, 40),
    "rocket": (235, 230, 210),
    "paving": (120, 120, 125),
    "wall": (150, 140, 135),
    "gravel": (95, 90, 88),
    "grass": (110, 160, 60),
    "red glaze": (150, 30, 20),
    "white glaze": (240, 230, 215),
    "coffee": (205, 135, 50),
    "spoon": (130, 140, 190),
    "coin": (215, 205, 160),
    "space": (15, 15, 30),
    "planet": (225, 90, 60),
}
"""Every class of every scene with its colour."""

RENAMED = {"rocket": {"sky": "dusk"}}
"""Classes of bundled label maps that go by another name here."""

GROUNDED = Shadow(shift=(5, 6), blur=5, strength=0.5)
FLAT = Shadow(shift=(2, 3), blur=2, strength=0.6)

THINGS = {
    "tower": Thing("temple", {"tower": "tower"}),
    "dahlia": Thing("flower", {"petals": "petals", "heart": "heart"}, box=(110, 50, 360, 275)),
    "laid dahlia": Thing(
        "flower",
        {"petals": "petals", "heart": "heart"},
        box=(110, 50, 360, 275),
        shadow=Shadow(shift=(8, 10), blur=8, strength=0.6),
    ),
    "rocket": Thing("rocket", {"rocket": "rocket"}, edge=Edge(0.0, 1.4, 1.0)),
    "cup": Thing(
        "coffee",
        {
            "red glaze": "red glaze",
            "white glaze": "white glaze",
            "coffee": "coffee",
            "spoon": "spoon",
        },
        shadow=GROUNDED,
    ),
    "striding coin": Thing(
        "coins", {"all": "coin"}, ellipse=(334.6, 43.8, 29.0, 27.6), shadow=FLAT
    ),
    "helmet coin": Thing("coins", {"all": "coin"}, ellipse=(347.2, 186.8, 31.0, 30.2), shadow=FLAT),
    "nymph coin": Thing("coins", {"all": "coin"}, ellipse=(212.6, 192.8, 22.8, 22.6), shadow=FLAT),
    "planet": Thing("retina", {"all": "planet"}, ellipse=(176, 176, 172, 172), reduced=4),
}

GREEN = ((0.03, 0.06, 0.0), (0.70, 0.82, 0.38))
"""Black and white of a grey picture of grass."""

SCENES = {
    "lake": Scene(
        Backdrop(Patch("temple", (283, 40, 480, 320))),
        (Stand("tower", 50, 250, 0.44),),
        {
            "moved_right": Edit("moved", (Stand("tower", 84.5, 241.5, 0.44),)),
            "larger": Edit("scaled up", (Stand("tower", 62, 266, 0.6),)),
            "smaller": Edit("scaled down", (Stand("tower", 50, 240, 0.32),)),
            "mirrored": Edit("mirrored", (Stand("tower", 50, 250, 0.44, True),)),
            "removed": Edit("removed", ()),
        },
        hides=("trees",),
    ),
    "leaves": Scene(
        Backdrop(Patch("foliage", (448, 0, 640, 300), "foliage")),
        (Stand("dahlia", 88, 150, 0.5),),
        {
            "moved_down": Edit("moved", (Stand("dahlia", 112.5, 262.5, 0.5),)),
            "larger": Edit("scaled up", (Stand("dahlia", 98, 222, 0.76),)),
            "two": Edit(
                "duplicated", (Stand("dahlia", 66, 128, 0.5), Stand("dahlia", 128, 262, 0.44, True))
            ),
        },
    ),
    "dusk": Scene(
        Backdrop(Patch("rocket", (0, 0, 212, 304))),
        (Stand("rocket", 96, 306, 0.72),),
        {
            "moved_right": Edit("moved", (Stand("rocket", 180.5, 306, 0.72),)),
            "larger": Edit("scaled up", (Stand("rocket", 96, 306, 0.96),)),
            "two": Edit(
                "duplicated", (Stand("rocket", 92, 306, 0.72), Stand("rocket", 184, 306, 0.8))
            ),
            "removed": Edit("removed", ()),
        },
    ),
    "paving": Scene(
        Backdrop(Patch("brick", (100, 250, 400, 490), "paving")),
        (Stand("cup", 104, 182, 0.42),),
        {
            "moved_right": Edit("moved", (Stand("cup", 204.5, 206.5, 0.42),)),
            "larger": Edit("scaled up", (Stand("cup", 140, 224, 0.64),)),
            "smaller": Edit("scaled down", (Stand("cup", 110, 130, 0.28),)),
            "mirrored": Edit("mirrored", (Stand("cup", 104, 182, 0.42, True),)),
        },
    ),
    "gravel": Scene(
        Backdrop(Patch("gravel", (20, 20, 300, 230), "gravel")),
        (
            Stand("striding coin", 70, 92, 1.0),
            Stand("helmet coin", 196, 120, 0.96),
            Stand("nymph coin", 110, 180, 1.0),
        ),
        {
            "moved": Edit(
                "moved",
                (
                    Stand("striding coin", 218.5, 92.5, 1.0),
                    Stand("helmet coin", 74, 150, 0.96),
                    Stand("nymph coin", 160, 186, 1.0),
                ),
            ),
            "one_gone": Edit(
                "removed", (Stand("striding coin", 70, 92, 1.0), Stand("nymph coin", 110, 180, 1.0))
            ),
            "one_more": Edit(
                "duplicated",
                (
                    Stand("striding coin", 70, 92, 1.0),
                    Stand("helmet coin", 196, 120, 0.96),
                    Stand("nymph coin", 110, 180, 1.0),
                    Stand("striding coin", 226, 196, 0.9),
                ),
            ),
        },
    ),
    "space": Scene(
        Backdrop(Patch("hubble", (500, 300, 820, 540), "space")),
        (Stand("planet", 108, 150, 0.34),),
        {
            "moved_right": Edit("moved", (Stand("planet", 232.5, 196.5, 0.34),)),
            "larger": Edit("scaled up", (Stand("planet", 150, 216, 0.54),)),
            "two": Edit(
                "duplicated", (Stand("planet", 108, 150, 0.34), Stand("planet", 252, 214, 0.2))
            ),
        },
    ),
    "meadow": Scene(
        Backdrop(
            Patch("temple", (283, 0, 480, 100), "sky", (197, 150)),
            Patch("grass", (0, 0, 394, 320), "grass", (197, 110), 0, GREEN),
            horizon=130,
        ),
        (Stand("tower", 58, 176, 0.4),),
        {
            "moved_right": Edit("moved", (Stand("tower", 140.5, 176, 0.4),)),
            "larger": Edit("scaled up", (Stand("tower", 100, 186, 0.52),)),
            "two": Edit(
                "duplicated", (Stand("tower", 58, 176, 0.4), Stand("tower", 152, 166, 0.28))
            ),
        },
        hides=("grass",),
    ),
    "yard": Scene(
        Backdrop(
            Patch("brick", (60, 60, 380, 260), "wall", None, 1),
            Patch("gravel", (0, 0, 512, 280), "gravel", (320, 130)),
            horizon=112,
        ),
        (Stand("laid dahlia", 92, 206, 0.4),),
        {
            "moved_right": Edit("moved", (Stand("laid dahlia", 230.5, 214.5, 0.4),)),
            "smaller": Edit("scaled down", (Stand("laid dahlia", 96, 190, 0.26),)),
            "two": Edit(
                "duplicated",
                (Stand("laid dahlia", 92, 206, 0.4), Stand("laid dahlia", 206, 222, 0.44, True)),
            ),
        },
    ),
}
"""Things of one scene are laid in the order named; later ones lie before earlier ones."""
