"""Moves: what is done to a part of a face, read from words such as ``eyes:scale=1.2``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from likewise.errors import ConfigError
from likewise.tasks.faces.parts import HAIRLINE, PARTS

_WORD = re.compile(r"\s*([a-z_]+)\s*:\s*([a-z]+)\s*=\s*([0-9]*\.?[0-9]+)\s*(%?)\s*")
SHIFTS = {"raise": (0, -1), "lower": (0, 1), "left": (-1, 0), "right": (1, 0), "apart": (1, 0)}
SCALES = {"scale": (1, 1), "widen": (1, 0), "heighten": (0, 1)}
FARTHEST = 0.25  # of the face's height
SCALE_RANGE = (0.5, 2.0)
_EXPECTED = (
    f"PART:ACTION=AMOUNT with a part of {', '.join(PARTS)}, {HAIRLINE}; an action of "
    f"{', '.join(SHIFTS)} (pixels, or % of the face's height) or {', '.join(SCALES)} (a factor)"
)


@dataclass(frozen=True)
class Move:
    """One part, shifted and scaled.

    Attributes:
        part: a key of PARTS, or "hairline".
        shift: (right, down) as a share of the face's height, or in pixels.
        in_pixels: which of the two.
        scale: (across, down).
        apart: whether the pieces of a pair part instead of moving one way.
    """

    part: str
    shift: tuple[float, float] = (0.0, 0.0)
    in_pixels: bool = True
    scale: tuple[float, float] = (1.0, 1.0)
    apart: bool = False

    @classmethod
    def parse(cls, word: str) -> Move:
        """The move that ``word`` asks for.

        Raises:
            ConfigError: it is none, or its amount is out of range.
        """
        found = _WORD.fullmatch(word)
        if found is None:
            raise ConfigError("edit", repr(word), _EXPECTED)
        part, action, amount, percent = found[1], found[2], float(found[3]), bool(found[4])
        known = part in PARTS or part == HAIRLINE
        if not known or action not in (*SHIFTS, *SCALES):
            raise ConfigError("edit", repr(word), _EXPECTED)
        if part == HAIRLINE and action not in ("raise", "lower"):
            raise ConfigError("edit", repr(word), "a hairline to raise or to lower")
        if action == "apart" and len(PARTS[part]) != 2:
            raise ConfigError("edit", repr(word), "a pair to move apart: eyes or brows")
        if action in SHIFTS:
            right, down = SHIFTS[action]
            size = amount / 100 if percent else amount
            return cls(part, (right * size, down * size), not percent, apart=action == "apart")
        factor = amount / 100 if percent else amount
        if not SCALE_RANGE[0] <= factor <= SCALE_RANGE[1]:
            low, high = SCALE_RANGE
            raise ConfigError("edit", repr(word), f"a factor from {low:g} to {high:g}")
        across, down = SCALES[action]
        return cls(part, scale=(factor if across else 1.0, factor if down else 1.0))

    def pixels(self, face: float) -> tuple[float, float]:
        """The shift (right, down) in pixels, of a face so many pixels high.

        Raises:
            ConfigError: it is farther than a part can go.
        """
        unit = 1.0 if self.in_pixels else face
        shift = self.shift[0] * unit, self.shift[1] * unit
        if max(map(abs, shift)) > FARTHEST * face:
            expected = f"at most {FARTHEST * face:.0f} pixels, a quarter of the face's height"
            raise ConfigError("edit", f"{self.part} by {max(map(abs, shift)):.0f} pixels", expected)
        return shift
