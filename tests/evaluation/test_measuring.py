"""Measuring: networks of the user's files score answers, are named, and halves are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tests.evaluation.comparisons import write_case

from likewise.errors import ConfigError, ModelError
from likewise.evaluation.cases import read_case
from likewise.evaluation.measuring import Measuring, WeightFiles
from likewise.evaluation.scoring import DEFAULT_JUDGES
from likewise.networks.inception_stem import InceptionStem
from likewise.networks.lpips_backbones import LPIPSBackbone
from likewise.networks.vgg import VGG19Features

CPU = torch.device("cpu")


def saved(path: Path, network: torch.nn.Module) -> Path:
    """A file of made up weights for ``network``."""
    chance = torch.Generator().manual_seed(0)
    state = network.state_dict()
    drawn = {n: torch.rand(v.shape, generator=chance) / 9 for n, v in state.items() if v.ndim}
    save_file(drawn, path)
    return path


def test_sifid_takes_the_features_of_the_file(tmp_path: Path) -> None:
    batch = torch.rand(1, 3, 40, 48, generator=torch.Generator().manual_seed(1))
    vgg = saved(tmp_path / "vgg.safetensors", VGG19Features(("relu2_1",)))
    measuring = Measuring.of_files(WeightFiles(vgg=vgg), CPU)
    assert measuring.features is not None
    assert measuring.features(batch).shape == (1, 128, 20, 24)
    assert "VGG-19 relu2_1 (vgg.safetensors, SHA-256 " in measuring.told["features of SIFID"]
    stem = saved(tmp_path / "inception.safetensors", InceptionStem())
    measuring = Measuring.of_files(WeightFiles(inception=stem), CPU)
    assert measuring.features is not None
    assert measuring.features(batch).ndim == 4
    assert "Inception-v3" in measuring.told["features of SIFID"]


def test_lpips_tells_its_backbone_by_the_weights(tmp_path: Path) -> None:
    backbone = LPIPSBackbone("alex")
    weights = {
        f"lin{k}.model.1.weight": torch.ones(1, c, 1, 1) for k, c in enumerate(backbone.channels)
    }
    save_file(weights, tmp_path / "lpips.safetensors")
    files = WeightFiles(
        lpips=tmp_path / "lpips.safetensors",
        lpips_backbone=saved(tmp_path / "alexnet.safetensors", backbone),
    )
    measuring = Measuring.of_files(files, CPU)
    assert measuring.told["LPIPS"].startswith("alex (lpips.safetensors")
    case = read_case(write_case(tmp_path / "one", truth=True))
    truth, source = case.truths["moved"].to_float(), case.image.to_float()
    assert measuring.lpips is not None
    assert measuring.lpips(truth, truth) == pytest.approx(0, abs=1e-6)
    assert measuring.lpips(source, truth) > 0.001
    save_file({"another": torch.ones(3)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="other"):
        other = WeightFiles(lpips=tmp_path / "other.safetensors", lpips_backbone=tmp_path / "x")
        Measuring.of_files(other, CPU)


def test_nothing_of_the_users_is_the_default() -> None:
    measuring = Measuring.of_files(WeightFiles(), CPU)
    assert tuple(measuring.judges) == DEFAULT_JUDGES
    assert (measuring.features, measuring.lpips, measuring.told) == (None, None, {})


@pytest.mark.parametrize(
    "half",
    [
        {"judge": "folder"},
        {"judge_classes": Path("map.json")},
        {"lpips": Path("l.pth")},
        {"lpips_backbone": Path("b.pth")},
        {"vgg": Path("v.pth"), "inception": Path("i.pth")},
    ],
)
def test_halves_and_rivals_are_refused(half: dict) -> None:
    with pytest.raises(ConfigError):
        WeightFiles(**half)
