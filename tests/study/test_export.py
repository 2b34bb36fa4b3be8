"""Export: votes, tables, telling and chart say what the results say."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.study.conftest import Make
from tests.study.voting import lively_votes

from likewise.study.export import export
from likewise.study.plan import LETTERS, plan
from likewise.study.records import Vote
from likewise.study.results import Results, results
from likewise.study.study import Study


@pytest.fixture(scope="module")
def lively(make: Make) -> tuple[Study, list[Vote]]:
    study = make(checks_each=2)
    return study, lively_votes(study)


@pytest.fixture(scope="module")
def files(
    lively: tuple[Study, list[Vote]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Results]:
    study, votes = lively
    folder = tmp_path_factory.mktemp("results")
    found = results(study, votes, joined=12)
    named = export(folder, study, votes, found)
    assert {path.name for path in named} == {path.name for path in folder.iterdir()}
    return folder, found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_votes_are_exported_in_full(
    lively: tuple[Study, list[Vote]], files: tuple[Path, Results]
) -> None:
    study, votes = lively
    written = rows(files[0] / "votes.csv")
    assert len(written) == len(votes)
    for row, vote in zip(written, votes, strict=True):
        trial = study.by_key[vote.trial]
        assert row["counted"] == str(int(vote.participant > 2))
        assert sorted(row["shown"]) == list("ABC")
        turn = next(t for t in plan(study, vote.participant) if t.trial is trial)
        shown = [answer.key for answer in turn.shown]
        assert tuple(shown[LETTERS.index(letter)] for letter in row["shown"]) == vote.ranking
        if trial.check is None:
            ranked = [row[f"rank_{place}"] for place in (1, 2, 3)]
            assert ranked == [trial.contestant(key) for key in vote.ranking]
            assert row["check"] == ""
        else:
            assert row["check"] == ("passed" if vote.participant > 2 else "failed")


def test_tables_tell_what_was_found(files: tuple[Path, Results]) -> None:
    folder, found = files
    table = rows(folder / "results.csv")
    assert [row["contestant"] for row in table] == list(found.contestants) * 2
    for row, mean in zip(table, found.counted[0].mean_rank, strict=False):
        assert mean is not None
        assert float(row["mean_rank"]) == pytest.approx(mean.value, abs=1e-6)
    against = rows(folder / "wins.csv")
    assert sum(int(row["wins"]) for row in against) == 2 * 48 * 3
    assert [row["counted"] for row in rows(folder / "people.csv")] == ["0", "0"] + ["1"] * 8
    said = json.loads((folder / "results.json").read_text())
    assert said["left_out"] == [1, 2]
    assert said["counted"][0]["rank_counts"] == [list(r) for r in found.counted[0].rank_counts]


def test_the_telling_is_a_table_in_markdown(files: tuple[Path, Results]) -> None:
    text = (files[0] / "results.md").read_text()
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert tables
    for line in tables:
        assert line.endswith("|")
    assert "| a:fast" in text
    assert "2 passed fewer than 75% of the attention checks and are left out." in text
    assert "## With everybody" in text


def test_the_chart_is_a_picture_of_all_counts(files: tuple[Path, Results]) -> None:
    folder, found = files
    drawing = ElementTree.parse(folder / "ranks_appearance.svg").getroot()
    said = ["".join(element.itertext()) for element in drawing.iter() if element.text is not None]
    for name in found.contestants:
        assert name in said
    for counts in found.counted[0].rank_counts:
        for count in counts:
            assert count == 0 or str(count) in said or count < 3
