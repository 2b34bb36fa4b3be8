"""Coherence on pixels and on VGG-19 features: 0 for the source itself, gradient to G, one fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from likewise.errors import ConfigError, ModelError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.semia import Semia
from likewise.networks.vgg import VGG19Features
from likewise.training.coherence import FeatureCoherence, PixelCoherence

SIZE = (32, 40)


def vgg(seed: int = 0) -> VGG19Features:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = VGG19Features()
    network.requires_grad_(False)
    return network


def scene() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    image = torch.rand(1, 3, *SIZE, generator=generator) * 2 - 1
    layout = torch.zeros(1, 2, *SIZE)
    layout[:, 0, :, :20] = 1
    layout[:, 1, :, 20:] = 1
    rows = torch.randint(4, SIZE[0] - 4, (1, 32), generator=generator)
    columns = torch.randint(4, SIZE[1] - 4, (1, 32), generator=generator)
    return image, layout, rows * SIZE[1] + columns


def measures() -> list[PixelCoherence | FeatureCoherence]:
    image, layout, _ = scene()
    return [PixelCoherence(image, layout, 5), FeatureCoherence(image, layout, vgg())]


@pytest.mark.parametrize("which", [0, 1], ids=["pixels", "features"])
def test_other_pictures_cost_more_and_feel_it(which: int) -> None:
    image, layout, queries = scene()
    coherence = measures()[which]
    own = coherence(image, layout, queries)
    other = (torch.rand_like(image) * 2 - 1).requires_grad_()
    strange = coherence(other, layout, queries)
    strange.backward()
    if which == 0:
        assert float(own) == 0
    assert float(strange.detach()) > 1.2 * float(own)
    assert other.grad is not None
    assert float(other.grad.abs().sum()) > 0


def test_a_fit_uses_the_weights_it_is_given(tmp_path: Path) -> None:
    weights = tmp_path / "vgg.safetensors"
    save_file(vgg().state_dict(), weights)
    image = Image.from_array((torch.rand(48, 64, 3) * 255).byte().numpy())
    ids = torch.zeros(48, 64, dtype=torch.int32)
    ids[:, 30:] = 1
    labels = LabelMap.from_array(ids.numpy())
    plain = Semia("smoke", device="cpu").fit(image, labels)
    felt = Semia("smoke", device="cpu", vgg=weights).fit(image, labels)
    assert len(felt.config.vgg) == 64
    assert plain.config.vgg == ""
    ours, theirs = plain._tensors(), felt._tensors()
    assert any(not torch.equal(ours[name], theirs[name]) for name in ours)
    felt.save(tmp_path / "model")
    weights.unlink()
    loaded = Semia.load(tmp_path / "model", device="cpu")
    assert loaded.render(labels) == felt.render(labels)
    with pytest.raises(ConfigError, match="VGG-19"):
        loaded.fit(image, labels)


def test_a_file_that_is_no_weights_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"no")
    with pytest.raises(ModelError, match=r"wrong\.safetensors"):
        Semia("smoke", device="cpu", vgg=wrong)
    with pytest.raises((ModelError, ConfigError)):
        Semia("smoke", device="cpu", vgg=tmp_path / "missing.pth")
