"""Method image_analogies: what is its own, beside the contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests import pairs, scenes

from likewise.errors import ConfigError, Interrupted
from likewise.evaluation.cases import read_case
from likewise.methods.base import Checkpointing
from likewise.methods.image_analogies import ImageAnalogies, one_hot
from likewise.progress import Progress

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.usefixtures("one_thread")


def method(preset: str = "smoke", **settings: object) -> ImageAnalogies:
    made = ImageAnalogies(preset, device="cpu")
    made.config = replace(made.config, **settings)
    return made


def test_presets_rise_in_size_and_thoroughness() -> None:
    smoke, fast, full = ImageAnalogies.presets().values()
    assert smoke.size < fast.size < full.size
    assert smoke.pixels < fast.pixels < full.pixels
    assert smoke.error > fast.error > full.error == 0
    assert full.leaves == 0  # no end: every match is the nearest


def test_an_unchanged_layout_gives_a_photograph_back() -> None:
    """Borders and their surroundings tell most places apart, though the class alone would not."""
    case = read_case(EXAMPLES / "tissue")
    rendering = method("fast").fit(case.image, case.labels).rendering(case.labels)
    assert (rendering.image.pixels == case.image.pixels).all(axis=-1).mean() > 0.9


@pytest.mark.parametrize("preset", ["smoke", "fast", "full"])
def test_every_pixel_is_the_sources_and_mostly_of_its_class(preset: str) -> None:
    ids = scenes.house((60, 80), at=(20, 10), side=20)
    image, labels = pairs.pair(ids)
    goal = pairs.target((18, 45), (60, 80))
    provenance = method(preset).fit(image, labels).rendering(goal).provenance
    assert provenance is not None
    assert provenance.share_exact == 1
    rows, columns = provenance.y.astype(int), provenance.x.astype(int)
    assert (ids[rows, columns] == goal.ids).mean() > 0.97


def test_a_picture_larger_than_the_working_size_is_gathered_at_full_size() -> None:
    ids = scenes.house((150, 200), at=(50, 20), side=50)
    image, labels = pairs.pair(ids)
    made = method(size=50).fit(image, labels)
    assert made.plan(image, labels).size == (50, 67)
    rendering = made.rendering(pairs.target((48, 110), (150, 200)))
    assert rendering.provenance is not None
    assert rendering.provenance.share_exact == 1
    grain = [np.abs(np.diff(i.to_float(), axis=0)).mean() for i in (image, rendering.image)]
    assert grain[1] > 0.9 * grain[0]


def test_a_large_target_is_painted_at_a_reduced_size(monkeypatch: pytest.MonkeyPatch) -> None:
    image, labels = pairs.pair()
    made = method(pixels=0.002).fit(image, labels)
    prepare, scales = ImageAnalogies._prepared, []

    def noted(self: ImageAnalogies, source: object, scale: float, seed: int) -> object:
        scales.append(scale)
        return prepare(self, source, scale, seed)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageAnalogies, "_prepared", noted)
    assert made.render(pairs.target(size=(96, 128))).size == (96, 128)
    assert scales == [pytest.approx((2000 / (96 * 128)) ** 0.5)]
    assert made.render(pairs.target(size=(40, 50))).size == (40, 50)
    assert len(scales) == 1  # small enough for what the fit prepared
    assert made.render(pairs.target(size=(960, 1280))).size == (960, 1280)
    assert scales[1] == pytest.approx(16 / 48)  # no smaller, however large the target


def test_ignored_pixels_are_never_copied() -> None:
    ids = scenes.house(pairs.SIZE)
    ids[4:20, 30:50] = scenes.IGNORED
    labels = pairs.labels(ids, ignore=(scenes.IGNORED,))
    made = method().fit(scenes.picture(ids), labels)
    for goal in (pairs.target(), labels):
        provenance = made.rendering(goal).provenance
        assert provenance is not None
        assert (ids[provenance.y.astype(int), provenance.x.astype(int)] != scenes.IGNORED).all()


def test_no_class_is_between_two_others() -> None:
    planes = one_hot(np.array([[0, 1, 2, -1]]), 3)[0]
    steps = np.square(planes[:3, None] - planes[None, :3]).sum(axis=-1)
    np.testing.assert_allclose(steps, 1 - np.eye(3), atol=1e-6)
    np.testing.assert_array_equal(planes[3], 0)


class StopAtOnce(Progress):
    """Asks to stop at once."""

    should_stop = True


def test_a_stopped_fit_leaves_its_mark(tmp_path: Path) -> None:
    place = tmp_path / "fit.json"
    with pytest.raises(Interrupted) as stop:
        method().fit(*pairs.pair(), progress=StopAtOnce(), checkpointing=Checkpointing(place))
    assert stop.value.checkpoint == place
    with pytest.raises(Interrupted) as stop:
        method().fit(*pairs.pair(), progress=StopAtOnce())
    assert stop.value.checkpoint is None


def test_vgg_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--vgg: method image_analogies has no use for it"):
        ImageAnalogies("smoke", device="cpu", vgg=tmp_path / "vgg19.pth")
