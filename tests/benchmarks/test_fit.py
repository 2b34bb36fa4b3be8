"""The benchmark of fits and renderings, on a small picture."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from benchmarks.cases import resized_case
from benchmarks.commands import commands
from benchmarks.fit import Training, chosen, main
from benchmarks.runs import MANY, Job, Run, many_layouts, run_here
from PIL import Image as Picture
from tests import pairs, scenes

from benchmarks import runs
from likewise.errors import ConfigError
from likewise.evaluation.cases import Case, read_case
from likewise.evaluation.contestants import Contestant
from likewise.methods.registry import METHODS

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (48, 64)
SMOKE = Job(Contestant("patch", "smoke"), "cpu", repeats=2)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = tmp_path / "cases" / "house"
    (folder / "targets").mkdir(parents=True)
    ids = scenes.house(SIZE, (20, 8), 14)
    scenes.picture(ids).save(folder / "image.png")
    pairs.labels(ids).write(folder / "labels.png")
    for name, left in (("middle", 24), ("right", 40)):
        layout = pairs.labels(scenes.house(SIZE, (20, left), 14))
        layout.write(folder / "targets" / f"{name}.png")
    return read_case(folder)


def run(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    asked = ["--case", case.name, "--cases", str(tmp_path / "cases"), "--device", "cpu"]
    monkeypatch.setattr("sys.argv", ["fit", *asked, "--repeats", "1", *words])
    main()


def test_fit_and_layouts_are_told_for_every_size(
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("benchmarks.fit.run_alone", run_here)
    out = tmp_path / "out"
    sizes = ("--short-side", "48", "40", "--size", "32")
    run(case, tmp_path, monkeypatch, "--preset", "smoke", *sizes, "-o", str(out))
    said = capsys.readouterr().out
    assert "house, 48 x 64 pixels, worked at 32" in said
    assert "house, 40 x 53 pixels, worked at 32" in said
    assert said.count(f"{MANY} layouts") == 2 and "judge on held-out warps" in said
    assert "step " not in said  # the default trains nothing
    records = json.loads((out / "fit-likewise-smoke.json").read_text(encoding="utf-8"))
    assert [record["image"] for record in records] == [[48, 64], [40, 53]]
    for record in records:
        assert set(record["targets"]) == {"middle", "right", "mean"}
        layouts = record["layouts"]
        assert layouts["ratio"] == pytest.approx(layouts["many"] / layouts["one"])
    assert Picture.open(out / "house-40-likewise-smoke-at-32.png").size[0] > 300


def test_steps_are_timed_of_methods_that_train(
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ("--method", "semia", "--preset", "smoke", "--size", "32", "--only", "steps")
    run(case, tmp_path, monkeypatch, *asked)
    assert "step DG sampling" in capsys.readouterr().out
    training = {name for name, kind in METHODS.items() if isinstance(kind("smoke"), Training)}
    assert "semia" in training and not training & {"patch", "likewise"}


def test_a_preset_of_one_method_alone_takes_that_method(capsys: pytest.CaptureFixture[str]) -> None:
    assert chosen(None, "fast") == Contestant("likewise", "fast")
    assert capsys.readouterr().out == ""
    assert chosen(None, "paper") == Contestant("semia", "paper")
    assert "method semia, which is taken" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="paper"):
        chosen("patch", "paper")
    with pytest.raises(ConfigError, match="papre"):
        chosen(None, "papre")


def test_faults_are_told_before_anything_is_computed(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="4096"):
        run(case, tmp_path, monkeypatch, "--size", "9000")
    with pytest.raises(SystemExit, match="nowhere"):
        run(case, tmp_path, monkeypatch, "--case", "nowhere")
    with pytest.raises(SystemExit):
        run(case, tmp_path, monkeypatch, "--short-side", "0")


def test_a_run_answers_as_the_method_does_and_counts_its_passes(case: Case) -> None:
    spent = run_here(case, SMOKE)
    method = SMOKE.contestant.made("cpu").fit(case.image, case.labels)
    for name, target in case.targets.items():
        assert spent.answers[name] == method.render(target)
    assert len(spent.fits) == 1 + SMOKE.repeats and len(spent.many) == SMOKE.repeats
    assert set(spent.renders) == set(case.targets)


def test_what_takes_long_is_not_repeated(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PATIENCE", 0.0)
    spent = run_here(case, SMOKE)
    assert len(spent.fits) == 1 and len(spent.many) == 1 and spent.warm_fit is None


def test_one_run_has_the_fit_and_the_mean_layout() -> None:
    spent = Run((9.0, 3.0, 1.0), 0.5, {"a": 0.1}, (5.0, 4.0, 6.0), 1, {})
    assert spent.warm_fit == 2.0
    assert spent.one_against_many == (2.0 + 5.0 / MANY, 2.0 + 5.0)
    cold = Run((9.0,), 0.5, {"a": 0.1}, (5.0,), 1, {})
    assert cold.one_against_many == (9.5, 14.0)
    assert Run((9.0,), 0.5, {"a": 0.1}, (), 1, {}).one_against_many is None


def test_many_layouts_are_those_there_are_then_their_mirror_images(case: Case) -> None:
    layouts = list(many_layouts(case).values())
    assert len(layouts) == MANY
    middle, right = case.targets.values()
    assert layouts[0] == layouts[4] == layouts[8] == middle and layouts[1] == right
    np.testing.assert_array_equal(layouts[3].ids, right.ids[:, ::-1])


def test_a_resized_case_keeps_its_proportions(case: Case) -> None:
    small = resized_case(case, 36)
    assert small.image.size == small.labels.size == (36, 48)
    assert {layout.size for layout in small.targets.values()} == {(36, 48)}
    assert small.labels.areas() == pytest.approx(case.labels.areas(), abs=0.03)


@pytest.mark.slow
def test_whole_commands_render_all_their_layouts(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(command: list[str], **options: bool) -> object:
        asked.append(sum(word.endswith(".png") for word in command) - 2)
        return subprocess.run(command, **options)

    monkeypatch.setattr("benchmarks.commands.subprocess", SimpleNamespace(run=counted))
    one, many = commands(case, Job(Contestant("patch", "smoke"), "cpu", repeats=1))
    assert asked == [1, MANY] and one > 0 and many > 0
