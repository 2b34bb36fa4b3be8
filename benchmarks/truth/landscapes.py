"""Landscapes: scenes with a sky, as data; places in pixels of the backdrop."""

from __future__ import annotations

from benchmarks.truth.plan import Backdrop, Edit, Patch, Scene, Stand
from benchmarks.truth.things import GREEN

LANDSCAPES = {
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
            "smaller": Edit("scaled down", (Stand("rocket", 96, 306, 0.52),)),
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
            "smaller": Edit("scaled down", (Stand("planet", 96.5, 128, 0.2),)),
            "removed": Edit("removed", ()),
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
            "smaller": Edit("scaled down", (Stand("tower", 66.5, 170, 0.28),)),
            "removed": Edit("removed", ()),
        },
        hides=("grass",),
    ),
    "pad": Scene(
        Backdrop(Patch("rocket", (268, 24, 480, 304))),
        (Stand("rocket", 34, 282, 0.6),),
        {
            "moved_right": Edit("moved", (Stand("rocket", 70.5, 282, 0.6),)),
            "larger": Edit("scaled up", (Stand("rocket", 40, 282, 0.84),)),
            "smaller": Edit("scaled down", (Stand("rocket", 34, 282, 0.44),)),
            "two": Edit(
                "duplicated", (Stand("rocket", 34, 282, 0.6), Stand("rocket", 96, 282, 0.5))
            ),
        },
    ),
}
