"""likewise studio: what it begins with, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.studio.studios import picture, stripes

from likewise.cli.main import main
from likewise.cli.studio import _project
from likewise.labels.label_map import LabelMap
from likewise.studio.studio import Studio


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The one line on stderr with which likewise ends, code 2."""
    with pytest.raises(SystemExit) as ended:
        main(["studio", *map(str, words)])
    said = capsys.readouterr().err.strip()
    assert ended.value.code == 2, said
    assert said.startswith("error: ") and "\n" not in said
    return said


def test_bad_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--folder", tmp_path / "studio", "--no-browser", "--port", "0")
    (tmp_path / "text.png").write_text("no picture")
    picture().save(tmp_path / "image.png")
    assert "no such file" in refused(capsys, tmp_path / "none.png", *place)
    assert "no picture" in refused(capsys, tmp_path / "text.png", *place)
    assert "no image or img there" in refused(capsys, tmp_path / "studio", *place)
    assert "--quota" in refused(capsys, "--quota", "0", *place)
    assert "--port" in refused(capsys, *place[:3], "--port", "99999")
    assert "--host" in refused(capsys, *place, "--host", "no.such.host.example")
    assert "--device" in refused(capsys, *place, "--device", "abacus")
    LabelMap.from_array(stripes((20, 20))).write(tmp_path / "labels.png")
    assert "20 x 20" in refused(capsys, tmp_path / "image.png", tmp_path / "labels.png", *place)
    (tmp_path / "file").write_text("")
    assert "--folder" in refused(capsys, "--folder", tmp_path / "file", "--no-browser")


def test_it_begins_with_a_picture_or_a_case(tmp_path: Path) -> None:
    case = tmp_path / "beach"
    case.mkdir()
    picture().save(case / "image.png")
    LabelMap.from_array(stripes()).write(case / "labels.png")
    with Studio(tmp_path / "studio", device="cpu") as studio:
        project = studio.projects.open(_project(studio, case, None))
        assert (project.facts.name, project.labelled) == ("beach", True)
        assert _project(studio, case, None) == project.key
        bare = studio.projects.open(_project(studio, case / "image.png", None))
        assert (bare.facts.name, bare.labelled) == ("image", False)
