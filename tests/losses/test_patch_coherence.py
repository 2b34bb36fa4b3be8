from __future__ import annotations

import numpy as np
import pytest
import torch
from tests.reference import loss_twins
from torch import Tensor

from likewise.losses import patch_coherence as module
from likewise.losses.patch_coherence import (
    PatchIndex,
    draw_queries,
    indexed_patch_coherence_loss,
    patch_coherence_loss,
)


def picture(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=torch.float64) * 2 - 1


def layout(batch: int, classes: int, height: int, width: int, seed: int = 0) -> Tensor:
    """One-hot vertical bands, a few pixels flipped, the first pixel ignored."""
    generator = torch.Generator().manual_seed(seed)
    ids = (torch.arange(width) * classes // width).expand(batch, height, width).clone()
    flips = torch.rand(ids.shape, generator=generator) < 0.2
    ids[flips] = torch.randint(classes, ids.shape, generator=generator)[flips]
    onehot = torch.eye(classes, dtype=torch.float64)[ids].permute(0, 3, 1, 2).contiguous()
    onehot[:, :, 0, 0] = 0
    return onehot


def queries(batch: int, size: tuple[int, int], count: int, patch: int = 3, seed: int = 7) -> Tensor:
    return draw_queries(torch.Generator().manual_seed(seed), batch, size, count, patch, "cpu")


def twin(
    rendered: Tensor, target: Tensor, source: Tensor, labels: Tensor, places: Tensor, **how: object
) -> float:
    batch = rendered.shape[0]
    terms = [
        loss_twins.patch_coherence(
            rendered[b].numpy(),
            target[b].numpy(),
            source[b % len(source)].numpy(),
            labels[b % len(labels)].numpy(),
            places[b].numpy(),
            **how,
        )
        for b in range(batch)
    ]
    return float(np.mean(terms))


@pytest.mark.parametrize("sources", [1, 2])
@pytest.mark.parametrize("semantic_weight", [0.0, 0.7])
@pytest.mark.parametrize("nearest", [1, 5])
def test_agrees_with_the_twin(sources: int, semantic_weight: float, nearest: int) -> None:
    rendered, target = picture(2, 3, 8, 9), layout(2, 2, 8, 9)
    source, labels = picture(sources, 3, 9, 11, seed=1), layout(sources, 2, 9, 11, seed=1)
    places = queries(2, (8, 9), 6)
    how = {"patch": 3, "semantic_weight": semantic_weight, "nearest": nearest}
    loss = patch_coherence_loss(rendered, target, source, labels, queries=places, **how)
    expected = twin(rendered, target, source, labels, places, scale=1, **how)
    assert loss.item() == pytest.approx(expected, rel=1e-9)


def test_scales_are_averaged() -> None:
    rendered, target = picture(1, 3, 11, 13), layout(1, 2, 11, 13)
    source, labels = picture(1, 3, 12, 15, seed=1), layout(1, 2, 12, 15, seed=1)
    places = queries(1, (11, 13), 5)
    how = {"patch": 3, "semantic_weight": 0.5, "nearest": 2}
    loss = patch_coherence_loss(
        rendered, target, source, labels, queries=places, scales=(1, 2), **how
    )
    terms = [twin(rendered, target, source, labels, places, scale=s, **how) for s in (1, 2)]
    assert loss.item() == pytest.approx(np.mean(terms), rel=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_an_image_coheres_with_itself_exactly(dtype: torch.dtype) -> None:
    image, labels = picture(1, 3, 24, 31).to(dtype), layout(1, 3, 24, 31).to(dtype)
    loss = patch_coherence_loss(
        image, labels, image, labels, queries=queries(1, (24, 31), 64, 5), patch=5, scales=(1, 2)
    )
    assert loss.item() == 0
    assert loss.dtype == torch.promote_types(dtype, torch.float32)


def test_faint_texture_on_a_bright_wall_is_told_apart() -> None:
    """‖a‖² + ‖b‖² − 2ab in float32 must not lose differences of 10⁻⁴ beside values near 1."""
    image = (0.9 + 1e-4 * picture(1, 3, 24, 31)).float()
    labels = layout(1, 1, 24, 31).float()
    places = queries(1, (24, 31), 64, 5)
    assert patch_coherence_loss(image, labels, image, labels, queries=places).item() == 0


def test_autocast_does_not_blur_the_search() -> None:
    image, labels = picture(1, 3, 24, 31).float(), layout(1, 2, 24, 31).float()
    other = picture(1, 3, 24, 31, seed=1).float() * 0.05
    places = queries(1, (24, 31), 64, 3)
    plain = patch_coherence_loss(other, labels, image * 0.05, labels, queries=places, patch=3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = patch_coherence_loss(other, labels, image * 0.05, labels, queries=places, patch=3)
    assert cast.item() == plain.item()


def test_a_shifted_image_coheres_where_its_patches_lie_inside() -> None:
    source, labels = picture(1, 3, 20, 20), layout(1, 2, 20, 20)
    shifted, moved = source[..., 3:, 4:], labels[..., 3:, 4:]
    places = queries(1, (17, 16), 40, 5)
    loss = patch_coherence_loss(shifted, moved, source, labels, queries=places, patch=5)
    assert loss.item() == 0
    doubled = patch_coherence_loss(2 * shifted, moved, source, labels, queries=places, patch=5)
    assert doubled.item() > 0.1


def test_the_gradient_is_right() -> None:
    rendered, target = picture(1, 2, 6, 7).requires_grad_(), layout(1, 2, 6, 7)
    source, labels = picture(1, 2, 7, 7, seed=1), layout(1, 2, 7, 7, seed=1)
    places = queries(1, (6, 7), 4)

    def loss(x: Tensor) -> Tensor:
        return patch_coherence_loss(
            x, target, source, labels, queries=places, patch=3, scales=(1, 2), nearest=2
        )

    assert torch.autograd.gradcheck(loss, rendered)


def test_the_gradient_reaches_rendered_and_never_the_source() -> None:
    rendered = picture(1, 3, 10, 10).float().requires_grad_()
    source = picture(1, 3, 10, 10, seed=1).float().requires_grad_()
    labels = layout(1, 2, 10, 10)
    places = queries(1, (10, 10), 16)
    patch_coherence_loss(rendered, labels, source, labels, queries=places, patch=3).backward()
    assert rendered.grad is not None
    assert rendered.grad.abs().max() > 0
    assert source.grad is None


def test_labels_decide_between_patches_of_like_colour() -> None:
    """The left half of the source is class 0, the right class 1 and slightly brighter."""
    source = torch.zeros(1, 1, 9, 18)
    source[..., 9:] = 0.2
    labels = torch.zeros(1, 2, 9, 18)
    labels[:, 0, :, :9] = labels[:, 1, :, 9:] = 1
    rendered = torch.full((1, 1, 9, 9), 0.05)
    target = torch.zeros(1, 2, 9, 9)
    target[:, 1] = 1
    how = {"queries": torch.tensor([[40]]), "patch": 3}
    blind = patch_coherence_loss(rendered, target, source, labels, semantic_weight=0.0, **how)
    aware = patch_coherence_loss(rendered, target, source, labels, **how)
    assert blind.item() == pytest.approx(0.05)
    assert aware.item() == pytest.approx(0.15)


def test_an_index_serves_as_the_source_does_whatever_the_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rendered, target = picture(3, 3, 10, 12), layout(3, 2, 10, 12)
    source, labels = picture(1, 3, 12, 13, seed=1), layout(1, 2, 12, 13, seed=1)
    places = queries(3, (10, 12), 20)
    whole = patch_coherence_loss(rendered, target, source, labels, queries=places, patch=3)
    monkeypatch.setattr(module, "_BLOCK_CPU", 500)
    index = PatchIndex(source, labels, patch=3)
    parts = indexed_patch_coherence_loss(rendered, target, index, queries=places)
    assert parts.item() == pytest.approx(whole.item(), rel=1e-12)


def test_a_stride_searches_fewer_patches() -> None:
    image, labels = picture(1, 3, 16, 16), layout(1, 2, 16, 16)
    index = PatchIndex(image, labels, patch=3, stride=2)
    assert index.levels[0].keys.shape[1] == 7 * 7
    on_grid = torch.tensor([[1 * 16 + 1, 3 * 16 + 5]])
    between = torch.tensor([[2 * 16 + 2, 4 * 16 + 5]])
    assert indexed_patch_coherence_loss(image, labels, index, queries=on_grid).item() == 0
    assert indexed_patch_coherence_loss(image, labels, index, queries=between).item() > 0


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (6, 4)])
def test_pictures_smaller_than_a_patch_are_served(size: tuple[int, int]) -> None:
    rendered, labels = picture(1, 3, *size), layout(1, 2, *size)
    places = queries(1, size, 4, 5)
    loss = patch_coherence_loss(rendered, labels, rendered, labels, queries=places, patch=5)
    assert loss.item() == 0


def test_features_of_any_channel_count_are_served() -> None:
    features, labels = picture(1, 64, 8, 8), layout(1, 2, 8, 8)
    places = queries(1, (8, 8), 5, 1)
    how = {"queries": places, "patch": 1}
    assert patch_coherence_loss(features, labels, features, labels, **how).item() == 0


def test_queries_lie_inside_cover_all_and_follow_their_seed() -> None:
    drawn = queries(2, (9, 11), 4000, 5, seed=1)
    assert drawn.shape == (2, 4000)
    assert drawn.dtype == torch.int64
    rows, columns = drawn // 11, drawn % 11
    assert set(rows.flatten().tolist()) == set(range(2, 7))
    assert set(columns.flatten().tolist()) == set(range(2, 9))
    assert torch.equal(drawn, queries(2, (9, 11), 4000, 5, seed=1))
    assert not torch.equal(drawn, queries(2, (9, 11), 4000, 5, seed=2))
