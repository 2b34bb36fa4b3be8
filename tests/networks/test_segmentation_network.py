"""A network that names pixels: tiny ones that truly read colours, and what is refused."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import numpy as np
import pytest
from tests import scenes
from tests.tiny_networks import write_mask2former, write_segformer

from likewise.errors import ConfigError, ModelError
from likewise.images import Image
from likewise.networks.preparation import Preparation
from likewise.networks.segmentation_network import SegmentationNetwork, _likeliest, _of_masks

transformers = pytest.importorskip("transformers")
torch = pytest.importorskip("torch")

IDS = scenes.house((64, 64), (20, 20), 20)
NUMBERS = np.array([1, 3, 4])[IDS]  # sky, grass, house
RGB = scenes.picture(IDS).pixels


@pytest.fixture(scope="module", params=[write_segformer, write_mask2former])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return request.param(tmp_path_factory.mktemp("network"), RGB, NUMBERS)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refused)


def test_grey_pictures_of_any_size_are_read(folder: Path) -> None:
    network = SegmentationNetwork.load(folder)
    image = Image.from_array(np.zeros((33, 50), np.uint8))
    assert network.read(image.to_rgb8()).shape == (33, 50)


def test_what_is_no_network_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere.*not fetched unless asked"):
        SegmentationNetwork.load("nobody/nowhere")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SegmentationNetwork.load(tmp_path)
    for name in ("preprocessor_config.json", "model.safetensors", "config.json"):
        broken = tmp_path / f"without {name}"
        broken.mkdir()
        for file in folder.iterdir():
            if file.name != name:
                (broken / file.name).write_bytes(file.read_bytes())
        with pytest.raises(ModelError):
            SegmentationNetwork.load(broken)
        (broken / name).write_bytes((folder / name).read_bytes()[:100])
        with pytest.raises(ModelError):
            SegmentationNetwork.load(broken)


def test_weights_in_a_pickle_are_never_opened(folder: Path, tmp_path: Path) -> None:
    for file in folder.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"no matter what")
    with pytest.raises(ModelError, match=r"a pickle \(pytorch_model.bin\).*model.safetensors"):
        SegmentationNetwork.load(tmp_path)


def test_a_backbone_alone_is_refused(tmp_path: Path) -> None:
    config = transformers.SegformerConfig(hidden_sizes=[8] * 4, depths=[1] * 4, num_labels=5)
    transformers.SegformerForImageClassification(config).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"weights are missing, decode_head.*segmentation head"):
        SegmentationNetwork.load(tmp_path)


def test_a_network_for_something_else_is_refused(tmp_path: Path) -> None:
    transformers.ViTConfig().save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="a network of type 'vit'"):
        SegmentationNetwork.load(tmp_path)


def test_code_that_comes_with_a_network_is_not_run(tmp_path: Path) -> None:
    said = {"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}
    (tmp_path / "config.json").write_text(json.dumps(said), encoding="utf-8")
    witness = tmp_path / "ran"
    (tmp_path / "own.py").write_text(f"open({str(witness)!r}, 'w')", encoding="utf-8")
    with pytest.raises(ModelError):
        SegmentationNetwork.load(tmp_path)
    assert not witness.exists()


def test_without_transformers_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install \"likewise\[pretrained\]\""):
        SegmentationNetwork.load("anything")


SETTINGS = {
    "SegformerImageProcessorPil": {"size": {"height": 40, "width": 56}, "resample": 3},
    "Mask2FormerImageProcessorPil": {
        "size": {"shortest_edge": 50, "longest_edge": 90},
        "size_divisor": 32,
    },
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("size", [(70, 100), (30, 200)])
def test_pictures_are_prepared_as_transformers_does(name: str, size: tuple[int, int]) -> None:
    kind = getattr(transformers, name, None)
    if kind is None:
        pytest.skip("this version has no processor without torchvision")
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    settings = SETTINGS[name] | {"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.25]}
    processor = kind(**settings)
    wanted = processor(images=rgb, return_tensors="pt")["pixel_values"]
    made = Preparation.of(processor.to_dict(), "settings")(rgb)
    assert made.shape == wanted.shape
    torch.testing.assert_close(made, wanted, atol=2e-2, rtol=0)  # a grey step of rounding


def test_masks_become_classes_as_transformers_does() -> None:
    kind = getattr(transformers, "Mask2FormerImageProcessorPil", None)
    if kind is None:
        pytest.skip("this version has no processor without torchvision")
    generator = torch.Generator().manual_seed(0)
    classes = torch.randn(1, 6, 5, generator=generator) * 3
    masks = torch.randn(1, 6, 384, 384, generator=generator)  # the size it enlarges masks to
    out = type("Out", (), {"class_queries_logits": classes, "masks_queries_logits": masks})
    wanted = kind().post_process_semantic_segmentation(out, target_sizes=[(300, 500)])[0]
    read = _likeliest(_of_masks(classes, masks), (300, 500))
    assert (read == wanted).float().mean() > 0.999


def test_many_classes_are_enlarged_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = torch.randn(1, 23, 9, 7, generator=torch.Generator().manual_seed(0))
    whole = _likeliest(scores, (30, 40))
    monkeypatch.setattr("likewise.networks.segmentation_network.AT_ONCE", 4 * 30 * 40 * 5)
    torch.testing.assert_close(_likeliest(scores, (30, 40)), whole)


@pytest.mark.parametrize(
    ("config", "size", "wanted"),
    [
        ({"size": 40}, (100, 200), (40, 40)),
        ({"size": 40, "max_size": 60}, (100, 200), (30, 60)),
        ({"size": {"shortest_edge": 40}}, (200, 100), (80, 40)),
        ({"size": {"shortest_edge": 40}, "size_divisibility": 32}, (200, 100), (96, 64)),
        ({"do_resize": False, "size": {"height": 5, "width": 5}}, (20, 10), (20, 10)),
        ({}, (20, 10), (20, 10)),
    ],
)
def test_old_and_new_ways_to_tell_a_size(config: dict, size: tuple, wanted: tuple) -> None:
    assert Preparation.of(config, "settings").target_size(*size) == wanted


@pytest.mark.parametrize(
    "config",
    [
        {"size": {"longest_edge": 3}},
        {"image_mean": [0.5]},
        {"image_std": "none"},
        {"resample": 77},
        {"image_std": [0.0, 1.0, 1.0]},
        {"size": {"shortest_edge": 0}},
    ],
)
def test_settings_that_make_no_sense_are_refused(config: dict) -> None:
    with pytest.raises(ModelError, match="damaged settings"):
        Preparation.of(config, "settings")
