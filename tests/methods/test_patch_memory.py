"""Method patch on a GPU whose memory is too small: it hands over to the CPU and says so."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tests import pairs

from likewise.methods.patch import Patch
from likewise.patches.engine import Engine

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_layout_that_does_not_fit_is_rendered_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    method = Patch("smoke", device="cpu").fit(*pairs.pair(), seed=3)
    expected = method.render(pairs.target())
    render, calls = Engine.render, []

    def first_fails(engine: Engine, layout: torch.Tensor) -> object:
        calls.append(engine.source.image.device.type)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("too large")
        return render(engine, layout)

    monkeypatch.setattr(Engine, "render", first_fails)
    with pytest.warns(RuntimeWarning, match="memory does not hold a layout of .* on the CPU"):
        answer = method.render(pairs.target())
    assert calls == ["cpu", "cpu"]
    np.testing.assert_array_equal(answer.pixels, expected.pixels)
