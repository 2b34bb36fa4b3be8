"""Devices: choosing where tensors live, and saying what was chosen."""

from __future__ import annotations

import torch

from likewise.errors import ConfigError

CHOICES = ("auto", "cpu", "cuda", "mps")


def choose_device(choice: str = "auto") -> torch.device:
    """The torch device for ``choice``: "auto" (CUDA, else MPS, else CPU), "cpu", "cuda" or "mps".

    Raises:
        ConfigError: the name is unknown, or that device is not present.
    """
    name, _, ordinal = choice.partition(":")
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if choice == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if present[kind]))
    if name not in present or (ordinal and not ordinal.isdecimal()):
        raise ConfigError("--device", repr(choice), f"one of {', '.join(CHOICES)}")
    if not present[name] or (name == "cuda" and int(ordinal or 0) >= torch.cuda.device_count()):
        raise ConfigError(
            "--device",
            f"{choice} is not present on this machine",
            "a device that is present",
            "Use --device auto, or run likewise doctor to see what is there.",
        )
    return torch.device(choice)


def describe_device(device: torch.device) -> str:
    """A person's name for ``device``: the GPU's product name, or the CPU with its thread count."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "cpu":
        return f"CPU, {torch.get_num_threads()} threads"
    return device.type.upper()
