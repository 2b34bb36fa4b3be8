"""likewise study: from a comparison to a study, a served page, and results."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from tests.cli.commands import environment

from likewise.cli.main import main
from likewise.cli.study_material import chosen_contestants
from likewise.errors import ConfigError
from likewise.evaluation.comparison import Comparison, Outcome, Question
from likewise.study.plan import plan
from likewise.study.store import Store, default_url
from likewise.study.study import Study

CONTESTANTS = ("patch:fast", "semia:fast", "semia:smoke", "likewise:fast")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of four methods on three layouts; one failed on the last."""
    folder = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(0)

    def noise(name: str) -> str:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)
        return name

    questions, outcomes = [], {}
    for target in ("left", "right", "small"):
        place = f"house/{target}"
        files = [noise(f"{place}/{name}.png") for name in ("source", "labels", "layout", "edited")]
        legend = (("sky", "#88aaee"), ("house", "#aa3322"))
        questions.append(Question("house", target, "moved", *files, None, (20, 30), legend))
        for contestant in CONTESTANTS:
            failed = (target, contestant) == ("small", "semia:smoke")
            name = None if failed else noise(f"{place}/{contestant.replace(':', '-')}-s0.png")
            outcome = Outcome("house", target, contestant, 0, name, "no" if failed else "")
            outcomes[outcome.key] = outcome
    Comparison(folder, CONTESTANTS, (0,), tuple(questions), outcomes).write()
    return folder


def run(*words: object) -> int:
    """The exit code of likewise in this process."""
    wishes = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in wishes]  # main takes them for good
    try:
        with pytest.raises(SystemExit) as caught:
            main([str(word) for word in words])
    finally:
        for number, handler in zip(wishes, before, strict=True):
            signal.signal(number, handler)
    return int(caught.value.code or 0)


@pytest.fixture
def made(report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Study:
    assert run("study", "create", report, "-o", tmp_path / "study", "--trials", 4) == 0
    capsys.readouterr()
    return Study.read(tmp_path / "study")


def vote(study: Study, url: str, people: int) -> None:
    with Store(url, study) as store:
        for _ in range(people):
            person = store.join().result(30)
            for turn in plan(study, person.number):
                keys = sorted(turn.trial.keys)
                check = turn.trial.check
                if check is not None:
                    keys.remove(check.answer)
                    keys.insert(0 if check.place == "first" else len(keys), check.answer)
                for question in study.questions:
                    key = turn.trial.key
                    store.vote(person.token, key, question.name, tuple(keys), 900).result(30)


def test_create_tells_what_it_made(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("study", "create", report, "-o", tmp_path / "study", "--trials", 5, "--json")
    assert run(*words) == 0
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    study = Study.read(tmp_path / "study")
    assert said["methods"] == list(CONTESTANTS)
    assert said["layouts"] == 3
    assert said["trials"] == len(study.trials) == 4 + 4 + 1  # one layout lacks a method
    assert (said["trials_each"], said["checks_each"]) == (5, 1)
    assert "likewise study serve" in captured.err


def test_create_keeps_to_its_options(report: Path, tmp_path: Path) -> None:
    consent = tmp_path / "consent.txt"
    consent.write_text("You agree.\n\nÜberall.", encoding="utf-8")
    words = ("--methods", "patch,semia:fast,likewise", "--questions", "appearance", "--seed", 7)
    words += ("--title", "Houses", "--consent", consent, "--checks", 0)
    assert run("study", "create", report, "-o", tmp_path / "study", *words) == 0
    study = Study.read(tmp_path / "study")
    assert study.contestants == ("patch:fast", "semia:fast", "likewise:fast")
    assert [question.name for question in study.questions] == ["appearance"]
    assert (study.title, study.consent, study.seed) == ("Houses", "You agree.\n\nÜberall.", 7)
    assert study.legends == {"house": (("sky", "#88aaee"), ("house", "#aa3322"))}
    assert not study.checks
    assert len(study.trials) == 3


def test_layouts_of_too_few_answers_are_told(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("-o", tmp_path / "study", "--methods", "patch,semia:fast,semia:smoke")
    assert run("study", "create", report, *words) == 0
    assert "warning: 1 layout " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--methods", "patch,semia:fast"), "at least 3"),
        (("--methods", "patch,semia,likewise"), "'semia' is more than one"),
        (("--methods", "patch,semia:fast,spade"), "'spade' is none"),
        (("--trials", "0"), "--trials"),
        (("--per-trial", "9"), "--per-trial"),
        (("--questions", "beauty"), "--questions"),
        (("--title", ""), "--title"),
        (("--consent", "nowhere.txt"), "--consent"),
        (("--seed", "-1"), "--seed"),
        (("--trials", "many"), "likewise study create"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(
    report: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    told: str,
) -> None:
    assert run("study", "create", report, "-o", tmp_path / "study", *words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "study").exists()


def test_folders_that_are_no_comparison_or_study(
    tmp_path: Path, made: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ("create", tmp_path / "nowhere"),
        ("serve", tmp_path / "nowhere", "--no-browser"),
        ("results", tmp_path / "nowhere"),
        ("results", made.folder),
        ("results", made.folder, "--database", "nonsense"),
        ("serve", made.folder, "--no-browser", "--database", "nonsense"),
    ):
        assert run("study", *words) == 2, words
        assert capsys.readouterr().err.count("\n") == 1
    assert not (made.folder / "votes.sqlite").exists(), "looking for votes made a database"


def test_results_are_told_and_written(
    made: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vote(made, default_url(made.folder), 3)
    assert run("study", "results", made.folder, "-o", tmp_path / "people") == 0
    said = capsys.readouterr().out
    assert "3 joined, 3 answered, 3 of them everything" in said
    assert all(f"| {name}" in said for name in CONTESTANTS)
    assert (tmp_path / "people" / "results.md").read_text(encoding="utf-8").strip() in said
    assert run("study", "results", made.folder, "-o", tmp_path / "people") == 2
    assert "not empty" in capsys.readouterr().err
    assert run("study", "results", made.folder, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [counted["question"] for counted in found["counted"]] == ["appearance", "layout"]
    assert found["joined"] == 3


def test_results_of_another_database(
    made: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    vote(made, url, 1)
    assert run("study", "results", made.folder, "--database", url, "--json") == 0
    assert json.loads(capsys.readouterr().out)["joined"] == 1


def test_missing_packages_are_named(
    made: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("likewise.cli.study.NEEDED", ("fastapi", "no_such_package"))
    assert run("study", "results", made.folder) == 2  # serve, where it fails, would not end
    error = capsys.readouterr().err
    assert "no_such_package" in error
    assert "likewise[web]" in error


def test_a_method_stands_for_its_only_preset() -> None:
    everybody = ("a:fast", "b:fast", "b:full", "c")
    assert chosen_contestants(everybody, None) == everybody
    assert chosen_contestants(everybody, " c, b:full ,a") == ("a:fast", "b:full", "c")
    with pytest.raises(ConfigError, match="1 methods"):
        chosen_contestants(everybody, "a,a:fast,")


@pytest.fixture
def served(made: Study) -> Iterator[tuple[subprocess.Popen[str], str]]:
    words = ["study", "serve", str(made.folder), "--no-browser", "--port", "0", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "likewise", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.rstrip() == "}":
            break
    yield process, json.loads(said)["address"]
    process.kill()
    process.communicate()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_serve_shows_the_study_until_it_is_told_to_end(
    served: tuple[subprocess.Popen[str], str], made: Study, end: signal.Signals
) -> None:
    process, address = served
    with urllib.request.urlopen(f"{address}api/study", timeout=30) as reply:
        assert json.loads(reply.read())["title"] == made.title
    process.send_signal(end)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in error
