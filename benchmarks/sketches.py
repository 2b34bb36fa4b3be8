"""Sketches: how well edges of answers keep to drawn lines, by what lines become.

Columns: ``sketch`` as the command does it (shapes as classes); the same with bands beside lines;
the patch engine on one-hot labels of the lines alone (line, paper); and the picture itself by its
own sketch, for a scale. ``--shapes`` asks instead how many shapes of bundled layouts are matched to
a shape of their own class.

    python -m benchmarks.sketches [--cases FOLDER] [--pictures FOLDER]
    python -m benchmarks.sketches --shapes
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import ndimage

from benchmarks.tables import table
from likewise import Analogy, LabelMap, read_image
from likewise.images import Image
from likewise.tasks.sketches import Sketch, SketchEdit, follow_each
from likewise.tasks.sketches.matching import match
from likewise.tasks.sketches.relations import features

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SMALLEST = 0.0004  # share of a layout: smaller regions are not counted as shapes
WAYS = ("shapes", "bands", "patch on lines")
Scores = dict[str, float]


def main() -> None:
    """Print the table that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=Path, default=EXAMPLES, help="folder of cases")
    parser.add_argument("--pictures", type=Path, help="folder for the answers")
    parser.add_argument("--shapes", action="store_true", help="count shapes matched rightly")
    asked = parser.parse_args()
    if asked.shapes:
        right, every = matched_rightly(asked.cases)
        print(f"{right} of {every} shapes take after one of their own class")
        return
    rows = []
    for case in sorted(asked.cases.glob("*/sketch")):
        for name, scores in compared(case, asked.pictures):
            rows.append([f"{case.parent.name} {name}", *(f"{f:.2f}" for f in scores.values())])
            print(table(["edge F", *scores], rows[-1:]), flush=True)
    print(table(["edge F", *WAYS, "the picture itself"], rows))


def compared(case: Path, pictures: Path | None = None) -> Iterator[tuple[str, Scores]]:
    """Of each drawing in the folder ``case``, the edge F-score of every way."""
    image, own = read_image(case.parent / "image.png"), Sketch.read(case / "sketch.png")
    drawn = {path.stem: Sketch.read(path) for path in sorted((case / "targets").glob("*.png"))}
    edits = follow_each(image, drawn, own, by="shapes")
    banded = follow_each(image, drawn, own, by="lines")
    fitted = [
        Analogy(method, device="cpu").fit(image, labels)
        for method, labels in (
            ("likewise", edits[0].labels),
            ("likewise", banded[0].labels),
            ("patch", one_hot(own)),
        )
    ]
    for edit, other in zip(edits, banded, strict=True):
        assert edit.drawn is not None
        layouts = edit.layout, other.layout, one_hot(edit.drawn)
        scores: Scores = {}
        for way, analogy, layout in zip(WAYS, fitted, layouts, strict=True):
            answer = analogy.render(layout)
            scores[way] = edit.measured(answer)["edge_f"]
            _keep(answer, edit, way, case, pictures)
        yield edit.name, scores | {"the picture itself": edit.measured(image)["edge_f_of_source"]}


def one_hot(sketch: Sketch) -> LabelMap:
    """Paper 0 and line 1."""
    return LabelMap.from_array(sketch.ink.astype(np.int32))


def matched_rightly(cases: Path) -> tuple[int, int]:
    """Of all regions of all layouts, how many are matched to a region of their class."""
    right = every = 0
    for path in sorted(cases.glob("*/labels.png")):
        labels = LabelMap.read(path)
        own = regions(labels.ids)
        for target in sorted((path.parent / "targets").glob("*.png")):
            layout = LabelMap.read(target, like=labels)
            drawn = regions(layout.ids)
            found = match(features(own), features(drawn)).source
            ours, theirs = _class_of(own, labels.ids), _class_of(drawn, layout.ids)
            right += int((ours[found] == theirs).sum())
            every += len(theirs)
    return right, every


def regions(ids: np.ndarray) -> np.ndarray:
    """(H, W) numbers of the connected regions of one class, from 0 on; specks join the nearest."""
    numbers = np.zeros(ids.shape, dtype=np.int64)
    for entry in np.unique(ids):
        found, _ = ndimage.label(ids == entry)
        numbers[found > 0] = found[found > 0] + numbers.max()
    small = np.bincount(numbers.ravel())[numbers] < SMALLEST * ids.size
    nearest = ndimage.distance_transform_edt(small, return_distances=False, return_indices=True)
    kept = numbers[tuple(nearest)]
    return np.unique(kept, return_inverse=True)[1].reshape(ids.shape)


def _class_of(numbers: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return np.array([np.bincount(ids[numbers == n]).argmax() for n in range(numbers.max() + 1)])


def _keep(answer: Image, edit: SketchEdit, way: str, case: Path, pictures: Path | None) -> None:
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        name = f"{case.parent.name}_{edit.name}_{way.replace(' ', '_')}.png"
        answer.save(pictures / name)


if __name__ == "__main__":
    main()
