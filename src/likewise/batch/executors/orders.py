"""Orders: what an executor is asked to do, and the news it gives of it. Both are plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Order:
    """One piece of work.

    Attributes:
        number: no two orders of a batch share one.
        work: what to do, for the module that does it.
    """

    number: int
    work: Mapping[str, Any]


@dataclass(frozen=True)
class News:
    """Something that became of an order.

    Attributes:
        order: its number.
        told: what its worker said; empty at the end.
        ended: whether that was the last of it: the worker is free, or gone.
        crash: why the worker is gone; "" if it is not.
    """

    order: int
    told: Mapping[str, Any] = field(default_factory=dict)
    ended: bool = False
    crash: str = ""


@dataclass(frozen=True)
class Outfit:
    """What every worker is given when it starts.

    Attributes:
        module: whose ``carry_out(work, tell)`` does the work.
        threads: that a worker computes with.
        memory_fraction: of its GPU's memory that it may take, 0 to 1; None takes what it needs.
        gpu: the one it may see, as CUDA_VISIBLE_DEVICES has it; None leaves that as it is.
    """

    module: str
    threads: int = 1
    memory_fraction: float | None = None
    gpu: str | None = None
