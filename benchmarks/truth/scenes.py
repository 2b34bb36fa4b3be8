"""Scenes: which thing stands where on which backdrop, before and after each edit.

Things of one scene are laid in the order named; later ones lie before earlier ones.
"""

from __future__ import annotations

from benchmarks.truth.landscapes import LANDSCAPES
from benchmarks.truth.plan import Scene
from benchmarks.truth.still_lifes import STILL_LIFES

SCENES: dict[str, Scene] = LANDSCAPES | STILL_LIFES
"""All of them by name."""
