"""Method semia: what is its own, beside the contract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests import pairs, scenes, trainers

from likewise.images import Image
from likewise.methods.base import Checkpointing
from likewise.methods.semia import Semia
from likewise.training.loop import Trainer

pytestmark = pytest.mark.usefixtures("one_thread")


def semia(**settings: object) -> Semia:
    method = Semia("smoke", device="cpu")
    method.config = replace(method.config, **settings)
    return method


@pytest.fixture
def paper() -> Semia:
    """The paper's way, shrunk: no alignment, one pass of a short cycle."""
    method = Semia("paper", device="cpu")
    method.config = trainers.shrunk(method.config, iterations=2, cycle=("D", "G"))
    return method


def test_the_papers_way_renders_too(paper: Semia, tmp_path: Path) -> None:
    paper.fit(*pairs.pair())
    goal = pairs.target(size=(61, 83))
    answer = paper.render(goal)
    assert answer.size == (61, 83)
    paper.save(tmp_path / "model")
    assert Semia.load(tmp_path / "model", device="cpu").render(goal) == answer


def test_a_model_of_the_papers_way_keeps_its_power_iterations(paper: Semia, tmp_path: Path) -> None:
    """Rendering must not move the vectors of spectral normalisation."""
    paper.fit(*pairs.pair())
    first = paper.render(pairs.target())
    assert paper.render(pairs.target()) == first


def test_an_unchanged_layout_without_training_gives_the_source_back() -> None:
    """Aligned to itself nothing moves, and a fresh repairing G repairs nothing."""
    image, labels = pairs.pair()
    method = semia(iterations=0).fit(image, labels)
    assert np.abs(method.render(labels).to_float() - image.to_float()).max() < 0.01


def test_fine_detail_is_gathered_from_the_full_size_source() -> None:
    """Worked on at 48 pixels, answered at 144 with the grain of 144."""
    ids = scenes.house((144, 192), at=(40, 20), side=48)
    image, labels = pairs.pair(ids)
    method = semia(iterations=0).fit(image, labels)
    assert min(method.plan(image, labels).size) == 48
    answer = method.render(pairs.target((40, 100), (144, 192)))

    def grain(picture: Image) -> float:
        return float(np.abs(np.diff(picture.to_float(), axis=0)).mean())

    assert grain(answer) > 0.8 * grain(image)
    assert np.abs(method.render(labels).to_float() - image.to_float()).mean() < 0.02


def test_the_average_is_what_renders(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Trainer] = []
    fit = Trainer.fit
    monkeypatch.setattr(Trainer, "fit", lambda self, *a: (seen.append(self), fit(self, *a))[1])
    method = semia().fit(*pairs.pair())
    kept = method._tensors()
    average = seen[0].networks.average.state_dict()
    assert trainers.same(kept, {k: v.contiguous() for k, v in average.items()})
    assert not trainers.same(kept, seen[0].networks.g.state_dict())


def test_steps_of_the_plan_are_those_of_g() -> None:
    method = Semia("paper", device="cpu")
    method.config = trainers.shrunk(method.config, iterations=3, cycle=("D", "G", "G"))
    assert method.plan(*pairs.pair()).steps == 6


def test_a_finished_fit_leaves_its_checkpoint_for_the_caller_to_remove(tmp_path: Path) -> None:
    place = tmp_path / "fit.safetensors"
    keep = Checkpointing(place, every=0)
    method = semia().fit(*pairs.pair(), checkpointing=keep)
    assert place.exists()
    again = semia().fit(*pairs.pair(), checkpointing=replace(keep, resume=True))
    assert again.render(pairs.target()) == method.render(pairs.target())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_model_fitted_on_a_gpu_renders_alike_on_the_cpu(tmp_path: Path) -> None:
    method = Semia("smoke", device="cuda").fit(*pairs.pair())
    method.save(tmp_path / "model")
    here = Semia.load(tmp_path / "model", device="cpu")
    answers = [m.render(pairs.target()).to_float() for m in (method, here)]
    assert np.abs(answers[0] - answers[1]).mean() < 0.02
