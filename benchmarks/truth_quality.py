"""Truth quality: how near each way to answer comes to the true answer, over all pairs.

The ways are the source unchanged, the trial's algorithm, and the presets of method patch. Pairs are
edited truth and strong warps of bundled examples; figures are means over pairs, in all and by kind.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import ROOT, read_case
from benchmarks.costs import TRIAL, Question
from benchmarks.tables import table
from benchmarks.trial import trial
from benchmarks.truth import EditKind, TruthPair, make_truth, strong_warps
from likewise import Image
from likewise.evaluation.truth_scores import truth_scores as score
from likewise.methods.patch import Patch
from likewise.sheet import Column, contact_sheet

UNCHANGED = "unchanged"
WARPED_EXAMPLES = ("temple", "flower", "tissue")
WARPED_SIZE = 240  # short side of these, pixels: about that of the edited pairs
FIGURES = {  # as truth_scores names them -> what the table calls them, and its decimals
    "ssim": ("SSIM", 3),
    "psnr": ("PSNR", 2),
    "sharpness_gap": ("sharp gap", 3),
    "edited_ssim": ("edited SSIM", 3),
    "edited_psnr": ("edited PSNR", 2),
    "edited_sharpness_gap": ("edited gap", 3),
    "seconds": ("seconds", 2),
}
LESS_IS_BETTER = ("sharpness_gap", "edited_sharpness_gap", "seconds")

Row = dict[str, float]


def truth_pairs(count: int | None = None) -> list[TruthPair]:
    """All pairs, edited first; or ``count`` of them, spread over all."""
    pairs = make_truth()
    for name in WARPED_EXAMPLES:
        case = read_case(name, ROOT / "examples")
        small = Question(case.image, case.labels, case.labels).at(WARPED_SIZE)
        pairs += strong_warps(name, small.image, small.labels)
    if count is None or count >= len(pairs):
        return pairs
    return [pairs[round(k)] for k in np.linspace(0, len(pairs) - 1, count)]


def truth(
    pairs: Sequence[TruthPair],
    presets: Sequence[str],
    device: str,
    *,
    with_trial: bool = True,
    folder: Path | None = None,
) -> dict[str, Any]:
    """Answer and score ``pairs`` in every way, print the means, return all of it.

    Args:
        pairs: those of one case in a row, so that each case is fitted once.
        presets: of method patch.
        device: "cpu", "cuda" and so on.
        with_trial: also by the trial's algorithm, at full size.
        folder: where a contact sheet of each pair goes; None: nowhere.
    """
    answerers = _answerers(presets, device, with_trial)
    for way, answer in answerers.items():
        if way != TRIAL:
            answer(pairs[0])  # compiles what it needs
    scored: dict[str, dict[str, Row]] = {}
    for pair in pairs:
        answers, rows = _answered(pair, answerers)
        scored[pair.name] = rows
        told = "  ".join(f"{way} {row['ssim']:.3f}" for way, row in rows.items())
        print(f"  {pair.name:28s} SSIM {told}", flush=True)
        if folder is not None:
            _show(pair, answers, folder)
    means = {
        group: _means([scored[pair.name] for pair in members])
        for group, members in _groups(pairs).items()
    }
    for group, rows in means.items():
        _print(group, len(_groups(pairs)[group]), rows)
    kinds = {pair.name: str(pair.kind) for pair in pairs}
    return {"pairs": scored, "kinds": kinds, "means": means}


def _answerers(
    presets: Sequence[str], device: str, with_trial: bool
) -> dict[str, Callable[[TruthPair], Image]]:
    """By way: what answers a pair. A method is fitted anew only when the case changes."""

    def unchanged(pair: TruthPair) -> Image:
        return pair.image.resized(pair.target.size)

    def by_trial(pair: TruthPair) -> Image:
        return trial(pair.image, pair.labels, pair.target, device=device)

    def by_patch(preset: str) -> Callable[[TruthPair], Image]:
        method, fitted = Patch(preset, device=device), [""]

        def answer(pair: TruthPair) -> Image:
            if fitted[0] != pair.case:
                method.fit(pair.image, pair.labels)
                fitted[0] = pair.case
            return method.render(pair.target)

        return answer

    ways: dict[str, Callable[[TruthPair], Image]] = {UNCHANGED: unchanged}
    if with_trial:
        ways[TRIAL] = by_trial
    return ways | {f"patch {preset}": by_patch(preset) for preset in presets}


def _answered(
    pair: TruthPair, answerers: dict[str, Callable[[TruthPair], Image]]
) -> tuple[dict[str, Image], dict[str, Row]]:
    answers, rows = {}, {}
    for way, answer in answerers.items():
        start = time.perf_counter()
        answers[way] = answer(pair)
        seconds = time.perf_counter() - start
        scores = score(answers[way], pair.truth, pair.target, pair.labels)
        rows[way] = {"seconds": seconds, **scores}
    return answers, rows


def _groups(pairs: Iterable[TruthPair]) -> dict[str, list[TruthPair]]:
    """Edited and warped pairs, then each kind of edit."""
    every = list(pairs)
    groups = {
        "all": every,
        "edited": [pair for pair in every if pair.kind != EditKind.WARPED],
        **{str(kind): [pair for pair in every if pair.kind == kind] for kind in EditKind},
    }
    return {name: members for name, members in groups.items() if members}


def _means(pairs: Sequence[dict[str, Row]]) -> dict[str, Row]:
    """Of every figure, by way; ``won`` is the share of pairs whose SSIM is above the trial's."""
    means: dict[str, Row] = {}
    for way in pairs[0]:
        means[way] = {name: _mean(pair[way][name] for pair in pairs) for name in FIGURES}
        if TRIAL in pairs[0] and way != TRIAL:
            won = [pair[way]["ssim"] > pair[TRIAL]["ssim"] for pair in pairs]
            means[way]["won"] = float(np.mean(won))
    return means


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.mean(known)) if known else math.nan


def _print(group: str, count: int, rows: dict[str, Row]) -> None:
    against = ["beats trial"] if TRIAL in rows else []
    headings = [f"{group} ({count})", *(heading for heading, _ in FIGURES.values()), *against]
    best = {name: _best(name, rows) for name in FIGURES}
    lines = []
    for way, row in rows.items():
        told = [
            f"{row[name]:.{digits}f}{'*' if row[name] == best[name] else ' '}"
            for name, (_, digits) in FIGURES.items()
        ]
        if against:
            told.append(f"{row['won']:.0%}" if "won" in row else "")
        lines.append([way, *told])
    print("\n" + table(headings, lines), flush=True)


def _best(name: str, rows: dict[str, Row]) -> float:
    """Of all that answer; the unchanged source is no answer."""
    values = [row[name] for way, row in rows.items() if way != UNCHANGED]
    return min(values) if name in LESS_IS_BETTER else max(values)


def _show(pair: TruthPair, answers: dict[str, Image], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    layout = pair.target.to_colour()
    shown = {"truth": pair.truth} | {k: v for k, v in answers.items() if k != UNCHANGED}
    columns = [Column(name, layout, picture.to_rgb8()) for name, picture in shown.items()]
    source = Column("source", pair.labels.to_colour(), pair.image.to_rgb8())
    sheet = Image.from_array(contact_sheet(source, columns))
    sheet.save(folder / f"{pair.name.replace('/', '-').replace(' ', '_')}.png")
