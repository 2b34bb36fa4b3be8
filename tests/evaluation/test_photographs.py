"""Photographs of layouts in a comparison: read with the case, handed on, and told in tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests import pairs, scenes
from tests.evaluation.comparisons import write_case

from likewise.errors import InputError
from likewise.evaluation.asking import picture_name, questions_of
from likewise.evaluation.cases import read_case
from likewise.evaluation.comparison import Comparison, Outcome
from likewise.evaluation.fitting import Job, answer
from likewise.evaluation.photographs import photographs_told
from likewise.evaluation.plan import Plan
from likewise.evaluation.statistics import standings
from likewise.evaluation.tables import outcomes_csv, summary_latex, summary_markdown

pytestmark = pytest.mark.usefixtures("one_thread")
NAME = "deep_image_analogy:smoke (random VGG)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A case of two layouts, of one of which there is a photograph."""
    made = write_case(tmp_path / "one")
    (made / "target_images").mkdir()
    scenes.picture(pairs.target().ids, seed=5).save(made / "target_images" / "moved.png")
    return made


def test_a_case_holds_photographs_of_its_layouts(folder: Path) -> None:
    assert list(read_case(folder).photographs) == ["moved"]
    before = Plan.of([folder], ["patch:smoke"], device="cpu").identity()
    scenes.picture(pairs.target().ids, seed=6).save(folder / "target_images" / "moved.png")
    assert Plan.of([folder], ["patch:smoke"], device="cpu").identity() != before
    scenes.picture(pairs.target().ids).save(folder / "target_images" / "other.png")
    with pytest.raises(InputError, match="no layout 'other'"):
        read_case(folder)


def test_those_who_work_after_photographs_get_them(folder: Path, tmp_path: Path) -> None:
    heard: dict[str, list[dict]] = {}
    for method in ("deep_image_analogy", "patch"):
        news = heard.setdefault(method, [])
        job = Job(str(folder), method, "smoke", 0, "cpu", None, str(tmp_path))
        answer(job, lambda news=news, **more: news.append(more))
    told = {
        method: {each["rendered"]: each["after"] for each in news if "rendered" in each}
        for method, news in heard.items()
    }
    assert told["deep_image_analogy"] == {"moved": "target_images", "still": "patch"}
    assert told["patch"] == {"moved": "", "still": ""}
    warned = [each["warning"] for each in heard["deep_image_analogy"] if "warning" in each]
    assert any("no weights of VGG-19" in each for each in warned)


def test_tables_say_which_network_and_which_photographs(folder: Path, tmp_path: Path) -> None:
    plan = Plan.of([folder], ["deep_image_analogy:smoke", "patch:smoke"], device="cpu")
    names = tuple(contestant.name for contestant in plan.contestants)
    assert names == (NAME, "patch:smoke")
    questions = questions_of(plan.cases)
    after = {"moved": "target_images", "still": "patch"}
    found = [
        Outcome(*question.key, name, 0, "a.png", scores={"accuracy": 0.5})
        for question in questions
        for name in names
    ]
    found = [replace(o, after=after[o.target]) if o.contestant == NAME else o for o in found]
    comparison = Comparison(
        tmp_path, names, (0,), questions, {outcome.key: outcome for outcome in found}
    )
    told = (
        f"{NAME} works after the answer of patch in 1 of 2 answers and the case's photograph of "
        "the layout in 1 of 2 answers."
    )
    assert photographs_told(comparison) == told
    markdown = summary_markdown(comparison, standings(comparison))
    assert told.replace("_", "\\_") in markdown or told in markdown
    assert "works after the answer of patch" in summary_latex(comparison, standings(comparison))
    assert ",target_images," in outcomes_csv(comparison)
    picture = picture_name(questions[0], NAME, 0)
    assert picture.endswith("deep_image_analogy-smoke-random-VGG-s0.png")
