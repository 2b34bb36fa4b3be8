"""Method patch: what is its own, beside the contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests import pairs, scenes

from likewise.errors import ConfigError, ModelError
from likewise.images import Image
from likewise.methods.patch import Patch
from likewise.methods.semia import Semia
from likewise.patches.levels import level_sizes

pytestmark = pytest.mark.usefixtures("one_thread")

MODES = {
    "L": (1, np.uint8),
    "I;16": (1, np.uint16),
    "LA": (2, np.uint8),
    "RGB": (3, np.uint8),
    "RGB;16": (3, np.uint16),
    "RGBA": (4, np.uint8),
}


def patch(preset: str = "smoke", **settings: object) -> Patch:
    method = Patch(preset, device="cpu")
    method.config = replace(method.config, **settings)
    return method


def test_presets_of_every_device_rise_in_effort() -> None:
    for device in ("cpu", "cuda", "mps"):
        presets = list(Patch.presets(device).values())
        assert presets[0].size < presets[1].size <= presets[2].size
        assert presets[0].rounds <= presets[1].rounds <= presets[2].rounds
    assert Patch.presets("cpu")["fast"].size < Patch.presets("cuda")["fast"].size


@pytest.mark.parametrize("preset", ["smoke", "fast", "full"])
def test_the_plan_tells_the_finest_search(preset: str) -> None:
    image, labels = pairs.pair(scenes.house((300, 400)))
    method = patch(preset)
    plan = method.plan(image, labels)
    assert plan.size == level_sizes((300, 400), method.config)[-1]
    assert (plan.steps, plan.preset) == (0, preset)
    assert 0 < plan.seconds < 10


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("preset", ["smoke", "fast"])
def test_an_unchanged_layout_gives_the_same_samples(mode: str, preset: str) -> None:
    """Of every mode and depth, and every pixel is known to be the source's."""
    channels, dtype = MODES[mode]
    ids = scenes.house(pairs.SIZE)
    image = Image.from_array(scenes.samples(ids, channels, dtype))
    labels = pairs.labels(ids)
    rendering = patch(preset).fit(image, labels).rendering(labels)
    assert rendering.image == image
    assert rendering.provenance is not None
    assert rendering.provenance.share_exact == 1
    rows, columns = np.indices(pairs.SIZE)
    np.testing.assert_array_equal(rendering.provenance.x, columns)
    np.testing.assert_array_equal(rendering.provenance.y, rows)


def test_a_palette_stays_a_palette() -> None:
    ids = scenes.house(pairs.SIZE)
    colours = np.array([[120, 170, 230], [90, 120, 40], [180, 60, 50]], np.uint8)
    image = Image(colours[ids], "P", colours.tobytes())
    labels = pairs.labels(ids)
    method = patch().fit(image, labels)
    assert method.render(labels) == image
    answer = method.render(pairs.target())
    assert (answer.mode, answer.palette) == (image.mode, image.palette)


def test_a_picture_larger_than_the_working_size_comes_back_whole() -> None:
    """Matched at 32 pixels, gathered at 150."""
    ids = scenes.house((150, 200), at=(50, 20), side=50)
    image, labels = pairs.pair(ids)
    method = patch(size=32).fit(image, labels)
    assert min(method.plan(image, labels).size) == 32
    assert method.render(labels) == image


def test_moved_things_are_taken_from_the_source_in_full_detail() -> None:
    ids = scenes.house((120, 160), at=(40, 20), side=40)
    image, labels = pairs.pair(ids)
    rendering = patch().fit(image, labels).rendering(pairs.target((40, 90), (120, 160)))
    assert rendering.provenance is not None
    goal = scenes.house((120, 160), (40, 90), 16)
    rows, columns = (
        np.rint(p).astype(int) for p in (rendering.provenance.y, rendering.provenance.x)
    )
    assert (ids[rows, columns] == goal).mean() > 0.97
    grain = [np.abs(np.diff(i.to_float(), axis=0)).mean() for i in (image, rendering.image)]
    assert grain[1] > 0.9 * grain[0]


def test_a_saved_model_keeps_seed_and_settings(tmp_path: Path) -> None:
    method = patch(radius=2, jumps=(2, 1), size=40).fit(*pairs.pair(), seed=12)
    method.save(tmp_path / "model")
    again = Patch.load(tmp_path / "model", device="cpu")
    assert again.config == method.config
    assert again.rendering(pairs.target()).image == method.rendering(pairs.target()).image
    other = patch(radius=2, jumps=(2, 1), size=40).fit(*pairs.pair(), seed=13)
    assert other.render(pairs.target()) != again.render(pairs.target())


def test_vgg_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--vgg: method patch has no use for it"):
        Patch("smoke", device="cpu", vgg=tmp_path / "vgg19.pth")


def test_a_model_of_another_method_is_refused(tmp_path: Path) -> None:
    patch().fit(*pairs.pair()).save(tmp_path / "model")
    with pytest.raises(ModelError, match="method patch"):
        Semia.load(tmp_path / "model", device="cpu")


def test_a_target_of_a_megapixel_from_a_small_source() -> None:
    image, labels = pairs.pair(scenes.house((64, 64), at=(20, 8), side=20))
    method = patch().fit(image, labels)
    rendering = method.rendering(pairs.target((300, 600), (900, 1200)))
    assert rendering.image.size == (900, 1200)
    provenance = rendering.provenance
    assert provenance is not None
    assert 0 <= provenance.x.min() <= provenance.x.max() <= 63


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_model_fitted_on_a_gpu_renders_alike_on_the_cpu(tmp_path: Path) -> None:
    method = Patch("smoke", device="cuda").fit(*pairs.pair())
    method.save(tmp_path / "model")
    here = Patch.load(tmp_path / "model", device="cpu")
    assert here.render(pairs.pair()[1]) == method.render(pairs.pair()[1]) == pairs.pair()[0]
    answers = [m.render(pairs.target()).to_float() for m in (method, here)]
    assert np.abs(answers[0] - answers[1]).mean() < 0.05
