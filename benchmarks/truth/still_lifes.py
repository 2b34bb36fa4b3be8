"""Still lifes: scenes of things seen from near, as data; places in pixels of the backdrop."""

from __future__ import annotations

from benchmarks.truth.plan import Backdrop, Edit, Patch, Scene, Stand
from benchmarks.truth.things import GREEN

STILL_LIFES = {
    "leaves": Scene(
        Backdrop(Patch("foliage", (448, 0, 640, 300), "foliage")),
        (Stand("dahlia", 88, 150, 0.5),),
        {
            "moved_down": Edit("moved", (Stand("dahlia", 112.5, 262.5, 0.5),)),
            "larger": Edit("scaled up", (Stand("dahlia", 98, 222, 0.76),)),
            "two": Edit(
                "duplicated", (Stand("dahlia", 66, 128, 0.5), Stand("dahlia", 128, 262, 0.44, True))
            ),
            "smaller": Edit("scaled down", (Stand("dahlia", 96.5, 136, 0.34),)),
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
            "removed": Edit("removed", ()),
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
            "larger": Edit("scaled up", (Stand("laid dahlia", 110, 235, 0.56),)),
        },
    ),
    "picnic": Scene(
        Backdrop(Patch("grass", (60, 80, 380, 310), "grass", None, 0, GREEN)),
        (Stand("laid dahlia", 228, 124, 0.4), Stand("cup", 106, 186, 0.42)),
        {
            "exchanged": Edit(
                "moved", (Stand("laid dahlia", 88.5, 118, 0.4), Stand("cup", 212, 196.5, 0.42))
            ),
            "cup_larger": Edit(
                "scaled up", (Stand("laid dahlia", 228, 124, 0.4), Stand("cup", 110, 206, 0.53))
            ),
            "bloom_gone": Edit("removed", (Stand("cup", 106, 186, 0.42),)),
            "two_blooms": Edit(
                "duplicated",
                (
                    Stand("laid dahlia", 228, 104, 0.4),
                    Stand("laid dahlia", 262, 206, 0.34, True),
                    Stand("cup", 106, 186, 0.42),
                ),
            ),
            "mirrored": Edit(
                "mirrored",
                (Stand("laid dahlia", 228, 124, 0.4, True), Stand("cup", 106, 186, 0.42, True)),
            ),
        },
    ),
    "culture": Scene(
        Backdrop(Patch("cell", (0, 0, 300, 400), "medium", (210, 280))),
        (Stand("cell", 78, 150, 0.7),),
        {
            "moved": Edit("moved", (Stand("cell", 130.5, 264, 0.7),)),
            "larger": Edit("scaled up", (Stand("cell", 104, 206, 0.95),)),
            "smaller": Edit("scaled down", (Stand("cell", 84, 130, 0.5),)),
            "two": Edit("duplicated", (Stand("cell", 78, 150, 0.7), Stand("cell", 144, 274, 0.56))),
            "removed": Edit("removed", ()),
        },
    ),
    "portrait": Scene(
        Backdrop(Patch("brick", (40, 20, 500, 440), "wall", (276, 252), 1)),
        (Stand("astronaut", 152, 252, 0.56),),
        {
            "moved_left": Edit("moved", (Stand("astronaut", 106.5, 252, 0.56),)),
            "larger": Edit("scaled up", (Stand("astronaut", 146, 252, 0.72),)),
            "smaller": Edit("scaled down", (Stand("astronaut", 160.5, 252, 0.4),)),
            "mirrored": Edit("mirrored", (Stand("astronaut", 134, 252, 0.56, True),)),
        },
    ),
}
