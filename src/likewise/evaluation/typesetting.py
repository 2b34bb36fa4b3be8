"""Typesetting: tables of figures as Markdown and as LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NONE = "–"
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "–": "--",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "→": r"$\rightarrow$",
    "†": r"$^\dagger$",
} | {sign: f"\\{sign}" for sign in "&%$#_{}"}


@dataclass(frozen=True)
class Cell:
    """A figure.

    Attributes:
        text: the figure, or NONE.
        interval: its ends, NONE where it has none, "" where there is no figure.
        best: of its row.
    """

    text: str
    interval: str = ""
    best: bool = False


Rows = Sequence[tuple[str, Sequence[Cell]]]
"""Each with its heading."""


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns."""

    title: str
    columns: Sequence[str]
    rows: Rows
    remark: str = ""


def markdown(table: Table) -> str:
    """``table`` as a pipe table, bold where it is best."""

    def text(cell: Cell) -> str:
        shown = f"**{cell.text}**" if cell.best else cell.text
        return f"{shown} ({cell.interval})" if cell.interval else shown

    rows = [["", *map(escaped_markdown, table.columns)]]
    rows.append(["---", *["--:"] * len(table.columns)])
    rows += [[heading, *map(text, cells)] for heading, cells in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def escaped_markdown(text: str) -> str:
    """``text`` without a meaning of its own in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\|*_`<[]" else sign for sign in text)


def latex(table: Table, remark: str) -> str:
    """``table`` as a booktabs table, captioned by its title, its remark and ``remark``."""

    def text(cell: Cell) -> str:
        shown = escaped_latex(cell.text)
        shown = f"\\textbf{{{shown}}}" if cell.best else shown
        if not cell.interval:
            return shown
        return f"{shown} {{\\scriptsize ({escaped_latex(cell.interval)})}}"

    caption = f"{table.title}. {table.remark} {remark}"
    columns = "l" + "r" * len(table.columns)
    lines = [["", *map(escaped_latex, table.columns)]]
    lines += [[escaped_latex(heading), *map(text, cells)] for heading, cells in table.rows]
    head, *body = (f"    {' & '.join(line)} \\\\" for line in lines)
    return "\n".join(
        [
            "\\begin{table}",
            "  \\centering",
            f"  \\caption{{{escaped_latex(caption)}}}",
            f"  \\begin{{tabular}}{{{columns}}}",
            "    \\toprule",
            head,
            "    \\midrule",
            *body,
            "    \\bottomrule",
            "  \\end{tabular}",
            "\\end{table}",
            "",
        ]
    )


def escaped_latex(text: str) -> str:
    """``text`` without a meaning of its own in LaTeX."""
    return "".join(_LATEX.get(sign, sign) for sign in text)
