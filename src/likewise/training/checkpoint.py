"""Checkpoints: everything a fit needs to go on as if it had never stopped, in one file.

One safetensors file, replaced atomically: a process killed at any moment leaves the last whole one.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from likewise import storage
from likewise.errors import ModelError


class Networks(Protocol):
    """What is trained."""

    def modules(self) -> dict[str, nn.Module]:
        """Every module by its name in a checkpoint."""


class Optimisers(Protocol):
    """What trains it."""

    def named(self) -> dict[str, torch.optim.Optimizer]:
        """Every optimiser by its name in a checkpoint."""


class Episodes(Protocol):
    """What draws what is learnt from."""

    def random_state(self) -> dict[str, Tensor]:
        """From where it goes on drawing, as byte tensors on the CPU."""

    def set_random_state(self, state: dict[str, Tensor]) -> None:
        """Go on from there."""


class Resumable(Protocol):
    """What a checkpoint keeps of a fit."""

    step: int

    @property
    def networks(self) -> Networks:
        """What is trained."""

    @property
    def optimisers(self) -> Optimisers:
        """What trains it."""

    @property
    def episodes(self) -> Episodes:
        """What draws what is learnt from."""


def fingerprint(image: Tensor, indices: Tensor, config: Any, seed: int) -> str:
    """What makes a fit that fit: its pictures and labels at working size, settings and seed.

    ``config`` is the frozen dataclass of the settings.
    """
    digest = hashlib.sha256(json.dumps([asdict(config), seed], sort_keys=True).encode())
    for tensor in (image, indices):
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


class Checkpoint:
    """A checkpoint file of one fit.

    Args:
        path: where it is kept; a ``.safetensors`` file.
        mark: the fit's :func:`fingerprint`.
        every: seconds between checkpoints.
    """

    def __init__(self, path: Path, mark: str, every: float) -> None:
        self.path, self.mark, self.every = Path(path), mark, every
        self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether ``every`` seconds have passed since the last one."""
        return time.monotonic() - self._last >= self.every

    def write(self, trainer: Resumable) -> None:
        """Write the state of ``trainer``. Raises OutputError where the disk refuses."""
        about = {"fit": self.mark, "step": str(trainer.step)}
        with storage.atomic_path(self.path) as partial:
            partial.parent.mkdir(parents=True, exist_ok=True)
            save_file(_state(trainer), partial, metadata=about)
        self._last = time.monotonic()

    def read(self, trainer: Resumable) -> bool:
        """Bring ``trainer`` to the state kept here; False if there is no checkpoint.

        Raises:
            ModelError: the file is damaged, or belongs to another fit.
        """
        if not self.path.exists():
            return False
        try:
            with safe_open(self.path, framework="pt") as file:
                about = file.metadata() or {}
                if about.get("fit") != self.mark:
                    raise ModelError(
                        self.path,
                        "a checkpoint of another image, label map, seed or setting",
                        "one of this run",
                        "Repeat the command that was stopped, or start anew with --overwrite.",
                    )
                state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            _restore(trainer, state)
            trainer.step = int(about["step"])
        except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
            if isinstance(error, ModelError):
                raise
            raise ModelError(
                self.path,
                "a damaged checkpoint",
                "one written by likewise",
                "Start anew with --overwrite.",
            ) from error
        return True


def _state(trainer: Resumable) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    for name, module in trainer.networks.modules().items():
        state |= {f"{name}.{key}": value for key, value in module.state_dict().items()}
    for name, optimiser in trainer.optimisers.named().items():
        for index, slots in optimiser.state_dict()["state"].items():
            state |= {f"adam.{name}.{index}.{slot}": value for slot, value in slots.items()}
    state |= {f"random.{k}": v for k, v in trainer.episodes.random_state().items()}
    return {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}


def _restore(trainer: Resumable, state: dict[str, Tensor]) -> None:
    def below(prefix: str) -> dict[str, Tensor]:
        return {k[len(prefix) :]: v for k, v in state.items() if k.startswith(prefix)}

    for name, module in trainer.networks.modules().items():
        module.load_state_dict(below(f"{name}."))
    for name, optimiser in trainer.optimisers.named().items():
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in below(f"adam.{name}.").items():
            index, slot = key.split(".", 1)
            slots.setdefault(int(index), {})[slot] = value
        whole = optimiser.state_dict()
        optimiser.load_state_dict({"state": slots, "param_groups": whole["param_groups"]})
        for weight, kept in optimiser.state.items():
            for slot, value in kept.items():
                if value.shape == weight.shape:
                    # Fused Adam pairs elements by their place in memory: keep the weight's layout.
                    kept[slot] = torch.empty_like(weight).copy_(value)
    trainer.episodes.set_random_state(below("random."))
