"""Weights files of others: published networks' tensors, read without running code and checked.

Nothing here downloads. A ``.safetensors`` file is read as such; any other is taken for a public
``.pth`` file and read by ``torch.load(weights_only=True)``: Likewise's own files hold no pickle,
but these are published in no other form, and that reader builds tensors only.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Size, Tensor

from likewise.errors import ModelError

_DAMAGED = (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, ValueError)


def read_weights(path: Path | str, expected: str) -> Mapping[str, object]:
    """What the file holds by name, on the CPU.

    Args:
        path: of the file.
        expected: what should be in it, for the error: "AlexNet weights".

    Raises:
        ModelError: the file cannot be read or holds no state dict.
    """
    path = Path(path)
    try:
        if path.suffix == ".safetensors":
            weights: object = load_file(path)
        else:
            weights = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(path, f"it cannot be read ({reason})", expected) from error
    except _DAMAGED as error:
        wanted = f"{expected} as .pth or .safetensors"
        raise ModelError(path, "it is no readable weights file", wanted) from error
    if not isinstance(weights, Mapping):
        raise ModelError(path, f"it holds a {type(weights).__name__}", "a state dict of tensors")
    return weights


def named_tensor(path: Path | str, weights: Mapping[str, object], name: str, shape: Size) -> Tensor:
    """The tensor of ``name``, of floats, of ``shape``, finite.

    Raises:
        ModelError: there is none, or it is not so; the name stands in the error.
    """
    value = weights.get(name)
    if not isinstance(value, Tensor):
        found = "no tensor of that name" if value is None else f"a {type(value).__name__}"
        raise ModelError(f"{path}, {name}", found, f"a tensor of shape {tuple(shape)}")
    if value.shape != shape or not value.is_floating_point():
        found = f"shape {tuple(value.shape)} of {value.dtype}"
        raise ModelError(f"{path}, {name}", found, f"floats of shape {tuple(shape)}")
    if not value.isfinite().all():
        raise ModelError(f"{path}, {name}", "values that are not finite", "finite values")
    return value
