"""The patch coherence loss: (1/N) Σ_{V⊂target} min_{U⊂source} d(V, U).

By default it is *semantics-aware*: which source patch U is nearest is decided by the image values
and the one-hot labels of both patches, so that borders between regions find such borders.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from likewise.losses.precision import widened
from likewise.patches.extract import centre_grid, centre_range, gather_patches

_BLOCK_CPU, _BLOCK_GPU = 1 << 23, 1 << 27
"""Distances held at a time (32 MB, 512 MB): what a cache likes, and what keeps a GPU busy."""


class PatchIndex:
    """The source's patches, ready to be searched: made once a fit, used by every step.

    Args:
        source: (1 or B, C, H, W), an image in [-1, 1], or features of it.
        source_layout: (1 or B, K, H, W), one-hot, all-zero where ignored.
        patch: side of a patch in pixels, odd.
        semantic_weight: what a wholly different label patch adds to the mean squared difference
            of the image values; 0 searches by image values alone, as the paper does.
        scales: factors ≥ 1 by which the pictures are shrunk (area average) before patches are cut.
        stride: take every ``stride``-th source patch in each direction; 1 takes them all.

    Memory: (C + K)·patch² float32 values a source patch and scale. Not in the paper: because its
    code cuts the source anew each step.
    """

    def __init__(
        self,
        source: Tensor,
        source_layout: Tensor,
        *,
        patch: int = 5,
        semantic_weight: float = 1.0,
        scales: Sequence[int] = (1,),
        stride: int = 1,
    ) -> None:
        assert patch % 2 == 1
        assert len(scales) > 0
        assert source.shape[-2:] == source_layout.shape[-2:]
        self.patch = patch
        self.semantic_weight = float(semantic_weight)
        self.scales = tuple(scales)
        image = widened(source.detach())
        reach = torch.arange(patch, device=image.device) - patch // 2
        # Of each pixel of a patch: how far below and to the right of the centre it lies.
        self._down, self._right = (d.flatten() for d in torch.meshgrid(reach, reach, indexing="ij"))
        self._weights = self._column_weights(image, source_layout)
        with torch.no_grad():
            self.levels = [
                self._level(shrunk(image, scale), shrunk(source_layout, scale), stride)
                for scale in self.scales
            ]

    def _level(self, image: Tensor, layout: Tensor, stride: int) -> _Level:
        height, width = image.shape[-2:]
        centres = centre_grid(height, width, self.patch, stride=stride, device=image.device)
        everywhere = centres.expand(image.shape[0], -1)
        keys = self.descriptors(self.cut(image, everywhere), layout, everywhere)
        # Around their mean ‖a‖² + ‖b‖² − 2ab loses fewer digits to cancellation.
        origin = keys.mean(dim=1, keepdim=True)
        keys = keys - origin
        return _Level(image, centres, origin, keys, keys.square().sum(dim=2) / 2)

    def _column_weights(self, image: Tensor, layout: Tensor) -> Tensor:
        """(D,) what image values and labels of a descriptor are multiplied by."""
        values, labels = (x.shape[1] * self.patch**2 for x in (image, layout))
        weights = torch.full((values,), values**-0.5, device=image.device)
        if self.semantic_weight == 0:
            return weights
        # Two different one-hot pixels are 2 apart in squares: halve, to count each mismatch as 1.
        scale = (self.semantic_weight / (2 * self.patch**2)) ** 0.5
        return torch.cat([weights, torch.full((labels,), scale, device=image.device)])

    @property
    def known(self) -> list[tuple[Tensor, ...]]:
        """What is known of the source itself, scale by scale; the rest is the same for all sources
        of one size, channels and classes.
        """
        return [(level.image, level.origin, level.keys, level.half_norms) for level in self.levels]

    def of(self, known: Sequence[tuple[Tensor, ...]]) -> PatchIndex:
        """The index of another source alike, from what is :attr:`known` of it."""
        other = copy.copy(self)
        other.levels = [
            replace(level, image=image, origin=origin, keys=keys, half_norms=half_norms)
            for level, (image, origin, keys, half_norms) in zip(self.levels, known, strict=True)
        ]
        return other

    def cut(self, x: Tensor, centres: Tensor) -> Tensor:
        """Patches (B, C, Q, patch²) of ``x`` (B, C, H, W) around ``centres`` (B, Q).

        Centres are those of whole patches, where the picture holds any: so nothing is mirrored, and
        three kernels do what the general :func:`gather_patches` takes fifteen for.
        """
        batch, channels, height, width = x.shape
        if min(height, width) < self.patch:
            rows = gather_patches(x, centres, self.patch)
            return rows.unflatten(2, (channels, -1)).transpose(1, 2)
        places = centres[..., None] + torch.add(self._right, self._down, alpha=width)
        chosen = places.view(batch, 1, -1).expand(-1, channels, -1)
        return x.flatten(2).gather(2, chosen).view(batch, channels, centres.shape[1], -1)

    def descriptors(self, patches: Tensor, layout: Tensor, centres: Tensor) -> Tensor:
        """(B, Q, D) float32 rows whose squared distance is the semantics-aware distance.

        ``patches`` are those of the image, as :meth:`cut` gives them; ``layout`` is cut here.
        """
        seen = [patches.float()]
        if self.semantic_weight:
            seen.append(self.cut(layout.float().expand(len(patches), -1, -1, -1), centres))
        rows = (torch.cat(seen, 1) if len(seen) > 1 else seen[0]).transpose(1, 2).flatten(2)
        return rows * self._weights


@dataclass(frozen=True)
class _Level:
    """One scale of the source: image, patch centres (N,), mean key, centred keys, ‖key‖²/2."""

    image: Tensor
    centres: Tensor
    origin: Tensor
    keys: Tensor
    half_norms: Tensor

    def nearest_centres(self, queries: Tensor, nearest: int) -> Tensor:
        """Centres (B, Q, nearest) of the source patches nearest to the rows (B, Q, D)."""
        batch, count, depth = queries.shape
        sources = self.keys.shape[0]
        rows = queries.reshape(sources, -1, depth) - self.origin
        block = _BLOCK_CPU if rows.device.type == "cpu" else _BLOCK_GPU
        step = max(1, block // (sources * self.keys.shape[1]))
        found = [self._search(part, nearest) for part in rows.split(step, dim=1)]
        all_found = torch.cat(found, dim=1) if len(found) > 1 else found[0]
        return self.centres[all_found].reshape(batch, count, -1)

    def _search(self, rows: Tensor, nearest: int) -> Tensor:
        """Indices (S, Q, nearest): ‖row‖² is the same for all keys, so it is left out."""
        distances = torch.baddbmm(
            self.half_norms[:, None], rows, self.keys.transpose(1, 2), alpha=-1
        )
        if nearest == 1:
            return distances.argmin(dim=2, keepdim=True)
        return distances.topk(min(nearest, distances.shape[2]), dim=2, largest=False).indices


def patch_coherence_loss(
    rendered: Tensor,
    layout: Tensor,
    source: Tensor,
    source_layout: Tensor,
    *,
    queries: Tensor,
    patch: int = 5,
    semantic_weight: float = 1.0,
    nearest: int = 1,
    scales: Sequence[int] = (1,),
    source_stride: int = 1,
) -> Tensor:
    """The mean L1 distance of target patches to their nearest source patches.

    The search sees image values and labels and carries no gradient; the distance to what it found
    is that of the image values, per element, with gradient to ``rendered``. An image compared with
    itself has loss 0. Where one source serves many steps, make a :class:`PatchIndex` once and call
    :func:`indexed_patch_coherence_loss`.

    Args:
        rendered: (B, C, H, W) in [-1, 1], or features of it.
        layout: (1 or B, K, H, W), one-hot, all-zero where ignored: what ``rendered`` shows.
        source: (1 or B, C, Hs, Ws), as ``rendered``; no gradient enters it.
        source_layout: (1 or B, K, Hs, Ws), as ``layout``.
        queries: (B, Q) int64, centres row · W + column of the target patches V to look at, as
            :func:`draw_queries` gives them.
        patch, semantic_weight, scales, source_stride: as in :class:`PatchIndex`.
        nearest: average over that many best source patches (the reference code: 5).

    Source: the paper's patch coherence loss. Labels in the distance and several scales are not in
    the paper: because image values alone let the sky be made of a pale wall.
    """
    index = PatchIndex(
        source,
        source_layout,
        patch=patch,
        semantic_weight=semantic_weight,
        scales=scales,
        stride=source_stride,
    )
    return indexed_patch_coherence_loss(rendered, layout, index, queries=queries, nearest=nearest)


def indexed_patch_coherence_loss(
    rendered: Tensor, layout: Tensor, index: PatchIndex, *, queries: Tensor, nearest: int = 1
) -> Tensor:
    """:func:`patch_coherence_loss` against a source indexed beforehand (same arguments)."""
    width = rendered.shape[-1]
    terms = []
    for scale, level in zip(index.scales, index.levels, strict=True):
        image = shrunk(widened(rendered), scale)
        centres = _centres_at(queries, width, scale, image.shape[-2:], index.patch)
        targets = index.cut(image, centres)
        # Under autocast the search would run in bfloat16 and mistake one patch for another.
        with torch.no_grad(), torch.autocast(image.device.type, enabled=False):
            rows = index.descriptors(targets, shrunk(layout, scale), centres)
            found = level.nearest_centres(rows, nearest)
        batch, count, matches = found.shape
        sources = index.cut(level.image.expand(batch, -1, -1, -1), found.view(batch, -1))
        sources = sources.unflatten(2, (count, matches))
        terms.append((targets[:, :, :, None] - sources).abs().mean())
    return torch.stack(terms).mean() if len(terms) > 1 else terms[0]


def draw_queries(
    generator: torch.Generator,
    batch: int,
    size: tuple[int, int],
    count: int,
    patch: int,
    device: torch.device | str,
) -> Tensor:
    """Centres (batch, count) int64 of target patches, uniform over those inside a (H, W) picture.

    Drawn on the generator's own device, then moved to ``device``: a generator on the GPU keeps
    that free of a wait. Not in the paper: the reference code draws 10 patches an iteration.
    """
    height, width = size
    (top, bottom), (left, right) = centre_range(height, patch), centre_range(width, patch)
    shape, home = (batch, count), generator.device
    rows = torch.randint(top, bottom + 1, shape, generator=generator, device=home)
    columns = torch.randint(left, right + 1, shape, generator=generator, device=home)
    return (rows * width + columns).to(device)


def shrunk(x: Tensor, scale: int) -> Tensor:
    """``x`` (B, C, H, W) area-averaged to (B, C, H // scale, W // scale)."""
    return F.avg_pool2d(x, scale) if scale > 1 else x


def _centres_at(queries: Tensor, width: int, scale: int, size: Sequence[int], patch: int) -> Tensor:
    """``queries`` of the full size moved to a picture shrunk by ``scale`` to ``size``."""
    if scale == 1:
        return queries
    (top, bottom), (left, right) = centre_range(size[0], patch), centre_range(size[1], patch)
    rows = torch.div(queries, width * scale, rounding_mode="floor").clamp(top, bottom)
    columns = torch.div(queries % width, scale, rounding_mode="floor").clamp(left, right)
    return rows * size[1] + columns
