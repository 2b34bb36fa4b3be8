"""Truth scores: how close a rendered image comes to the true answer, there where it had to change.

Most of an edited layout is as it was, and copying the source scores well there. So fidelity and
sharpness are told for the whole picture and for the *edited area*: pixels whose class changed, and
MARGIN pixels around them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.ndimage import distance_transform_edt
from skimage.metrics import structural_similarity

from likewise.errors import ImageError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.metrics.fidelity import psnr, ssim
from likewise.metrics.sharpness import sharpness_by_class

MARGIN = 8  # pixels
WINDOW = 7  # pixels: of SSIM
FEWEST = 25  # pixels of a class below which its sharpness says nothing


def truth_scores(
    rendered: Image, truth: Image, labels: LabelMap, source_labels: LabelMap | None = None
) -> dict[str, float]:
    """Score ``rendered`` against ``truth``.

    Args:
        rendered: I', of the size of ``truth``.
        truth: the right answer.
        labels: P', the layout of both.
        source_labels: P; where None, there is no edited area.

    Returns:
        By name, in this order:

        - ssim (at most 1), psnr (dB): of the whole picture.
        - sharpness: mean gradient magnitude relative to the truth's; 1 is right. A mean over
          classes by their areas, as the pixels beside another class are left out.
        - sharpness_gap: likewise the mean of |ratio - 1|; 0 is right, and one class's blur does
          not make up for another's noise.
        - sharpness:NAME: the ratio of each class.
        - edited_ssim, edited_psnr, edited_sharpness, edited_sharpness_gap: the same within the
          edited area; not a number where it is empty.
        - edited_share: of all pixels.

    Raises:
        ImageError: the sizes or channels of rendered and truth differ.
        LabelError: the size of ``labels`` differs from theirs.
    """
    labels.require_size(truth)
    image, known = rendered.to_float(), truth.to_float()
    table = labels.present_classes
    layout = labels.indices(table)
    found = {"ssim": ssim(image, known), "psnr": psnr(image, known)}
    ratios = sharpness_by_class(image, layout, known, layout)
    found |= sharpness_means(ratios, layout)
    names = table.names
    found |= {
        f"sharpness:{names[k]}": ratio
        for k, ratio in ratios.items()
        if (layout == k).sum() >= FEWEST
    }
    if source_labels is None:
        return found
    area = edited_area(labels, source_labels)
    fidelity = {"ssim": _masked_ssim(image, known, area), "psnr": _masked_psnr(image, known, area)}
    within = np.where(area, layout, -1)
    inside = fidelity | sharpness_means(sharpness_by_class(image, within, known, within), within)
    found |= {f"edited_{name}": value for name, value in inside.items()}
    return found | {"edited_share": float(area.mean())}


def edited_area(labels: LabelMap, source_labels: LabelMap, margin: int = MARGIN) -> np.ndarray:
    """(H, W) booleans: where P' and P differ, and up to ``margin`` pixels from there.

    All of it where their sizes differ, for then no pixel is where it was.
    """
    if labels.size != source_labels.size:
        return np.ones(labels.size, dtype=bool)
    changed = labels.ids != source_labels.ids
    if not changed.any():
        return changed
    return np.asarray(distance_transform_edt(~changed) <= margin)


def _masked_ssim(image: np.ndarray, known: np.ndarray, area: np.ndarray) -> float:
    if min(known.shape[:2]) < WINDOW:
        raise ImageError("truth", f"shape {known.shape}", f"at least {WINDOW} pixels a side")
    _, field = structural_similarity(
        image, known, win_size=WINDOW, channel_axis=2, data_range=1.0, full=True
    )
    rim = WINDOW // 2  # whose windows do not lie inside, left out of the whole picture's mean too
    inner = (slice(rim, -rim), slice(rim, -rim))
    within = field[inner][area[inner]]
    return float(within.mean()) if within.size else math.nan


def _masked_psnr(image: np.ndarray, known: np.ndarray, area: np.ndarray) -> float:
    if not area.any():
        return math.nan
    error = float(np.square(image[area].astype(np.float64) - known[area]).mean())
    return -10 * math.log10(error) if error else math.inf


def sharpness_means(ratios: Mapping[int, float], layout: np.ndarray) -> dict[str, float]:
    """Means of "sharpness" and "sharpness_gap" over the classes, weighed by their areas.

    Args:
        ratios: sharpness relative to something known, by class.
        layout: (H, W) class indices; classes of fewer than FEWEST pixels are left out.

    Returns:
        Not numbers where no class is left.
    """
    areas = {k: int((layout == k).sum()) for k in ratios}
    large = [k for k in ratios if areas[k] >= FEWEST]
    if not large:
        return {"sharpness": math.nan, "sharpness_gap": math.nan}
    values, weights = np.array([ratios[k] for k in large]), [areas[k] for k in large]
    return {
        "sharpness": float(np.average(values, weights=weights)),
        "sharpness_gap": float(np.average(np.abs(values - 1), weights=weights)),
    }
