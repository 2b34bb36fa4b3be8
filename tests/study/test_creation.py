"""Creation: a study holds what it needs and gives nothing away."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.study.conftest import Make, entries_in, noise

from likewise.errors import ConfigError, ImageError, InputError, OutputError
from likewise.study.creation import create
from likewise.study.design import Design, Entry
from likewise.study.pictures import read_shown, ruined
from likewise.study.study import PICTURES, STUDY_FILE, Study
from likewise.study.subsets import MOST_SUBSETS, balanced_subsets


def test_a_study_survives_being_written(study: Study) -> None:
    assert asdict(Study.read(study.folder)) == asdict(study)


def test_every_contestant_is_shown_with_every_other(study: Study) -> None:
    """Four contestants, three at a time: four sets a layout, every pair twice."""
    assert len(study.trials) == 6 * 4
    by_layout = Counter(
        (trial.case, trial.target, pair)
        for trial in study.trials
        for pair in combinations(sorted(answer.contestant for answer in trial.answers), 2)
    )
    assert set(by_layout.values()) == {2}
    assert len(by_layout) == 6 * 6


def test_pictures_are_the_contestants(tmp_path: Path) -> None:
    entries = entries_in(tmp_path / "c", 2, "abc")
    study = create(tmp_path / "study", entries)
    for trial in study.trials:
        entry = next(e for e in entries if (e.case, e.target) == (trial.case, trial.target))
        for answer in trial.answers:
            path = study.picture(answer.picture)
            assert path is not None
            wanted = PIL.Image.open(entry.answers[answer.contestant])
            assert np.array_equal(PIL.Image.open(path), wanted)
        source, layout = study.picture(trial.source), study.picture(trial.layout)
        assert source is not None
        assert layout is not None
        assert np.array_equal(PIL.Image.open(source), PIL.Image.open(entry.source))
        assert np.array_equal(PIL.Image.open(layout), PIL.Image.open(entry.layout))


def test_no_file_tells_where_it_comes_from(tmp_path: Path) -> None:
    """Names are random, metadata is gone, and the same study made again has other names."""
    entries = entries_in(tmp_path / "c", 2, "abc")
    marked = PIL.Image.open(entries[0].answers["a:fast"])
    info = PIL.PngImagePlugin.PngInfo()
    info.add_text("Software", "a:fast")
    marked.save(entries[0].answers["a:fast"], pnginfo=info)
    one, other = create(tmp_path / "one", entries), create(tmp_path / "other", entries)
    assert one.pictures.isdisjoint(other.pictures)
    for name in one.pictures:
        path = one.folder / PICTURES / name
        assert len(path.stem) == 16
        assert set(path.stem) <= set("0123456789abcdef")
        assert b"tEXt" not in path.read_bytes()
    assert {p.name for p in (one.folder / PICTURES).iterdir()} == one.pictures


def test_only_pictures_of_the_study_are_found(study: Study) -> None:
    for name in ("../study.json", STUDY_FILE, "", ".", "x.png", "..\\x.png", "\0"):
        assert study.picture(name) is None


@pytest.mark.parametrize("place", ["first", "last"])
def test_attention_checks_have_one_answer_beyond_doubt(study: Study, place: str) -> None:
    checks = [trial for trial in study.checks if trial.check and trial.check.place == place]
    assert checks
    for trial in checks:
        assert trial.check is not None
        assert {answer.contestant for answer in trial.answers} == {""}
        pictures = {a.key: read_shown(study.folder / PICTURES / a.picture) for a in trial.answers}
        source = read_shown(study.folder / PICTURES / trial.source)
        is_source = {key for key, picture in pictures.items() if np.array_equal(picture, source)}
        assert is_source == ({trial.check.answer} if place == "first" else set())
        order = [trial.check.answer, *(trial.keys - {trial.check.answer})]
        assert trial.check.passed(order) == (place == "first")
        assert trial.check.passed(order[::-1]) == (place == "last")


def test_a_ruined_picture_has_no_block_in_place() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (50, 64, 3), dtype=np.uint8)
    for seed in range(20):
        spoilt = ruined(picture, np.random.default_rng(seed))
        assert spoilt.shape == picture.shape
        same = (255 - spoilt == picture).all(axis=2)
        assert not same[:48, :60].reshape(6, 8, 6, 10).all(axis=(1, 3)).any()


def test_large_pictures_are_reduced(tmp_path: Path) -> None:
    path = noise(tmp_path / "large.png", np.random.default_rng(0), (1000, 3200))
    assert read_shown(path).shape == (500, 1600, 3)


@pytest.mark.parametrize(("count", "size"), [(3, 3), (4, 3), (5, 3), (7, 3), (8, 4), (12, 3)])
def test_subsets_are_balanced_in_every_stretch_from_the_start(count: int, size: int) -> None:
    sets = balanced_subsets(count, size, 0)
    assert len(set(sets)) == len(sets) <= MOST_SUBSETS
    for stop in range(1, len(sets) + 1):
        met = Counter(pair for one in sets[:stop] for pair in combinations(one, 2))
        counts = [met[pair] for pair in combinations(range(count), 2)]
        assert max(counts) - min(counts) < size, stop
        came = Counter(member for one in sets[:stop] for member in one)
        assert max(came.values()) - min(came[k] for k in range(count)) < size


def test_layouts_with_failures_are_asked_as_far_as_they_go(tmp_path: Path) -> None:
    entries = entries_in(tmp_path / "c", 3, "abcd")
    del entries[0].answers["a:fast"]
    del entries[1].answers["a:fast"], entries[1].answers["b:fast"]
    study = create(tmp_path / "study", entries)
    counts = Counter((trial.case, trial.target) for trial in study.trials)
    assert counts == {("case0", "target0"): 1, ("case1", "target0"): 4}


def test_too_few_methods_are_refused(tmp_path: Path) -> None:
    entries = entries_in(tmp_path / "c", 2, "ab")
    with pytest.raises(InputError, match="at least 3 methods"):
        create(tmp_path / "study", entries)
    with pytest.raises(InputError, match="at least 3 methods"):
        create(tmp_path / "study", [])
    assert not (tmp_path / "study").exists()


def test_a_study_is_not_overwritten_unasked_and_a_failure_leaves_it_whole(tmp_path: Path) -> None:
    entries = entries_in(tmp_path / "c", 2, "abc")
    first = create(tmp_path / "study", entries)
    with pytest.raises(OutputError, match="not empty"):
        create(tmp_path / "study", entries)
    entries[1].answers["c:fast"].write_bytes(b"no picture")
    with pytest.raises(ImageError):
        create(tmp_path / "study", entries, overwrite=True)
    assert Study.read(first.folder).key == first.key
    assert {p.name for p in (first.folder / PICTURES).iterdir()} == first.pictures
    with pytest.raises(ImageError):
        create(tmp_path / "other", entries)
    assert not list((tmp_path / "other").iterdir())
    noise(entries[1].answers["c:fast"], np.random.default_rng(0))
    again = create(tmp_path / "study", entries, overwrite=True)
    assert {p.name for p in (first.folder / PICTURES).iterdir()} == again.pictures


@pytest.mark.parametrize(
    "wrong",
    [
        {"per_trial": 2},
        {"per_trial": 7},
        {"trials_each": 0},
        {"checks_each": -1},
        {"questions": ()},
        {"questions": ("beauty",)},
        {"questions": ("layout", "layout")},
        {"title": " "},
        {"consent": ""},
        {"seed": -1},
    ],
)
def test_a_design_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="--"):
        Design(**wrong)  # type: ignore[arg-type]


def test_damaged_studies_are_refused(make: Make) -> None:
    study = make(layouts=2)
    file = study.folder / STUDY_FILE
    said = json.loads(file.read_text())
    for broken in (
        "{",
        "[]",
        json.dumps(said | {"format": 9}),
        json.dumps(said | {"trials": [{}]}),
        json.dumps(said | {"more": 1}),
        file.read_text().replace(study.trials[0].source, "../../secret.png"),
        file.read_text().replace(study.trials[0].source, "gone.png"),
    ):
        file.write_text(broken)
        with pytest.raises(InputError):
            Study.read(study.folder)
    with pytest.raises(InputError, match="likewise study create"):
        Study.read(study.folder / "nowhere")


def test_entries_are_plain_data(tmp_path: Path) -> None:
    """The study knows nothing of the evaluation: this is all it is given."""
    assert set(Entry.__annotations__) == {
        "case",
        "target",
        "source",
        "labels",
        "layout",
        "legend",
        "answers",
    }
