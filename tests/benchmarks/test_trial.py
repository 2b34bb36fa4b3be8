"""The trial's algorithm, on tiny pictures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from benchmarks.trial import descriptors, pyramid, signed_distances, trial
from scipy.ndimage import gaussian_filter
from tests import pairs, scenes

from benchmarks import trial as module
from likewise import Image, LabelMap
from likewise.errors import LabelError
from likewise.metrics.fidelity import psnr

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (30, 40)


def house(at: tuple[int, int] = (10, 6), size: tuple[int, int] = SIZE) -> np.ndarray:
    return scenes.house(size, at, 10)


def source() -> tuple[Image, LabelMap]:
    """The house scene with smooth texture, for area averages to keep."""
    ids = house()
    values = scenes.picture(ids).to_float()
    soft = gaussian_filter(values, (0.7, 0.7, 0))
    return Image.from_array(np.clip(soft, 0, 1)), pairs.labels(ids)


def test_the_layout_of_the_source_gives_back_nearly_the_source() -> None:
    image, labels = source()
    answer = trial(image, labels, labels)
    assert answer.size == image.size
    assert psnr(answer.to_float(), image.to_float()) > 35
    assert answer == trial(image, labels, labels)


def test_a_moved_house_moves() -> None:
    image, labels = source()
    target = pairs.labels(house((8, 26)))
    answer, known = trial(image, labels, target).to_float(), image.to_float()
    colour = known[labels.ids == scenes.HOUSE].mean(axis=0)
    inside = answer[9:17, 27:35].reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(inside, colour, atol=0.03)
    sky = known[labels.ids == scenes.SKY].mean(axis=0)
    np.testing.assert_allclose(answer[11:18, 7:15].reshape(-1, 3).mean(axis=0), sky, atol=0.03)


def test_targets_of_other_sizes_and_working_sizes_are_served() -> None:
    image, labels = source()
    target = pairs.labels(house((8, 26), (36, 61)))
    for size, alpha in ((None, None), (24, 0.02), (15, 0.02)):
        assert trial(image, labels, target, size=size, alpha=alpha).size == (36, 61)


def test_what_does_not_fit_is_refused() -> None:
    image, labels = source()
    with pytest.raises(LabelError, match="river"):
        trial(image, labels, pairs.labels(np.full(SIZE, 7)))
    with pytest.raises(LabelError):
        trial(image, pairs.labels(house(size=(20, 20))), labels)


def test_levels_grow_by_about_the_ratio_from_about_the_coarsest() -> None:
    ids = np.zeros((90, 121), dtype=np.int64)
    labels = pairs.labels(ids)
    wide = pairs.labels(np.zeros((180, 121), dtype=np.int64))
    levels = pyramid(scenes.picture(ids), labels, wide, None, torch.device("cpu"))
    heights = [level.image.shape[2] for level in levels]
    assert heights[0] == module.COARSEST
    assert heights[-1] == 90
    assert [b / a for a, b in pairwise(heights)] == pytest.approx(
        [module.RATIO] * (len(heights) - 1), abs=0.06
    )
    assert all(
        level.target.shape[2] == pytest.approx(2 * level.image.shape[2], abs=1) for level in levels
    )


def test_distances_are_signed_clipped_and_total_where_a_class_is_all_or_nothing() -> None:
    ids = np.zeros((5, 40), dtype=np.int64)
    ids[:, 20:] = 1
    found = signed_distances(scenes.layout(ids))
    expected = np.clip((19.5 - np.arange(40)) / 8, -1, 1)
    np.testing.assert_allclose(found[0, 2], expected, atol=1e-6)
    np.testing.assert_allclose(found[1, 2], -expected, atol=1e-6)
    assert found[2].eq(-1).all()
    assert signed_distances(scenes.layout(ids * 0))[0].eq(1).all()


def test_a_descriptor_holds_colours_labels_distances_and_place() -> None:
    image, layout = torch.rand(1, 3, 12, 15), scenes.layout(house(size=(12, 15)))
    rows = descriptors(image, layout, 7).reshape(6, 9, -1)
    assert rows.shape[2] == 49 * 6 + 3 + 2
    row = rows[2, 4]
    torch.testing.assert_close(row[: 49 * 3], image[0, :, 2:9, 4:11].flatten())
    torch.testing.assert_close(row[49 * 3 : 49 * 6], layout[0, :, 2:9, 4:11].flatten())
    torch.testing.assert_close(row[49 * 6 : -2], 2 * signed_distances(layout)[:, 5, 7])
    assert row[-2:].tolist() == pytest.approx([7 * 0.9 * 5 / 11, 7 * 0.3 * 7 / 14])


def test_gone_classes_may_be_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a house in the layout, patches that show one get no discount for being rare."""
    image, labels = source()
    target = pairs.labels(np.where(labels.ids == scenes.HOUSE, scenes.SKY, labels.ids))
    level = pyramid(image, labels, target, None, torch.device("cpu"))[-1]
    seen = []
    search = module.nearest

    def spy(*args: torch.Tensor, scale: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seen.append(scale)
        return search(*args, scale=scale)

    monkeypatch.setattr(module, "nearest", spy)
    module.match_and_vote(level.image, level.image, level, 0.02)
    shows = torch.nn.functional.max_pool2d(level.layout[:, scenes.HOUSE], 7, 1).flatten() > 0
    least = 1 / (0.02 * (49 * 6 + 3 + 2))
    assert shows.any()
    np.testing.assert_allclose(seen[0][shows], least, rtol=1e-6)
    assert seen[0].max() <= least * (1 + 1e-6)


def test_each_finer_level_starts_from_blurred_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    image, labels = source()
    sharp = []

    def spy(answer: torch.Tensor, known: torch.Tensor, level: module.Level, _: float) -> object:
        sharp.append(torch.equal(known, level.image))
        return answer

    monkeypatch.setattr(module, "match_and_vote", spy)
    trial(image, labels, labels, alpha=0.02)
    assert sharp == [False, True, True, True]


def test_the_command_writes_answers_and_a_contact_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, labels = source()
    case = tmp_path / "cases" / "house"
    (case / "targets").mkdir(parents=True)
    image.save(case / "image.png")
    labels.write(case / "labels.png")
    pairs.labels(house((8, 26))).write(case / "targets" / "right.png")
    out = tmp_path / "out"
    words = ["trial", "house", "--cases", str(case.parent), "--size", "24", "-o", str(out)]
    monkeypatch.setattr("sys.argv", [*words, "--device", "cpu"])
    module.main()
    assert {path.name for path in out.iterdir()} == {"house-right.png", "house-trial.png"}
    monkeypatch.setattr("sys.argv", [*words[:1], "nowhere", *words[2:]])
    with pytest.raises(SystemExit, match="nowhere"):
        module.main()
