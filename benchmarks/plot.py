"""Plot: curves through measured points on logarithmic axes, drawn with Pillow alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from likewise.sheet import FAINT, INK, PAPER, RULE

PANEL = (560, 420)  # width and height of the axes, pixels
LEFT, RIGHT, TOP, BOTTOM = 84, 28, 76, 56  # around them
DOT = 5
COLOURS = ((196, 78, 48), (48, 104, 168), (70, 140, 84), (140, 90, 160))
TEXT, SMALL = 17, 14


@dataclass(frozen=True)
class Curve:
    """Points of one thing; its name stands in the legend."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """Axes with their curves; every value is positive."""

    title: str
    across: str
    up: str
    curves: Sequence[Curve]


@dataclass(frozen=True)
class _Axis:
    """Logarithmic from ``low`` to ``high``, over ``length`` pixels."""

    low: float
    high: float
    length: int

    @classmethod
    def of(cls, values: Sequence[float], length: int) -> _Axis:
        return cls(min(values) / 1.25, max(values) * 1.25, length)

    def at(self, value: float) -> float:
        return math.log(value / self.low) / math.log(self.high / self.low) * self.length

    def ticks(self) -> list[float]:
        """1, 2 and 5 times powers of ten; more where that is few, the powers where it is many."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        digits: tuple[float, ...] = (1, 2, 5) if last - first <= 4 else (1,)
        if self.high < 10 * self.low:
            digits = (1, 1.5, 2, 3, 4, 5, 7)
        every = [digit * 10.0**power for power in range(first, last + 1) for digit in digits]
        return [value for value in every if self.low <= value <= self.high]


def plot(panels: Sequence[Panel], path: Path) -> None:
    """Draw ``panels`` side by side into a PNG; a dashed line grows like x from the first point."""
    width, height = PANEL[0] + LEFT + RIGHT, PANEL[1] + TOP + BOTTOM
    page = Image.new("RGB", (width * len(panels), height), PAPER)
    draw = ImageDraw.Draw(page)
    for number, panel in enumerate(panels):
        _draw(draw, panel, number * width + LEFT)
    page.save(path)


def _draw(draw: ImageDraw.ImageDraw, panel: Panel, left: int) -> None:
    across = _Axis.of([x for curve in panel.curves for x in curve.x], PANEL[0])
    up = _Axis.of([y for curve in panel.curves for y in curve.y], PANEL[1])
    _grid(draw, panel, across, up, left)
    for curve, colour in zip(panel.curves, COLOURS, strict=False):
        _proportional(draw, curve, across, up, left)
        points = [_place(x, y, across, up, left) for x, y in zip(curve.x, curve.y, strict=True)]
        draw.line(points, colour, 3)
        for x, y in points:
            draw.ellipse((x - DOT, y - DOT, x + DOT, y + DOT), colour)
    for row, (curve, colour) in enumerate(zip(panel.curves, COLOURS, strict=False)):
        y = TOP + 20 + 22 * row
        draw.line((left + 14, y, left + 44, y), colour, 3)
        draw.text((left + 52, y), curve.name, INK, _font(SMALL), anchor="lm")


def _grid(draw: ImageDraw.ImageDraw, panel: Panel, across: _Axis, up: _Axis, left: int) -> None:
    floor = TOP + PANEL[1]
    for value in across.ticks():
        x = left + across.at(value)
        draw.line((x, TOP, x, floor), RULE)
        draw.text((x, floor + 8), f"{value:g}", FAINT, _font(SMALL), anchor="mt")
    for value in up.ticks():
        y = floor - up.at(value)
        draw.line((left, y, left + PANEL[0], y), RULE)
        draw.text((left - 8, y), f"{value:g}", FAINT, _font(SMALL), anchor="rm")
    draw.rectangle((left, TOP, left + PANEL[0], floor), outline=FAINT)
    draw.text((left, 16), panel.title, INK, _font(TEXT), anchor="lt")
    draw.text((left, TOP - 10), panel.up, FAINT, _font(SMALL), anchor="ls")
    draw.text((left + PANEL[0], floor + 30), panel.across, FAINT, _font(SMALL), anchor="rt")


def _proportional(
    draw: ImageDraw.ImageDraw, curve: Curve, across: _Axis, up: _Axis, left: int
) -> None:
    """A dashed line of exponent 1 from the first point, as far as the axes reach."""
    dashes = 40
    first, last = curve.x[0], curve.x[-1]
    for dash in range(0, dashes, 2):
        ends = [first * (last / first) ** ((dash + k) / dashes) for k in (0, 1)]
        heights = [curve.y[0] * x / first for x in ends]
        if max(heights) <= up.high:
            pair = zip(ends, heights, strict=True)
            draw.line([_place(x, y, across, up, left) for x, y in pair], FAINT)


def _place(x: float, y: float, across: _Axis, up: _Axis, left: int) -> tuple[float, float]:
    return left + across.at(x), TOP + PANEL[1] - up.at(y)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
