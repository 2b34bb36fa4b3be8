"""The quality benchmark: what is asked is asked, told group by group, and drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.quality import groups, main, written_pairs
from benchmarks.truth import EditKind, make_truth, strong_warps

from likewise.errors import InputError
from likewise.evaluation.cases import read_case
from likewise.evaluation.comparison import Comparison
from likewise.images import read_image


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["quality", *words])
    main()


@pytest.mark.slow
def test_methods_are_told_group_by_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = [pair for pair in make_truth(["dusk", "leaves"]) if pair.edit in ("larger", "two")]
    monkeypatch.setattr("benchmarks.quality.truth_pairs", lambda: pairs)
    asked = ("-m", "patch:smoke", "--truth", "--pairs", "2", "--device", "cpu")
    run(monkeypatch, *asked, "-o", str(tmp_path))
    said = capsys.readouterr().out
    assert "edited truth (2 layouts)" in said
    assert "scaled up (1 layout)" in said
    assert "duplicated (1 layout)" in said
    assert "(source)" in said
    assert "no failures" in said
    comparison = Comparison.read(tmp_path / "comparison")
    assert [question.key for question in comparison.questions] == [
        ("dusk", "larger"),
        ("leaves", "two"),
    ]
    for case in ("dusk", "leaves"):
        assert min(read_image(tmp_path / "sheets" / f"{case}.png").size) > 200
    run(monkeypatch, *asked, "--resume", "-o", str(tmp_path))
    assert "patch:smoke, seed 0: fit" not in capsys.readouterr().out


def test_pairs_are_written_as_cases_of_their_own(tmp_path: Path) -> None:
    edited = make_truth(["space"])
    warped = strong_warps("space", edited[0].image, edited[0].labels, count=1)
    folders = written_pairs([*edited, *warped], tmp_path)
    assert [folder.name for folder in folders] == ["space", "space_warped"]
    assert set(read_case(folders[1]).kinds.values()) == {EditKind.WARPED}
    written_pairs(edited[:1], tmp_path)
    assert set(read_case(folders[0]).targets) == {edited[0].edit}


def test_every_question_is_in_the_group_of_its_kind(tmp_path: Path) -> None:
    assert dict(groups(())) == {}


def test_nothing_to_ask_and_unknown_names_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="nothing to ask"):
        run(monkeypatch, "-m", "patch", "-o", str(tmp_path))
    with pytest.raises(SystemExit, match="no case 'tmeple'"):
        run(monkeypatch, "-m", "patch", "--cases", "tmeple", "-o", str(tmp_path))
    with pytest.raises(SystemExit, match="patsch"):
        run(monkeypatch, "-m", "patsch", "--cases", "temple", "-o", str(tmp_path))
    with pytest.raises(SystemExit):
        run(monkeypatch, "-m", "patch", "--truth", "--pairs", "0", "-o", str(tmp_path))
    assert issubclass(InputError, ValueError)
