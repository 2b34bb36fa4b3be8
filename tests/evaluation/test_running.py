"""Running: what fails stops nothing, what is done is kept, and going on ends the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests import pairs
from tests.evaluation.comparisons import QUICK, REAL, WORKER, Brightness, write_case

from likewise.errors import InputError, Interrupted, ModelError, OutputError
from likewise.evaluation import isolation
from likewise.evaluation.comparison import Comparison, Outcome
from likewise.evaluation.onlooker import Onlooker
from likewise.evaluation.plan import Cell, folder_names
from likewise.evaluation.running import compare
from likewise.images import Image, read_image

WORDS = ("patch:smoke", "patch:fast", "patch:full")


class StopsAfter(Onlooker):
    """Asks to stop once ``count`` fits are done."""

    def __init__(self, count: int) -> None:
        self.count, self.cells = count, []

    def done(self, cell: Cell, outcomes: Sequence[Outcome]) -> None:
        self.cells.append(cell)

    @property
    def should_stop(self) -> bool:
        return len(self.cells) >= self.count


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two cases, the first with a truth, and a worker that answers at once."""
    monkeypatch.setattr(isolation, "WORKER", (sys.executable, "-c", WORKER))
    return [write_case(tmp_path / "one", truth=True), write_case(tmp_path / "two", seed=1)]


def jobs(places: list[Path]) -> list[str]:
    return (places[0].parent / "jobs.txt").read_text().splitlines()


def compared(places: list[Path], out: Path, words: Sequence[str] = WORDS, **more) -> Comparison:
    return compare(places, words, out, device="cpu", measuring=QUICK, **more)


def test_what_fails_stops_nothing(places, tmp_path: Path) -> None:
    comparison = compared(places, tmp_path / "out")
    assert [q.key for q in comparison.questions] == [
        ("one", "moved"),
        ("one", "still"),
        ("two", "moved"),
        ("two", "still"),
    ]
    outcomes = comparison.outcomes
    assert len(outcomes) == 4 * 3 + 4 + 1
    for case in ("one", "two"):
        assert outcomes[case, "moved", "patch:fast", 0].error == ""
        assert "SIGSEGV" in outcomes[case, "still", "patch:fast", 0].error
        for target in ("moved", "still"):
            good, killed = (outcomes[case, target, f"patch:{p}", 0] for p in ("smoke", "full"))
            assert (good.fit_seconds, good.render_seconds) == (1.5, 0.25)
            assert good.memory_bytes == 3 * 2**20
            assert 0 < good.scores["accuracy"] < 1
            assert "SIGKILL" in killed.error
            assert killed.picture is None
    assert {o.contestant for o in comparison.failures()} == {"patch:fast", "patch:full"}
    again = Comparison.read(tmp_path / "out")
    assert again == comparison


def test_references_give_the_scale(places, tmp_path: Path) -> None:
    comparison = compared(places, tmp_path / "out", WORDS[:1])
    truth = comparison.outcomes["one", "moved", "truth", 0]
    source = comparison.outcomes["one", "moved", "source", 0]
    assert truth.scores["ssim"] == pytest.approx(1)
    assert source.scores["ssim"] < 0.99
    assert ("two", "moved", "truth", 0) not in comparison.outcomes
    assert ("two", "moved", "source", 0) in comparison.outcomes
    assert set(comparison.ceilings) == {"one", "two"}
    assert comparison.contestants == WORDS[:1]
    question = comparison.questions[0]
    assert question.kind == "translated"
    assert ("house", "#b43c32") in question.legend
    assert read_image(comparison.path(question.truth or "")).size == question.size
    files = {path.name for path in (tmp_path / "out").iterdir()}
    told = {"comparison.json", "metrics.json", "plan.json", "report.html", "tables"}
    assert files == {"one", "two"} | told


def test_pictures_are_shown_in_eight_bits_and_scored_in_the_sources_mode(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(isolation, "WORKER", (sys.executable, "-c", WORKER))
    case = write_case(tmp_path / "grey")
    grey = np.asarray(PIL.Image.open(case / "image.png").convert("L")).astype(np.uint16) * 257
    PIL.Image.fromarray(grey).save(case / "image.png")
    comparison = compared([case], tmp_path / "out", WORDS[:1])
    assert not list(comparison.failures())
    outcome = comparison.outcomes["grey", "moved", "patch:smoke", 0]
    shown = read_image(comparison.path(outcome.picture or ""))
    assert (shown.depth, shown.channels) == (8, 3)


def test_going_on_ends_as_if_never_stopped(places, tmp_path: Path) -> None:
    whole = compared(places, tmp_path / "whole", WORDS[:2], seeds=(0, 1))
    (tmp_path / "jobs.txt").unlink()
    for count in (1, 2, 4):
        with pytest.raises(Interrupted, match="is kept in"):
            compared(
                places,
                tmp_path / "out",
                WORDS[:2],
                seeds=(0, 1),
                resume=True,
                onlooker=StopsAfter(count),
            )
    done = compared(places, tmp_path / "out", WORDS[:2], seeds=(0, 1), resume=True)
    assert done.outcomes == whole.outcomes
    assert done.ceilings == whole.ceilings
    for outcome in whole.outcomes.values():
        if outcome.picture:
            mine, theirs = done.path(outcome.picture), whole.path(outcome.picture)
            assert mine.read_bytes() == theirs.read_bytes()
    good = [line for line in jobs(places) if " smoke " in line]
    assert sorted(set(good)) == sorted(good)  # nothing that was done is done again
    assert not list((tmp_path / "out").glob(".likewise*"))


def test_going_on_tries_failures_again_and_drops_their_logs(places, tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    first = compared(places, tmp_path / "out", WORDS[:1])
    assert [o.key for o in first.failures()] == [
        (case, "still", "patch:smoke", 0) for case in ("one", "two")
    ]
    log = tmp_path / "out" / "logs" / "one-patch-smoke-s0.txt"
    assert log.read_text() == "a long story\n"
    (tmp_path / "broken").unlink()
    second = compared(places, tmp_path / "out", WORDS[:1], resume=True)
    assert not list(second.failures())
    assert not log.exists()
    (tmp_path / "out" / "one" / ".likewise-partial-0a-source.png").touch()  # of a kill
    third = compared(places, tmp_path / "out", WORDS[:1], resume=True)
    assert third == second
    assert len(jobs(places)) == 4
    assert not list((tmp_path / "out").rglob(".likewise-*"))


def test_another_plan_is_refused(places, tmp_path: Path) -> None:
    compared(places, tmp_path / "out", WORDS[:1])
    before = (tmp_path / "out" / "comparison.json").read_bytes()
    with pytest.raises(OutputError, match="not empty"):
        compared(places, tmp_path / "out", WORDS[:1])
    with pytest.raises(ModelError, match="-m"):
        compared(places, tmp_path / "out", WORDS[:2], resume=True)
    with pytest.raises(ModelError, match="--seeds"):
        compared(places, tmp_path / "out", WORDS[:1], seeds=(1,), resume=True)
    with pytest.raises(ModelError, match="CASES"):
        compared(places[:1], tmp_path / "out", WORDS[:1], resume=True)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "mine.txt").write_text("keep")
    with pytest.raises(ModelError, match="no comparison"):
        compared(places, tmp_path / "foreign", WORDS[:1], resume=True)
    pairs.target((10, 30)).write(places[1] / "targets" / "moved.png")
    with pytest.raises(ModelError, match="CASES"):
        compared(places, tmp_path / "out", WORDS[:1], resume=True)
    assert (tmp_path / "out" / "comparison.json").read_bytes() == before


def test_overwriting_leaves_nothing_of_the_old_and_all_of_others(places, tmp_path: Path) -> None:
    out = tmp_path / "out"
    compared(places, out, WORDS)
    (out / "mine.txt").write_text("keep")
    (out / "tables" / "mine.csv").write_text("keep")
    compared(places[1:], out, WORDS[:1], overwrite=True)
    left = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert not any("one" in Path(name).parts or "fast" in name for name in left)
    assert {"mine.txt", "tables/mine.csv", "two/moved/patch-smoke-s0.png"} <= left


def test_overwriting_spares_a_folder_that_holds_no_comparison(places, tmp_path: Path) -> None:
    """What lies there under names of ours is replaced where we write it, and not before."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("keep")
    with pytest.raises(Interrupted):
        compared(places, out, WORDS[:1], overwrite=True, onlooker=StopsAfter(0))
    assert (out / "report.html").read_text() == "keep"


def test_an_answer_that_cannot_be_scored_is_a_failure_with_a_picture(
    places, tmp_path: Path, monkeypatch
) -> None:
    def refuse(self, rendered: Image, target: str) -> dict[str, float]:
        raise FloatingPointError("too small")

    monkeypatch.setattr(Brightness, "score", refuse)
    comparison = compared(places[:1], tmp_path / "out", WORDS[:1])
    outcome = comparison.outcomes["one", "still", "patch:smoke", 0]
    assert outcome.error == "it could not be scored: FloatingPointError: too small"
    assert outcome.picture is not None
    assert comparison.path(outcome.picture).exists()
    assert len(list(comparison.failures())) == len(comparison.outcomes)


def test_cases_are_never_written_over(places, tmp_path: Path) -> None:
    for folder in (tmp_path, places[0], places[0] / "deeper"):
        with pytest.raises(OutputError, match="apart from the cases"):
            compared(places, folder, overwrite=True)
    with pytest.raises(OutputError, match="is a file"):
        compared(places[1:], places[0] / "image.png")
    with pytest.raises(InputError, match="32 to 4096"):
        compared(places, tmp_path / "new", size=3)
    assert not (tmp_path / "new").exists()


def test_cases_of_one_name_are_kept_apart(places, tmp_path: Path) -> None:
    twin = write_case(tmp_path / "elsewhere" / "one", seed=2)
    comparison = compared([places[0], twin], tmp_path / "out", WORDS[:1])
    assert {q.case for q in comparison.questions} == {"one", "one-2"}
    first, second = (
        comparison.path(f"{case}/source.png").read_bytes() for case in ("one", "one-2")
    )
    assert first != second
    assert folder_names(["a b", "a_b", "A_B", "..", "tables"], ["tables"]) == [
        "a_b",
        "a_b-2",
        "A_B-3",
        "_",
        "tables-2",
    ]


def test_a_real_fit_in_a_process_of_its_own(tmp_path: Path) -> None:
    case = write_case(tmp_path / "one", truth=True)
    comparison = compare([case], ["patch:smoke"], tmp_path / "out", device="cpu", measuring=REAL)
    assert not list(comparison.failures())
    answer = comparison.outcomes["one", "moved", "patch:smoke", 0]
    source = comparison.outcomes["one", "moved", "source", 0]
    assert answer.scores["accuracy"] > source.scores["accuracy"]
    assert answer.scores["coherence"] > source.scores["coherence"]
    assert answer.fit_seconds > 0
    assert answer.render_seconds > 0
    assert 0 < answer.memory_bytes < 2**30
    told = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert told["summary"]["ssim"]["patch:smoke"]["score"]["mean"] == answer.scores["ssim"]
