"""Telling: shares and lists as messages have them."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from typing import Any


def percent(share: float) -> str:
    """A share (0 to 1) of a map, as a person reads it: "12.3 %", "0.012 %"."""
    return f"{100 * share:.3f} %" if share < 0.001 else f"{100 * share:.1f} %"


def listed(parts: Iterable[str], most: int = 6) -> str:
    """``parts`` with commas, the first few of many: "sky, sea and 7 more"."""
    every = list(parts)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def shown(value: Any) -> str:
    """A value out of a file, shortened, for a message."""
    return reprlib.repr(value)
