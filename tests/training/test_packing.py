"""Packs: fits made together are those made one by one, and know nothing of each other."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests import scenes, trainers
from torch import Tensor

from likewise.errors import Interrupted
from likewise.networks.packed import part_of
from likewise.progress import Progress
from likewise.training.checkpoint import Checkpoint
from likewise.training.config import SemiaConfig
from likewise.training.loop import Trainer
from likewise.training.modes import Mode
from likewise.training.packing.checkpoint import PackedCheckpoint
from likewise.training.packing.trainer import PackedTrainer, likeness

SEEDS = (4, 9, 2)
SIZE = (32, 40)
# Warps from the first step on, and no sums in bfloat16, whose rounding would hide a fault.
SMALL = {
    "levels": 2,
    "width": 4,
    "d_width": 4,
    "s_width": 4,
    "queries": 16,
    "ramp": 0.0,
    "bfloat16": False,
}
FAST = replace(trainers.FAST, iterations=4, batch=2, **SMALL)
PAPER = replace(
    trainers.PAPER,
    iterations=2,
    cycle=("D", "G"),
    modes=("sampling", "reconstruction"),
    **SMALL,
)
GREY = 2 / 255  # a grey level of pictures in [-1, 1]
MEAN, MOST = 0.1, 1.0  # grey levels by which pictures may differ after a few steps


def fit(number: int, config: SemiaConfig = FAST, shade: float = 0.0) -> Trainer:
    """The fit of a picture, layout and seed of its own."""
    ids = scenes.house(SIZE, (6 + 2 * number, 4 + 9 * number), side=12)
    samples = torch.from_numpy(scenes.picture(ids, seed=number).to_float())
    image = (samples * 2 - 1 + shade).permute(2, 0, 1)[None].contiguous()
    return Trainer(image, scenes.indices(ids), 3, config, SEEDS[number])


def fits(config: SemiaConfig = FAST) -> list[Trainer]:
    return [fit(number, config) for number in range(len(SEEDS))]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As everywhere, but for what this module's tests share too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def alone() -> list[Trainer]:
    """The fits, made one after another."""
    made = fits()
    for each in made:
        each.fit()
    return made


@pytest.fixture(scope="module")
def whole() -> list[Trainer]:
    """The same, made together."""
    made = fits()
    PackedTrainer(made).fit()
    return made


def rendered(trained: Trainer) -> Tensor:
    """What the average of G makes of its own picture and the mirrored layout."""
    layout = trained.steps.coherence.index.levels[0].image.new_zeros(1, 3, *SIZE)
    layout.scatter_(1, trained.episodes.indices, 1.0)
    with torch.no_grad():
        return trained.networks.average(trained.episodes.image, layout, layout.flip(3)).image


def gradient(trained: Trainer, name: str) -> Tensor:
    parameters = trained.networks.modules()[name].parameters()
    return torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])


@pytest.mark.parametrize("config", [FAST, PAPER], ids=["fast", "paper"])
@pytest.mark.parametrize("mode", list(Mode))
def test_a_step_of_a_pack_is_that_of_each_fit(config: SemiaConfig, mode: Mode) -> None:
    if mode.value not in config.modes:
        return
    alone = fits(config)
    for each in alone:  # past the first step, at which much of G is zero
        each.episodes.draw(0.5)
        each.run("DG", Mode.SAMPLING)
    pack = PackedTrainer(copy.deepcopy(alone))
    for each in (*alone, pack):
        each.episodes.draw(0.5)
    losses = pack.run("DG", mode)
    for number, each in enumerate(alone):
        mine = each.run("DG", mode)
        assert {k: float(v[number]) for k, v in losses.items()} == pytest.approx(
            {k: float(v) for k, v in mine.items()}, rel=2e-3, abs=1e-5
        )
        for name, network in pack.networks.modules().items():
            if name == "average":
                continue
            parts = [part_of(p.grad, number, 3) for p in network.parameters() if p.grad is not None]
            ours, theirs = torch.cat([part.flatten() for part in parts]), gradient(each, name)
            assert float((ours - theirs).norm() / theirs.norm()) < 0.03, name


def test_pictures_of_a_pack_are_those_of_its_fits_alone(
    alone: list[Trainer], whole: list[Trainer]
) -> None:
    for one, other in zip(alone, whole, strict=True):
        apart = (rendered(one) - rendered(other)).abs() / GREY
        assert float(apart.mean()) < MEAN
        assert float(apart.max()) < MOST
        assert other.step == one.step == one.total_steps
        states = [trainers.everything(each) for each in (one, other)]
        assert states[0].keys() == states[1].keys()
        for name in ("draws", "noise"):  # the same numbers were drawn
            assert torch.equal(states[0][name], states[1][name])
    changed = (rendered(alone[0]) - rendered(alone[1])).abs() / GREY
    assert float(changed.mean()) > 10 * MEAN  # the tolerance tells fits apart


def test_every_fit_draws_what_it_draws_alone() -> None:
    alone, pack = fits(), PackedTrainer(fits())
    for progress in (0.0, 0.7):
        pack.episodes.draw(progress)
        built = {mode: pack.episodes.build(mode) for mode in Mode}
        for number, each in enumerate(alone):
            each.episodes.draw(progress)
            assert torch.equal(pack.episodes.queries[number::3], each.episodes.queries)
            for mode, episode in built.items():
                mine = each.episodes.build(mode)
                for field in ("target", "truth", "truth_layout"):
                    ours = getattr(episode, field)[number::3]
                    torch.testing.assert_close(ours, getattr(mine, field), rtol=0, atol=1e-5)
                torch.testing.assert_close(episode.image[number::3], mine.image, rtol=0, atol=1e-5)


def test_nothing_of_one_picture_reaches_the_fit_of_another(whole: list[Trainer]) -> None:
    other = [fit(0), fit(1, shade=0.3), fit(2)]
    PackedTrainer(other).fit()
    same = [
        trainers.same(trainers.everything(a), trainers.everything(b))
        for a, b in zip(whole, other, strict=True)
    ]
    assert same == [True, False, True]


def test_a_fit_that_is_lost_loses_itself_alone(whole: list[Trainer]) -> None:
    lost = fits()
    with torch.no_grad():
        for name in ("g", "d", "s"):
            for parameter in lost[1].networks.modules()[name].parameters():
                parameter.fill_(torch.nan)
    PackedTrainer(lost).fit()
    for number in (0, 2):
        assert trainers.same(trainers.everything(whole[number]), trainers.everything(lost[number]))
    assert not rendered(lost[1]).isfinite().any()


class Told(Progress):
    """Keeps the figures it is told; stops at its ``patience``-th look."""

    def __init__(self, patience: int = 10**9) -> None:
        self.figures: dict[str, float] = {}
        self.patience = patience

    def advance(self, done: int, **figures: float) -> None:
        self.figures = figures

    @property
    def should_stop(self) -> bool:
        self.patience -= 1
        return self.patience <= 0


def test_figures_are_means_of_the_fits_that_are_not_lost() -> None:
    told, pack = Told(), PackedTrainer([fit(k, replace(FAST, iterations=1)) for k in range(3)])
    with torch.no_grad():
        part_of(pack.networks.s.head[2].bias, 1, 3).fill_(torch.nan)
    pack.fit(told)
    assert {"D", "S", "adversarial"} <= told.figures.keys()
    assert all(figure == figure for figure in told.figures.values())


def test_a_pack_of_one_is_the_fit(alone: list[Trainer]) -> None:
    only = fit(1)
    PackedTrainer([only]).fit()
    apart = (rendered(alone[1]) - rendered(only)).abs() / GREY
    assert float(apart.max()) < MOST


def test_a_pack_is_stopped_and_resumed(whole: list[Trainer], tmp_path: Path) -> None:
    def kept(number: int) -> Checkpoint:
        return Checkpoint(tmp_path / f"{number}.safetensors", f"fit {number}", every=1e9)

    checkpoints = [kept(number) for number in range(3)]
    first = fits()
    with pytest.raises(Interrupted, match="2 of 4 steps"):
        PackedTrainer(first).fit(Told(2), PackedCheckpoint(checkpoints))
    second = [fit(number) for number in range(3)]
    for checkpoint, each in zip(checkpoints, second, strict=True):
        assert checkpoint.read(each)
        assert each.step == 2
    lone = copy.deepcopy(second[2])
    PackedTrainer(second).fit()
    for one, other in zip(whole, second, strict=True):
        assert trainers.same(trainers.everything(one), trainers.everything(other))
    lone.fit()  # a checkpoint of a pack is one of a lone fit
    assert float((rendered(lone) - rendered(whole[2])).abs().max()) / GREY < MOST


def test_fits_that_are_not_alike_are_no_pack() -> None:
    ids = scenes.house((48, 48))
    others = [
        fit(0, replace(FAST, zoom=1.1)),
        Trainer(scenes.image(ids), scenes.indices(ids), 3, FAST, 0),
        Trainer(scenes.image(ids), scenes.indices(ids), 4, FAST, 0),
        Trainer(
            scenes.image(scenes.house(SIZE), 1), scenes.indices(scenes.house(SIZE)), 3, FAST, 0
        ),
    ]
    advanced = fit(0)
    advanced.advance()
    assert len({likeness(each) for each in (fit(0), fit(1), *others, advanced)}) == 6
    with pytest.raises(AssertionError):
        PackedTrainer([fit(0), advanced])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("config", [FAST, PAPER], ids=["fast", "paper"])
def test_a_captured_pack_does_what_the_fits_do(config: SemiaConfig) -> None:
    config = replace(config, iterations=12)

    def there(number: int) -> Trainer:
        here = fit(number).episodes
        return Trainer(here.image.cuda(), here.indices.cuda(), 3, config, SEEDS[number])

    alone, together = ([there(number) for number in range(3)] for _ in range(2))
    for each in alone:
        each.fit()
    PackedTrainer(together).fit()
    for one, other in zip(alone, together, strict=True):
        moved = [
            torch.cat([p.detach().flatten() for p in t.networks.average.parameters()])
            for t in (one, other, there(0))
        ]
        assert float((moved[0] - moved[1]).norm()) < 0.5 * float((moved[0] - moved[2]).norm())
