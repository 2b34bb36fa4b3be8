"""Tables: CSV reads back, Markdown and LaTeX are well formed, the best is marked."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from tests.evaluation.comparisons import scored

from likewise.evaluation.comparison import Comparison
from likewise.evaluation.statistics import standings
from likewise.evaluation.tables import summary_latex, summary_markdown, write_tables
from likewise.evaluation.typesetting import escaped_latex, escaped_markdown

SCORES: dict = {
    ("c1", "t", "semia:fast", 0): {"accuracy": 0.91, "ssim": 0.7},
    ("c1", "t", "odd_one:fast", 0): {"accuracy": 0.93, "ssim": 0.8},
    ("c1", "t", "source", 0): {"accuracy": 0.6, "ssim": 0.4},
    ("c1", "t", "truth", 0): {"accuracy": 0.95},
    ("c2", "t", "semia:fast", 0): {"accuracy": 0.81, "ssim": 0.9},
    ("c2", "t", "odd_one:fast", 0): 'it said "a, b"',
    ("c2", "t", "source", 0): {"accuracy": 0.5, "ssim": 0.3},
    ("c2", "t", "truth", 0): {"accuracy": 0.9},
}


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    return scored(tmp_path, SCORES)


def test_files_read_back(comparison: Comparison) -> None:
    files = {path.name: path for path in write_tables(comparison)}
    with files["metrics.csv"].open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(SCORES)
    failed = next(row for row in rows if row["error"])
    assert failed["error"] == 'it said "a, b"'
    assert failed["ssim"] == failed["fit_seconds"] == ""
    assert float(rows[0]["ssim"]) == 0.7
    with files["summary.csv"].open(newline="") as stream:
        means = {(r["measure"], r["contestant"]): r for r in csv.DictReader(stream)}
    assert float(means["accuracy", "semia:fast"]["mean"]) == pytest.approx(0.86)
    assert means["ssim", "odd_one:fast"]["lacking"] == "1"
    assert means["ssim", "odd_one:fast"]["low"] == ""
    told = json.loads(files["metrics.json"].read_text())
    assert told["summary"]["accuracy"]["semia:fast"]["score"]["mean"] == pytest.approx(0.86)
    assert told["summary"]["ssim"]["odd_one:fast"]["score"]["low"] is None
    assert len(told["outcomes"]) == len(SCORES)
    assert [failure["error"] for failure in told["failures"]] == ['it said "a, b"']


def test_markdown_has_a_cell_for_each_column(comparison: Comparison) -> None:
    text = summary_markdown(comparison, standings(comparison))
    tables = re.findall(r"(?:^\|.*\|\n?)+", text, re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().splitlines()}
        assert len(counts) == 1, table
    assert "odd\\_one:fast" in text
    assert "0.800†" in text
    assert "2 cases, 2 layouts, 1 seed" in text
    assert "## Failures" in text


def test_latex_is_balanced_and_names_are_escaped(comparison: Comparison) -> None:
    text = summary_latex(comparison, standings(comparison))
    bare = re.sub(r"\\[{}\\&%$#_]", "", text)
    assert bare.count("{") == bare.count("}")
    for begun in re.findall(r"\\begin{(\w+)}", text):
        assert text.count(f"\\begin{{{begun}}}") == text.count(f"\\end{{{begun}}}")
    for columns, body in re.findall(r"\\begin{tabular}{(\w+)}(.*?)\\end{tabular}", text, re.DOTALL):
        rows = [line for line in body.splitlines() if line.endswith(r"\\")]
        assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {len(columns)}
    assert "odd\\_one:fast" in text
    assert not re.search(r"(?<!\\)_", text)
    assert text.isascii()


def test_best_is_bold_and_an_incomplete_mean_is_not(tmp_path: Path) -> None:
    answered = SCORES | {("c2", "t", "odd_one:fast", 0): {"accuracy": 0.9, "ssim": 0.7}}
    comparison = scored(tmp_path, answered)
    told = standings(comparison)
    row = next(
        line
        for line in summary_markdown(comparison, told).splitlines()
        if line.startswith("| Accuracy")
    )
    assert "**0.915** (0.900, 0.930)" in row
    assert row.count("**") == 2
    assert "\\textbf{0.915} {\\scriptsize (0.900, 0.930)}" in summary_latex(comparison, told)
    lacking = scored(tmp_path, SCORES)
    rows = summary_markdown(lacking, standings(lacking)).split("## Costs")[0].splitlines()
    assert not any("**" in line for line in rows if line.startswith("| Accuracy"))


def test_signs_with_a_meaning_are_escaped() -> None:
    assert escaped_latex(r"a_b & 50% {x} \y ~ ^ # $") == (
        r"a\_b \& 50\% \{x\} \textbackslash{}y \textasciitilde{} \textasciicircum{} \# \$"
    )
    assert escaped_markdown("a|b*c_d`[e]<f>") == r"a\|b\*c\_d\`\[e\]\<f>"
