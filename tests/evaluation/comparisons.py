"""Comparisons for tests: cases on a disk, a worker that answers at once, and scores made up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from tests import pairs, scenes

from likewise.evaluation.cases import Case
from likewise.evaluation.comparison import Comparison, Outcome, Question
from likewise.evaluation.measuring import Measuring
from likewise.images import Image
from likewise.judging.forest import ForestJudge

REAL = Measuring(judges=(ForestJudge(pixels=2000, trees=6, threads=1),))
LAYOUTS = {"moved": (14, 36), "still": (16, 8)}

# Answers each layout with the source, as the real worker would. Preset fast crashes after the first
# layout, full is killed at once, smoke fails at the layout "still" where a file "broken" lies by.
WORKER = """
import json, os, pathlib, shutil, signal, sys
job = json.loads(sys.stdin.readline())
case, out = pathlib.Path(job["case"]), pathlib.Path(job["folder"])
say = lambda **news: print(json.dumps(news), flush=True)
with open(case.parent / "jobs.txt", "a") as jobs:
    print(case.name, job["preset"], job["seed"], file=jobs)
if job["preset"] == "full":
    os.kill(os.getpid(), signal.SIGKILL)
say(share=0.5)
say(fitted=1.5, memory=3 * 2**20)
for number, target in enumerate(sorted((case / "targets").iterdir())):
    if target.stem == "still" and (case.parent / "broken").exists():
        print("a long story", file=sys.stderr)
        say(failed="ValueError: no", target="still")
        continue
    file = shutil.copy(case / "image.png", out / f"{number}.png")
    say(rendered=target.stem, file=str(file), seconds=0.25)
    if job["preset"] == "fast":
        os.kill(os.getpid(), signal.SIGSEGV)
"""


class Quick(Measuring):
    """Scores at once: how bright an answer is, and how near to the truth where that is known."""

    def scorer(self, case: Case, device: torch.device) -> Any:
        return Brightness(case)


@dataclass(frozen=True)
class Brightness:
    """See :class:`Quick`."""

    case: Case

    ceilings: ClassVar[dict[str, float]] = {"accuracy": 0.75}

    def score(self, rendered: Image, target: str) -> dict[str, float]:
        scores = {"accuracy": float(rendered.to_float().mean())}
        truth = self.case.truths.get(target)
        if truth is not None:
            scores["ssim"] = 1 - float(np.abs(rendered.to_float() - truth.to_float()).mean())
        return scores


QUICK = Quick()


def write_case(folder: Path, *, truth: bool = False, seed: int = 0) -> Path:
    """The house scene with a moved house and an unmoved one, and the truth of the first."""
    (folder / "targets").mkdir(parents=True)
    ids = scenes.house(pairs.SIZE)
    scenes.picture(ids, seed=seed).save(folder / "image.png")
    pairs.labels(ids).write(folder / "labels.png")
    table = [{"id": c.id, "name": c.name, "colour": list(c.colour)} for c in pairs.TABLE]
    (folder / "classes.json").write_text(json.dumps(table))
    for name, at in LAYOUTS.items():
        pairs.target(at).write(folder / "targets" / f"{name}.png")
    if truth:
        (folder / "truths").mkdir()
        moved = scenes.house(pairs.SIZE, LAYOUTS["moved"])
        scenes.picture(moved, seed=seed).save(folder / "truths" / "moved.png")
        (folder / "edits.json").write_text('{"moved": "translated"}')
    return folder


def scored(
    folder: Path,
    scores: Mapping[tuple[str, str, str, int], Mapping[str, float] | str],
    seeds: tuple[int, ...] = (0,),
) -> Comparison:
    """A comparison of made up ``scores``, or errors, by case, target, contestant and seed."""
    keys = list(dict.fromkeys((case, target) for case, target, _, _ in scores))
    names = dict.fromkeys(name for _, _, name, _ in scores if name not in ("source", "truth"))
    questions = [
        Question(case, target, "", "s.png", "l.png", "t.png", "e.png", None, (4, 4), ())
        for case, target in keys
    ]
    outcomes = [
        Outcome(*key, None, error=given)
        if isinstance(given, str)
        else Outcome(*key, "p.png", "", 2.0, 0.5, 2**20, dict(given))
        for key, given in scores.items()
    ]
    found = {outcome.key: outcome for outcome in outcomes}
    return Comparison(folder, tuple(names), seeds, tuple(questions), found)
