"""The stack of pairs: one size, one class table, and what is ignored stays so."""

from __future__ import annotations

import numpy as np
import torch
from tests import pairs, scenes

from likewise.methods.source import Source
from likewise.methods.spade.stack import Stack

CPU = torch.device("cpu")


def test_a_stack_of_one_is_the_source() -> None:
    ids = scenes.house(pairs.SIZE)
    ids[:10, 20:] = scenes.IGNORED
    image = scenes.picture(ids)
    source = Source.of(image, pairs.labels(ids, ignore=(scenes.IGNORED,)))
    stack = Stack.of(source, (), 48, CPU)
    assert [entry.id for entry in stack.classes] == [0, 1, 2]
    assert torch.equal(stack.indices, scenes.indices(ids))
    values = torch.from_numpy(image.to_float()).permute(2, 0, 1)[None] * 2 - 1
    torch.testing.assert_close(stack.images, values)


def test_classes_are_those_of_any_pair_in_the_order_of_the_table() -> None:
    ids = scenes.house(pairs.SIZE)
    ids[ids == scenes.HOUSE] = scenes.SKY
    other = np.where(scenes.house((60, 80)) == scenes.GROUND, 7, scenes.SKY)
    stack = Stack.of(Source.of(*pairs.pair(ids)), [pairs.pair(other)], 48, CPU)
    assert [entry.id for entry in stack.classes] == [0, 1, 7]
    assert stack.images.shape == (2, 3, *pairs.SIZE)
    assert set(stack.indices[0].unique().tolist()) == {0, 1}
    assert set(stack.indices[1].unique().tolist()) == {0, 2}
