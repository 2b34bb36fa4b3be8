"""Small SinGANs: a config that fits in a moment, a picture, and a training of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from tests import pairs, scenes
from torch import Tensor

from likewise.methods.frame import image_tensor
from likewise.methods.singan.presets import singan_presets
from likewise.methods.singan.training import Training

SMALL = replace(singan_presets("cpu")["smoke"], size=40, ratio=0.75, d_steps=2, g_steps=2)


def picture(size: tuple[int, int] = pairs.SIZE, channels: int = 3) -> Tensor:
    """A house scene (1, C, H, W) in [-1, 1]."""
    scene = scenes.picture(scenes.house(size), channels)
    return image_tensor(scene, torch.device("cpu"))


def training(seed: int = 0, image: Tensor | None = None, **settings: Any) -> Training:
    """A training at its first step."""
    return Training(picture() if image is None else image, replace(SMALL, **settings), seed)


def state(trained: Training) -> dict[str, Tensor]:
    """Every tensor that shapes what ``trained`` does next."""
    named: dict[str, Tensor] = {}
    for name, module in trained.networks.modules().items():
        named |= {f"{name}.{key}": value.clone() for key, value in module.state_dict().items()}
    for name, optimiser in trained.optimisers.named().items():
        for index, slots in optimiser.state_dict()["state"].items():
            named |= {f"{name}.{index}.{slot}": value.clone() for slot, value in slots.items()}
    return named | trained.episodes.random_state()


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    """Whether both hold the same bits by the same names."""
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)
