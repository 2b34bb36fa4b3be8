"""Files in a comparison: handed to the contestants that use them, refused if none does."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.evaluation.comparisons import write_case
from tests.reference import official_spade

from likewise.errors import ConfigError, ModelError
from likewise.evaluation.contestants import Contestant
from likewise.evaluation.fitting import Job, answer
from likewise.evaluation.plan import Plan, estimated_seconds

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    torch.save(official_spade.state_dict(3, width=1), tmp_path / "own.pth")
    (tmp_path / "own.json").write_text('{"sky": 0, "ground": 1, "house": 2}')
    return {"weights": tmp_path / "own.pth", "class_map": tmp_path / "own.json"}


def test_each_contestant_gets_what_it_uses(files: dict[str, Path]) -> None:
    spade, patch = (Contestant.of(f"{n}:smoke").made("cpu", 64, files) for n in ("spade", "patch"))
    assert spade.config.weights
    assert not hasattr(patch.config, "weights")
    assert not Contestant.of("spade:smoke").made("cpu", 64).config.weights


def test_a_plan_hands_them_on_and_depends_on_them(files: dict[str, Path], tmp_path: Path) -> None:
    folder = write_case(tmp_path / "one")
    words = ["patch:smoke", "spade:smoke"]
    plan = Plan.of([folder], words, device="cpu", files=files)
    settings = plan.identity()["meaning of presets (another version)"]["spade:smoke"]
    assert len(settings["weights"]) == 64
    assert Plan.of([folder], words, device="cpu").identity() != plan.identity()
    assert estimated_seconds(plan)["spade:smoke"] <= 1


def test_a_file_nobody_uses_is_refused(files: dict[str, Path], tmp_path: Path) -> None:
    folder = write_case(tmp_path / "one")
    with pytest.raises(ConfigError, match="--weights: no method here"):
        Plan.of([folder], ["patch:smoke"], device="cpu", files=files)
    # Scores use this one themselves.
    Plan.of([folder], ["patch:smoke"], device="cpu", files={"vgg": tmp_path / "vgg.pth"})
    files["weights"].write_bytes(b"no weights")
    with pytest.raises(ModelError):
        Plan.of([folder], ["spade:smoke"], device="cpu", files=files)


def test_a_job_renders_by_them(files: dict[str, Path], tmp_path: Path) -> None:
    folder = write_case(tmp_path / "one")
    heard: list[dict] = []
    handed = {name: str(file) for name, file in files.items()}
    job = Job(str(folder), "spade", "smoke", 0, "cpu", None, str(tmp_path), handed)
    answer(job, lambda **news: heard.append(news))
    assert not [news for news in heard if "failed" in news]
    # Trained, it would say that its perceptual loss is left out.
    assert not [news for news in heard if "warning" in news]
    assert sum("rendered" in news for news in heard) == 2
