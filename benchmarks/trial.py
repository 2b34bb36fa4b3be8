"""Trial: label-guided synthesis by exact search, the baseline that the patch engine must beat.

    python -m benchmarks.trial temple --size 96 -o out
    python -m benchmarks.trial zebra --cases ~/pictures --size 184 -o out     # on a GPU

Coarse to fine, every patch of the answer takes after the patch of the source that is nearest in
colours, labels, distances to borders and place; overlapping patches are averaged. Nothing is
trained, nothing is random, and all patches are compared with all: time grows with the square of
the pixels.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from benchmarks.cases import read_case
from likewise import Image, LabelMap
from likewise.devices import choose_device, describe_device
from likewise.errors import InputError
from likewise.evaluation.cases import Case
from likewise.geometry.warps import one_hot
from likewise.methods.frame import resized_image
from likewise.patches.exact import completeness, nearest
from likewise.patches.extract import extract_patches, fold_patches
from likewise.sheet import Column, contact_sheet

COARSEST, RATIO = 20, 1.35  # short side of the smallest level in pixels; from level to level
PATCH = 7  # pixels
REACH = 8  # pixels of a level at which distances to a class are clipped
DISTANCE_WEIGHT = 2.0  # of such a distance in units of REACH, against one pixel of the patch
PLACE_WEIGHTS = (0.9, 0.3)  # of y and x in units of height and width, against all pixels of it
ROUNDS = 4  # of match and vote at each level but the coarsest
ALPHA = 0.02


@dataclass(frozen=True)
class Level:
    """One size: source image (1, C, h, w) in [0, 1], area-averaged one-hot layouts of both."""

    image: Tensor
    layout: Tensor
    target: Tensor

    @property
    def patch(self) -> int:
        """Side of a patch in pixels: PATCH, or less where a picture is smaller."""
        return min(PATCH, *self.image.shape[2:], *self.target.shape[2:])


def trial(
    image: Image,
    labels: LabelMap,
    target: LabelMap,
    *,
    size: int | None = None,
    alpha: float | None = ALPHA,
    device: str = "auto",
) -> Image:
    """Render ``target``.

    Args:
        image: the source.
        labels: of the source, of its size.
        target: any size; at the source's scale.
        size: short side in pixels at which the source is worked on; the answer is enlarged from
            there. None, or more than it has, works at full size.
        alpha: how mildly to press for completeness, as :func:`likewise.patches.exact.completeness`
            takes it; None does not.
        device: where to search.

    Raises:
        LabelError: the sizes of image and labels differ, or a class is not in the source.
    """
    labels.require_size(image)
    target.require_known(labels)
    levels = pyramid(image, labels, target, size, choose_device(device))
    answer = first_answer(levels[0])
    for below, level in pairwise(levels):
        answer = resized_image(answer, _size(level.target))
        blurred = resized_image(below.image, _size(level.image))
        for number in range(ROUNDS):
            known = level.image if number else blurred
            answer = match_and_vote(answer, known, level, alpha)
    return image.with_float(resized_image(answer, target.size)[0].permute(1, 2, 0).cpu().numpy())


def pyramid(
    image: Image, labels: LabelMap, target: LabelMap, size: int | None, device: torch.device
) -> list[Level]:
    """Levels from about COARSEST pixels a short side to ``size``, each RATIO as large as the last.

    Arguments as those of :func:`trial`.
    """
    table = labels.present_classes
    layouts = [
        one_hot(torch.from_numpy(m.indices(table))[None, None].to(device), len(table))
        for m in (labels, target)
    ]
    short = min(image.size)
    top = min(size or short, short)
    steps = max(round(math.log(top / COARSEST) / math.log(RATIO)), 1 if top > COARSEST else 0)
    ratio = (top / COARSEST) ** (1 / steps) if steps else 1.0
    picture = torch.from_numpy(image.to_float()).to(device).permute(2, 0, 1)[None]
    return [
        Level(*(_shrunk(x, top / short / ratio**step) for x in (picture, *layouts)))
        for step in reversed(range(steps + 1))
    ]


def first_answer(level: Level) -> Tensor:
    """The coarsest answer (1, C, h, w): matched on labels, distances and places alone."""
    empty = level.image[:, :0]
    queries = descriptors(empty.new_empty(1, 0, *_size(level.target)), level.target, level.patch)
    keys = descriptors(empty, level.layout, level.patch)
    return vote(nearest(queries, keys)[0], level)


def match_and_vote(answer: Tensor, known: Tensor, level: Level, alpha: float | None) -> Tensor:
    """The next answer (1, C, h, w): every patch of ``answer`` replaced by its nearest.

    Args:
        answer: (1, C, h, w).
        known: the source image as patches are compared with it, of the size of ``level.image``.
        level: what the patches are taken from.
        alpha: as of :func:`trial`.
    """
    queries = descriptors(answer, level.target, level.patch)
    keys = descriptors(known, level.layout, level.patch)
    scale = None
    if alpha is not None:
        scale = completeness(queries, keys, alpha)
        # Patches of classes that are gone may be forgotten: they get no discount.
        gone = (level.target.amax(dim=(2, 3), keepdim=True) == 0).float()
        absent = extract_patches(level.layout * gone, level.patch)[0].amax(dim=1) > 0
        scale = torch.where(absent, 1 / (alpha * keys.shape[1]), scale)
    return vote(nearest(queries, keys, scale=scale)[0], level)


def descriptors(image: Tensor, layout: Tensor, patch: int) -> Tensor:
    """Rows (N, D) of all patches that lie inside a picture.

    Colours and labels of the patch; at its centre the distances to all classes and the place.
    """
    height, width = _size(layout)
    both = torch.cat((image, layout), dim=1)
    rows = extract_patches(both, patch)[0]
    # A patch has patch² pixels: so much longer, a place counts as much as their mean.
    ys = torch.linspace(0, PLACE_WEIGHTS[0] * patch, height, device=layout.device)
    xs = torch.linspace(0, PLACE_WEIGHTS[1] * patch, width, device=layout.device)
    places = torch.stack(torch.meshgrid(ys, xs, indexing="ij"))
    centred = torch.cat((signed_distances(layout) * DISTANCE_WEIGHT, places))
    first = patch // 2
    inside = centred[:, first : first + height - patch + 1, first : first + width - patch + 1]
    return torch.cat((rows, inside.flatten(1).T), dim=1)


def signed_distances(layout: Tensor) -> Tensor:
    """(K, h, w) in [-1, 1]: to the border of each class of (1, K, h, w), positive inside it."""
    own = layout[0].argmax(dim=0).cpu().numpy()
    known = layout[0].sum(dim=0).cpu().numpy() > 0
    fields = [_signed_distance((own == k) & known) for k in range(layout.shape[1])]
    return torch.from_numpy(np.stack(fields)).to(layout)


def vote(matches: Tensor, level: Level) -> Tensor:
    """(1, C, h, w): the mean of overlapping source patches; ``matches`` (N,) says which."""
    patches = extract_patches(level.image, level.patch)[:, matches]
    return fold_patches(patches, level.patch, _size(level.target))


def run(case: Case, options: argparse.Namespace) -> None:
    """Render the targets of ``case``, print times, write a contact sheet and every answer."""
    columns = []
    for name, target in case.targets.items():
        start = time.perf_counter()
        answer = trial(
            case.image,
            case.labels,
            target,
            size=options.size,
            alpha=options.alpha or None,
            device=options.device,
        )
        print(f"{case.name} {name}: {time.perf_counter() - start:.1f} s", flush=True)
        answer.save(options.output / f"{case.name}-{name}{answer.suffix}")
        columns.append(Column(name, target.to_colour(), answer.to_rgb8()))
    source = Column(case.name, case.labels.to_colour(), case.image.to_rgb8())
    sheet = Image.from_array(contact_sheet(source, columns))
    sheet.save(options.output / f"{case.name}-trial.png")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("case", nargs="+", help="names of case folders")
    parser.add_argument("--cases", type=Path, help="where they are; else examples/ and cases/")
    parser.add_argument("--size", type=int, help="working short side, pixels; else full size")
    parser.add_argument("--alpha", type=float, default=ALPHA, help="0: no completeness")
    parser.add_argument("--device", default="auto")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for pictures")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    try:
        print(describe_device(choose_device(options.device)))
        for name in options.case:
            run(read_case(name, options.cases), options)
    except InputError as error:
        sys.exit(f"error: {error}")


def _signed_distance(inside: np.ndarray) -> np.ndarray:
    if inside.all() or not inside.any():
        return np.full(inside.shape, 1.0 if inside.any() else -1.0)
    # A border lies half a pixel from the centres beside it.
    signed = distance_transform_edt(inside) - distance_transform_edt(~inside)
    return np.clip((signed - np.sign(signed) / 2) / REACH, -1, 1)


def _shrunk(x: Tensor, scale: float) -> Tensor:
    """(1, C, H, W) area-averaged by ``scale``; a side never vanishes."""
    if scale == 1:
        return x
    height, width = (max(round(side * scale), 1) for side in x.shape[2:])
    return F.interpolate(x, (height, width), mode="area")


def _size(x: Tensor) -> tuple[int, int]:
    return x.shape[2], x.shape[3]


if __name__ == "__main__":
    main()
