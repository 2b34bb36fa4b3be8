"""Every loss, forward and backward, runs inside a captured CUDA graph: none waits for a value."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode

from likewise.losses.adversarial import discriminator_loss, generator_loss
from likewise.losses.feature_matching import feature_matching_loss
from likewise.losses.fixed_point import fixed_point_loss
from likewise.losses.patch_coherence import PatchIndex, draw_queries, indexed_patch_coherence_loss
from likewise.losses.reconstruction import reconstruction_loss
from likewise.losses.semantic_alignment import semantic_alignment_loss

SIZE = (40, 48)


def total(
    image: Tensor, other: Tensor, layout: Tensor, index: PatchIndex, places: Tensor
) -> Tensor:
    return (
        discriminator_loss([other], [image])
        + discriminator_loss([other], [image], kind="hinge")
        + generator_loss([image])
        + feature_matching_loss([image], [other])
        + fixed_point_loss([image], [image])
        + reconstruction_loss(image, other, other[:, :1])
        + semantic_alignment_loss(image, layout, balance=0.5)
        + indexed_patch_coherence_loss(image, layout, index, queries=places, nearest=1)
        + indexed_patch_coherence_loss(image, layout, index, queries=places, nearest=5)
    )


def test_no_loss_reads_a_value_on_the_host() -> None:
    """Fake tensors have shapes and no values: reading one raises."""
    with FakeTensorMode():
        image = torch.rand(2, 3, *SIZE, requires_grad=True)
        other = torch.rand(2, 3, *SIZE)
        index = PatchIndex(other[:1], other[:1], patch=5, scales=(1, 2))
        places = torch.zeros(2, 128, dtype=torch.int64)
        loss = total(image, other, other, index, places)
        (gradient,) = torch.autograd.grad(loss, image)
        assert loss.shape == ()
        assert gradient.shape == image.shape
        with pytest.raises(DataDependentOutputException):
            loss.item()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_all_losses_are_captured_and_replayed() -> None:
    generator = torch.Generator("cuda").manual_seed(0)
    image = torch.rand(2, 3, *SIZE, device="cuda", generator=generator, requires_grad=True)
    other = torch.rand(2, 3, *SIZE, device="cuda", generator=generator)
    layout = torch.eye(3, device="cuda")[(other[:, 0] * 3).long()].permute(0, 3, 1, 2).contiguous()
    index = PatchIndex(other[:1], layout[:1], patch=5, scales=(1, 2))
    places = draw_queries(generator, 2, SIZE, 128, 5, "cuda")
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            torch.autograd.grad(total(image, other, layout, index, places), image)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = total(image, other, layout, index, places)
        (gradient,) = torch.autograd.grad(loss, image)
    with torch.no_grad():
        image.copy_(torch.rand(image.shape, device="cuda", generator=generator))
        places.copy_(draw_queries(generator, 2, SIZE, 128, 5, "cuda"))
    graph.replay()
    eager = total(image, other, layout, index, places)
    torch.testing.assert_close(loss, eager, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(gradient, torch.autograd.grad(eager, image)[0], rtol=1e-3, atol=1e-6)
