"""What the default adds, and where the loss lies, on small pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks.default import SHOWN, Shown, main, rows, told
from benchmarks.loss_by_place import Place, loss_by_place, places
from benchmarks.pages import grid
from benchmarks.truth import EditKind, TruthPair
from benchmarks.truth_quality import FIGURES
from PIL import Image as Picture
from tests import pairs, scenes

from benchmarks import default
from likewise import Image
from likewise.metrics.fidelity import ssim
from likewise.storage import write_json

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (48, 60)
BEFORE, AFTER = (scenes.house(SIZE, at, 14) for at in ((20, 8), (20, 34)))


@pytest.fixture(scope="module")
def pair() -> TruthPair:
    image, truth = scenes.picture(BEFORE), scenes.picture(AFTER)
    kind = EditKind.MOVED
    return TruthPair("house/moved", kind, image, pairs.labels(BEFORE), pairs.labels(AFTER), truth)


def test_every_pixel_has_one_place() -> None:
    found = places(pairs.labels(BEFORE), pairs.labels(AFTER))
    np.testing.assert_array_equal(sum(mask.astype(int) for mask in found.values()), 1)
    was, now = BEFORE == scenes.HOUSE, AFTER == scenes.HOUSE
    np.testing.assert_array_equal(found[Place.THINGS], now)
    np.testing.assert_array_equal(found[Place.UNCOVERED], was & ~now)


def test_the_parts_add_up_to_what_is_missing(pair: TruthPair) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, pair.truth.to_float().shape)
    rendered = pair.truth.with_float(np.clip(pair.truth.to_float() + noise, 0, 1))
    parts = loss_by_place(rendered, pair.truth, pair.labels, pair.target).values()
    answer, known = rendered.to_float(), pair.truth.to_float()
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert sum(part.ssim for part in parts) == pytest.approx(1 - ssim(answer, known), abs=1e-6)
    inner = np.square(answer - known)[3:-3, 3:-3].mean()
    assert sum(part.error for part in parts) == pytest.approx(inner, rel=1e-6)


def test_a_fault_counts_where_it_is(pair: TruthPair) -> None:
    for place, (row, column) in {
        Place.UNCOVERED: (27, 14),
        Place.THINGS: (27, 41),
        Place.KEPT: (8, 25),
    }.items():
        values = pair.truth.to_float().copy()
        values[row, column] = 1 - values[row, column].round()
        spoilt = pair.truth.with_float(values)
        parts = loss_by_place(spoilt, pair.truth, pair.labels, pair.target)
        assert max(parts, key=lambda p: parts[p].error) == place
        assert [p for p in parts if parts[p].error] == [place]
        assert max(parts, key=lambda p: parts[p].ssim) == place


def test_rows_differ_by_what_they_say() -> None:
    made = {name: make("cpu") for name, make in rows().items()}
    engine, filling, likewise = (made[n].config for n in ("patch", "patch, filling", "likewise"))
    assert not engine.fill and filling.fill and likewise.fill
    assert engine.rounds == filling.rounds < likewise.rounds


def test_rows_of_several_runs_stand_together(
    pair: TruthPair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    question = pair.image, pair.labels, pair.target, pair.truth
    monkeypatch.setattr(default, "PRESET", "smoke")
    monkeypatch.setattr(default, "truth_pairs", lambda _: [pair])
    monkeypatch.setattr(default, "_question", lambda _: question)
    for row in ("patch", "likewise"):
        words = ["default", "-o", str(tmp_path), "--rows", row, "--device", "cpu"]
        monkeypatch.setattr("sys.argv", words)
        main()
    said = capsys.readouterr().out
    assert "edited truth (1)" in said and "strong warps" not in said
    table = told(tmp_path).splitlines()
    assert [line.split()[0] for line in table if "0." in line][:2] == ["patch", "likewise"]
    found = json.loads((tmp_path / "likewise.json").read_text(encoding="utf-8"))
    parts = found["house/moved"]["places"].values()
    missing = 1 - found["house/moved"]["ssim"]
    assert sum(part["ssim"] for part in parts) == pytest.approx(missing, abs=1e-6)
    assert Picture.open(tmp_path / "default.jpg").size[0] == 1600


def test_rows_are_compared_on_the_pairs_that_all_answered(tmp_path: Path) -> None:
    part = {"share": 0.1, "ssim": 0.01, "error": 0.001}
    figures = {"kind": "moved", "fit": 1.0, "places": {str(place): part for place in Place}}

    def row(**ssim: float) -> dict[str, object]:
        return {k: figures | dict.fromkeys(FIGURES, 0.0) | {"ssim": v} for k, v in ssim.items()}

    write_json(tmp_path / "patch.json", row(a=0.25, b=0.75))
    write_json(tmp_path / "likewise.json", row(b=0.875))
    first, patch, likewise = told(tmp_path).splitlines()[1:4]
    assert "edited truth (1)" in first
    assert "0.750" in patch and "0.875" in likewise


def test_what_is_shown_is_there() -> None:
    for shown in SHOWN:
        image, labels, target, truth = default._question(shown)
        assert image.size == labels.size and target.size == (truth or target).size
        assert min(shown.cut(image.to_rgb8()).shape[:2]) > 60


def test_a_view_is_cut_by_shares() -> None:
    picture = np.arange(200, dtype=np.uint8).reshape(10, 20, 1)
    cut = Shown("a", "b", (0.5, 0.25, 1.0, 0.5)).cut(picture)
    np.testing.assert_array_equal(cut, picture[5:, 5:10])


def test_a_grid_has_its_width_and_leaves_missing_cells_blank() -> None:
    dark = Image.from_array(np.zeros((20, 30, 3), dtype=np.uint8)).pixels
    page = grid(["one", "two"], [[dark, dark], [dark]], 200)
    assert page.shape[1:] == (200, 3)
    assert page[-20, 40].max() == 0 and page[-20, 160].min() > 200
