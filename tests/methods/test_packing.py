"""fit_together: what is alike is fitted together, the rest one by one, all as by themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests import pairs, scenes

from likewise.errors import ConfigError, Interrupted, LabelError, NotFittedError
from likewise.labels.label_map import LabelMap
from likewise.methods import packing
from likewise.methods.base import Checkpointing, Method
from likewise.methods.packing import Pack, Pair, fit_together, packs
from likewise.methods.patch import Patch
from likewise.methods.semia import Semia
from likewise.progress import Progress
from likewise.training.packing.trainer import PackedTrainer

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE, WIDE = (32, 40), (32, 64)
GREY = 1 / 255
MEAN, MOST = 0.1, 2.0  # grey levels by which pictures may differ


def semia(**settings: object) -> Semia:
    method = Semia("smoke", device="cpu", size=32)
    small = {"levels": 2, "width": 4, "d_width": 4, "s_width": 4, "queries": 16, "iterations": 2}
    method.config = replace(method.config, bfloat16=False, **(small | settings))
    return method


def pair(number: int, size: tuple[int, int] = SIZE) -> Pair:
    ids = scenes.house(size, (6 + 2 * number, 4 + 5 * number), side=12)
    return pairs.pair(ids, seed=number)


def goal(size: tuple[int, int] = SIZE) -> LabelMap:
    return pairs.labels(scenes.house(size, (12, 20), side=12))


def test_sizes_and_methods_are_grouped_and_all_is_fitted() -> None:
    methods: list[Method] = [semia(), semia(), Patch("smoke", device="cpu"), semia(), semia()]
    sizes = [SIZE, WIDE, SIZE, SIZE, WIDE]
    given = [pair(number % 3, size) for number, size in enumerate(sizes)]
    seeds = [3, 4, 5, 6, 7]
    expected = packs(methods, given)
    assert expected == (Pack((0, 3)), Pack((1, 4)), Pack((2,), expected[2].alone))
    assert "method patch are not packed" in expected[2].alone
    assert fit_together(methods, given, seeds) == expected
    assert [method.source.image for method in methods] == [image for image, _ in given]
    for number in (0, 3, 4):
        alone = semia().fit(*given[number], seed=seeds[number])
        pictures = (m.render(goal(sizes[number])) for m in (alone, methods[number]))
        answers = [picture.to_float() for picture in pictures]
        apart = np.abs(answers[0] - answers[1]) / GREY
        assert apart.mean() < MEAN, number
        assert apart.max() < MOST, number


def test_what_is_not_alike_is_not_packed() -> None:
    ids = scenes.house(SIZE, side=12)
    two = np.where(ids == scenes.HOUSE, scenes.SKY, ids)
    grey = pairs.pair(ids, channels=1)
    given = [pair(0), pairs.pair(two), grey, pair(1), pair(2)]
    methods = [semia(), semia(), semia(), semia(zoom=1.1), semia()]
    assert [pack.members for pack in packs(methods, given)] == [(0, 4), (1,), (2,), (3,)]
    assert all("no other" in pack.alone for pack in packs(methods, given)[1:])


def test_a_pack_has_a_largest_size() -> None:
    methods, given = [semia() for _ in range(5)], [pair(0)] * 5
    assert [p.members for p in packs(methods, given, 2)] == [(0, 1), (2, 3), (4,)]
    assert [len(p.members) for p in packs(methods, given, 1)] == [1] * 5


def test_a_model_of_a_pack_is_saved_and_loaded(tmp_path: Path) -> None:
    methods, given = [semia(), semia()], [pair(0), pair(1)]
    fit_together(methods, given, [1, 2])
    methods[1].save(tmp_path / "model")
    loaded = Semia.load(tmp_path / "model", device="cpu")
    assert loaded.render(goal()) == methods[1].render(goal())


def test_what_memory_does_not_hold_is_made_in_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    fit, tried = PackedTrainer.fit, []

    def small(self: PackedTrainer, *rest: object) -> None:
        tried.append(len(self.fits))
        if len(self.fits) > 2:
            raise torch.OutOfMemoryError
        fit(self, *rest)

    monkeypatch.setattr(PackedTrainer, "fit", small)
    methods = [semia(iterations=0) for _ in range(5)]
    made = fit_together(methods, [pair(n % 3) for n in range(5)], range(5))
    assert tried == [5, 2, 3, 2]
    assert [pack.members for pack in made] == [(0, 1), (2,), (3, 4)]
    assert "memory" in made[1].alone
    assert all(method.source for method in methods)


class Impatient(Progress):
    """Stops at its ``patience``-th look."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    @property
    def should_stop(self) -> bool:
        self.patience -= 1
        return self.patience <= 0


def test_stopped_fits_are_resumed_at_the_steps_they_reached(tmp_path: Path) -> None:
    keeps = [Checkpointing(tmp_path / f"{n}.safetensors", 1e9) for n in range(3)]
    given, seeds = [pair(n) for n in range(3)], [5, 6, 7]
    whole, parts = ([semia() for _ in range(3)] for _ in range(2))
    fit_together(whole, given, seeds)
    parts[0].fit(*given[1])
    with pytest.raises(Interrupted) as stop:
        fit_together(parts, given, seeds, Impatient(1), checkpointing=keeps)
    assert stop.value.checkpoint == keeps[0].path
    for method in parts:  # what was fitted before is forgotten
        with pytest.raises(NotFittedError):
            method.render(goal())
    keeps[1].path.unlink()  # as if it had been killed before that was written
    resumed = [replace(keep, resume=True) for keep in keeps]
    made = fit_together(parts, given, seeds, checkpointing=resumed)
    assert [pack.members for pack in made] == [(0, 2), (1,)]
    assert "another step" in made[1].alone
    for one, other in list(zip(whole, parts, strict=True))[:2]:
        apart = np.abs(one.render(goal()).to_float() - other.render(goal()).to_float()) / GREY
        assert apart.max() < MOST


def test_mistakes_are_told_before_anything_is_fitted(tmp_path: Path) -> None:
    methods, given = [semia(), semia()], [pair(0), pair(1)]
    keep = Checkpointing(tmp_path / "one.safetensors")
    for wrong, argument in (
        (lambda: fit_together(methods[:1], given, [1, 2]), "methods"),
        (lambda: fit_together(methods, given, [1]), "seeds"),
        (lambda: fit_together(methods, given, [1, 2], checkpointing=[None]), "checkpointing"),
        (lambda: fit_together(methods, given, [1, 2], checkpointing=[keep] * 2), "checkpointing"),
        (lambda: fit_together([methods[0]] * 2, given, [1, 2]), "methods"),
        (lambda: fit_together(methods, given, [1, 2], largest=0), "largest"),
    ):
        with pytest.raises(ConfigError, match=f"^{argument}: "):
            wrong()
    unlike = (given[0][0], pair(1, WIDE)[1])
    with pytest.raises(LabelError):
        fit_together(methods, [given[0], unlike], [1, 2])
    assert packing.packs([], []) == ()
    for method in methods:
        with pytest.raises(NotFittedError):
            method.render(goal())
