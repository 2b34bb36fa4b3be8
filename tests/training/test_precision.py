"""Precision: bfloat16 where asked for and quick, float32 elsewhere, float16 never."""

from __future__ import annotations

import pytest
import torch

from likewise.training import precision
from likewise.training.precision import arithmetic, has_fast_bfloat16

CPU, MPS = torch.device("cpu"), torch.device("mps")


def product(bfloat16: bool, device: torch.device = CPU) -> torch.dtype:
    with arithmetic(device, bfloat16):
        return (torch.ones(2, 2) @ torch.ones(2, 2)).dtype


@pytest.mark.parametrize("fast", [True, False])
def test_bfloat16_needs_both_the_wish_and_the_device(
    fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "has_fast_bfloat16", lambda device: fast)
    assert product(False) == torch.float32
    assert product(True) == (torch.bfloat16 if fast else torch.float32)


@pytest.mark.parametrize(
    ("avx512", "amx", "fast"), [(True, False, True), (False, True, True), (False, False, False)]
)
def test_a_cpu_is_quick_in_it_by_its_instructions(
    avx512: bool, amx: bool, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx, raising=False)
    assert has_fast_bfloat16(CPU) is fast


def test_a_torch_without_these_probes_trains_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "_is_avx512_bf16_supported", raising=False)
    monkeypatch.delattr(torch.cpu, "_is_amx_tile_supported", raising=False)
    assert has_fast_bfloat16(CPU) is False


def test_mps_trains_in_float32() -> None:
    assert not has_fast_bfloat16(MPS)
    assert product(True, MPS) == torch.float32


def test_outside_nothing_is_changed() -> None:
    product(True)
    assert not torch.is_autocast_enabled("cpu")
