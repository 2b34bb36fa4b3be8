"""Frame: the working size, and the way from full size to it and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import pairs, scenes

from likewise.methods.frame import (
    LONGEST,
    SMALLEST,
    STEP,
    Frame,
    image_tensor,
    index_tensor,
    pixels,
    resized_image,
    resized_indices,
)
from likewise.methods.source import Source

CPU = torch.device("cpu")
SIZES = [(184, 280), (61, 83), (17, 90), (3000, 4000), (32, 32), (200, 4000), (16, 16), (999, 100)]


@pytest.mark.parametrize("full", SIZES)
@pytest.mark.parametrize("short", [32, 128, 184, 1000])
def test_the_short_side_is_the_one_asked_for(full: tuple[int, int], short: int) -> None:
    frame = Frame.of(full, short)
    assert all(side % STEP == 0 and side >= SMALLEST for side in frame.working)
    wanted = max(SMALLEST, min(short, min(full)))
    area = frame.working[0] * frame.working[1]
    assert area <= LONGEST * wanted**2 * 1.5 or min(frame.working) == SMALLEST
    if max(full) <= LONGEST * min(full):
        assert abs(min(frame.working) - wanted) <= STEP / 2
        ratio = frame.working[0] / frame.working[1] / (full[0] / full[1])
        assert ratio == pytest.approx(1, abs=STEP / min(frame.working))


def test_known_frames() -> None:
    assert Frame.of((184, 280), 184).working == (184, 280)
    assert Frame.of((368, 560), 184).working == (184, 280)
    assert Frame.of((104, 104), 184).working == (104, 104)


@pytest.mark.parametrize("full", [(368, 560), (100, 150), (61, 83)])
def test_a_target_is_shrunk_as_its_source_is(full: tuple[int, int]) -> None:
    frame = Frame.of(full, 64)
    assert frame.working_size(full) == frame.working
    double = frame.working_size((2 * full[0], 3 * full[1]))
    assert double == (2 * frame.working[0], 3 * frame.working[1])
    tiny = frame.working_size((1, 1))
    assert tiny == (SMALLEST, SMALLEST)


@pytest.mark.parametrize(("channels", "dtype"), [(1, np.uint8), (3, np.uint16), (4, np.uint8)])
def test_pixels_come_back_as_they_went(channels: int, dtype: type) -> None:
    image = scenes.picture(scenes.house((21, 34), (2, 3), 5), channels, dtype)
    tensor = image_tensor(image, CPU)
    assert tensor.shape == (1, channels, 21, 34)
    assert tensor.dtype == torch.float32
    assert tensor.min() >= -1
    assert tensor.max() <= 1
    assert image.with_float(pixels(tensor)) == image
    assert pixels(tensor * 9).max() == 1
    assert pixels(tensor * 9 - 9).min() == 0


def test_class_positions_are_those_of_the_source() -> None:
    image, labels = pairs.pair()
    source = Source.of(image, labels)
    ids = pairs.target().ids.copy()
    ids[0, 0] = scenes.IGNORED
    positions = index_tensor(pairs.labels(ids, ignore=(scenes.IGNORED,)), source, CPU)
    assert positions.shape == (1, 1, *pairs.SIZE)
    assert positions[0, 0, 0, 0] == -1
    expected = torch.from_numpy(np.where(ids == scenes.IGNORED, -1, ids))
    assert torch.equal(positions[0, 0], expected.long())


def test_classes_of_the_table_that_the_source_lacks_take_no_room() -> None:
    source = Source.of(*pairs.pair())
    assert len(source.labels.classes) == 4
    assert [entry.name for entry in source.classes] == ["sky", "ground", "house"]


@pytest.mark.parametrize("size", [(24, 32), (48, 64), (61, 83)])
def test_resizing_invents_no_class(size: tuple[int, int]) -> None:
    indices = scenes.indices(scenes.blots(pairs.SIZE, 8, 0)) - 1
    resized = resized_indices(indices, size)
    assert resized.shape == (1, 1, *size)
    assert resized.dtype == torch.int64
    assert set(resized.unique().tolist()) <= set(indices.unique().tolist())
    if size == pairs.SIZE:
        assert torch.equal(resized, indices)


def test_resizing_keeps_means_and_identity() -> None:
    image = scenes.image(scenes.house(pairs.SIZE))
    assert resized_image(image, pairs.SIZE) is image
    small = resized_image(image, (24, 32))
    assert small.shape == (1, 3, 24, 32)
    torch.testing.assert_close(small.mean(), image.mean(), atol=0.01, rtol=0)
    # Filtered against aliasing: noise of single pixels is averaged away.
    noise = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    assert resized_image(noise, (16, 16)).std() < 0.5 * noise.std()
