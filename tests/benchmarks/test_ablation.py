"""The ablation's variants, on tiny pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from benchmarks.ablation import LARGEST, WIDTH, jpeg, question, shown, side_by_side
from benchmarks.truth import EditKind, TruthPair
from benchmarks.variants import CROWDED, MOST_CROWDED, crowding, variants
from tests import pairs, scenes

from likewise.patches import engine, gathering, synthesis
from likewise.patches.guidance import Guide
from likewise.patches.material import Material
from likewise.storage import write_json

pytestmark = pytest.mark.usefixtures("one_thread")

SIZE = (48, 60)


@pytest.fixture(scope="module")
def pair() -> TruthPair:
    before, after = (scenes.house(SIZE, at, 14) for at in ((20, 8), (20, 34)))
    image, truth = scenes.picture(before), scenes.picture(after)
    kind = EditKind.MOVED
    return TruthPair("house/moved", kind, image, pairs.labels(before), pairs.labels(after), truth)


def replaced() -> tuple[object, ...]:
    """What some variants replace while they paint."""
    seams = gathering.field_without_seams
    return engine.place, engine.synthesise, seams, synthesis.searched


@pytest.mark.parametrize("name", variants())
def test_every_variant_paints_and_leaves_the_engine_as_it_was(name: str, pair: TruthPair) -> None:
    row = variants()[name]
    kept = replaced()
    config = replace(row.config, coarsest=24)
    colours = row.paint(*question(pair, config, 0))
    assert colours.shape == (*SIZE, 3) and colours.min() >= 0 and colours.max() <= 1
    assert replaced() == kept


def test_variants_differ_from_the_default(pair: TruthPair) -> None:
    rows = variants()

    def painted(name: str) -> torch.Tensor:
        config = replace(rows[name].config, coarsest=24, trust=1.0)
        return rows[name].paint(*question(pair, config, 0))

    default = painted("default")
    for name in ("placement_alone", "unblended", "voted", "complete"):
        assert not torch.equal(painted(name), default), name


def test_crowding_counts_what_is_used_more_than_is_fair() -> None:
    ids, image = torch.zeros((12, 16), dtype=torch.long), torch.zeros((12, 16, 3))
    material = Material.of([image, image[:6]], [ids, ids[:6]], 1, 1, Guide())
    rows, columns = torch.meshgrid(torch.arange(12), torch.arange(16), indexing="ij")
    once = torch.stack((torch.zeros_like(rows), rows, columns)).int()
    assert not crowding(once, material).any()
    crowd = once.clone()
    crowd[0], crowd[1], crowd[2] = 1, 3, 5
    found = crowding(crowd, material)
    assert found[material.index(crowd)].eq(MOST_CROWDED).all()
    assert int((found > 0).sum()) == 9  # places whose patches hold the crowded one
    assert MOST_CROWDED * CROWDED < 1  # dearer than any colour it would never be taken


def test_strips_have_one_width_and_fit_their_limit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    strip = side_by_side([noise, noise[:, :40], noise[:30]])
    assert strip.shape[1:] == (WIDTH, 3)
    smooth = np.full_like(strip, 128)
    assert len(jpeg(smooth)) < LARGEST and jpeg(smooth)[:2] == b"\xff\xd8"


def test_the_table_shows_ratios_and_the_spread_of_seeds(tmp_path) -> None:  # type: ignore[no-untyped-def]
    names = ("ssim", "psnr", "edited_ssim", "edited_psnr", "sharpness_gap", "edited_sharpness_gap")
    figures = dict.fromkeys(names, 0.5)
    write_json(tmp_path / "default.json", figures | {"time": 1.0})
    spread = {f"spread_{name}": 0.25 for name in names}
    write_json(tmp_path / "seeds.json", figures | spread | {"time": 1.5})
    default, seeds, between = shown(tmp_path).splitlines()[1:]
    assert default.endswith("1.00") and seeds.endswith("1.50") and "0.250" in between
