"""Rank chart: how often each contestant came first, second, third, as one SVG picture.

One hue from dark (first) to light (last), as ranks are an order; counts stand in the bars, so that
the picture needs neither colour nor a legend to be read in print.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from likewise.study.results import Counted
from likewise.study.tally import Interval

WIDTH = 760
_TOP, _ROW, _BAR, _FOOT = 78, 50, 22, 14
_LEFT, _RIGHT = 20, 150  # to the bars; the mean rank stands in what is right of them
_NARROWEST = 26  # a count has room from this width on
_DARKEST, _LIGHTEST = (18, 67, 109), (206, 225, 239)  # of first and last
_WHITE_INK_UNDER = 0.45  # of the way to the lightest
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_FONT = "font-family='system-ui, Segoe UI, Helvetica, Arial, sans-serif'"


def rank_chart(counted: Counted, contestants: tuple[str, ...]) -> str:
    """The paper's bar chart of the user study; contestants by their mean rank, the best on top."""
    rows = [
        (mean, name, counts)
        for mean, name, counts in zip(
            counted.mean_rank, contestants, counted.rank_counts, strict=True
        )
        if mean is not None
    ]
    rows.sort(key=lambda row: row[0].value)
    height = _TOP + _ROW * len(rows) + _FOOT
    said = f"{counted.text} {counted.rankings} rankings by {counted.people} people."
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' "
        f"height='{height}' role='img' {_FONT} font-size='14' fill='#1c2733'>",
        f"<title>{escape(said)}</title>",
        f"<rect width='{WIDTH}' height='{height}' fill='#ffffff'/>",
        _text(_LEFT, 28, counted.text, "font-size='17' font-weight='600'"),
        _text(_LEFT, 50, f"{counted.rankings} rankings by {counted.people} people", _GREY),
        _text(WIDTH - 20, 50, "mean rank", f"{_GREY} text-anchor='end'"),
        _legend(len(counted.rank_counts[0]) if counted.rank_counts else 0),
    ]
    for place, (mean, name, counts) in enumerate(rows):
        parts.append(_bar(_TOP + _ROW * place, mean, name, counts))
    return "\n".join([*parts, "</svg>"]) + "\n"


_GREY = "font-size='13' fill='#55616d'"


def _legend(ranks: int) -> str:
    """Which fill is which rank, on the line above the bars, ending where they end."""
    x = float(WIDTH - _RIGHT)
    parts = []
    for rank in reversed(range(ranks)):
        x -= 9 * len(_ORDINALS[rank]) + 10
        parts.append(
            f"<rect x='{x:.1f}' y='39' width='12' height='12' fill='{_fill(rank, ranks)}'/>"
        )
        parts.append(_text(x + 17, 50, _ORDINALS[rank], _GREY))
        x -= 14
    return "\n".join(parts)


def _bar(top: float, mean: Interval, name: str, counts: tuple[int, ...]) -> str:
    room, total = WIDTH - _RIGHT - _LEFT, sum(counts)
    middle = top + 20 + _BAR / 2 + 5
    parts = [_text(_LEFT, top + 13, name, "font-weight='600'")]
    x = float(_LEFT)
    for rank, count in enumerate(counts):
        width = room * count / total
        parts.append(
            f"<rect x='{x:.2f}' y='{top + 20}' width='{width:.2f}' height='{_BAR}' "
            f"fill='{_fill(rank, len(counts))}' stroke='#ffffff'/>"
        )
        if width >= _NARROWEST:
            ink = "#ffffff" if _depth(rank, len(counts)) < _WHITE_INK_UNDER else "#1c2733"
            anchored = f"font-size='13' fill='{ink}' text-anchor='middle'"
            parts.append(_text(x + width / 2, middle, str(count), anchored))
        x += width
    around = "" if mean.low is None else f" ({mean.low:.2f}–{mean.high:.2f})"
    parts.append(
        f"<text x='{WIDTH - 20}' y='{middle:.1f}' text-anchor='end'>"
        f"<tspan font-weight='600'>{mean.value:.2f}</tspan>"
        f"<tspan {_GREY}>{around}</tspan></text>"
    )
    return "\n".join(parts)


def _depth(rank: int, ranks: int) -> float:
    """0 for the first rank, 1 for the last."""
    return rank / max(ranks - 1, 1)


def _fill(rank: int, ranks: int) -> str:
    mixed = (
        round(dark + (light - dark) * _depth(rank, ranks))
        for dark, light in zip(_DARKEST, _LIGHTEST, strict=True)
    )
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _text(x: float, y: float, text: str, style: str) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {style}>{escape(text)}</text>"
