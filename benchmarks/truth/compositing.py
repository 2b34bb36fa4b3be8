"""Compositing: things cut out with a soft edge and laid on a canvas, pixels and labels together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as Pillow
from scipy import ndimage

BORDER = 12  # pixels around a cut-out, so that no resampling meets its array's edge


@dataclass(frozen=True)
class CutOut:
    """A thing without its surroundings.

    Attributes:
        rgb: (h, w, 3) float32 in [0, 1], the thing's own colours, also where ``alpha`` is below 1.
        alpha: (h, w) float32 in [0, 1], opacity.
        ids: (h, w) int32 class ids, everywhere those of the nearest part of the thing.
        foot: (x, y) middle of the thing's lower edge, in pixel-edge coordinates of these arrays.
    """

    rgb: np.ndarray
    alpha: np.ndarray
    ids: np.ndarray
    foot: tuple[float, float]


@dataclass(frozen=True)
class Edge:
    """How a mask becomes an opacity; lengths in pixels of the source picture.

    Attributes:
        inset: how far the half-opaque line lies inside the mask.
        softness: width of the ramp from opaque to clear.
        tainted: width inside the mask whose colours may hold old background, and are replaced.
    """

    inset: float = 0.5
    softness: float = 1.6
    tainted: float = 2.0


@dataclass(frozen=True)
class Shadow:
    """A soft shadow on what lies below: (right, down) shift and blur, in cut-out pixels."""

    shift: tuple[float, float]
    blur: float
    strength: float


@dataclass
class Canvas:
    """What is composed: ``rgb`` (H, W, 3) float32 and ``ids`` (H, W) int32, changed in place."""

    rgb: np.ndarray
    ids: np.ndarray

    def copy(self) -> Canvas:
        """A canvas of its own arrays."""
        return Canvas(self.rgb.copy(), self.ids.copy())


def cut_out(rgb: np.ndarray, ids: np.ndarray, edge: Edge) -> CutOut:
    """Cut the thing out of a picture.

    The opacity is a ramp over the mask's smoothed signed distance. Near the rim the picture mixes
    the thing with what was behind it; these colours are replaced by the nearest clean ones, so
    that the old background makes no halo before the new one. Where the thing meets the picture's
    border it was cut by the frame, and its edge there stays hard.

    Args:
        rgb: (H, W, 3) float in [0, 1].
        ids: (H, W) int, class ids of the thing's parts, -1 around it.
        edge: inset, softness and width of the tainted rim.
    """
    rows, columns = np.nonzero(ids >= 0)
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    mask = _bordered_mask(ids >= 0, box)
    inward = ndimage.distance_transform_edt(mask) - ndimage.distance_transform_edt(~mask)
    # From pixel centre to pixel centre; the mask's outline runs half-way between two of them.
    smooth = ndimage.gaussian_filter(inward - 0.5 * np.sign(inward), 1.0)
    alpha = np.clip(0.5 + (smooth - edge.inset) / edge.softness, 0, 1)
    colours = np.pad(rgb[box], ((BORDER, BORDER), (BORDER, BORDER), (0, 0)), mode="edge")
    inside = np.pad(ids[box], BORDER, mode="edge")
    return CutOut(
        rgb=_extended(colours, smooth >= edge.tainted).astype(np.float32),
        alpha=alpha.astype(np.float32),
        ids=_extended(inside, inside >= 0).astype(np.int32),
        foot=(mask.shape[1] / 2, float(mask.shape[0] - BORDER)),
    )


def lay(
    canvas: Canvas,
    thing: CutOut,
    foot: tuple[float, float],
    scale: float,
    *,
    mirror: bool = False,
    before: np.ndarray | None = None,
    shadow: Shadow | None = None,
) -> None:
    """Lay ``thing`` on ``canvas``, in place.

    Args:
        canvas: what it is laid on.
        thing: the cut-out.
        foot: (x, y) in canvas pixels, not necessarily whole, of the middle of its lower edge.
        scale: canvas pixels for a cut-out pixel, at most 1, so that a thing never lacks detail.
        mirror: left and right exchanged.
        before: (H, W) opacity of what stands before it and hides it.
        shadow: the shadow that it throws.
    """
    assert 0 < scale <= 1, scale
    rgb, alpha, ids = _resampled(thing, canvas.ids.shape, foot, scale, mirror)
    if shadow is not None:
        shift = (shadow.shift[1] * scale, shadow.shift[0] * scale)
        dark = ndimage.shift(alpha, shift, order=1, mode="nearest")
        dark = ndimage.gaussian_filter(dark, shadow.blur * scale) * shadow.strength
        canvas.rgb *= 1 - (dark if before is None else dark * (1 - before))[..., None]
    if before is not None:
        alpha = alpha * (1 - before)
    canvas.rgb += alpha[..., None] * (rgb - canvas.rgb)
    shown = alpha >= 0.5
    canvas.ids[shown] = ids[shown]


def soft_mask(mask: np.ndarray) -> np.ndarray:
    """(H, W) opacity of a binary mask, its edge a pixel soft."""
    return ndimage.gaussian_filter(mask.astype(np.float32), 0.7)


def _bordered_mask(mask: np.ndarray, box: tuple[slice, slice]) -> np.ndarray:
    """``mask`` in ``box`` with ``BORDER`` pixels around; it goes on where the frame cut it."""
    bordered = np.pad(mask[box], BORDER)
    onward = np.pad(mask[box], BORDER, mode="edge")
    for axis, span in enumerate(box):
        beyond = np.zeros(bordered.shape[axis], dtype=bool)
        beyond[:BORDER] = span.start == 0
        beyond[-BORDER:] = span.stop == mask.shape[axis]
        bordered |= onward & np.expand_dims(beyond, 1 - axis)
    return bordered


def _resampled(
    thing: CutOut, size: tuple[int, int], foot: tuple[float, float], scale: float, mirror: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Colours, opacity and ids of ``thing`` on a canvas of ``size``; opacity 0 where it is not."""
    turned = np.s_[:, ::-1] if mirror else np.s_[:, :]
    height, width = thing.alpha.shape
    origin = (width - thing.foot[0] if mirror else thing.foot[0], thing.foot[1])
    x0, x1, left, right = _span(foot[0], origin[0], width, scale)
    y0, y1, top, bottom = _span(foot[1], origin[1], height, scale)
    box, shape = (left, top, right, bottom), (x1 - x0, y1 - y0)
    # Weighted by opacity, so that colours of clear pixels do not bleed into opaque ones.
    planes = np.dstack([thing.rgb * thing.alpha[..., None], thing.alpha])[turned]
    smooth = [_plane(planes[..., c], shape, box, Pillow.Resampling.BICUBIC) for c in range(4)]
    nearest = _plane(thing.ids[turned], shape, box, Pillow.Resampling.NEAREST)
    rgb = np.dstack(smooth[:3]) / np.maximum(smooth[3], 1e-3)[..., None]
    return (
        _on_canvas(np.clip(rgb, 0, 1), size, y0, x0),
        _on_canvas(np.clip(smooth[3], 0, 1), size, y0, x0),
        _on_canvas(nearest.astype(np.int32), size, y0, x0),
    )


def _span(place: float, origin: float, length: int, scale: float) -> tuple[int, int, float, float]:
    """Whole canvas pixels that ``length`` cut-out pixels fill, and where these fall in it."""
    first = int(np.ceil(place - origin * scale))
    last = int(np.floor(place + (length - origin) * scale))
    return first, last, (first - place) / scale + origin, (last - place) / scale + origin


def _on_canvas(values: np.ndarray, size: tuple[int, int], top: int, left: int) -> np.ndarray:
    """``values`` put into zeros of ``size`` at (top, left); what lies outside is cut off."""
    whole = np.zeros((*size, *values.shape[2:]), dtype=values.dtype)
    rows = slice(min(max(top, 0), size[0]), max(min(top + values.shape[0], size[0]), 0))
    columns = slice(min(max(left, 0), size[1]), max(min(left + values.shape[1], size[1]), 0))
    whole[rows, columns] = values[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return whole


def _plane(
    plane: np.ndarray,
    size: tuple[int, int],
    box: tuple[float, float, float, float],
    kind: Pillow.Resampling,
) -> np.ndarray:
    picture = Pillow.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
    return np.asarray(picture.resize(size, kind, box=box))


def _extended(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """``values`` with each pixel that is not ``known`` taking the nearest known one."""
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    return values[tuple(nearest)]
