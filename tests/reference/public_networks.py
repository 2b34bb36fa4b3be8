"""The networks that LPIPS was made with, written out as torchvision builds them."""

from __future__ import annotations

from pathlib import Path

import torchmetrics
from torch import nn

PUBLIC = Path(torchmetrics.__file__).parent / "functional/image/lpips_models"
"""The lpips package's own weights, which torchmetrics carries."""


def sequence(kind: str) -> nn.Sequential:
    """``torchvision.models.alexnet().features`` and ``vgg16().features``, written out."""
    if kind == "alex":
        return nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        )  # fmt: skip
    modules: list[nn.Module] = []
    before = 3
    for entry in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
        if entry:
            modules += [nn.Conv2d(before, entry, 3, padding=1), nn.ReLU()]
            before = entry
        else:
            modules.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*modules)


ENDINGS = {"alex": (2, 5, 8, 10, 12), "vgg": (4, 9, 16, 23, 30)}
"""How many modules of the sequence lead to each layer that LPIPS looks at."""
