"""Small trainers: every preset shrunk until a step takes a moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from tests import scenes
from torch import Tensor

from likewise.training.config import SemiaConfig
from likewise.training.loop import Trainer
from likewise.training.presets import semia_presets

SIZE = (48, 64)


def shrunk(config: SemiaConfig, **settings: Any) -> SemiaConfig:
    """``config`` with narrow networks, few queries and at most two pictures a step."""
    small = {"size": 48, "width": 8, "d_width": 8, "s_width": 8, "queries": 32, "iterations": 4}
    return replace(config, batch=min(config.batch, 2), **(small | settings))


def every_preset(**settings: Any) -> dict[str, SemiaConfig]:
    """Each preset of each device, shrunk; those that become the same are told once."""
    named: dict[SemiaConfig, str] = {}
    for device in ("cpu", "cuda"):
        for preset, config in semia_presets(device).items():
            named.setdefault(shrunk(config, **settings), f"{device}-{preset}")
    return {name: config for config, name in named.items()}


PAPER = shrunk(semia_presets("cpu")["paper"])
FAST = shrunk(semia_presets("cpu")["fast"])


def trainer(
    config: SemiaConfig = FAST,
    *,
    ids: np.ndarray | None = None,
    channels: int = 3,
    seed: int = 0,
    device: str = "cpu",
) -> Trainer:
    """A fresh trainer on the house scene, or on ``ids``."""
    ids = scenes.house(SIZE) if ids is None else ids
    classes = int(ids[ids != scenes.IGNORED].max()) + 1
    image = scenes.image(ids, channels).to(device)
    return Trainer(image, scenes.indices(ids).to(device), classes, config, seed)


def weights(module: torch.nn.Module) -> dict[str, Tensor]:
    """A copy of the weights of ``module``, without buffers."""
    return {name: value.detach().clone() for name, value in module.named_parameters()}


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    """Whether both hold the same bits by the same names."""
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def everything(trained: Trainer) -> dict[str, Tensor]:
    """Every tensor that shapes what ``trained`` does next."""
    state: dict[str, Tensor] = {}
    for name, module in trained.networks.modules().items():
        state |= {f"{name}.{key}": value.clone() for key, value in module.state_dict().items()}
    for name in ("g", "d", "s"):
        for index, slots in getattr(trained.optimisers, name).state_dict()["state"].items():
            state |= {f"{name}.{index}.{slot}": value.clone() for slot, value in slots.items()}
    return state | trained.episodes.random_state() | {"step": torch.tensor(trained.step)}
