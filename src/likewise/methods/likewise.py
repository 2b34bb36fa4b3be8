"""Method ``likewise``, the default: the patch engine with the picture's own repeats.

As ``patch``, it takes every pixel from the source and needs no training. Besides, where a thing has
left its place, the backdrop is continued as it looks and not by its labels alone, so that bricks,
waves and boards run on; and it searches longer. Networks that repair its answers were tried and
gained nothing: docs/likewise.md has the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from likewise.methods.patch import Patch
from likewise.patches.config import PatchConfig
from likewise.patches.presets import patch_presets

ROUNDS = 5  # of search and vote at each level, at least, from preset "fast" on


class Likewise(Patch):
    """Patches placed by labels, things registered to them, backdrops continued by their looks."""

    name = "likewise"
    summary = "the best we have: patches of your picture, backdrops continued; seconds, any size"

    @classmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, PatchConfig]:
        """Those of ``patch``, with backdrops continued; "fast" and "full" search longer."""
        return {
            name: replace(
                config,
                fill=True,
                rounds=config.rounds if config.quick else max(ROUNDS, config.rounds),
            )
            for name, config in patch_presets(device_type).items()
        }
