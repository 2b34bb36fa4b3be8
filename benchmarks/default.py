"""Default: what each part of method ``likewise`` adds to ``patch``, in figures and pictures.

    python -m benchmarks.default -o out/default                        # every row
    python -m benchmarks.default -o out/default --rows patch likewise  # some rows
    python -m benchmarks.default -o out/default --pictures docs/pictures

Each row answers the pairs of edited truth and the strong warps, and four layouts for the eye.
Figures go to ROW.json and pictures to ROW/; tables and the page ``default.jpg`` hold all rows that
are in the folder, of this run and earlier ones; the figures are means over the pairs that all of
them answered. Times are warm ones of this machine: compare rows of one run. The last tables tell
where the loss on edited truth lies (``benchmarks.loss_by_place``).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.ablation import jpeg
from benchmarks.cases import ROOT, read_case
from benchmarks.loss_by_place import Place, loss_by_place
from benchmarks.pages import grid
from benchmarks.tables import table
from benchmarks.truth import EditKind, TruthPair, make_truth
from benchmarks.truth_quality import FIGURES, truth_pairs
from likewise import Image, LabelMap
from likewise.devices import choose_device, describe_device
from likewise.errors import InputError
from likewise.evaluation.truth_scores import truth_scores
from likewise.images import read_image
from likewise.methods.base import Method
from likewise.methods.likewise import Likewise
from likewise.methods.patch import Patch
from likewise.methods.semia import Semia
from likewise.storage import write_bytes, write_json

PRESET = "fast"
UNCOVERING = 0.05  # share of the picture that is uncovered backdrop, from which a pair uncovers
LOSSES = {  # on edited truth: what, times what, to how many decimals
    "missing SSIM": ("ssim", 1.0, 4),
    "squared error x 1000": ("error", 1e3, 2),
    "share of pixels": ("share", 1.0, 3),
}
PAGE = "default.jpg"
PAGE_SIZE = (1600, 300_000)  # pixels wide, bytes


@dataclass(frozen=True)
class Shown:
    """A layout for the eye, and the part of it that is shown.

    Attributes:
        case: a bundled example, or a scene of edited truth.
        target: name of the layout, or of the edit.
        view: (top, left, bottom, right), shares of the height and the width.
    """

    case: str
    target: str
    view: tuple[float, float, float, float]

    @property
    def name(self) -> str:
        """Unique."""
        return f"{self.case}-{self.target}"

    def cut(self, picture: np.ndarray) -> np.ndarray:
        """The view of ``picture`` (H, W, C)."""
        height, width = picture.shape[:2]
        top, left, bottom, right = self.view
        rows = slice(round(top * height), round(bottom * height))
        return picture[rows, round(left * width) : round(right * width)]


SHOWN = (
    Shown("temple", "no_tower", (0.35, 0.0, 0.85, 0.5)),
    Shown("coffee", "no_spoon", (0.15, 0.25, 0.95, 0.85)),
    Shown("tissue", "gland_gone", (0.3, 0.1, 1.0, 0.8)),
    Shown("paving", "removed", (0.1, 0.1, 0.9, 0.9)),
)


def rows() -> dict[str, Callable[[str], Method]]:
    """By name: what makes the method of a row on a device."""
    return {
        "patch": partial(_patch, fill=False),
        "patch, filling": partial(_patch, fill=True),
        "likewise": lambda device: Likewise(PRESET, device=device),
        "semia": lambda device: Semia(PRESET, device=device),
    }


def main() -> None:
    """Parse the command line and run."""
    options = _options()
    try:
        device = choose_device(options.device)
        print(f"{describe_device(device)}, torch threads {torch.get_num_threads()}", flush=True)
        pairs = truth_pairs(options.pairs)
        for name in options.rows:
            method = rows()[name](str(device))
            draw(method, options.output / _stem(name))
            write_json(options.output / f"{_stem(name)}.json", judged(method, pairs))
            print(f"  {name}", flush=True)
    except InputError as error:
        sys.exit(f"error: {error}")
    print(told(options.output))
    width, most = PAGE_SIZE
    write_bytes(options.pictures / PAGE, jpeg(page(options.output, width), most))


def draw(method: Method, folder: Path) -> None:
    """Write what ``method`` makes of SHOWN into ``folder``; this also compiles what it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    for shown in SHOWN:
        image, labels, target, _ = _question(shown)
        method.fit(image, labels).render(target).save(folder / f"{shown.name}.png")


def judged(method: Method, pairs: Sequence[TruthPair]) -> dict[str, Any]:
    """Figures by pair; scenes are fitted once, and pairs of one stand in a row."""
    found: dict[str, Any] = {}
    fitted, fit = "", 0.0
    for pair in pairs:
        if fitted != pair.case:
            fit, _ = _timed(method, lambda p=pair: method.fit(p.image, p.labels))
            fitted = pair.case
        seconds, answer = _timed(method, lambda p=pair: method.render(p.target))
        scores = truth_scores(answer, pair.truth, pair.target, pair.labels)
        parts = loss_by_place(answer, pair.truth, pair.labels, pair.target)
        found[pair.name] = {
            "kind": str(pair.kind),
            "fit": fit,
            **{name: _finite(scores.get(name, seconds)) for name in FIGURES},
            "places": {str(place): asdict(part) for place, part in parts.items()},
        }
    return found


def told(folder: Path) -> str:
    """The tables of all rows whose figures are in ``folder``, over the pairs that all answered."""
    read = {name: _read(folder / f"{_stem(name)}.json") for name in rows()}
    read = {name: figures for name, figures in read.items() if figures}
    common = set.intersection(*map(set, read.values()))
    found = {row: [pairs[name] for name in sorted(common)] for row, pairs in read.items()}
    parts = []
    for title, belongs in GROUPS.items():
        chosen = {row: [pair for pair in pairs if belongs(pair)] for row, pairs in found.items()}
        if count := len(next(iter(chosen.values()))):
            headings = [
                f"{title} ({count})",
                *(heading for heading, _ in FIGURES.values()),
                "fit s",
            ]
            parts.append(table(headings, [[row, *_figures(of)] for row, of in chosen.items()]))
    edited = {row: [pair for pair in pairs if is_edited(pair)] for row, pairs in found.items()}
    for title, (what, scale, digits) in LOSSES.items():
        lines = [[row, *_lost(of, what, scale, digits)] for row, of in edited.items() if of]
        parts.append(table([title, *Place, "all"], lines))
    return "\n" + "\n\n".join(parts)


def is_edited(pair: Mapping[str, Any]) -> bool:
    """Whether the figures of ``pair`` are of an edited truth."""
    return bool(pair["kind"] != EditKind.WARPED)


def uncovers(pair: Mapping[str, Any]) -> bool:
    """Whether its layout uncovers a good part of a backdrop."""
    return is_edited(pair) and pair["places"][Place.UNCOVERED]["share"] >= UNCOVERING


GROUPS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "edited truth": is_edited,
    "of these, uncovering": uncovers,
    "strong warps": lambda pair: not is_edited(pair),
}


def page(folder: Path, width: int) -> np.ndarray:
    """(H, W, 3) uint8: a row for each of SHOWN; what was asked, each row's answer, the truth."""
    drawn = [name for name in rows() if (folder / _stem(name)).is_dir()]
    lines = []
    for shown in SHOWN:
        image, _, target, truth = _question(shown)
        answers = [read_image(folder / _stem(name) / f"{shown.name}.png") for name in drawn]
        pictures = [image.to_rgb8(), target.to_colour()[..., :3], *(a.to_rgb8() for a in answers)]
        pictures += [] if truth is None else [truth.to_rgb8()]
        lines.append([shown.cut(picture) for picture in pictures])
    return grid(["source", "layout", *drawn, "truth"], lines, width)


@cache
def _question(shown: Shown) -> tuple[Image, LabelMap, LabelMap, Image | None]:
    """Source, its labels, the layout, and the truth where there is one."""
    if (ROOT / "examples" / shown.case).is_dir():
        case = read_case(shown.case, ROOT / "examples")
        return case.image, case.labels, case.targets[shown.target], None
    (pair,) = (pair for pair in make_truth([shown.case]) if pair.edit == shown.target)
    return pair.image, pair.labels, pair.target, pair.truth


def _patch(device: str, fill: bool) -> Method:
    method = Patch(PRESET, device=device)
    method.config = replace(method.config, fill=fill)
    return method


def _timed(method: Method, work: Callable[[], Any]) -> tuple[float, Any]:
    def now() -> float:
        if method.device.type == "cuda":
            torch.cuda.synchronize(method.device)
        return time.perf_counter()

    start = now()
    answer = work()
    return now() - start, answer


def _figures(pairs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for name, (_, digits) in FIGURES.items():
        yield f"{_mean(pair[name] for pair in pairs):.{digits}f}"
    yield f"{_mean(pair['fit'] for pair in pairs):.2f}"


def _lost(
    pairs: Sequence[Mapping[str, Any]], what: str, scale: float, digits: int
) -> Iterator[str]:
    means = [scale * _mean(pair["places"][place][what] for pair in pairs) for place in Place]
    yield from (f"{value:.{digits}f}" for value in [*means, sum(means)])


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else math.nan


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _read(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _stem(row: str) -> str:
    return row.replace(", ", "-")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = list(rows())
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for all of it")
    parser.add_argument("--pictures", type=Path, help=f"where {PAGE} goes; default: the same")
    parser.add_argument("--rows", nargs="+", choices=names, default=names, metavar="ROW")
    parser.add_argument("--pairs", type=int, help="so many pairs, spread over all")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    options.pictures = options.pictures or options.output
    for folder in (options.output, options.pictures):
        folder.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
