"""The report: whole, safe whatever things are called, and of a size that can be sent."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from tests.comparisons import small_comparison

from likewise.errors import InputError
from likewise.evaluation.comparison import Comparison, Outcome
from likewise.evaluation.report import write_report
from likewise.evaluation.report.cast import Cast
from likewise.evaluation.report.charts import bar_chart, rank_chart
from likewise.evaluation.report.figures import address
from likewise.evaluation.report.pictures import Album
from likewise.evaluation.report.results import results
from likewise.evaluation.statistics import Estimate


class Elements(HTMLParser):
    """Start tags with their attributes, and texts, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    return small_comparison(tmp_path)


def written(comparison: Comparison) -> Elements:
    return Elements(write_report(comparison).read_text(encoding="utf-8"))


def test_report_is_one_file_that_names_no_other(comparison: Comparison) -> None:
    path = write_report(comparison)
    assert path == comparison.folder / "report.html"
    page = Elements(path.read_text(encoding="utf-8"))
    sources = [each.get("src") for each in page.of("img") if "src" in each]
    assert sources and all(str(source).startswith("data:image/") for source in sources)
    assert not page.of("link") and not page.of("iframe")
    assert not any("src" in each for each in page.of("script"))
    assert not any("style" in each for _, each in page.tags)
    assert not any(name.startswith("on") for _, each in page.tags for name in each)
    text = path.read_text(encoding="utf-8")
    assert "http://" not in text and "https://" not in text and "@import" not in text


def test_same_comparison_same_bytes(comparison: Comparison) -> None:
    first = write_report(comparison).read_bytes()
    assert write_report(comparison).read_bytes() == first


def test_policy_lets_only_own_style_and_script_in(comparison: Comparison) -> None:
    page = written(comparison)
    (policy,) = [each["content"] for each in page.of("meta") if each.get("http-equiv")]
    assert policy is not None and "unsafe" not in policy
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'" and rules["img-src"] == "data:"
    assert rules["script-src"].startswith("'sha256-")
    assert rules["style-src"].startswith("'sha256-")


def test_a_row_holds_what_the_papers_figures_hold(comparison: Comparison) -> None:
    page = written(comparison)
    titles = [each["data-title"] for each in page.of("button") if "data-file" in each]
    # The teaser comes first; it is the first row that is answered throughout.
    row = ["Source I", "Edited source", "Target image I′", "Target layout P′"]
    names = list(comparison.contestants)
    untrue = [title for title in row if title != "Target image I′"]
    assert titles == [
        *(row + names) * 2,
        *(untrue + names),
        *(row + names[:2]),
        *(untrue + names[:2]),
    ]


def test_failures_are_told(comparison: Comparison) -> None:
    text = " ".join(written(comparison).texts)
    assert text.count("Failed: it ran out of memory") == 2  # a row each
    assert len(re.findall(r"semia:fast\s*,\s*shore", text)) == 4  # the list: layouts × seeds


def test_unfinished_comparisons_can_be_shown(comparison: Comparison) -> None:
    kept = {key: each for key, each in comparison.outcomes.items() if key[2] != "patch:fast"}
    text = " ".join(written(replace(comparison, outcomes=kept)).texts)
    assert text.count("Not run yet.") == 4
    assert "Source" in " ".join(written(replace(comparison, outcomes={})).texts)


HOSTILE = "<script>alert(1)</script>"


def test_hostile_names_are_only_text(comparison: Comparison) -> None:
    quote = "\"'><img src=x onerror=alert(1)>"
    questions = tuple(
        replace(
            q,
            case=HOSTILE,
            target=quote + q.case + q.target,
            kind=HOSTILE,
            legend=((HOSTILE, quote),),
        )
        for q in comparison.questions
    )
    asked = dict(zip([q.key for q in comparison.questions], questions, strict=True))
    outcomes = [
        replace(o, case=HOSTILE, target=asked[o.case, o.target].target, error=o.error and HOSTILE)
        for o in comparison.outcomes.values()
    ]
    named = [
        replace(o, contestant=HOSTILE if o.contestant == "semia:fast" else o.contestant)
        for o in outcomes
    ]
    page = written(
        replace(
            comparison,
            contestants=(*comparison.contestants[:2], HOSTILE),
            questions=questions,
            outcomes={o.key: o for o in named},
            ceilings={HOSTILE: {"accuracy": 0.9}},
            facts={HOSTILE: quote, "command": [HOSTILE], "nested": {quote: [HOSTILE]}},
        )
    )
    assert len(page.of("script")) == 1  # ours
    assert not any("onerror" in each for _, each in page.tags)
    assert all(
        str(each["src"]).startswith("data:image/") for each in page.of("img") if "src" in each
    )
    assert HOSTILE in " ".join(page.texts)


@pytest.mark.parametrize(
    "name", ["javascript:alert(1)/x.png", "//elsewhere.example/x.png", "a b/#1?.png", "/etc/passwd"]
)
def test_addresses_of_originals_stay_in_the_folder(name: str) -> None:
    link = address(name)
    assert link.startswith("./") and not link.startswith(".//")
    assert not set(":#? ") & set(link)


def test_references_are_shown_and_not_ranked(comparison: Comparison) -> None:
    for asked in (
        comparison,
        replace(comparison, contestants=(*comparison.contestants, "truth", "source")),
    ):
        cast = Cast.of(asked)
        assert [player.name for player in cast.ranked] == list(comparison.contestants)
        assert [player.name for player in cast.references] == ["truth", "source"]
    table = results(comparison, Cast.of(comparison)).means
    assert [line.player.name for line in table.references] == ["truth", "source", "judge’s ceiling"]
    assert not any(entry.best for line in table.references for entry in line.entries)


def test_best_are_marked_and_gaps_are_told(comparison: Comparison) -> None:
    table = results(comparison, Cast.of(comparison)).means
    by_title = {column.measure.title: k for k, column in enumerate(table.columns)}
    marked = [line.entries[by_title["Accuracy"]].best for line in table.lines]
    assert marked == [False, True, False]
    assert [line.entries[by_title["Fit"]].best for line in table.lines] == [True, False, False]
    assert table.lines[2].entries[0].lacking == 4 and table.lacking


def test_ranks_count_every_answered_layout(comparison: Comparison) -> None:
    chart = next(c for c in results(comparison, Cast.of(comparison)).ranks if "IoU" in c.title)
    counts = {s.player.name: {p.rank: p.count for p in s.segments} for s in chart.stacks}
    assert counts == {"patch:smoke": {2: 2, 3: 2}, "patch:fast": {1: 4}, "semia:fast": {2: 2}}
    widths = {s.player.name: sum(p.width for p in s.segments) for s in chart.stacks}
    assert widths["semia:fast"] == pytest.approx(widths["patch:fast"] / 2)


def test_equal_contestants_share_the_better_rank(comparison: Comparison) -> None:
    tied = {
        key: replace(each, scores=each.scores | {"iou": 0.8}) if key[2] == "patch:smoke" else each
        for key, each in comparison.outcomes.items()
    }
    tied |= {
        key: replace(each, scores=each.scores | {"iou": 0.8})
        for key, each in tied.items()
        if key[2] == "patch:fast" and not each.error
    }
    found = results(replace(comparison, outcomes=tied), Cast.of(comparison))
    chart = next(c for c in found.ranks if "IoU" in c.title)
    counts = {s.player.name: {p.rank: p.count for p in s.segments} for s in chart.stacks}
    assert counts == {"patch:smoke": {1: 4}, "patch:fast": {1: 4}, "semia:fast": {3: 2}}


def test_wide_tables_are_split_and_lose_no_column(comparison: Comparison) -> None:
    more = {"completeness": 0.1, "swd": 0.1, "sharpness": 1.1, "sifid": 0.2, "lpips": 0.1}
    wide = {k: replace(o, scores=o.scores | more) for k, o in comparison.outcomes.items()}
    for outcomes, tables in ((comparison.outcomes, 1), (wide, 2)):
        found = results(replace(comparison, outcomes=outcomes), Cast.of(comparison))
        assert len(found.split) == tables
        columns = [column.measure.name for _, table in found.split for column in table.columns]
        assert columns == [column.measure.name for column in found.means.columns]


def test_one_contestant_is_not_called_best(tmp_path: Path) -> None:
    alone = small_comparison(tmp_path, contestants=("patch:fast",), cases=("hill",))
    alone = replace(alone, outcomes={k: o for k, o in alone.outcomes.items() if not o.error})
    found = results(alone, Cast.of(alone))
    assert not any(entry.best for line in found.means.lines for entry in line.entries)
    assert found.ranks == ()
    write_report(alone)


def test_bars_are_in_proportion_and_whiskers_where_they_belong() -> None:
    players = Cast.of(Comparison(Path(), ("a", "b"), (0,), ())).ranked
    values = {
        players[0]: Estimate(0.4, 0.2, 0.6, 3, 3),
        players[1]: Estimate(0.8, float("nan"), float("nan"), 1, 1),
    }
    chart = bar_chart("T", "", values, "{:.2f}".format, [(1.0, "top", "ceiling")])
    a, b = chart.bars
    assert b.width == pytest.approx(2 * a.width, abs=0.02)
    assert (a.low - 2) * 2 == pytest.approx(a.width, abs=0.02) and a.interval == "0.20–0.60"
    assert b.interval == ""
    assert chart.ticks[0] == (2, "0") and chart.ticks[-1] == (358, "1")
    assert chart.lines[0].x == 358


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.3, 7.0, 99.0, 123456.0])
def test_ticks_are_few_and_reach_the_longest_bar(value: float) -> None:
    (player,) = Cast.of(Comparison(Path(), ("a",), (0,), ())).ranked
    chart = bar_chart("T", "", {player: Estimate(value, value, value, 2, 2)}, str)
    assert 2 <= len(chart.ticks) <= 8
    assert 0 <= chart.bars[0].width <= 356


def test_rank_chart_leaves_room_for_missing_answers() -> None:
    (player,) = Cast.of(Comparison(Path(), ("a",), (0,), ())).ranked
    chart = rank_chart("T", "", {player: [1, 1]}, 4, {player: ("", "")})
    assert [(p.rank, p.count, p.width) for p in chart.stacks[0].segments] == [
        (1, 1, 89),
        (2, 1, 89),
    ]


def photographs(folder: Path, count: int, side: int) -> list[str]:
    rng = np.random.default_rng(0)
    names = [f"{k}.png" for k in range(count)]
    for name in names:
        coarse = PIL.Image.fromarray(rng.integers(0, 256, (side // 4, side // 4, 3), np.uint8))
        coarse.resize((side, side), PIL.Image.Resampling.BICUBIC).save(folder / name)
    return names


def decoded(uri: str) -> np.ndarray:
    data = base64.b64decode(uri.split(",", 1)[1])
    return np.asarray(PIL.Image.open(io.BytesIO(data)).convert("RGB"), float)


def test_small_reports_lose_nothing(tmp_path: Path) -> None:
    names = photographs(tmp_path, 2, 64)
    album = Album(tmp_path, names)
    for name in names:
        assert (decoded(album[name].uri) == np.asarray(PIL.Image.open(tmp_path / name))).all()
    assert album.manner == "without loss"


def test_larger_reports_stay_faithful_and_layouts_exact(tmp_path: Path) -> None:
    names = photographs(tmp_path, 3, 64)
    drawing = np.zeros((64, 64, 3), np.uint8)
    drawing[20:40, 10:50] = (200, 30, 90)
    PIL.Image.fromarray(drawing).save(tmp_path / "layout.png")
    album = Album(tmp_path, [*names, "layout.png"], small=0)
    assert (decoded(album["layout.png"].uri) == drawing).all()
    for name in names:
        wrong = decoded(album[name].uri) - np.asarray(PIL.Image.open(tmp_path / name), float)
        assert 0 < np.sqrt((wrong**2).mean()) < 4  # of 255: more than 36 dB
        assert not album[name].reduced


def test_reports_fit_their_size_whatever_it_takes(tmp_path: Path) -> None:
    names = photographs(tmp_path, 4, 256)
    asked = names + names[:1] * 3  # shown four times, embedded four times
    whole = Album(tmp_path, asked, small=0)
    size = sum(len(whole[name].uri) for name in asked) * 3 / 4
    album = Album(tmp_path, asked, small=0, largest=int(size / 4))
    assert sum(len(album[name].uri) for name in asked) * 3 / 4 <= size / 4 * 1.05
    assert "reduced" in album.manner
    assert all(album[name].reduced and album[name].width == 256 for name in names)


def test_missing_and_damaged_pictures_are_told(comparison: Comparison) -> None:
    damaged = comparison.folder / comparison.questions[0].source
    damaged.write_bytes(b"not a picture")
    with pytest.raises(InputError, match=r"source\.png"):
        write_report(comparison)
    damaged.unlink()
    with pytest.raises(InputError, match=r"source\.png"):
        write_report(comparison)
    assert not (comparison.folder / "report.html").exists()


def test_a_seed_that_failed_is_stood_in_for(comparison: Comparison) -> None:
    key = ("hill", "moved", "patch:fast", 0)
    failed = Outcome(*key, None, "it was out of luck")
    text = " ".join(
        written(replace(comparison, outcomes=comparison.outcomes | {key: failed})).texts
    )
    assert "Seed 1" in text
