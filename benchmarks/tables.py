"""Tables: rows of figures in aligned columns, for a terminal and for documents."""

from __future__ import annotations

from collections.abc import Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines of ``rows`` under ``headings``: the first column to the left, the others right."""
    every = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[k]) for row in every) for k in range(len(headings))]
    lines = []
    for row in every:
        first = row[0].ljust(widths[0])
        others = [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  " + "  ".join([first, *others]).rstrip())
    return "\n".join(lines)
