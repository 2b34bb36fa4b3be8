"""What pairs are worth: a small U-Net trained on one labelled crop, with and without them.

    python -m benchmarks.augmentation --out out                    # all three, five seeds
    python -m benchmarks.augmentation --out out --subjects coins --seeds 2

Three arms, each with the same steps and the same classical augmentation (flips, turns, zooms,
elastic bends, light): "classical", on the labelled crop alone; "pasted", half of each batch from
layouts of ours filled by copy and paste; "ours", the same layouts as likewise augment renders them.
Told is the mean IoU over all held-out crops of a subject, for each seed. Runs that were made are
kept in OUT/runs.jsonl and not made again.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from scipy import stats

from benchmarks.augmentation.network import Pair, read, trained
from benchmarks.augmentation.pictures import SUBJECTS, Subject
from benchmarks.tables import table
from likewise import Analogy
from likewise.geometry.pasting import edited_source
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.metrics.mean_iou import mean_iou
from likewise.sheet import Column, contact_sheet
from likewise.tasks.augmentation.layouts import Layouts
from likewise.tasks.augmentation.maker import Maker
from likewise.tasks.augmentation.quality import Quality

ARMS = ("classical", "pasted", "ours")


def main() -> None:
    """Parse the command line, make what is missing, tell the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--subjects", nargs="+", default=list(SUBJECTS), choices=list(SUBJECTS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=40)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    subjects = {name: SUBJECTS[name]() for name in options.subjects}
    kept = options.out / "runs.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    scores = {(r["subject"], r["arm"], r["seed"]): r["iou"] for r in map(json.loads, lines)}
    for seed in range(options.seeds):
        for name, subject in subjects.items():
            missing = [arm for arm in ARMS if (name, arm, seed) not in scores]
            more = sets(subject, options.pairs, options.out) if missing else {}
            for arm in missing:
                iou = score(subject, more[arm], seed)
                scores[name, arm, seed] = iou
                with kept.open("a", encoding="utf-8") as handle:
                    run = {"subject": name, "arm": arm, "seed": seed, "iou": iou}
                    handle.write(json.dumps(run) + "\n")
                print(f"{name} {arm} seed {seed}: {iou:.4f}", flush=True)
    print(summary(scores, list(subjects), options.seeds))


def sets(subject: Subject, count: int, out: Path) -> dict[str, list[Pair]]:
    """The further pairs of each arm; ours are rendered once and kept as .npz and on a sheet."""
    file = out / f"{subject.name}-{count}.npz"
    if not file.exists():
        began = time.monotonic()
        images, layouts, dropped = _rendered(subject, count)
        np.savez_compressed(file, images=images, layouts=layouts)
        _sheet(subject, images, layouts, out / f"{subject.name}.png")
        took = time.monotonic() - began
        print(f"{subject.name}: {count} pairs, {dropped} dropped, {took:.0f} s", flush=True)
    with np.load(file) as data:
        images, layouts = data["images"], data["layouts"]
    source = subject.image.pixels, subject.labels.ids
    pasted = [edited_source(*source, layout) for layout in layouts]
    return {
        "classical": [],
        "pasted": [_pair(p, ids) for p, ids in zip(pasted, layouts, strict=True)],
        "ours": [_pair(p, ids) for p, ids in zip(images, layouts, strict=True)],
    }


def _rendered(subject: Subject, count: int) -> tuple[np.ndarray, np.ndarray, int]:
    analogy = Analogy(device="cpu").fit(subject.image, subject.labels)
    maker = Maker(analogy, Layouts(subject.labels), Quality(subject.image, subject.labels))
    images, layouts, index, dropped = [], [], 0, 0
    while len(images) < count:
        made = maker.make(index)
        index += 1
        dropped += len(made.attempts) - (made.image is not None)
        if made.image is not None and made.layout is not None:
            images.append(made.image.pixels)
            layouts.append(made.layout.labels.ids)
    return np.stack(images), np.stack(layouts), dropped


def _sheet(subject: Subject, images: np.ndarray, layouts: np.ndarray, path: Path) -> None:
    labels = subject.labels
    columns = []
    for picture, ids in list(zip(images, layouts, strict=True))[:8]:
        for name, shown in (
            ("ours", picture),
            ("pasted", edited_source(subject.image.pixels, labels.ids, ids)),
        ):
            columns.append(Column(name, LabelMap.with_ids(labels, ids).to_colour(), shown))
    source = Column("labelled", labels.to_colour(), subject.image.to_rgb8())
    for picture, ids in subject.held_out[:3]:
        pixels = np.rint(picture * 255).astype(np.uint8)
        columns.append(Column("held out", labels.with_ids(ids).to_colour(), pixels))
    legend = [(entry.name, entry.colour) for entry in labels.classes]
    Image.from_array(contact_sheet(source, columns, legend)).save(path)


def score(subject: Subject, more: list[Pair], seed: int) -> float:
    """Mean IoU over all held-out pixels of a network trained with ``more`` pairs."""
    real = _pair(subject.image.pixels, subject.labels.ids)
    classes = len(subject.labels.classes)
    network = trained(real, more, classes, seed)
    answers = [read(network, picture).ravel() for picture, _ in subject.held_out]
    truths = [ids.ravel() for _, ids in subject.held_out]
    return mean_iou(np.concatenate(answers)[None], np.concatenate(truths)[None], classes)


def _pair(pixels: np.ndarray, ids: np.ndarray) -> Pair:
    picture = torch.from_numpy(np.array(pixels, dtype=np.float32) / 255).permute(2, 0, 1)
    return picture, torch.from_numpy(np.array(ids, dtype=np.int64))[None]


def summary(scores: dict[tuple[str, str, int], float], names: list[str], seeds: int) -> str:
    """Mean and standard deviation of each arm, and paired differences with 95 % intervals."""
    rows = []
    for name in names:
        arms = {arm: np.array([scores[name, arm, s] for s in range(seeds)]) for arm in ARMS}
        row = [name, *(f"{v.mean():.3f} ± {v.std(ddof=1):.3f}" for v in arms.values())]
        for other in ("classical", "pasted"):
            gain = arms["ours"] - arms[other]
            half = stats.t.ppf(0.975, seeds - 1) * gain.std(ddof=1) / seeds**0.5
            row.append(f"{gain.mean():+.3f} [{gain.mean() - half:+.3f}, {gain.mean() + half:+.3f}]")
        rows.append(row)
    return table(("mean IoU", *ARMS, "ours - classical", "ours - pasted"), rows)


if __name__ == "__main__":
    main()
