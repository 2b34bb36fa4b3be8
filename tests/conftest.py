"""What tests of every floor share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from likewise.training import stepwise


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no worker is left alone with one at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def quick_estimates() -> Iterator[None]:
    """How long a step takes is told from a few: seconds of timing would go into every plan."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stepwise, "ESTIMATE_SECONDS", 0.05)
        yield


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Bit-identity is promised at one thread count; small tensors are quickest on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
