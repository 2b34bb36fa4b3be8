from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from likewise.errors import ConfigError, ModelError
from likewise.networks.vgg import LAYERS, VGG19Features, load_vgg19

PLAIN = [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M"]
"""The first blocks as the paper's table of configurations lists them (E)."""


def sequence() -> nn.Sequential:
    """Those blocks as one nn.Sequential, whose keys are the public file's."""
    modules: list[nn.Module] = []
    before = 3
    for entry in PLAIN:
        if entry == "M":
            modules.append(nn.MaxPool2d(2))
            continue
        modules += [nn.Conv2d(before, int(entry), 3, padding=1), nn.ReLU()]
        before = int(entry)
    return nn.Sequential(*modules)


@pytest.fixture(scope="module")
def whole() -> nn.Sequential:
    return sequence()


@pytest.fixture
def weights(whole: nn.Sequential) -> dict[str, Tensor]:
    named = {f"features.{key}": value.clone() for key, value in whole.state_dict().items()}
    return {**named, "classifier.0.bias": torch.zeros(4)}


@pytest.fixture
def file(weights: dict[str, Tensor], tmp_path: Path) -> Path:
    torch.save(weights, tmp_path / "vgg19.pth")
    return tmp_path / "vgg19.pth"


def image(channels: int = 3) -> Tensor:
    return torch.rand(2, channels, 13, 18, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_the_layers_stand_where_the_public_file_has_them() -> None:
    positions = [position for position, _, _ in LAYERS.values()]
    assert positions == [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    assert LAYERS["relu5_4"] == (34, 512, 512)


def test_features_are_those_of_the_plain_sequence(whole: nn.Sequential, file: Path) -> None:
    ours = load_vgg19(file, layers=("relu3_2", "relu1_1", "relu2_1"))(image())
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    spread = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    x = (image() * 0.5 + 0.5 - mean) / spread
    assert list(ours) == ["relu3_2", "relu1_1", "relu2_1"]
    with torch.no_grad():
        for name, end in (("relu1_1", 2), ("relu2_1", 7), ("relu3_2", 14)):
            torch.testing.assert_close(ours[name], whole[:end](x), rtol=1e-4, atol=1e-5)
    assert ours["relu2_1"].shape == (2, 128, 6, 9)


def test_grey_is_repeated_and_alpha_dropped(file: Path) -> None:
    network = load_vgg19(file, layers=("relu1_1",))
    grey, alpha = image(1), image(4)
    as_grey = network(grey.repeat(1, 3, 1, 1))["relu1_1"]
    torch.testing.assert_close(network(grey)["relu1_1"], as_grey)
    torch.testing.assert_close(network(alpha)["relu1_1"], network(alpha[:, :3])["relu1_1"])


def test_frozen_but_open_to_the_gradient_of_the_image(file: Path) -> None:
    network = load_vgg19(file).train()
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    x = image().requires_grad_()
    network(x)["relu2_1"].sum().backward()
    assert x.grad is not None
    assert x.grad.abs().max() > 0


def test_only_the_layers_needed_are_built(file: Path) -> None:
    assert set(load_vgg19(file).features) == {"0", "2", "5"}


def test_the_hash_is_recorded_and_checked(file: Path) -> None:
    truth = hashlib.sha256(file.read_bytes()).hexdigest()
    assert load_vgg19(file).sha256 == truth
    assert load_vgg19(file, expected_sha256=truth.upper()).sha256 == truth
    with pytest.raises(ModelError, match=truth):
        load_vgg19(file, expected_sha256="0" * 64)


def test_a_name_that_tells_the_hash_is_held_to_it(file: Path) -> None:
    truth = hashlib.sha256(file.read_bytes()).hexdigest()
    letter = next(k for k, digit in enumerate(truth) if digit in "abcdef")
    for name in (f"vgg19-{truth[: max(8, letter + 1)]}.pth", "vgg19-20261123.pth"):
        file = file.rename(file.with_name(name))
        assert load_vgg19(file).sha256 == truth
    other = file.rename(file.with_name("vgg19-dcbb9e9d.pth"))
    with pytest.raises(ModelError, match=rf"SHA-256 {truth}; expected SHA-256 dcbb9e9d\.\.\."):
        load_vgg19(other)


def test_safetensors_are_read_alike(weights: dict[str, Tensor], file: Path) -> None:
    save_file(weights, file.with_suffix(".safetensors"))
    a, b = (load_vgg19(p)(image()) for p in (file, file.with_suffix(".safetensors")))
    assert torch.equal(a["relu2_1"], b["relu2_1"])


class Impostor:
    """A class a hostile pickle would have built, running code as it does."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit",))


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_files_that_are_none_are_refused(suffix: str, tmp_path: Path, file: Path) -> None:
    path = tmp_path / f"bad{suffix}"
    with pytest.raises(ModelError, match="cannot be read"):
        load_vgg19(path)
    with pytest.raises(ModelError, match="cannot be read"):
        load_vgg19(tmp_path)
    for content in (b"", b"\x00" * 100, b"<html>", file.read_bytes()[:2000]):
        path.write_bytes(content)
        with pytest.raises(ModelError, match="readable weights"):
            load_vgg19(path)


def test_a_pickle_that_runs_code_is_refused(weights: dict[str, Tensor], file: Path) -> None:
    torch.save({**weights, "more": Impostor()}, file)
    with pytest.raises(ModelError, match="readable weights"):
        load_vgg19(file)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (torch.zeros(64, 3, 5, 5), "shape"),
        (torch.zeros(64, 3, 3, 3, dtype=torch.int64), "int64"),
        (torch.full((64, 3, 3, 3), torch.nan), "not finite"),
        (3, "int"),
        (None, "no tensor"),
    ],
)
def test_other_weights_are_refused_by_name(
    weights: dict[str, Tensor], file: Path, change: object, found: str
) -> None:
    torch.save({**weights, "features.0.weight": change}, file)
    with pytest.raises(ModelError, match=rf"features\.0\.weight: .*{found}"):
        load_vgg19(file)
    torch.save([1, 2], file)
    with pytest.raises(ModelError, match="list"):
        load_vgg19(file)


@pytest.mark.parametrize("layers", [(), ("relu1_3",), ("relu1_1", "relu1_1")])
def test_unknown_layers_are_refused(layers: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="relu5_4"):
        VGG19Features(layers)


def test_going_onward_from_a_layer_is_what_the_whole_network_does(file: Path) -> None:
    network = load_vgg19(file, layers=("relu1_1", "relu2_1", "relu3_1"))
    seen = network(image())
    assert torch.equal(network.onward(seen["relu1_1"], "relu1_1", "relu2_1"), seen["relu2_1"])
    assert torch.equal(network.onward(seen["relu1_1"], "relu1_1", "relu3_1"), seen["relu3_1"])
