"""Augment order: what ``likewise augment`` was asked for, and what follows of it, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from likewise.cli.sources import Pair, file_facts
from likewise.errors import ConfigError, LabelError
from likewise.labels.label_map import LabelMap
from likewise.tasks.augmentation.constraints import parse_constraints
from likewise.tasks.augmentation.layouts import Layouts
from likewise.tasks.augmentation.settings import LayoutSettings

MOST_PAIRS, MOST_WORKERS = 100_000, 256


@dataclass(frozen=True)
class Order:
    """What was asked for, besides how to render."""

    image: Path
    labels: Path
    out: Path
    pairs: int
    format: str
    constraints: tuple[str, ...]
    move: tuple[str, ...]
    layouts: tuple[Path, ...]
    drawing: Mapping[str, str]
    judged: bool
    keep_dropped: bool
    workers: int | None

    def require_numbers(self) -> None:
        """Refuse a number of pairs or of workers that is out of range.

        Raises:
            ConfigError: one is.
        """
        _require_number("-n", self.pairs, MOST_PAIRS)
        if self.workers is not None:
            _require_number("--workers", self.workers, MOST_WORKERS)


def drawable(order: Order, pair: Pair) -> Layouts:
    """The layouts that may be drawn.

    Raises:
        LabelError: a layout of the user's does not fit the source, or a class does not occur.
        ConfigError: a constraint or a setting cannot be read.
    """
    given = []
    for path in order.layouts:
        layout = LabelMap.read(path, like=pair.labels)
        layout.require_known(pair.labels, str(path))
        layout.require_size(pair.image, path)
        given.append(layout)
    shown = pair.labels.present_classes
    for name in order.move:
        if name not in shown.names:
            known = f"one of {', '.join(shown.names)}"
            raise LabelError("--move", f"{name!r} does not occur in the labels", known)
    movable = frozenset(shown.by_name(name).id for name in order.move) if order.move else None
    constraints = parse_constraints(order.constraints, pair.labels)
    return Layouts(pair.labels, given, _settings(order.drawing), constraints, movable)


def identity(order: Order, layouts: Layouts) -> dict[str, Any]:
    """What must be the same for a run to be continued; the number of pairs may grow."""
    return {
        "task": "augment",
        "format": order.format,
        "constraints": list(order.constraints),
        "move": list(order.move),
        "layouts": [file_facts(path)["sha256"] for path in order.layouts],
        "draw": asdict(layouts.settings),
        "judge": order.judged,
    }


def _settings(words: Mapping[str, str]) -> LayoutSettings:
    known = [entry.name for entry in fields(LayoutSettings)]
    values = {}
    for name, word in words.items():
        if name not in known:
            raise ConfigError("--draw", f"no setting {name!r}", f"one of {', '.join(known)}")
        try:
            values[name] = float(word)
        except ValueError:
            raise ConfigError("--draw", f"{name}={word}", "a number") from None
    return LayoutSettings(**values)


def _require_number(option: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise ConfigError(option, str(value), f"a whole number from 1 to {most}")
