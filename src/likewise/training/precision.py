"""Precision: which arithmetic a device trains in."""

from __future__ import annotations

import contextlib

import torch


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 is both supported and quicker than float32 on ``device``.

    On CPUs that is so where the instruction set has bfloat16 products (about 1.7 times quicker);
    elsewhere they are emulated. float16 is never used: on CPUs it is a hundred times slower.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(getattr(torch.cpu, probe, bool)() for probe in probes)
    return False


def arithmetic(device: torch.device, bfloat16: bool) -> contextlib.AbstractContextManager[object]:
    """A context in which networks run in bfloat16 if asked to and where that pays, else float32.

    At batch 1 with many small layers float32 is the quicker one on a GPU: casts cost more than they
    save.
    """
    if not bfloat16 or not has_fast_bfloat16(device):
        return contextlib.nullcontext()
    # The cache of cast weights would outlive a captured graph.
    return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)
