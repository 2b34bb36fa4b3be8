"""Method spade: what is its own, beside the contract."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests import pairs, scenes
from tests.reference import official_spade

from likewise.analogy import Analogy
from likewise.errors import ConfigError, ImageError, Interrupted, LabelError, ModelError
from likewise.images import Image
from likewise.methods.base import Checkpointing
from likewise.methods.spade.method import Spade
from likewise.methods.spade.pairs import PairFolder
from likewise.networks.vgg import LAYERS
from likewise.progress import Progress

pytestmark = pytest.mark.usefixtures("one_thread")

WORDS = {"sky": "sky", "ground": "earth", "house": "house", "river": None}


def spade(**files: Path) -> Spade:
    return Spade("smoke", device="cpu", **files)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A small generator with ADE20K's channels."""
    torch.save(official_spade.state_dict(151), tmp_path / "latest_net_G.pth")
    return tmp_path / "latest_net_G.pth"


@pytest.fixture
def class_map(tmp_path: Path) -> Path:
    (tmp_path / "map.json").write_text(json.dumps(WORDS))
    return tmp_path / "map.json"


@pytest.fixture
def own(tmp_path: Path) -> dict[str, Path]:
    """A tiny generator of somebody's own, with three channels, and its class map."""
    torch.save(official_spade.state_dict(3, width=1), tmp_path / "own.pth")
    (tmp_path / "own.json").write_text('{"sky": 0, "ground": 1, "house": 2}')
    return {"weights": tmp_path / "own.pth", "class_map": tmp_path / "own.json"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pairs of the house scene in other sizes; one shows a river, as the source does not."""
    root = tmp_path / "pairs"
    for name in ("images", "labels"):
        (root / name).mkdir(parents=True)
    for number in range(3):
        ids = scenes.house((40 + 8 * number, 64), at=(6, 5 * number))
        if number == 2:
            ids[-6:] = 7
        scenes.picture(ids, seed=number).save(root / "images" / f"p{number}.png")
        pairs.labels(ids).write(root / "labels" / f"p{number}.png", "ids")
    return root


class Notes(Progress):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


def test_a_checkpoint_paints_the_layout_alone(weights: Path, class_map: Path) -> None:
    method = spade(weights=weights, class_map=class_map).fit(*pairs.pair())
    target = pairs.target(size=(60, 100))
    answer = method.render(target)
    layout = torch.zeros(1, 151, 256, 256)
    channels = np.array([2, 13, 25])[target.resized((256, 256)).ids]
    layout.scatter_(1, torch.from_numpy(channels)[None, None], 1.0)
    state = torch.load(weights, weights_only=True)
    expected = torch.nn.functional.interpolate(
        official_spade.painted(state, layout), size=(60, 100), mode="bicubic", antialias=True
    )
    plain = ((expected[0].clamp(-1, 1) + 1) / 2).permute(1, 2, 0).numpy()
    assert np.abs(answer.to_float() - plain).max() < 0.01


def test_pixels_of_the_source_play_no_part_beside_a_checkpoint(own: dict[str, Path]) -> None:
    method = spade(**own).fit(*pairs.pair())
    answer = method.render(pairs.target())
    assert method.fit(*pairs.pair(seed=7)).render(pairs.target()) == answer


def test_a_checkpoint_needs_no_steps_and_is_planned_at_its_size(
    weights: Path, class_map: Path
) -> None:
    plan = spade(weights=weights, class_map=class_map).plan(*pairs.pair())
    assert (plan.size, plan.steps) == ((256, 256), 0)


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_a_checkpoint_answers_in_the_sources_channels(channels: int, own: dict[str, Path]) -> None:
    ids = scenes.house(pairs.SIZE)
    method = spade(**own)
    colours = method.fit(*pairs.pair()).render(pairs.target())
    answer = method.fit(scenes.picture(ids, channels), pairs.labels(ids)).render(pairs.target())
    assert answer.channels == channels
    if channels in (2, 4):
        assert answer.pixels[..., -1].min() == 255
    if channels == 4:
        np.testing.assert_array_equal(answer.pixels[..., :3], colours.pixels)


def test_a_model_of_a_checkpoint_needs_neither_file_again(
    own: dict[str, Path], tmp_path: Path
) -> None:
    method = spade(**own).fit(*pairs.pair())
    method.save(tmp_path / "model")
    answer = method.render(pairs.target())
    for file in own.values():
        file.unlink()
    again = Spade.load(tmp_path / "model", device="cpu")
    assert again.config == method.config
    assert len(again.config.weights) == len(again.config.class_map) == 64
    assert again.render(pairs.target()) == answer
    again.save(tmp_path / "copy")
    for name in ("config.json", "model.safetensors"):
        assert (tmp_path / "copy" / name).read_bytes() == (tmp_path / "model" / name).read_bytes()
    assert again.fit(*pairs.pair(seed=2)).render(pairs.target()) == answer


def test_a_damaged_model_of_a_checkpoint_is_refused(own: dict[str, Path], tmp_path: Path) -> None:
    method = spade(**own).fit(*pairs.pair())
    for lost in ("learnt.class_map", "learnt.to_image.bias", "learnt.z"):
        method.save(tmp_path / "model")
        file = tmp_path / "model" / "model.safetensors"
        save_file({k: v for k, v in load_file(file).items() if k != lost}, file)
        with pytest.raises(ModelError):
            Spade.load(tmp_path / "model", device="cpu")


def test_a_checkpoint_with_z_draws_it_from_the_seed(own: dict[str, Path], tmp_path: Path) -> None:
    torch.save(official_spade.state_dict(3, width=1, latent=4, cells=4), own["weights"])
    method = spade(**own)  # works at 48 pixels, for which cells of 32 are two a side
    assert method.plan(*pairs.pair()).size == (64, 64)
    answers = [method.fit(*pairs.pair(), seed=s).render(pairs.target()) for s in (0, 0, 1)]
    assert answers[0] == answers[1] != answers[2]
    method.save(tmp_path / "model")
    again = Spade.load(tmp_path / "model", device="cpu")
    assert again.render(pairs.target()) == answers[2]


def test_classes_without_a_label_are_refused_before_anything(weights: Path) -> None:
    method = spade(weights=weights)  # "ground" is no label of its own there
    for call in (method.plan, method.fit):
        with pytest.raises(LabelError, match=r"--class-map, class 'ground'"):
            call(*pairs.pair())


def test_files_that_do_not_go_together_are_refused(
    weights: Path, class_map: Path, folder: Path
) -> None:
    with pytest.raises(ConfigError, match="--class-map: no --weights"):
        spade(class_map=class_map)
    with pytest.raises(ConfigError, match="--pairs: --weights beside it"):
        spade(weights=weights, pairs=folder)
    with pytest.raises(ConfigError, match="--vgg: --weights beside it"):
        spade(weights=weights, vgg=weights)


def test_pairs_of_a_folder_are_learnt_from_beside_the_source(folder: Path, tmp_path: Path) -> None:
    method = spade(pairs=folder).fit(*pairs.pair())
    trainer = method.trainer(method.source, 0)
    assert trainer.episodes.images.shape == (4, 3, 48, 64)
    assert trainer.episodes.classes == 4  # the river of the folder, besides those of the source
    chosen = set()
    for _ in range(40):
        trainer.episodes.draw()
        chosen |= set(trainer.episodes.chosen.tolist())
    assert chosen == {0, 1, 2, 3}
    answer = method.render(pairs.target())
    assert answer != spade().fit(*pairs.pair()).render(pairs.target())
    method.save(tmp_path / "model")
    shutil.rmtree(folder)
    again = Spade.load(tmp_path / "model", device="cpu")
    assert again.render(pairs.target()) == answer
    with pytest.raises(ConfigError, match=r"pairs: .*not at hand"):
        again.fit(*pairs.pair())


def test_unpaired_files_are_named(folder: Path) -> None:
    (folder / "images" / "p1.png").unlink()
    (folder / "labels" / "p0.png").unlink()
    with pytest.raises(ValueError, match=r"without a partner: images/p0\.png, labels/p1\.png"):
        spade(pairs=folder)


def test_folders_that_are_none_of_pairs_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no folder images/"):
        spade(pairs=tmp_path / "nowhere")
    for path in [*folder.glob("*/*.png")]:
        path.unlink()
    with pytest.raises(ValueError, match="no pair in it"):
        spade(pairs=folder)
    for name in ("a.png", "a.jpg"):
        (folder / "images" / name).write_bytes(b"")
    with pytest.raises(ValueError, match=r"two files of one name: a\.jpg and a\.png"):
        spade(pairs=folder)


def test_a_pair_that_does_not_fit_is_named(folder: Path) -> None:
    strange = folder / "labels" / "p1.png"
    kept = strange.read_bytes()
    Image.from_array(np.full((48, 64), 9, np.uint8)).save(strange)
    with pytest.raises(LabelError, match=r"p1\.png"):
        spade(pairs=folder).fit(*pairs.pair())
    strange.write_bytes(kept)
    scenes.picture(scenes.house((48, 64)), 1).save(folder / "images" / "p1.png")
    with pytest.raises(ImageError, match=r"p1\.png: mode L; expected mode RGB"):
        spade(pairs=folder).fit(*pairs.pair())
    scenes.picture(scenes.house((40, 64))).save(folder / "images" / "p1.png")
    with pytest.raises(LabelError, match=r"p1\.png: the label map is 64 x 48"):
        spade(pairs=folder).fit(*pairs.pair())


def test_a_folder_of_other_bytes_is_another(folder: Path) -> None:
    before = PairFolder.find(folder).sha256
    assert PairFolder.find(folder).sha256 == before
    with (folder / "images" / "p0.png").open("ab") as file:
        file.write(b"!")
    assert PairFolder.find(folder).sha256 != before


def test_a_fit_on_pairs_resumes_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    class Stop(Progress):
        should_stop = True

    keep = Checkpointing(tmp_path / "fit.safetensors")
    with pytest.raises(Interrupted):
        spade(pairs=folder).fit(*pairs.pair(), progress=Stop(), checkpointing=keep)
    resumed = spade(pairs=folder).fit(*pairs.pair(), checkpointing=replace(keep, resume=True))
    plain = spade(pairs=folder).fit(*pairs.pair())
    assert resumed.render(pairs.target()) == plain.render(pairs.target())
    with pytest.raises(ModelError, match="another image"):
        spade().fit(*pairs.pair(), checkpointing=replace(keep, resume=True))


def test_what_is_left_out_is_said() -> None:
    heard = Notes()
    spade().fit(*pairs.pair(), progress=heard)
    assert len(heard.notes) == 1
    assert "--vgg" in heard.notes[0]


def test_vgg_adds_the_perceptual_loss(tmp_path: Path) -> None:
    draw = torch.Generator().manual_seed(0)
    state = {}
    for position, before, after in LAYERS.values():
        shape = (after, before, 3, 3)
        state[f"features.{position}.weight"] = torch.randn(shape, generator=draw) / before**0.5 / 3
        state[f"features.{position}.bias"] = torch.zeros(after)
    save_file(state, tmp_path / "vgg.safetensors")
    method = spade(vgg=tmp_path / "vgg.safetensors")
    method.config = replace(method.config, iterations=1)
    heard = Notes()
    method.fit(*pairs.pair(), progress=heard)
    assert not heard.notes
    trainer = method.trainer(method.source, 0)
    assert "perceptual" in trainer.advance()
    method.save(tmp_path / "model")
    again = Spade.load(tmp_path / "model", device="cpu")
    with pytest.raises(ConfigError, match=r"vgg: .*not at hand"):
        again.fit(*pairs.pair())


def test_the_front_door_hands_files_through(own: dict[str, Path]) -> None:
    analogy = Analogy("spade", "smoke", device="cpu", **own)
    answer = analogy.fit(*pairs.pair()).render(pairs.target())
    assert answer == spade(**own).fit(*pairs.pair()).render(pairs.target())
