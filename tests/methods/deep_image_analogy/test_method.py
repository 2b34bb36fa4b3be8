"""The method: its two photographs, its network, and what it says of them."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests import pairs, scenes

from likewise.errors import ConfigError, ImageError, ModelError
from likewise.images import Image
from likewise.methods.base import Method
from likewise.methods.deep_image_analogy.matching import LAYERS
from likewise.methods.deep_image_analogy.method import DeepImageAnalogy
from likewise.methods.patch import Patch
from likewise.networks.vgg import random_vgg19

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def fitted() -> DeepImageAnalogy:
    return DeepImageAnalogy("smoke", device="cpu").fit(*pairs.pair())


def photograph(seed: int = 7) -> Image:
    """Of the target layout: its colours are its own, its edges those of the layout."""
    return scenes.picture(pairs.target().ids, seed=seed)


def test_without_a_photograph_the_answer_of_patch_stands_in(fitted: DeepImageAnalogy) -> None:
    stood_in = Patch("smoke", device="cpu").fit(*pairs.pair()).render(pairs.target())
    assert fitted.stand_in == Patch.name
    assert fitted.render(pairs.target()) == fitted.render(pairs.target(), stood_in)
    assert fitted.render(pairs.target()) != fitted.render(pairs.target(), photograph())


def test_the_photographs_layout_is_answered_in_the_sources_colours(
    fitted: DeepImageAnalogy,
) -> None:
    """The photograph decides, and not the labels beside it."""
    asked = pairs.labels(np.zeros(pairs.SIZE, np.int64))
    shown = fitted.render(asked, scenes.picture(pairs.target().ids, seed=0)).to_float()
    source, ids = fitted.source.image.to_float(), fitted.source.labels.ids
    means = np.stack([source[ids == k].mean(axis=0) for k in range(3)])
    nearest = np.square(shown[:, :, None] - means).sum(axis=-1).argmin(axis=-1)
    assert (nearest == pairs.target().ids).mean() > 0.9


@pytest.mark.parametrize("kind", ["grey", "alpha", "deep"])
def test_photographs_of_every_kind_are_taken(kind: str, fitted: DeepImageAnalogy) -> None:
    ids = pairs.target().ids
    channels, depth = {"grey": (1, np.uint8), "alpha": (4, np.uint8), "deep": (3, np.uint16)}[kind]
    answer = fitted.render(pairs.target(), scenes.picture(ids, channels, depth))
    assert (answer.mode, answer.depth, answer.size) == ("RGB", 8, pairs.SIZE)


def test_a_photograph_of_another_size_is_refused(fitted: DeepImageAnalogy) -> None:
    with pytest.raises(ImageError, match=r"photograph: 40 x 30 pixels.*64 x 48"):
        fitted.render(pairs.target(), photograph().resized((30, 40)))


def test_other_methods_refuse_photographs() -> None:
    method = Patch("smoke", device="cpu").fit(*pairs.pair())
    for call in (method.render, method.rendering):
        with pytest.raises(ConfigError, match="--target-image: method patch has no use for it"):
            call(pairs.target(), photograph())


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "vgg19.safetensors"
    save_file(random_vgg19(3, LAYERS).state_dict(), file)
    return file


def told(method: Method) -> list[str]:
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        method.render(pairs.target(), photograph())
    # Files that an earlier test left open may be found by the collector just here.
    return [str(each.message) for each in raised if each.category is RuntimeWarning]


def test_with_weights_it_is_the_papers_and_a_model_carries_them(
    weights: Path, tmp_path: Path, fitted: DeepImageAnalogy
) -> None:
    method = DeepImageAnalogy("smoke", device="cpu", vgg=weights).fit(*pairs.pair())
    assert (method.variant, told(method)) == ("", [])
    assert len(method.config.vgg) == 64
    answer = method.render(pairs.target())
    assert answer != fitted.render(pairs.target())
    method.save(tmp_path / "model")
    again = DeepImageAnalogy.load(tmp_path / "model", device="cpu")
    assert again.variant == ""
    assert again.render(pairs.target()) == answer


def test_without_weights_it_says_so_once() -> None:
    method = DeepImageAnalogy("smoke", device="cpu").fit(*pairs.pair())
    assert method.variant == "random VGG"
    (message,) = told(method)
    assert "no weights of VGG-19" in message
    assert "--vgg FILE" in message
    assert told(method) == []


def test_files_that_are_no_vgg_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.safetensors"
    save_file(random_vgg19(3, LAYERS, width=8).state_dict(), file)
    with pytest.raises(ModelError, match=r"features.0.weight.*expected floats of shape \(64, 3"):
        DeepImageAnalogy("smoke", device="cpu", vgg=file)
    save_file({"conv1.weight": torch.zeros(2)}, file)
    with pytest.raises(ModelError, match=r"features.0.weight: no tensor of that name"):
        DeepImageAnalogy("smoke", device="cpu", vgg=file)


def test_an_untrained_network_is_made_by_its_seed_alone() -> None:
    before = torch.get_rng_state()
    one, same, other = (random_vgg19(seed, LAYERS, width=8) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    weight = "features.28.weight"
    assert torch.equal(one.state_dict()[weight], same.state_dict()[weight])
    assert not torch.equal(one.state_dict()[weight], other.state_dict()[weight])
    # He's variance keeps the scale of features.
    features = one(torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1)
    scales = [float(each.square().mean().sqrt()) for each in features.values()]
    assert max(scales) < 5 * min(scales)
    assert features["relu5_1"].shape == (1, 64, 2, 2)
