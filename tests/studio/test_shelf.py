"""Shelf: files for methods come in pieces, are read by the methods' loaders, and go to workers."""

from __future__ import annotations

import io
import json
import pickle
import sqlite3
import zipfile
from pathlib import Path

import pytest
import torch
from tests.studio.studios import SIZE, labelled, picture, stripes, until

from likewise.errors import InputError, OutputError
from likewise.labels.label_map import LabelMap
from likewise.studio import shelf as shelves
from likewise.studio import worker
from likewise.studio.jobs import Jobs
from likewise.studio.projects import UnknownKeyError
from likewise.studio.studio import Studio


def shelved(studio: Studio, use: str, name: str, data: bytes, piece: int = 1 << 20) -> str:
    """The key of a file that was uploaded in pieces."""
    file = studio.begin_file(use, name, len(data))
    for at in range(0, len(data), piece):
        file = studio.append_file(file.key, at, data[at : at + piece])
    assert file.whole
    return file.key


def zipped(files: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return memory.getvalue()


def pair_files(folder: Path, number: int = 2) -> dict[str, bytes]:
    """Pairs of the stripes, as members of an archive."""
    picture().save(folder / "pair.png")
    LabelMap.from_array(stripes()).write(folder / "pair-labels.png", "ids")
    image, labels = ((folder / name).read_bytes() for name in ("pair.png", "pair-labels.png"))
    return {f"images/{n}.png": image for n in range(number)} | {
        f"labels/{n}.png": labels for n in range(number)
    }


def test_pieces_make_the_file_and_a_restart_keeps_whole_ones(tmp_path: Path) -> None:
    data = bytes(range(256)) * 10
    with Studio(tmp_path / "studio", device="cpu") as studio:
        key = shelved(studio, "class_map", "../../my map.json", data, piece=1000)
        file, path = studio.shelf.handed("class_map", key)
        assert (file.name, path.read_bytes()) == ("my_map.json", data)
        assert path.is_relative_to(studio.folder)
        half = studio.begin_file("vgg", "vgg.pth", 100)
        studio.append_file(half.key, 0, b"x" * 60)
        for at, piece in ((0, b"y"), (61, b"y"), (60, b"y" * 41)):
            with pytest.raises(InputError, match="byte 60"):
                studio.append_file(half.key, at, piece)
        with pytest.raises(InputError, match="only a part"):
            studio.shelf.handed("vgg", half.key)
        with pytest.raises(InputError, match="class map"):
            studio.shelf.handed("vgg", key)
    with Studio(tmp_path / "studio", device="cpu") as studio:
        assert [one.key for one in studio.shelf.all()] == [key]
        studio.shelf.delete(key)
        with pytest.raises(UnknownKeyError):
            studio.shelf.get(key)
        assert not list(studio.shelf.folder.iterdir())


def test_what_is_announced_counts_as_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Studio(tmp_path / "studio", device="cpu", quota=1_000_000) as studio:
        studio.begin_file("vgg", "a.pth", 700_000)
        with pytest.raises(OutputError, match="full"):
            studio.begin_file("vgg", "b.pth", 700_000)
        for size in (0, shelves.MOST_BYTES + 1):
            with pytest.raises(InputError, match="bytes"):
                studio.shelf.begin("vgg", "c.pth", size)
        monkeypatch.setattr(shelves, "ABANDONED_AFTER", -1.0)
        kept = studio.begin_file("class_map", "d.json", 2)
        assert studio.shelf.all() == [kept]  # the first was abandoned


def test_a_checkpoint_that_carries_code_is_refused_and_not_run(
    studio: Studio, checks_here: None, tmp_path: Path
) -> None:
    class Harm:
        def __reduce__(self) -> object:
            return Path.touch, (tmp_path / "harm",)

    torch.save({"features.0.weight": Harm()}, tmp_path / "harm.pth")
    project = labelled(studio, tmp_path)
    for method, use, data in (
        ("spade", "weights", (tmp_path / "harm.pth").read_bytes()),
        ("semia", "vgg", pickle.dumps(Harm())),
    ):
        key = shelved(studio, use, "theirs.pth", data)
        with pytest.raises(InputError, match=r"^theirs\.pth: .*no readable weights") as told:
            studio.render(project, method, "smoke", 0, {use: key})
        assert str(studio.folder) not in str(told.value)
    assert not (tmp_path / "harm").exists()
    assert studio.jobs.of(project.key) == []
    assert not list(studio.renders.folder.iterdir())


def test_a_refusal_comes_from_a_process_of_its_own(studio: Studio, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    key = shelved(studio, "class_map", "map.json", b"{}")
    with pytest.raises(InputError, match=r"^class map: method patch has no use for it"):
        studio.render(project, "patch", "smoke", 0, {"class_map": key})


def test_what_the_method_has_no_use_for_is_refused(
    studio: Studio, checks_here: None, tmp_path: Path
) -> None:
    project = labelled(studio, tmp_path)
    key = shelved(studio, "class_map", "map.json", b"{}")
    with pytest.raises(InputError, match=r"^class map: no checkpoint beside it"):
        studio.render(project, "spade", "smoke", 0, {"class_map": key})
    picture((96, 64)).save(tmp_path / "other.png")
    key = shelved(studio, "photograph", "other.png", (tmp_path / "other.png").read_bytes())
    with pytest.raises(InputError, match=r"^other\.png: 64 x 96 pixels"):
        studio.render(project, "deep_image_analogy", "smoke", 0, {"photograph": key})


def test_a_photograph_reaches_the_method(studio: Studio, checks_here: None, tmp_path: Path) -> None:
    project = labelled(studio, tmp_path)
    picture().save(tmp_path / "second.png")
    key = shelved(studio, "photograph", "second.png", (tmp_path / "second.png").read_bytes())
    job = studio.render(project, "deep_image_analogy", "smoke", 0, {"photograph": key})
    assert job.files == "second.png"
    studio.shelf.delete(key)  # the job has its own
    assert until(studio, job.key, lambda told: told.state == "done").files == "second.png"
    request = json.loads((studio.renders.folder / job.key / worker.REQUEST).read_text())
    assert request["files"] == {"photograph": "given/photograph/second.png"}
    assert not (studio.renders.folder / job.key / worker.GIVEN).exists()  # room for others


def test_pairs_are_unpacked_and_learnt(studio: Studio, checks_here: None, tmp_path: Path) -> None:
    files = {f"mine/{name}": data for name, data in pair_files(tmp_path).items()}
    files |= {"mine/readme.txt": b"x", "__MACOSX/mine/images/._0.png": b"x", "../evil.png": b"x"}
    key = shelved(studio, "pairs", "mine.zip", zipped(files), piece=500)
    _, path = studio.shelf.handed("pairs", key)
    found = sorted(str(file.relative_to(path)) for file in path.rglob("*.*"))
    assert found == ["images/0.png", "images/1.png", "labels/0.png", "labels/1.png"]
    job = studio.render(labelled(studio, tmp_path), "spade", "smoke", 0, {"pairs": key})
    assert (job.state, job.files) == ("waiting", "mine")
    until(studio, job.key, lambda told: studio.renders.standing(told).stage == "fitting")
    studio.renders.cancel(job.key)


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"images/0.png": b"x"}, "no file in labels/"),
        ({"a/b/images/0.png": b"x", "a/b/labels/0.png": b"x"}, "no file in images/"),
        ({"images/0.png": bytes(60_000_000), "labels/0.png": b"x"}, "unfolds to more"),
    ],
)
def test_archives_of_no_pairs_leave_nothing(
    tmp_path: Path, files: dict[str, bytes], found: str
) -> None:
    with Studio(tmp_path / "studio", device="cpu", quota=50_000_000) as studio:
        with pytest.raises(InputError, match=found):
            shelved(studio, "pairs", "pairs.zip", zipped(files))
        assert studio.shelf.all() == []
        assert not list(studio.shelf.folder.iterdir())


def test_a_damaged_archive_is_told(studio: Studio, tmp_path: Path) -> None:
    whole = zipped(pair_files(tmp_path))
    for data in (b"PK no archive", whole[:200] + bytes(300) + whole[500:]):
        with pytest.raises(InputError, match=r"^pairs\.zip: it cannot be unpacked"):
            shelved(studio, "pairs", "pairs.zip", data)


def test_a_link_counts_once(studio: Studio, tmp_path: Path) -> None:
    data = bytes(1_000_000)
    key = shelved(studio, "photograph", "x.png", data)
    _, path = studio.shelf.handed("photograph", key)
    (studio.folder / "linked").hardlink_to(path)
    studio._used = (-1e9, 0)
    assert 1_000_000 < studio.used() < 1_500_000


def test_jobs_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "jobs.sqlite") as old:
        old.execute(
            "CREATE TABLE jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,"
            "project TEXT, method TEXT, preset TEXT, seed INTEGER, height INTEGER, width INTEGER,"
            "traceable INTEGER, state TEXT, error TEXT, seconds REAL, doubts TEXT, created TEXT)"
        )
        old.execute(
            "INSERT INTO jobs VALUES (1, 'abc', 'def', 'patch', 'fast', 0, ?, ?, 1, 'done', NULL,"
            "2.5, '', '2026-01-01')",
            SIZE,
        )
    old.close()
    jobs = Jobs(tmp_path / "jobs.sqlite")
    assert (jobs.get("abc").files, jobs.get("abc").seconds) == ("", 2.5)
    jobs.close()
