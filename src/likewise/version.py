"""Version: the release this is, and those of what its results depend on."""

from __future__ import annotations

__version__ = "0.1.0"


def versions() -> dict[str, str]:
    """The versions that a result depends on, by name."""
    import platform  # not above: the release alone is told without waiting for torch

    import numpy as np
    import torch

    return {
        "likewise": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "platform": platform.platform(),
    }
