"""Devices: what "auto" means, and errors for what is not there."""

from __future__ import annotations

import pytest
import torch

from likewise.devices import CHOICES, choose_device, describe_device
from likewise.errors import ConfigError


def presence(monkeypatch: pytest.MonkeyPatch, *, cuda: int, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(0, False, "cpu"), (0, True, "mps"), (2, False, "cuda")]
)
def test_auto_prefers_the_fastest_present(monkeypatch, cuda: int, mps: bool, chosen: str) -> None:
    presence(monkeypatch, cuda=cuda, mps=mps)
    assert choose_device().type == chosen
    assert choose_device("cpu").type == "cpu"


def test_ordinals(monkeypatch) -> None:
    presence(monkeypatch, cuda=2, mps=False)
    assert choose_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(ConfigError, match="cuda:2 is not present"):
        choose_device("cuda:2")


@pytest.mark.parametrize("choice", ["tpu", "", "cuda:x", "cpu:-1", "CPU"])
def test_unknown_names_are_refused_with_the_choices(choice: str) -> None:
    with pytest.raises(ConfigError) as caught:
        choose_device(choice)
    assert all(name in str(caught.value) for name in CHOICES)


@pytest.mark.parametrize("choice", ["cuda", "mps"])
def test_absent_devices_are_refused(monkeypatch, choice: str) -> None:
    presence(monkeypatch, cuda=0, mps=False)
    with pytest.raises(ConfigError, match=r"not present.*--device auto"):
        choose_device(choice)


def test_the_cpu_tells_its_threads() -> None:
    assert describe_device(torch.device("cpu")) == f"CPU, {torch.get_num_threads()} threads"
    assert describe_device(torch.device("mps")) == "MPS"
