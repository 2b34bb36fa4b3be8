"""Checkpoints: a resumed fit ends bit for bit as one that never stopped; bad files are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests import trainers

from likewise.errors import ModelError, OutputError
from likewise.storage import LITTER
from likewise.training import checkpoint as module
from likewise.training.checkpoint import Checkpoint, fingerprint
from likewise.training.config import SemiaConfig

pytestmark = pytest.mark.usefixtures("one_thread")

CYCLES = {
    "paper": replace(trainers.PAPER, iterations=3, cycle=("D", "G", "G"), ramp=0.0),
    "fast": replace(trainers.FAST, iterations=6, batch=2, ramp=0.0),
}
SHORT = replace(trainers.FAST, iterations=2)


def kept(tmp_path: Path, mark: str = "mark") -> Checkpoint:
    return Checkpoint(tmp_path / "fit.safetensors", mark, every=0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A checkpoint of SHORT after one step."""
    trained = trainers.trainer(SHORT)
    trained.advance()
    kept(tmp_path).write(trained)
    return tmp_path / "fit.safetensors"


@pytest.mark.parametrize("stop", [1, 2, 5])
@pytest.mark.parametrize("name", CYCLES)
def test_a_resumed_fit_ends_as_one_that_never_stopped(name: str, stop: int, tmp_path: Path) -> None:
    config = CYCLES[name]
    whole = trainers.trainer(config)
    whole.fit()
    first = trainers.trainer(config)
    for _ in range(stop):
        first.advance()
    kept(tmp_path).write(first)
    second = trainers.trainer(config, seed=99)  # everything it has must come from the file
    assert kept(tmp_path).read(second)
    assert trainers.same(trainers.everything(first), trainers.everything(second))
    second.fit()
    ended = trainers.everything(second)
    assert trainers.same(trainers.everything(whole), ended)
    assert not trainers.same(trainers.everything(first), ended)


def test_writing_does_not_disturb_the_fit(tmp_path: Path) -> None:
    plain, saved = trainers.trainer(SHORT), trainers.trainer(SHORT)
    plain.fit()
    saved.fit(checkpoint=kept(tmp_path))
    assert trainers.same(trainers.everything(plain), trainers.everything(saved))


def test_there_may_be_nothing_to_read(tmp_path: Path) -> None:
    fresh = trainers.trainer(SHORT)
    before = trainers.everything(fresh)
    assert not kept(tmp_path).read(fresh)
    assert trainers.same(before, trainers.everything(fresh))


def test_one_is_due_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    checkpoint = Checkpoint(tmp_path / "fit.safetensors", "mark", every=30)
    assert not checkpoint.is_due()
    clock[0] = 131
    assert checkpoint.is_due()
    checkpoint.write(trainers.trainer(SHORT))
    assert not checkpoint.is_due()


def test_a_fit_leaves_checkpoints_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    write = Checkpoint.write

    def spied(self: Checkpoint, trained: trainers.Trainer) -> None:
        write(self, trained)
        steps.append(trained.step)

    monkeypatch.setattr(Checkpoint, "write", spied)
    trainers.trainer(SHORT).fit(checkpoint=kept(tmp_path))
    assert steps == [1, 2]
    rare = Checkpoint(tmp_path / "rare.safetensors", "mark", every=1e9)
    trainers.trainer(SHORT).fit(checkpoint=rare)
    assert not rare.path.exists()


def test_another_fit_is_refused(file: Path) -> None:
    with pytest.raises(ModelError, match=r"fit\.safetensors.*another image.*--overwrite"):
        Checkpoint(file, "another mark", 0).read(trainers.trainer(SHORT))


def test_a_safetensors_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(3)}, tmp_path / "fit.safetensors")
    with pytest.raises(ModelError):
        kept(tmp_path).read(trainers.trainer(SHORT))


@pytest.mark.parametrize("damage", ["empty", "garbage", "cut", "header"])
def test_a_damaged_file_is_refused(damage: str, file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(
        {
            "empty": b"",
            "garbage": b"\x80\x04" + bytes(range(256)) * 40,
            "cut": whole[: len(whole) // 2],
            "header": whole[:60] + b"\0" * 20 + whole[80:],
        }[damage]
    )
    with pytest.raises(ModelError, match=r"damaged.*--overwrite"):
        kept(tmp_path).read(trainers.trainer(SHORT))


@pytest.mark.parametrize("lacking", ["g.tail.weight", "random.draws", "random.noise"])
def test_a_file_that_lacks_something_is_refused(lacking: str, file: Path, tmp_path: Path) -> None:
    state = load_file(file)
    del state[lacking]
    save_file(state, file, metadata={"fit": "mark", "step": "1"})
    with pytest.raises(ModelError, match="damaged"):
        kept(tmp_path).read(trainers.trainer(SHORT))


def test_a_file_of_other_networks_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="damaged"):
        kept(tmp_path).read(trainers.trainer(replace(SHORT, width=16)))


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), MemoryError(), OSError(28, "No space")])
def test_a_write_cut_short_leaves_the_last_whole_one(
    fault: BaseException, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def half(state: object, path: Path, metadata: object) -> None:
        Path(path).write_bytes(before[: len(before) // 2])
        raise fault

    monkeypatch.setattr(module, "save_file", half)
    expected = OutputError if isinstance(fault, OSError) else type(fault)
    with pytest.raises(expected):
        kept(tmp_path).write(trainers.trainer(SHORT))
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


def test_half_a_checkpoint_never_bears_its_name(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill -9 during the write would leave: the old file, and litter that can be told."""
    before, seen = file.read_bytes(), []
    save = module.save_file

    def watched(state: dict[str, torch.Tensor], path: Path, metadata: dict[str, str]) -> None:
        save(state, path, metadata)
        seen.append((file.read_bytes() == before, sorted(p.name for p in tmp_path.iterdir())))

    monkeypatch.setattr(module, "save_file", watched)
    kept(tmp_path).write(trainers.trainer(replace(SHORT, width=16)))
    ((untouched, names),) = seen
    assert untouched
    assert len(names) == 2
    assert names[0].startswith(LITTER)
    assert file.read_bytes() != before


def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here first")
    checkpoint = Checkpoint(tmp_path / "file" / "fit.safetensors", "mark", 0)
    with pytest.raises(OutputError):
        checkpoint.write(trainers.trainer(SHORT))
    assert (tmp_path / "file").read_text() == "here first"


def mark(config: SemiaConfig = SHORT, seed: int = 0, **changed: torch.Tensor) -> str:
    episodes = trainers.trainer(SHORT).episodes
    pair = {"image": episodes.image, "indices": episodes.indices} | changed
    return fingerprint(pair["image"], pair["indices"], config, seed)


def test_the_fingerprint_is_that_of_source_configuration_and_seed() -> None:
    episodes = trainers.trainer(SHORT).episodes
    image, indices = episodes.image.clone(), episodes.indices.clone()
    assert mark() == mark(image=image, indices=indices)
    image[0, 0, 0, 0] += 1 / 255
    indices[0, 0, 0, 0] = 1
    others = {
        mark(image=image),
        mark(indices=indices),
        mark(seed=1),
        mark(replace(SHORT, iterations=3)),
        mark(replace(SHORT, zoom=1.3)),
        mark(),
    }
    assert len(others) == 6


def test_damage_to_a_tensor_does_not_run_code(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    with pytest.raises(ModelError):
        kept(tmp_path).read(trainers.trainer(SHORT))
    assert not Path("owned").exists()
