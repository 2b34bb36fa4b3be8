"""The contract of methods: a saved model renders the same bytes; a damaged one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from safetensors.torch import load_file, save_file
from tests import pairs, scenes

from likewise.errors import ConfigError, LabelError, ModelError, OutputError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.base import CONFIG_FILE, MODEL_FILE, Method

Make = Callable[[], Method]


@pytest.fixture
def model(fitted: Method, tmp_path: Path) -> Path:
    fitted.save(tmp_path / "model")
    return tmp_path / "model"


def loaded(method: Method, folder: Path) -> Method:
    return type(method).load(folder, device="cpu")


def test_a_loaded_model_renders_the_same_bytes(fitted: Method, model: Path) -> None:
    again = loaded(fitted, model)
    for goal in (pairs.target(), pairs.target((3, 5), (61, 83))):
        assert again.render(goal) == fitted.render(goal)


def test_a_loaded_model_is_what_was_saved(fitted: Method, model: Path) -> None:
    again = loaded(fitted, model)
    assert again.config == fitted.config
    assert again.preset == fitted.preset
    assert again.source.image == fitted.source.image
    assert again.source.labels == fitted.source.labels
    assert again.source.classes == fitted.source.classes


def test_a_loaded_model_can_be_saved_and_fitted_again(
    fitted: Method, model: Path, tmp_path: Path
) -> None:
    again = loaded(fitted, model)
    again.save(tmp_path / "copy")
    for name in (MODEL_FILE, CONFIG_FILE):
        assert (tmp_path / "copy" / name).read_bytes() == (model / name).read_bytes()
    goal = pairs.target()
    assert again.fit(*pairs.pair(), seed=0).render(goal) == fitted.render(goal)


def test_a_loaded_model_knows_its_classes(fitted: Method, model: Path) -> None:
    ids = scenes.house(pairs.SIZE)
    ids[:4, :4] = 7
    with pytest.raises(LabelError, match="river"):
        loaded(fitted, model).render(pairs.labels(ids))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "16"])
def test_every_kind_of_picture_is_carried_along(mode: str, make: Make, tmp_path: Path) -> None:
    ids = scenes.house(pairs.SIZE)
    image = {
        "L": lambda: scenes.picture(ids, 1),
        "P": lambda: Image(scenes.samples(ids) // 64 * 64, "P", _palette()),
        "RGBA": lambda: scenes.picture(ids, 4),
        "CMYK": lambda: Image(scenes.samples(ids, 4), "CMYK", icc=b"a profile"),
        "16": lambda: scenes.picture(ids, 3, np.uint16),
    }[mode]()
    method = make().fit(image, pairs.labels(ids))
    method.save(tmp_path / "model")
    again = loaded(method, tmp_path / "model")
    assert again.source.image == image
    answers = [m.render(pairs.target()) for m in (method, again)]
    files = [tmp_path / f"{n}{image.suffix}" for n in range(2)]
    for answer, file in zip(answers, files, strict=True):
        answer.save(file)
    assert files[0].read_bytes() == files[1].read_bytes()


def _palette() -> bytes:
    levels = np.arange(4) * 64
    return np.stack(np.meshgrid(levels, levels, levels), -1).astype(np.uint8).tobytes()


def test_ignored_ids_are_carried_along(make: Make, tmp_path: Path) -> None:
    ids = scenes.house(pairs.SIZE)
    ids[:10, 20:] = scenes.IGNORED
    labels = pairs.labels(ids, ignore=(scenes.IGNORED,))
    method = make().fit(scenes.picture(ids), labels)
    method.save(tmp_path / "model")
    again = loaded(method, tmp_path / "model")
    assert again.source.labels == labels
    assert again.render(labels) == method.render(labels)


def test_after_loading_targets_are_read_as_before(make: Make, tmp_path: Path) -> None:
    """A source of colours made its ids up: the indices of another palette do not mean them."""
    colours = pairs.TABLE.colours
    ids = scenes.house(pairs.SIZE)
    PIL.Image.fromarray(colours[ids]).save(tmp_path / "labels.png")
    labels = LabelMap.read(tmp_path / "labels.png")
    method = make().fit(scenes.picture(ids), labels)
    method.save(tmp_path / "model")
    again = loaded(method, tmp_path / "model")
    assert again.source.labels.snapping == labels.snapping is not None
    goals = []
    for name, shown in (("same", colours[:3]), ("strange", 255 - colours[:3])):
        turned = PIL.Image.fromarray((2 - pairs.target().ids).astype(np.uint8), "P")
        turned.putpalette(shown[::-1].tobytes())
        turned.save(tmp_path / f"{name}.png")
    for source in (method.source, again.source):
        goals.append(LabelMap.read(tmp_path / "same.png", like=source.labels))
        with pytest.raises(LabelError):
            LabelMap.read(tmp_path / "strange.png", like=source.labels)
    assert goals[0] == goals[1]


def test_a_model_is_two_files_and_no_pickle(model: Path) -> None:
    assert sorted(p.name for p in model.iterdir()) == [CONFIG_FILE, MODEL_FILE]
    load_file(model / MODEL_FILE)
    description = json.loads((model / CONFIG_FILE).read_text(encoding="utf-8"))
    assert {"format", "likewise", "method", "preset", "config", "classes"} <= set(description)
    for file in model.rglob("*"):
        data = file.read_bytes()
        assert not data.startswith((b"\x80\x02", b"\x80\x04", b"PK\x03\x04"))


def test_saving_again_replaces(fitted: Method, model: Path, make: Make) -> None:
    other = make().fit(*pairs.pair(seed=9), seed=9)
    other.save(model)
    assert loaded(fitted, model).render(pairs.target()) == other.render(pairs.target())
    assert len(list(model.iterdir())) == 2


def test_a_place_that_is_a_file_is_refused(fitted: Method, tmp_path: Path) -> None:
    (tmp_path / "model").write_text("here first")
    with pytest.raises(OutputError, match="is a file"):
        fitted.save(tmp_path / "model")
    assert (tmp_path / "model").read_text() == "here first"


def edit(model: Path, **changes: Any) -> None:
    file = model / CONFIG_FILE
    description = json.loads(file.read_text(encoding="utf-8"))
    for name, value in changes.items():
        if value is None:
            del description[name]
        else:
            description[name] = value
    file.write_text(json.dumps(description), encoding="utf-8")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1000])


def drop(file: Path, prefix: str) -> None:
    tensors = load_file(file)
    kept = {k: v for k, v in tensors.items() if not k.startswith(prefix)}
    assert len(kept) < len(tensors)
    save_file(kept, file)


def stain(file: Path) -> None:
    """Labels with an id that the class table lacks."""
    tensors = load_file(file)
    tensors["source.labels"][0, 0] = 99
    save_file(tensors, file)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no folder": lambda m: m.rename(m.with_name("elsewhere")),
    "no config": lambda m: (m / CONFIG_FILE).unlink(),
    "no weights": lambda m: (m / MODEL_FILE).unlink(),
    "cut weights": lambda m: cut(m / MODEL_FILE),
    "cut config": lambda m: cut(m / CONFIG_FILE),
    "empty weights": lambda m: (m / MODEL_FILE).write_bytes(b""),
    "pickled weights": lambda m: (m / MODEL_FILE).write_bytes(b"cos\nsystem\n(S'false'\ntR."),
    "config is no JSON": lambda m: (m / CONFIG_FILE).write_text("{"),
    "config is a list": lambda m: (m / CONFIG_FILE).write_text("[]"),
    "config is no text": lambda m: (m / CONFIG_FILE).write_bytes(b"\xff\xfe\x00"),
    "newer format": lambda m: edit(m, format=99),
    "odd format": lambda m: edit(m, format="new"),
    "no method": lambda m: edit(m, method=None),
    "another method": lambda m: edit(m, method="another"),
    "no preset": lambda m: edit(m, preset=None),
    "a preset of old": lambda m: edit(m, preset="huge"),
    "other settings": lambda m: edit(m, config={"warp": 9}),
    "settings of another kind": lambda m: edit(m, config=[1]),
    "no classes": lambda m: edit(m, classes=[]),
    "fewer classes": lambda m: edit(m, classes=[{"id": 0}]),
    "another mode": lambda m: edit(m, image_mode="CMYK"),
    "an unknown mode": lambda m: edit(m, image_mode="XYZ"),
    "ignores what is no id": lambda m: edit(m, ignore=["a"]),
    "nothing learnt": lambda m: drop(m / MODEL_FILE, "learnt."),
    "no source": lambda m: drop(m / MODEL_FILE, "source.image"),
    "unknown labels": lambda m: stain(m / MODEL_FILE),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_refused(damage: str, fitted: Method, model: Path) -> None:
    if damage == "nothing learnt" and not any(fitted._tensors()):
        return  # this method learns nothing but its source
    DAMAGES[damage](model)
    with pytest.raises(ModelError, match="model"):
        loaded(fitted, model)


def test_an_absent_device_is_not_the_models_fault(fitted: Method, model: Path) -> None:
    with pytest.raises(ConfigError, match="--device"):
        type(fitted).load(model, device="cuda:99")
