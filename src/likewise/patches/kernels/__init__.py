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

from types import ModuleType

import torch


def kernels_for(device: torch.device) -> ModuleType:
    """The kernels that are quickest on ``device``."""
    if device.type == "cpu":
        from likewise.patches.kernels import compiled

        return compiled
    from likewise.patches.kernels import tensors

    return tensors
