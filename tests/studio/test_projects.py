"""Projects: kept whole, found again, given away and read again, however bad the file."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.studio.studios import SIZE, labelled, picture, picture_bytes, stripes

from likewise.errors import InputError, LabelError, OutputError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.storage import LITTER
from likewise.studio import project as projects_module
from likewise.studio.archive import packed
from likewise.studio.project import RECORD, Project
from likewise.studio.projects import Projects, UnknownKeyError
from likewise.studio.studio import Studio
from likewise.studio.swatches import swatch


def test_a_project_is_found_again_as_it_was(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    moved = np.roll(stripes(), 5, axis=0)
    project.set_layout(moved)
    names = ("sky", "grass", "soil", "new")
    project.set_classes([(name, (place, 0, 0)) for place, name in enumerate(names)])
    again = Projects(studio.projects.folder).open(project.key)
    assert again.facts == project.facts
    assert np.array_equal(again.layout(), moved)
    assert np.array_equal(again.labels(), stripes())
    assert again.image == picture()
    assert again.table.names == names
    assert again.facts.areas == pytest.approx((1 / 3, 1 / 3, 1 / 3, 0))


def test_labels_must_fit(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    before = project.facts
    with pytest.raises(LabelError, match="32 x 24 pixels"):
        project.set_labels(LabelMap.from_array(stripes((24, 32))))
    with pytest.raises(LabelError, match="at least the 3"):
        project.set_classes([("one", (0, 0, 0))])
    with pytest.raises(LabelError, match="name"):
        project.set_classes([("a", (0, 0, 0)), ("a", (1, 0, 0)), ("b", (2, 0, 0))])
    assert studio.projects.open(project.key).facts == before


def test_depth_of_a_picture_is_kept(studio: Studio, tmp_path: Path) -> None:
    deep = Image.from_array((np.random.default_rng(0).random(SIZE) * 65535).astype(np.uint16))
    deep.save(tmp_path / "deep.png")
    project = studio.begin("deep.png", (tmp_path / "deep.png").read_bytes())
    assert studio.projects.open(project.key).image == deep


@pytest.mark.parametrize(
    "name", ["x.png", "x", "../../x.png", "x.png/..", "a" * 200 + ".tif", ".png"]
)
def test_names_of_uploads_name_nothing_here(studio: Studio, tmp_path: Path, name: str) -> None:
    project = studio.begin(name, picture_bytes(tmp_path))
    assert project.folder.parent == studio.projects.folder
    assert {path.name for path in project.folder.iterdir()} == {RECORD, project.image_file.name}
    assert not project.labelled


def test_what_is_no_picture_leaves_nothing(studio: Studio) -> None:
    with pytest.raises(InputError, match="no picture"):
        studio.begin("x.png", b"no picture at all")
    assert list(studio.projects.folder.iterdir()) == []


def test_pictures_no_page_can_hold_are_refused(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects_module, "MOST_PIXELS", 1000)
    with pytest.raises(InputError, match="64 x 48 pixels"):
        studio.begin("x.png", picture_bytes(tmp_path))


def test_uploaded_labels_are_read_as_commands_read_them(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    layout = LabelMap.from_array(np.flipud(stripes()))
    layout.write(tmp_path / "layout.png")
    read = studio.projects.read_layout(
        project, "layout.png", (tmp_path / "layout.png").read_bytes()
    )
    assert np.array_equal(read.ids, layout.ids)
    strange = LabelMap.from_array(np.full(SIZE, 7))
    strange.write(tmp_path / "strange.png")
    with pytest.raises(LabelError) as refused:
        studio.projects.read_layout(project, "mine.png", (tmp_path / "strange.png").read_bytes())
    assert "mine.png" in str(refused.value)
    assert LITTER not in str(refused.value)
    assert not list(project.folder.glob(f"{LITTER}*"))


def test_exported_labels_have_the_ids_they_came_with(studio: Studio, tmp_path: Path) -> None:
    project = studio.begin("stripes.png", picture_bytes(tmp_path))
    ids = np.array([3, 41, 200])[stripes()]
    project.set_labels(LabelMap.from_array(ids))
    project.set_layout(np.flipud(stripes()))
    (tmp_path / "out.png").write_bytes(studio.projects.label_file(project, project.layout_map()))
    assert np.array_equal(LabelMap.read(tmp_path / "out.png").ids, np.flipud(ids))


def test_the_same_picture_is_one_project(studio: Studio, tmp_path: Path) -> None:
    picture().save(tmp_path / "stripes.png")
    first = studio.projects.found_or_copied("stripes", tmp_path / "stripes.png")
    assert studio.projects.found_or_copied("stripes", tmp_path / "stripes.png").key == first.key
    picture((32, 32)).save(tmp_path / "stripes.png")
    assert studio.projects.found_or_copied("stripes", tmp_path / "stripes.png").key != first.key
    assert len(studio.projects.all()) == 2


@pytest.mark.parametrize(
    "key", ["", "..", "../studio", "x" * 12, "0123456789ab", "0123456789ab/.."]
)
def test_unknown_keys(studio: Studio, key: str) -> None:
    with pytest.raises(UnknownKeyError):
        studio.projects.open(key)


def test_deleted_is_deleted(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    studio.delete(project.key)
    with pytest.raises(UnknownKeyError):
        studio.projects.open(project.key)
    assert list(studio.projects.folder.iterdir()) == []


def test_a_damaged_record_hides_one_project_only(studio: Studio, tmp_path: Path) -> None:
    bad, good = labelled(studio, tmp_path), labelled(studio, tmp_path)
    (bad.folder / RECORD).write_text('{"name": 1}')
    assert [project.key for project in studio.projects.all()] == [good.key]


def test_litter_of_a_killed_server_is_swept(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    (project.folder / f"{LITTER}x.png").write_bytes(b"half")
    (studio.projects.folder / ".begun-0123456789ab").mkdir()
    Projects(studio.projects.folder)
    assert not list(project.folder.glob(f"{LITTER}*"))
    assert [path.name for path in studio.projects.folder.iterdir()] == [project.key]


def test_an_archive_comes_back_the_same(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    project.set_layout(np.flipud(stripes((60, 80))))
    again = studio.begin("saved.zip", packed(project))
    assert again.key != project.key
    assert again.facts == project.facts
    assert np.array_equal(again.layout(), project.layout())
    assert again.image == project.image


def _archive(project: Project, **changed: bytes | None) -> bytes:
    """The archive of ``project`` with members replaced (or left out)."""
    memory = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed(project))) as old,
        zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in {*old.namelist(), *changed}:
            data = changed[name] if name in changed else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return memory.getvalue()


def test_bad_archives_are_refused(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    record = project.facts.to_json()
    wide = Image(np.zeros((20, 20), np.uint8), "L")
    wide.save(tmp_path / "wide.png")
    beyond = Image(np.full(SIZE, 9, np.uint8), "L")
    beyond.save(tmp_path / "beyond.png")
    changes: list[dict[str, bytes | None]] = [
        {RECORD: None},
        {RECORD: b"[]"},
        {RECORD: b"{"},
        {RECORD: json.dumps(record | {"size": [1, 2]}).encode()},
        {RECORD: json.dumps(record | {"layout": [10**9, 10**9]}).encode()},
        {RECORD: json.dumps(record | {"areas": []}).encode()},
        {RECORD: json.dumps(record | {"classes": "abc"}).encode()},
        {"labels.png": None},
        {"labels.png": b"no picture"},
        {"labels.png": (tmp_path / "wide.png").read_bytes()},
        {"layout.png": (tmp_path / "beyond.png").read_bytes()},
        {"image.png": None},
        {"image.png": b"no picture"},
        {"image.gif": b"another"},
    ]
    for change in changes:
        with pytest.raises(InputError):
            studio.begin("bad.zip", _archive(project, **change))
    whole = packed(project)
    for cut in (5, len(whole) // 2, len(whole) - 3):
        with pytest.raises(InputError):
            studio.begin("cut.zip", whole[:cut])
    assert [one.key for one in studio.projects.all()] == [project.key]


def test_an_archive_writes_nowhere_else(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    data = _archive(
        project, **{"../../evil.txt": b"x", "/tmp/likewise-evil": b"x", "a/image.png": b"x"}
    )
    fresh = studio.begin("evil.zip", data)
    assert {path.name for path in fresh.folder.iterdir()} == {
        path.name for path in project.folder.iterdir()
    }
    assert not (studio.folder / "evil.txt").exists()


def test_a_full_studio_says_so(tmp_path: Path) -> None:
    with Studio(tmp_path / "small", quota=100) as studio, pytest.raises(OutputError, match="full"):
        studio.begin("stripes.png", picture_bytes(tmp_path))


def test_one_server_a_folder(studio: Studio) -> None:
    with pytest.raises(OutputError, match="another studio"):
        Studio(studio.folder)


def test_swatches_show_their_class() -> None:
    shown = picture((128, 128)).to_rgb8()
    plane = stripes((128, 128))
    for position in range(3):
        piece = swatch(shown, plane, position)
        assert piece is not None
        assert piece.shape == (32, 32, 3)  # 64 would not fit into a stripe of 43
        inside = shown[plane == position].mean(0)
        assert np.abs(piece.mean((0, 1)) - inside).max() < 8
    assert swatch(shown, plane, 7) is None
    tiny = np.zeros((20, 20), np.uint8)
    tiny[3, 4] = 1
    assert swatch(picture((20, 20)).to_rgb8(), tiny, 1) is not None
