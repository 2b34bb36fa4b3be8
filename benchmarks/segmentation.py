"""Segmentation: how near ``likewise segment`` comes to label maps that people drew.

python -m benchmarks.segmentation
python -m benchmarks.segmentation --cases DIR --sheet sheet.png

Each case is segmented into as many classes as its own labels have, into twice as many, and into as
many as are found likely; beside it stand the colours of pixels alone, by k-means.

- matched: Mean IoU of the classes with the best one-to-one pairing of found and drawn ones.
- named: Mean IoU of twice as many classes once each is given the name of what it mostly covers:
  what a person reaches who only names and merges.
- borders: F measure of borders, found and drawn within 0.75 % of the diagonal of each other.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.optimize import linear_sum_assignment
from skimage.color import rgb2lab
from sklearn.cluster import KMeans

from benchmarks.cases import PLACES
from likewise.cli.tasks.segment_job import laid_over
from likewise.errors import InputError
from likewise.evaluation.cases import Case, find_cases, read_case
from likewise.images import Image
from likewise.sheet import Column, contact_sheet
from likewise.tasks.segmentation import FEWEST, MOST, segment

NEAR = 0.0075  # of the diagonal: the tolerance that is customary for borders
Segmenting = Callable[[Image, int], np.ndarray]


def by_colour(image: Image, classes: int) -> np.ndarray:
    """(H, W) classes of pixels by their colour alone."""
    lab = rgb2lab(image.to_rgb8()).reshape(-1, 3)
    means = KMeans(classes, n_init=1, random_state=0).fit(lab[:: 1 + len(lab) // 20000])
    return np.asarray(means.predict(lab).reshape(image.size))


def by_likewise(image: Image, classes: int) -> np.ndarray:
    """(H, W) classes by ``likewise segment``."""
    return segment(image, min(max(classes, FEWEST), MOST)).ids


def overlaps(found: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """(F, D) pixels that are of a found and of a drawn class."""
    _, one = np.unique(found, return_inverse=True)
    _, other = np.unique(drawn, return_inverse=True)
    counts = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(counts, (one.ravel(), other.ravel()), 1)
    return counts


def ious(counts: np.ndarray) -> np.ndarray:
    """(F, D) intersection over union."""
    return counts / (counts.sum(1, keepdims=True) + counts.sum(0, keepdims=True) - counts)


def matched(found: np.ndarray, drawn: np.ndarray) -> float:
    """Mean IoU under the best pairing; a class without a partner counts 0."""
    table = ious(overlaps(found, drawn))
    pairs = linear_sum_assignment(-table)
    return float(table[pairs].sum() / max(table.shape))


def named(found: np.ndarray, drawn: np.ndarray) -> float:
    """Mean IoU once each found class has the name of what it mostly covers."""
    counts = overlaps(found, drawn)
    merged = np.zeros((counts.shape[1], counts.shape[1]))
    np.add.at(merged, counts.argmax(axis=1), counts)
    whole = merged.sum(0) + merged.sum(1) - np.diag(merged)
    return float((np.diag(merged) / whole).mean())


def borders(found: np.ndarray, drawn: np.ndarray) -> float:
    """F measure of the pixels along borders."""
    one, other = _border(found), _border(drawn)
    if not one.any() or not other.any():
        return float(one.any() == other.any())
    reach = max(2.0, NEAR * float(np.hypot(*found.shape)))
    precision = (ndimage.distance_transform_edt(~other)[one] <= reach).mean()
    recall = (ndimage.distance_transform_edt(~one)[other] <= reach).mean()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def _border(ids: np.ndarray) -> np.ndarray:
    edge = np.zeros(ids.shape, dtype=bool)
    edge[1:] |= ids[1:] != ids[:-1]
    edge[:, 1:] |= ids[:, 1:] != ids[:, :-1]
    return edge


def row(case: Case, method: Segmenting) -> list[float]:
    """Matched, named, borders, and seconds of one segmentation."""
    drawn = case.labels.ids
    classes = len(case.labels.present())
    began = time.perf_counter()
    found = method(case.image, classes)
    took = time.perf_counter() - began
    more = method(case.image, 2 * classes)
    return [matched(found, drawn), named(more, drawn), borders(found, drawn), took]


def sheet(cases: list[Case]) -> np.ndarray:
    """Each case's picture, the labels drawn over it, and those found, with as many classes."""
    columns = []
    for case in cases:
        rgb = case.image.to_rgb8()
        found = segment(case.image, max(FEWEST, len(case.labels.present())))
        drawn = laid_over(rgb, case.labels.to_colour(), case.labels.ids)
        over = laid_over(rgb, found.to_colour(), found.ids)
        columns.append(Column(case.name, rgb, drawn, over))
    return contact_sheet(columns[0], columns[1:])


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=Path, nargs="+", help="folders of cases; else examples/")
    parser.add_argument("--sheet", type=Path, help="write a page of pictures there")
    options = parser.parse_args()
    try:
        cases = [read_case(folder) for folder in find_cases(options.cases or PLACES[:1])]
    except InputError as error:
        sys.exit(f"error: {error}")
    print(f"{'case':14s}{'method':10s}{'matched':>9}{'named':>8}{'borders':>9}{'s':>7}   likely")
    methods: dict[str, Segmenting] = {"colours": by_colour, "likewise": by_likewise}
    means: dict[str, list[list[float]]] = {name: [] for name in methods}
    for case in cases:
        for name, method in methods.items():
            told = row(case, method)
            means[name].append(told)
            likely = f"{len(segment(case.image).present())} of {len(case.labels.present())}"
            _print(case.name, name, told, likely if method is by_likewise else "")
    for name, rows in means.items():
        _print("mean", name, np.mean(rows, axis=0).tolist(), "")
    if options.sheet:
        Image.from_array(sheet(cases)).save(options.sheet)


def _print(case: str, name: str, told: list[float], likely: str) -> None:
    numbers = f"{told[0]:9.3f}{told[1]:8.3f}{told[2]:9.3f}{told[3]:7.2f}"
    print(f"{case:14s}{name:10s}{numbers}   {likely}", flush=True)


if __name__ == "__main__":
    main()
