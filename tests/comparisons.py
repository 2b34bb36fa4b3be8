"""A small comparison with pictures, as tests of what reads comparisons want it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from likewise.evaluation.comparison import Comparison, Outcome, Question

LEGEND = (("sky", "#87ceeb"), ("ground", "#5a7828"))
CONTESTANTS = ("patch:smoke", "patch:fast", "semia:fast")
NAMES = ("accuracy", "iou", "coherence")


def small_comparison(
    folder: Path,
    *,
    cases: tuple[str, ...] = ("hill", "shore"),
    targets: tuple[str, ...] = ("moved", "two"),
    contestants: tuple[str, ...] = CONTESTANTS,
    seeds: tuple[int, ...] = (0, 1),
    size: tuple[int, int] = (24, 36),
) -> Comparison:
    """Two cases of two layouts; "moved" has a truth; the last contestant fails on the last case.

    The second contestant's accuracy is best, and the first is quickest. Pictures are ``size``.
    """
    rng = np.random.default_rng(0)
    questions, outcomes = [], []
    for number, case in enumerate(cases):
        place = f"c{number}"
        _photograph(folder / place / "source.png", size, rng)
        _drawing(folder / place / "labels.png", size, 0.5)
        for k, target in enumerate(targets):
            question = _question(folder, place, case, (k, target), size, rng)
            questions.append(question)
            outcomes += _references(question, seeds[0])
            for c, contestant in enumerate(contestants):
                fails = c == len(contestants) - 1 and case == cases[-1]
                for seed in seeds:
                    name = None if fails else f"{place}/t{k}/a{c}-s{seed}.png"
                    if name is not None:
                        _photograph(folder / name, size, rng)
                    outcomes.append(_outcome(question, contestant, seed, name, c, k))
    return Comparison(
        folder,
        contestants,
        seeds,
        tuple(questions),
        {outcome.key: outcome for outcome in outcomes},
        {case: {"accuracy": 0.97, "iou": 0.91} for case in cases},
        {
            "date": "2024-05-06",
            "versions": {"likewise": "0.1.0"},
            "device": "cpu",
            "command": ["likewise", "compare", "my cases", "-m", "patch"],
        },
    )


def _question(
    folder: Path,
    place: str,
    case: str,
    numbered: tuple[int, str],
    size: tuple[int, int],
    rng: np.random.Generator,
) -> Question:
    k, target = numbered
    inside = f"{place}/t{k}"
    _drawing(folder / inside / "layout.png", size, 0.3 + 0.2 * k)
    _photograph(folder / inside / "edited.png", size, rng)
    truth = f"{inside}/truth.png" if k == 0 else None
    if truth:
        _photograph(folder / truth, size, rng)
    kind = "moved" if k == 0 else ""
    files = (f"{place}/source.png", f"{place}/labels.png", f"{inside}/layout.png")
    return Question(case, target, kind, *files, f"{inside}/edited.png", truth, size, LEGEND)


def _references(question: Question, seed: int) -> list[Outcome]:
    same = dict(zip(NAMES, (0.80, 0.60, 0.0), strict=True))
    found = [Outcome(*question.key, "source", seed, question.source, scores=same)]
    if question.truth:
        true = dict(zip(NAMES, (0.96, 0.90, 0.02), strict=True))
        found.append(Outcome(*question.key, "truth", seed, question.truth, scores=true))
    return found


def _outcome(
    question: Question, contestant: str, seed: int, name: str | None, c: int, k: int
) -> Outcome:
    if name is None:
        return Outcome(*question.key, contestant, seed, None, "it ran out of memory")
    scores = {
        "accuracy": (0.85, 0.93, 0.88)[c % 3] - 0.01 * k - 0.002 * seed,
        "iou": (0.70, 0.80, 0.75)[c % 3] - 0.02 * k,
        "coherence": (0.010, 0.019, 0.040)[c % 3],
    }
    if question.truth:
        scores |= {"ssim": (0.6, 0.8, 0.7)[c % 3], "psnr": 20.0 + c}
    costs = (0.5 * 10**c, 0.1 * 2**c, 400_000_000 * (c + 1))
    return Outcome(*question.key, contestant, seed, name, "", *costs, scores)


def _photograph(path: Path, size: tuple[int, int], rng: np.random.Generator) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    down, across = np.mgrid[: size[0], : size[1]]
    smooth = np.stack([down * 3, across * 2, down + across], axis=2) * (120 / max(size)) + 30
    noise = rng.integers(-12, 12, (*size, 3))
    Image.fromarray((smooth + noise).clip(0, 255).astype(np.uint8)).save(path)


def _drawing(path: Path, size: tuple[int, int], horizon: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    colours = [tuple(bytes.fromhex(colour[1:])) for _, colour in LEGEND]
    rows = (np.arange(size[0]) > horizon * size[0]).astype(int)
    picture = np.array(colours, np.uint8)[np.repeat(rows[:, None], size[1], axis=1)]
    Image.fromarray(picture).save(path)
