"""Things: what is cut out of which picture, and every class with its colour, as data."""

from __future__ import annotations

from benchmarks.truth.compositing import Edge, Shadow
from benchmarks.truth.plan import Thing

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
    "medium": (70, 80, 100),
    "cell": (235, 225, 150),
    "hair": (130, 95, 45),
    "skin": (235, 180, 150),
    "collar": (60, 50, 85),
    "suit": (235, 80, 30),
}
"""Every class of every scene with its colour."""

RENAMED = {"rocket": {"sky": "dusk"}}
"""Classes of bundled label maps that go by another name here."""

GROUNDED = Shadow(shift=(5, 6), blur=5, strength=0.5)
FLAT = Shadow(shift=(2, 3), blur=2, strength=0.6)

GREEN = ((0.03, 0.06, 0.0), (0.70, 0.82, 0.38))
"""Black and white of a grey picture of grass."""

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
    "astronaut": Thing(
        "astronaut",
        {"hair": "hair", "skin": "skin", "collar": "collar", "suit": "suit"},
        box=(0, 0, 512, 334),
        edge=Edge(1.0, 2.4, 3.0),
    ),
    "cell": Thing(
        "cell", {"all": "cell"}, ellipse=(431.5, 377, 104, 104), edge=Edge(0.0, 22.0, -22.0)
    ),
    "planet": Thing("retina", {"all": "planet"}, ellipse=(176, 176, 172, 172), reduced=4),
}
