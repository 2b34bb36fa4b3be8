"""LayoutSettings: how strongly layouts are changed."""

from __future__ import annotations

from dataclasses import dataclass, fields

from likewise.errors import ConfigError

FATES = ("stay", "move", "scale", "double", "remove", "warp")


@dataclass(frozen=True)
class LayoutSettings:
    """How strongly layouts are changed. The first six are weights: how often a thing meets with it.

    Attributes:
        stay: it stays as it is.
        move: it goes elsewhere, and may be mirrored.
        scale: it becomes larger or smaller where it is.
        double: it stays, and a second one stands elsewhere.
        remove: it goes.
        warp: its outline is bent where it is.
        smallest: factor of the smallest a thing becomes.
        largest: factor of the largest a thing becomes.
        turn: degrees by which a thing is turned at most, if it lies within one class; a fifteenth
            of it otherwise.
        bend: by how much an outline is bent at most, of the thing's size.
        sway: by how much the borders of the whole layout are bent at most, of the short side.
        flip: share of layouts that are mirrored.

    Raises:
        ConfigError: a value is out of range, or no thing would ever be changed.
    """

    stay: float = 1.0
    move: float = 2.0
    scale: float = 1.0
    double: float = 1.0
    remove: float = 0.7
    warp: float = 1.0
    smallest: float = 0.7
    largest: float = 1.4
    turn: float = 60.0
    bend: float = 0.08
    sway: float = 0.01
    flip: float = 0.0

    def __post_init__(self) -> None:
        limits = {
            "smallest": (0.25, 1.0),
            "largest": (1.0, 3.0),
            "turn": (0.0, 180.0),
            "bend": (0.0, 0.3),
            "sway": (0.0, 0.1),
            "flip": (0.0, 1.0),
        }
        for entry in fields(self):
            low, high = limits.get(entry.name, (0.0, 100.0))
            value = getattr(self, entry.name)
            if not low <= value <= high:
                raise ConfigError(entry.name, f"{value:g}", f"{low:g} to {high:g}")
        if not any(self.weights[1:]):
            expected = "one of move, scale, double, remove and warp above 0"
            raise ConfigError("layouts", "no thing is ever changed", expected)

    @property
    def weights(self) -> tuple[float, ...]:
        """Of the fates, in their order."""
        return tuple(getattr(self, fate) for fate in FATES)
