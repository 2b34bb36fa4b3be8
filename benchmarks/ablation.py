"""Ablation: what each part of the patch engine is worth, in figures and in pictures.

    python -m benchmarks.ablation -o out/ablation                      # every row
    python -m benchmarks.ablation -o out/ablation --rows default voted # some rows
    python -m benchmarks.ablation -o out/ablation --pictures docs/pictures/patch

Every row is the engine with one thing changed (``benchmarks.variants``), judged on the pairs of
edited truth. Figures go to ROW.json and are shown with those of earlier runs into the same folder;
a strip of four bundled targets goes to ROW.jpg, and one of known failures to failing.jpg. Times are
ratios to the default's, taken side by side: seconds of one core, on one thread.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Pillow

from benchmarks.cases import read_case
from benchmarks.tables import table
from benchmarks.truth import TruthPair, make_truth
from benchmarks.variants import Variant, variants
from likewise import Image, LabelMap
from likewise.errors import InputError
from likewise.evaluation.truth_scores import truth_scores as score
from likewise.patches.config import PatchConfig
from likewise.patches.engine import Engine
from likewise.patches.levels import Level
from likewise.storage import write_bytes, write_json

FIGURES = {
    "ssim": "SSIM",
    "psnr": "PSNR",
    "edited_ssim": "edited SSIM",
    "edited_psnr": "edited PSNR",
    "sharpness_gap": "gap",
    "edited_sharpness_gap": "edited gap",
}
DIGITS = {"psnr": 2, "edited_psnr": 2}
SHOWN = (
    ("coffee", "two_cups"),
    ("temple", "two_towers"),
    ("astronaut", "stepped_back"),
    ("flower", "wide_bloom"),
)
WANTED = "wanted"  # the strip of sources and layouts
FAILING = (
    ("coffee", "no_spoon"),
    ("temple", "wide_tower"),
    ("tissue", "gland_gone"),
    ("rocket", "lift_off"),
)
FAILED = "failing"  # the strip of what the default still gets wrong
WIDTH, GAP = 1200, 6  # pixels of a strip, and between its pictures
LARGEST, QUALITIES = 80_000, (85, 80, 75, 70, 60)  # bytes of a strip, and JPEG qualities to try


def main() -> None:
    """Parse the command line and run."""
    options = _options()
    torch.set_num_threads(1)  # Numba's kernels follow
    pictures = options.pictures or options.output
    try:
        write_bytes(pictures / f"{WANTED}.jpg", jpeg(wanted()))
        pairs = make_truth()
        Variant("compiles the kernels").paint(*question(pairs[0], PatchConfig(), 0))
        for name in options.rows:
            row = variants()[name]
            write_bytes(pictures / f"{name}.jpg", jpeg(strip(row, SHOWN)))
            if name == "default":
                write_bytes(pictures / f"{FAILED}.jpg", jpeg(strip(row, FAILING)))
            write_json(options.output / f"{name}.json", judged(row, pairs))
            print(f"  {name}", flush=True)
    except InputError as error:
        sys.exit(f"error: {error}")
    print(shown(options.output))


def judged(row: Variant, pairs: Sequence[TruthPair]) -> dict[str, float]:
    """Means over ``pairs`` and seeds; ``spread_NAME`` is between the seeds' means, if several."""
    means = []
    for seed in row.seeds:
        scores = []
        for pair in pairs:
            rendered = pair.image.with_float(_painted(row, pair, seed)[0].numpy())
            scores.append(score(rendered, pair.truth, pair.target, pair.labels))
        means.append({name: _mean(found[name] for found in scores) for name in FIGURES})
    figures = {name: _mean(mean[name] for mean in means) for name in FIGURES}
    if len(means) > 1:
        figures |= {f"spread_{n}": float(np.ptp([mean[n] for mean in means])) for n in FIGURES}
    return figures | {"time": pace(row, pairs)}


def pace(row: Variant, pairs: Sequence[TruthPair]) -> float:
    """Seconds of ``row`` over those of the default, on one pair of each scene, in turn."""
    default, spent, beside = variants()["default"], 0.0, 0.0
    for pair in {pair.case: pair for pair in pairs}.values():
        spent += _painted(row, pair, row.seeds[0])[1]
        beside += _painted(default, pair, 0)[1]
    return spent / beside


def question(pair: TruthPair, config: PatchConfig, seed: int) -> tuple[Engine, torch.Tensor]:
    """An engine for the source of ``pair``, and the layout that it is asked for."""
    return _question(pair.image, pair.labels, pair.target, config, seed)


def strip(row: Variant, targets: Sequence[tuple[str, str]]) -> np.ndarray:
    """(H, WIDTH, 3) uint8: what ``row`` makes of ``targets``, (case, name), with its last seed."""
    answers = []
    for name, target in targets:
        case = _case(name)
        asked = _question(case.image, case.labels, case.targets[target], row.config, row.seeds[-1])
        answers.append(case.image.with_float(row.paint(*asked).numpy()).to_rgb8())
    return side_by_side(answers)


def wanted() -> np.ndarray:
    """The sources, and the layouts below them."""
    cases = [(_case(name), target) for name, target in SHOWN]
    sources = side_by_side([case.image.to_rgb8() for case, _ in cases])
    layouts = side_by_side([case.targets[target].to_colour()[..., :3] for case, target in cases])
    height = min(len(sources), len(layouts))
    return np.concatenate((sources[:height], layouts[:height]))


def side_by_side(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """``pictures`` (H, W, 3) uint8 at one height, WIDTH wide with the gaps between them."""
    aspects = [picture.shape[1] / picture.shape[0] for picture in pictures]
    height = round((WIDTH - GAP * (len(pictures) - 1)) / sum(aspects))
    page, left = np.full((height + GAP, WIDTH, 3), 255, dtype=np.uint8), 0
    for picture, aspect in zip(pictures, aspects, strict=True):
        width = min(round(height * aspect), WIDTH - left)
        small = Pillow.fromarray(picture).resize((width, height), Pillow.Resampling.LANCZOS)
        page[:height, left : left + width] = np.asarray(small)
        left += width + GAP
    return page


def jpeg(picture: np.ndarray, largest: int = LARGEST) -> bytes:
    """``picture`` as a JPEG of at most ``largest`` bytes if one of QUALITIES makes it so."""
    for quality in QUALITIES:
        stream = io.BytesIO()
        Pillow.fromarray(picture).save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() <= largest:
            break
    return stream.getvalue()


def shown(folder: Path) -> str:
    """The table of all rows whose figures are in ``folder``, in the order of the variants."""
    files = {name: folder / f"{name}.json" for name in variants()}
    rows = {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}
    lines = []
    for name, row in rows.items():
        lines.append([name, *_figures(row), f"{row['time']:.2f}"])
        if "spread_ssim" in row:
            spread = {figure: row[f"spread_{figure}"] for figure in FIGURES}
            lines.append(["  largest less least", *_figures(spread), ""])
    return table(["row", *FIGURES.values(), "time"], lines)


def _painted(row: Variant, pair: TruthPair, seed: int) -> tuple[torch.Tensor, float]:
    """Colours (H, W, C), and the seconds of a core that they took."""
    made, layout = question(pair, row.config, seed)
    start = time.process_time()
    colours = row.paint(made, layout)
    return colours, time.process_time() - start


def _figures(row: Mapping[str, float]) -> list[str]:
    return [f"{row[name]:.{DIGITS.get(name, 3)}f}" for name in FIGURES]


def _question(
    image: Image, labels: LabelMap, target: LabelMap, config: PatchConfig, seed: int
) -> tuple[Engine, torch.Tensor]:
    classes = labels.present_classes
    ids = torch.from_numpy(labels.indices(classes)).long()
    source = Level(torch.from_numpy(image.to_float()).float(), ids)
    made = Engine.of(source, len(classes), config, seed)
    return made, torch.from_numpy(target.indices(classes)).long()


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.mean(known)) if known else math.nan


_case = cache(read_case)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    rows = list(variants())
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the figures")
    parser.add_argument("--pictures", type=Path, help="folder for the strips; default: the same")
    parser.add_argument("--rows", nargs="+", choices=rows, default=rows, metavar="ROW")
    options = parser.parse_args()
    for folder in (options.output, options.pictures or options.output):
        folder.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
