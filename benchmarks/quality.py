"""Quality: methods by presets on cases and on known truths, as tables and contact sheets.

    python -m benchmarks.quality --methods semia:smoke,patch:fast --cases temple -o out/quality
    python -m benchmarks.quality --methods semia,patch --truth --warps -o out/quality
    python -m benchmarks.quality --methods semia:smoke,patch --truth --pairs 4 -o out/quality

It is ``likewise compare`` on the bundled cases, the edited truths and the strong warps, told group
by group. The folder gets ``truth/``, which others may use, ``comparison/`` with its report, and
``sheets/``. The same command with ``--resume`` goes on with what was stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.cases import PLACES, case_folder
from benchmarks.pages import stacked
from benchmarks.tables import table
from benchmarks.truth import EditKind, TruthPair, write_truth
from benchmarks.truth_quality import truth_pairs
from likewise.errors import InputError
from likewise.evaluation.cases import TRUTH_FOLDER
from likewise.evaluation.comparison import Comparison, Outcome, Question
from likewise.evaluation.contestants import REFERENCES, SOURCE
from likewise.evaluation.onlooker import Onlooker
from likewise.evaluation.plan import Cell
from likewise.evaluation.running import compare
from likewise.evaluation.statistics import ALL_MEASURES, Standings, standings
from likewise.images import Image, read_image
from likewise.sheet import Column, contact_sheet

COLUMNS = {
    "layout and appearance": (
        *("accuracy", "iou", "coherence", "completeness", "swd", "sharpness", "sifid"),
    ),
    "nearness to the truth": (
        *("ssim", "psnr", "sharpness_gap"),
        *("edited_ssim", "edited_psnr", "edited_sharpness_gap"),
    ),
    "costs": ("fit_seconds", "render_seconds", "memory"),
}
"""Titles of a group's tables, and what they show."""


def main() -> None:
    """Parse the command line and run."""
    options = _options()
    try:
        folders = [case_folder(name, options.folder) for name in options.cases]
        folders += written_pairs(chosen_pairs(options), options.output / "truth")
        if not folders:
            raise InputError("--cases", "nothing to ask", "--cases, --truth or --warps")
        comparison = compare(
            folders,
            options.methods,
            options.output / "comparison",
            seeds=options.seeds,
            device=options.device,
            resume=options.resume,
            overwrite=options.overwrite,
            onlooker=Lines(),
        )
        write_sheets(comparison, options.output / "sheets")
    except InputError as error:
        sys.exit(f"error: {error}")
    for title, questions in groups(comparison.questions):
        print(told(title, replace(comparison, questions=questions)), flush=True)
    failed = [f"  {o.contestant} on {o.case}/{o.target}: {o.error}" for o in comparison.failures()]
    print("\n".join(["\nfailures", *failed]) if failed else "\nno failures")
    print(f"report: {comparison.folder / 'report.html'}")


def chosen_pairs(options: argparse.Namespace) -> list[TruthPair]:
    """Edited truths and strong warps, as asked; ``options.pairs`` of them, spread over all."""
    wanted = dict.fromkeys(EditKind, options.truth) | {EditKind.WARPED: options.warps}
    if not any(wanted.values()):
        return []
    pairs = [pair for pair in truth_pairs() if wanted[pair.kind]]
    if options.pairs is None or options.pairs >= len(pairs):
        return pairs
    return [pairs[round(k)] for k in np.linspace(0, len(pairs) - 1, options.pairs)]


def written_pairs(pairs: Sequence[TruthPair], folder: Path) -> list[Path]:
    """Write ``pairs``, and return the folders of their cases."""
    named = [
        replace(pair, name=f"{pair.case}_warped/{pair.edit}")
        if pair.kind == EditKind.WARPED  # of an example, which may be a case beside it
        else pair
        for pair in pairs
    ]
    write_truth(named, folder)
    for case in dict.fromkeys(pair.case for pair in named):
        asked = {pair.edit for pair in named if pair.case == case}
        for part in ("targets", TRUTH_FOLDER):
            for file in (folder / case / part).glob("*.png"):
                if file.stem not in asked:  # of a run with other pairs
                    file.unlink()
    return [folder / case for case in dict.fromkeys(pair.case for pair in named)]


def groups(questions: Sequence[Question]) -> Iterator[tuple[str, tuple[Question, ...]]]:
    """Questions without a truth, all edited ones, then each kind of edit; none that is empty."""
    kinds = [str(kind) for kind in EditKind]
    edited = tuple(q for q in questions if q.kind in kinds and q.kind != EditKind.WARPED)
    every = {
        "cases": tuple(q for q in questions if q.kind not in kinds),
        "edited truth": edited,
        **{kind: tuple(q for q in questions if q.kind == kind) for kind in kinds},
    }
    return ((title, asked) for title, asked in every.items() if asked)


def told(title: str, comparison: Comparison) -> str:
    """The tables of one group: means over cases; * marks the best, references are in brackets."""
    found = standings(comparison)
    count = len(comparison.questions)
    parts = [f"\n{title} ({count} layout{'' if count == 1 else 's'})"]
    for heading, names in COLUMNS.items():
        shown = [name for name in names if name in found]
        if shown:
            headings = [heading, *(_heading(name) for name in shown)]
            parts.append(table(headings, _rows(comparison, found, shown)))
    return "\n\n".join(parts)


def _rows(
    comparison: Comparison, found: Standings, shown: Sequence[str]
) -> Iterator[Sequence[str]]:
    for who in (*comparison.contestants, *REFERENCES):
        if any(who in found[name] for name in shown):
            name = f"({who})" if who in REFERENCES else who
            yield [name, *(_figure(found, measure, who) for measure in shown)]


def _heading(name: str) -> str:
    measure = ALL_MEASURES[name]
    return f"{measure.title} {measure.unit}".strip()


def _figure(found: Standings, name: str, who: str) -> str:
    standing = found[name].get(who)
    if standing is None:
        return "–"
    return ALL_MEASURES[name].show(standing.score.mean) + ("*" if standing.best else " ")


def write_sheets(comparison: Comparison, folder: Path) -> None:
    """A page for each case, a band for each layout: the source pair, the truth, the answers."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in dict.fromkeys(question.case for question in comparison.questions):
        asked = [question for question in comparison.questions if question.case == case]
        labels, source = (_pixels(comparison, p) for p in (asked[0].labels, asked[0].source))
        bands = [
            contact_sheet(Column(case, labels, source), list(_columns(comparison, question)))
            for question in asked
        ]
        Image.from_array(stacked(bands)).save(folder / f"{case}.png")


def _columns(comparison: Comparison, question: Question) -> Iterator[Column]:
    layout = _pixels(comparison, question.layout)
    pictures = {} if question.truth is None else {"truth": question.truth}
    for who, outcome in comparison.answers(question).items():
        if who != SOURCE and outcome.picture is not None:
            pictures[who] = outcome.picture
    for who, path in pictures.items():
        yield Column(f"{question.target}, {who}", layout, _pixels(comparison, path))


def _pixels(comparison: Comparison, name: str) -> np.ndarray:
    return read_image(comparison.path(name)).to_rgb8()


class Lines(Onlooker):
    """A line for each fit."""

    def done(self, cell: Cell, outcomes: Sequence[Outcome]) -> None:
        """Say what was done, and what it cost."""
        seconds = outcomes[0].fit_seconds
        failed = sum(bool(outcome.error) for outcome in outcomes)
        remark = f", {failed} of {len(outcomes)} failed" if failed else ""
        name = f"{cell.case}, {cell.contestant.name}, seed {cell.seed}"
        print(f"  {name}: fit {seconds:.1f} s{remark}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("-m", "--methods", type=_words, required=True, help="method:preset, with commas")
    add("--cases", nargs="+", default=[], help="names of case folders")
    places = " and ".join(f"{place.name}/" for place in PLACES)
    add("--folder", type=Path, help=f"where the cases are; else {places}")
    add("--truth", action="store_true", help="also the edited truths")
    add("--warps", action="store_true", help="also strong warps of examples")
    add("--pairs", type=int, help="so many of the truths and warps, spread over all")
    add("--seeds", type=int, nargs="+", default=[0])
    add("--device", default="auto")
    add("--resume", action="store_true", help="go on with what was stopped")
    add("--overwrite", action="store_true", help="replace what is in the folder")
    add("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    if options.pairs is not None and options.pairs < 1:
        parser.error("--pairs: at least 1")
    return options


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


if __name__ == "__main__":
    main()
