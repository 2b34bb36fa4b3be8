"""The kernels of the patch engine, every module on every device it serves."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest
import torch

cuda = (
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
)
EVERYWHERE = (
    pytest.param(("compiled", "cpu"), id="compiled"),
    pytest.param(("tensors", "cpu"), id="tensors"),
    pytest.param(("tensors", "cuda"), id="tensors-cuda", marks=cuda),
    pytest.param(("fused", "cuda"), id="fused-cuda", marks=cuda),
)


@pytest.fixture(params=EVERYWHERE)
def kernels(request: pytest.FixtureRequest) -> tuple[ModuleType, str]:
    """A module of kernels and the device to try it on; the fused ones need Triton."""
    name, device = request.param
    if name == "fused":
        pytest.importorskip("triton")
    return importlib.import_module(f"likewise.patches.kernels.{name}"), device
