"""Patch kernels: the inner loops of the patch engine, for the CPU and for other devices.

The cost of a place q of the source for a pixel p of the target is

    penalty(q) + |guide(p) - guide(q)|² + mean over the patch of |colour step|² + w · unlike

where ``unlike`` is 1 if the labels differ and the target's is known, and w is the label weight.

``evaluate(field, canvas, material, w)``
    costs (H, W) of a field (3, H, W).
``sweep(field, costs, canvas, material, w, jump, reach, trials, seed)``
    one sweep of PatchMatch: every pixel tries what its eight neighbours ``jump`` pixels away have,
    shifted, then ``trials`` places drawn within ``reach``, ``reach // 2``, ... pixels of the best.
    Returns the better field with its costs; costs never rise.
``vote(field, weights, material)``
    colours (H, W, C): the mean over all patches that overlap a pixel of what they hold there,
    weighted by ``weights`` (H, W) of the patches.

``enlarge(field, factors, wanted, offered, table, radius)``
    the field for a larger target. Every pixel takes the move of the nearest small pixel, scaled by
    ``factors`` (down, right), or that of one of its eight neighbours if more labels then agree in
    a window of ``radius``; ``wanted`` (H + 2r, W + 2r) and ``offered`` (N,), as ``table`` lays it
    out, are labels with margins.

Source: Barnes et al., "PatchMatch" (SIGGRAPH 2009), with the propagation of its parallel form;
voting: Wexler et al., "Space-time completion of video" (PAMI 2007).
"""

from __future__ import annotations

import warnings
from functools import cache
from types import ModuleType

import torch

from likewise.patches.guidance import Guide
from likewise.patches.material import Canvas, Material


def kernels_for(device: torch.device) -> ModuleType:
    """The kernels that are quickest on ``device``: compiled, fused, or by torch operations."""
    if device.type == "cpu":
        from likewise.patches.kernels import compiled

        return compiled
    from likewise.patches.kernels import tensors

    fused = _fused(device) if device.type == "cuda" else None
    return fused or tensors


@cache
def _fused(device: torch.device) -> ModuleType | None:
    """The fused kernels, where Triton is installed and finds all it needs to compile them."""
    try:
        from likewise.patches.kernels import fused

        ids = torch.zeros((2, 2), dtype=torch.int64, device=device)
        canvas = Canvas.of(ids, 1, 1, 1, Guide())
        material = Material.of([canvas.colours[:2, :2]], [ids], 1, 1, Guide())
        fused.evaluate(
            torch.zeros((3, 2, 2), dtype=torch.int32, device=device), canvas, material, 0
        )
    except Exception as error:  # Triton raises all kinds where a compiler or a driver is missing
        warnings.warn(
            f"the fused patch kernels cannot be used ({error!r:.200}): slower ones are",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return fused
