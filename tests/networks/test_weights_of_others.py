"""Inception's stem and the LPIPS backbones: made weights in the public layout, plain layers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tests.reference.public_networks import ENDINGS, PUBLIC, sequence
from torch import Tensor, nn

from likewise.errors import ConfigError, ImageError, ModelError
from likewise.networks.inception_stem import ENDS, LAYERS, InceptionStem, load_inception_stem
from likewise.networks.lpips_backbones import (
    LPIPSBackbone,
    load_lpips_backbone,
    load_lpips_weights,
)


def batch(height: int = 40, width: int = 51) -> Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0))


def made(shape: tuple[int, ...], seed: int, *, least: float = -1) -> Tensor:
    drawn = torch.rand(shape, generator=torch.Generator().manual_seed(seed))
    return least + (1 - least) * drawn


@pytest.fixture
def inception() -> dict[str, Tensor]:
    """The stem's part of pt_inception-2015-12-05, and something it does not need."""
    weights = {"fc.weight": torch.zeros(3, 4)}
    for seed, (name, (before, after, window, _, _)) in enumerate(LAYERS.items()):
        shape = (after, before, window, window)
        weights[f"{name}.conv.weight"] = made(shape, seed) / (before * window)
        for part in ("weight", "bias", "running_mean", "running_var"):
            weights[f"{name}.bn.{part}"] = made((after,), len(weights), least=0.2)
        weights[f"{name}.bn.num_batches_tracked"] = torch.tensor(0)
    return weights


def plain_stem(weights: dict[str, Tensor], x: Tensor) -> dict[str, Tensor]:
    """Every layer's answer, by PyTorch's functions, as the public code calls them."""
    seen, x = {}, 2 * x - 1
    for name, stride, padding in (
        ("Conv2d_1a_3x3", 2, 0),
        ("Conv2d_2a_3x3", 1, 0),
        ("Conv2d_2b_3x3", 1, 1),
        ("maxpool1", 0, 0),
        ("Conv2d_3b_1x1", 1, 0),
        ("Conv2d_4a_3x3", 1, 0),
    ):
        if name == "maxpool1":
            x = nn.MaxPool2d(kernel_size=3, stride=2)(x)
        else:
            w, b, mean, var = (
                weights[f"{name}.bn.{k}"] for k in ("weight", "bias", "running_mean", "running_var")
            )
            x = nn.functional.conv2d(x, weights[f"{name}.conv.weight"], None, stride, padding)
            scale = w / torch.sqrt(var + 0.001)
            x = (x - mean[:, None, None]) * scale[:, None, None] + b[:, None, None]
            x = x.clamp(min=0)
        seen[name] = x
    return seen


@pytest.mark.parametrize(("end", "features"), [(end, 192 if "4a" in end else 64) for end in ENDS])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_the_stem_is_the_public_one(
    inception: dict[str, Tensor], tmp_path: Path, end: str, features: int, suffix: str
) -> None:
    file = tmp_path / f"inception{suffix}"
    save_file(inception, file) if suffix == ".safetensors" else torch.save(inception, file)
    network = load_inception_stem(file, end=end)
    found = network.train()(batch())
    assert found.shape[1] == features
    torch.testing.assert_close(found, plain_stem(inception, batch())[end], rtol=1e-4, atol=1e-4)
    assert not any(p.requires_grad for p in network.parameters())


@pytest.mark.parametrize(("end", "least"), ENDS.items())
def test_the_least_picture_reaches_the_end_of_the_stem(end: str, least: int) -> None:
    assert InceptionStem(end)(batch(least, least)).shape[2:] == (1, 1)
    with pytest.raises(ImageError):
        InceptionStem(end)(batch(least - 1, 40))


def test_files_that_are_no_stem_are_refused(inception: dict[str, Tensor], tmp_path: Path) -> None:
    file = tmp_path / "w.pth"
    missing = {k: v for k, v in inception.items() if k != "Conv2d_2a_3x3.bn.running_var"}
    odd = {**inception, "Conv2d_1a_3x3.conv.weight": torch.zeros(32, 3, 5, 5)}
    holes = {**inception, "Conv2d_4a_3x3.bn.bias": torch.full((192,), torch.nan)}
    whole = {**inception, "Conv2d_4a_3x3.bn.bias": torch.zeros(192, dtype=torch.int64)}
    text = {**inception, "Conv2d_4a_3x3.bn.bias": "a word"}
    for bad in (missing, odd, holes, whole, text, [1, 2]):
        torch.save(bad, file)
        with pytest.raises(ModelError):
            load_inception_stem(file)
    file.write_bytes(b"no weights")
    for path in (file, tmp_path / "nowhere.pth", tmp_path):
        with pytest.raises(ModelError):
            load_inception_stem(path)
    with pytest.raises(ModelError):
        load_inception_stem(file.rename(tmp_path / "w.safetensors"))
    with pytest.raises(ConfigError):
        InceptionStem("Conv2d_3b_1x1")


@pytest.mark.parametrize("kind", ["alex", "vgg"])
def test_the_backbones_are_torchvisions(kind: str, tmp_path: Path) -> None:
    whole = sequence(kind)
    weights = {f"features.{key}": value for key, value in whole.state_dict().items()}
    torch.save({**weights, "classifier.1.weight": torch.zeros(2, 2)}, tmp_path / "w.pth")
    network = load_lpips_backbone(kind, tmp_path / "w.pth").train()
    x = (batch() * 2 - 1 - torch.tensor([-0.030, -0.088, -0.188])[:, None, None]) / torch.tensor(
        [0.458, 0.448, 0.450]
    )[:, None, None]
    with torch.no_grad():
        layers = network(batch())
        assert tuple(layer.shape[1] for layer in layers) == network.channels
        for layer, end in zip(layers, ENDINGS[kind], strict=True):
            torch.testing.assert_close(layer, whole[:end](x), rtol=1e-4, atol=1e-5)
    weights.pop("features.0.bias")
    torch.save(weights, tmp_path / "w.pth")
    with pytest.raises(ModelError, match=r"features\.0\.bias"):
        load_lpips_backbone(kind, tmp_path / "w.pth")


@pytest.mark.parametrize(("kind", "least"), [("alex", 31), ("vgg", 16)])
def test_the_least_picture_reaches_the_last_layer(kind: str, least: int) -> None:
    network = LPIPSBackbone(kind)
    assert min(network(batch(least, least))[-1].shape[2:]) == 1
    with pytest.raises(ImageError):
        network(batch(least - 1, 40))


@pytest.mark.parametrize("kind", ["alex", "vgg"])
def test_the_public_weights_of_channels_are_read(kind: str, tmp_path: Path) -> None:
    weights = load_lpips_weights(kind, PUBLIC / f"{kind}.pth")
    assert tuple(len(weight) for weight in weights) == LPIPSBackbone(kind).channels
    named = {f"lin{n}.model.1.weight": w.reshape(1, -1, 1, 1) for n, w in enumerate(weights)}
    save_file(named, tmp_path / "lins.safetensors")
    again = load_lpips_weights(kind, tmp_path / "lins.safetensors")
    assert all(torch.equal(a, b) for a, b in zip(weights, again, strict=True))


def test_weights_of_channels_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lin1"):
        load_lpips_weights("alex", PUBLIC / "vgg.pth")
    weights = torch.load(PUBLIC / "alex.pth", map_location="cpu", weights_only=True)
    torch.save({**weights, "lin4.model.1.weight": -torch.ones(1, 256, 1, 1)}, tmp_path / "w.pth")
    with pytest.raises(ModelError, match="negative"):
        load_lpips_weights("alex", tmp_path / "w.pth")
    for kind in ("squeeze", ""):
        with pytest.raises(ConfigError):
            load_lpips_weights(kind, PUBLIC / "squeeze.pth")
        with pytest.raises(ConfigError):
            load_lpips_backbone(kind, PUBLIC / "squeeze.pth")
