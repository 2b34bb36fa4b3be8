"""Analogy: the library's front door works as its pages say, word for word."""

from __future__ import annotations

import inspect
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from tests import pairs, scenes

import likewise
from likewise import Analogy, ClassTable, Image, LabelClass, LabelMap, read_image
from likewise.errors import ConfigError, InputError, ModelError, NotFittedError
from likewise.methods.registry import DEFAULT_METHOD
from likewise.methods.semia import Semia
from likewise.training.config import SemiaConfig
from likewise.training.presets import semia_presets

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with i.png, p.png and p2.png, where every preset is as quick as smoke."""

    def presets(cls: type, device_type: str = "cpu") -> Mapping[str, SemiaConfig]:
        real = semia_presets(device_type)
        return dict.fromkeys(real, semia_presets("cpu")["smoke"])

    monkeypatch.setattr(Semia, "presets", classmethod(presets))
    monkeypatch.setattr("likewise.methods.base.choose_device", lambda choice: _cpu())
    monkeypatch.chdir(tmp_path)
    image, labels = pairs.pair()
    image.save("i.png")
    labels.write("p.png")
    pairs.target(size=(40, 72)).write("p2.png")
    return tmp_path


def _cpu() -> object:
    import torch

    return torch.device("cpu")


def test_the_page_of_the_design(folder: Path) -> None:
    analogy = Analogy(method="semia", preset="fast").fit(
        read_image("i.png"), LabelMap.read("p.png"), seed=0
    )
    image = analogy.render(LabelMap.read("p2.png"))
    assert np.asarray(image).shape == (40, 72, 3)
    assert np.asarray(image).dtype == np.uint8
    analogy.save("model/")
    again = Analogy.load("model/")
    assert again.render(LabelMap.read("p2.png")) == image
    assert sorted(p.name for p in Path("model").iterdir()) == ["config.json", "model.safetensors"]


def test_the_example_in_the_docstring(folder: Path) -> None:
    page = inspect.getdoc(Analogy) or ""
    code = page.split("::\n", 1)[1].split("\nArgs:", 1)[0]
    names = {name: getattr(likewise, name) for name in likewise.__all__}
    exec(textwrap.dedent(code), names)
    assert read_image("i2.png").size == (40, 72)


def test_it_hands_back_itself_and_its_source(folder: Path) -> None:
    analogy = Analogy(method="semia", preset="smoke", device="cpu")
    image, labels = pairs.pair()
    assert analogy.fit(image, labels, seed=3) is analogy
    assert analogy.image == image
    assert analogy.labels == labels
    direct = Semia("smoke", device="cpu").fit(image, labels, seed=3)
    assert analogy.render(pairs.target()) == direct.render(pairs.target())


def test_before_fit_there_is_nothing(tmp_path: Path) -> None:
    analogy = Analogy(preset="smoke", device="cpu")
    for attempt in (
        lambda: analogy.render(pairs.target()),
        lambda: analogy.save(tmp_path / "model"),
        lambda: analogy.labels,
        lambda: analogy.image,
    ):
        with pytest.raises(NotFittedError):
            attempt()


def test_the_plan_is_the_methods() -> None:
    plan = Analogy(preset="smoke", device="cpu", size=40).plan(*pairs.pair())
    assert (plan.method, plan.preset, min(plan.size)) == (DEFAULT_METHOD, "smoke", 40)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"method": "gan"}, "--method"),
        ({"preset": "huge"}, "--preset"),
        ({"device": "tpu"}, "--device"),
        ({"size": 3}, "--size"),
    ],
)
def test_bad_settings_are_refused_by_name(options: dict[str, object], argument: str) -> None:
    with pytest.raises(ConfigError) as error:
        Analogy(**{"preset": "smoke", "device": "cpu"} | options)
    assert error.value.argument == argument
    assert isinstance(error.value, InputError)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json"):
        Analogy.load(tmp_path)


def test_a_model_of_an_unknown_method_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"format": 1, "method": "dreams"}', encoding="utf-8")
    with pytest.raises(InputError, match="dreams"):
        Analogy.load(tmp_path)


def test_a_class_table_of_ones_own(folder: Path) -> None:
    table = ClassTable((LabelClass(10, "sky", (0, 0, 255)), LabelClass(20, "ground", (0, 255, 0))))
    ids = np.where(np.arange(48)[:, None] < 30, 10, 20).repeat(64, axis=1)
    labels = LabelMap.from_array(ids, table)
    image = Image.from_array(scenes.samples((ids == 20).astype(np.int64)))
    answer = Analogy(preset="smoke").fit(image, labels).render(labels.with_ids(ids[::-1]))
    assert answer.size == (48, 64)


def test_public_names_are_all_there_and_wait_for_their_use() -> None:
    for name in likewise.__all__:
        assert getattr(likewise, name) is not None
        assert name in dir(likewise)
    with pytest.raises(AttributeError, match="nothing"):
        _ = likewise.nothing  # type: ignore[attr-defined]
    code = "import sys, likewise; likewise.__version__; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
