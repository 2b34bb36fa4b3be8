"""Chart: bars with whiskers, and stacked ranks, as coordinates that the template draws as SVG.

Every bar has its name and its value above it, so that colours are never needed to read it, and
long names have the whole width on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from likewise.evaluation.report.cast import Player
from likewise.evaluation.statistics import Estimate

WIDTH = 360.0
LEFT, RIGHT = 2.0, 358.0
_ROW = 42.0
_BAR_TOP, _BAR_HEIGHT = 20.0, 14.0
_DIGIT = 6.9  # width of a character of an interval
_AXIS = 22.0  # below the bars: ticks


@dataclass(frozen=True)
class Bar:
    """One bar: ``width`` from the left edge, whisker from ``low`` to ``high``, at height ``y``."""

    player: Player
    text: str
    interval: str
    y: float
    width: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """An upright line: a reference, or a ceiling; ``style`` is its class in the style sheet."""

    x: float
    text: str
    style: str


@dataclass(frozen=True)
class BarChart:
    """Bars from zero, with ticks and lines; coordinates in units of ``WIDTH``."""

    title: str
    note: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    height: float
    foot: float

    @property
    def value_x(self) -> float:
        """Right edge of the values: before the longest interval, so that digits stand in line."""
        longest = max(len(bar.interval) for bar in self.bars)
        return RIGHT - (longest * _DIGIT + 6 if longest else 0)

    @property
    def spoken(self) -> str:
        """The chart in words, for those who cannot see it."""
        told = [f"{bar.player.name} {bar.text} {bar.interval}".strip() for bar in self.bars]
        told += [line.text for line in self.lines]
        return f"{self.title}: {'; '.join(told)}."


@dataclass(frozen=True)
class Segment:
    """A stretch of a stacked bar: how often (``count``) a contestant had this ``rank``."""

    rank: int
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Stack:
    """How often one contestant had each rank, and its mean rank."""

    player: Player
    text: str
    interval: str
    y: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class RankChart:
    """Ranks of all contestants by one measure."""

    title: str
    note: str
    stacks: tuple[Stack, ...]
    height: float

    @property
    def spoken(self) -> str:
        """The chart in words."""
        told = [
            f"{stack.player.name} {stack.text} {stack.interval}, "
            + ", ".join(f"{s.count} times rank {s.rank}" for s in stack.segments)
            for stack in self.stacks
        ]
        return f"{self.title}: {'; '.join(told)}."


def bar_chart(
    title: str,
    note: str,
    values: Mapping[Player, Estimate],
    show: Callable[[float], str],
    lines: Sequence[tuple[float, str, str]] = (),
) -> BarChart:
    """Bars of ``values``, from zero.

    Args:
        title: of the chart.
        note: below the title.
        values: at least one; not below zero.
        show: writes a value.
        lines: (value, text, style) of upright lines.
    """
    reach = [v.high if v.has_interval else v.mean for v in values.values()]
    reach += [value for value, _, _ in lines]
    step = _step(max(*reach, 1e-12))
    top = math.ceil(round(max(reach) / step, 6)) * step or step

    def x(value: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * min(max(value / top, 0), 1), 2)

    bars = tuple(
        Bar(
            player,
            show(value.mean),
            _interval(value, show),
            k * _ROW,
            x(value.mean) - LEFT,
            x(value.low) if value.has_interval else 0.0,
            x(value.high) if value.has_interval else 0.0,
        )
        for k, (player, value) in enumerate(values.items())
    )
    ticks = tuple((x(k * step), f"{k * step:g}") for k in range(round(top / step) + 1))
    marks = tuple(Line(x(value), text, style) for value, text, style in lines)
    foot = len(bars) * _ROW
    return BarChart(title, note, bars, ticks, marks, foot + _AXIS, foot)


def rank_chart(
    title: str,
    note: str,
    counts: Mapping[Player, Sequence[int]],
    questions: int,
    means: Mapping[Player, tuple[str, str]],
) -> RankChart:
    """Stacked bars.

    Args:
        title: of the chart.
        note: below the title.
        counts: how often each contestant was first, second, …
        questions: what a whole bar stands for; where answers are missing, it stays shorter.
        means: told beside the bars, and intervals of what is told.
    """
    stacks = []
    for k, (player, row) in enumerate(counts.items()):
        segments, x = [], LEFT
        for rank, count in enumerate(row, 1):
            width = (RIGHT - LEFT) * count / questions
            if count:
                segments.append(Segment(rank, count, round(x, 2), round(width, 2)))
            x += width
        stacks.append(Stack(player, *means[player], k * _ROW, tuple(segments)))
    return RankChart(title, note, tuple(stacks), len(stacks) * _ROW)


def _interval(value: Estimate, show: Callable[[float], str]) -> str:
    return f"{show(value.low)}–{show(value.high)}" if value.has_interval else ""


def _step(top: float) -> float:
    """A round distance of ticks, of which four to six fit up to ``top``."""
    size = 10.0 ** math.floor(math.log10(top))
    return next(size * k for k in (0.1, 0.2, 0.25, 0.5, 1, 2) if top / (size * k) <= 6)
