"""DeepImageAnalogyConfig: everything that decides how Deep Image Analogy works, and its presets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _setting(default: Any, meaning: str, **more: Any) -> Any:
    """A field with its help and what may be set: ``range``, ``odd``, ``length``."""
    return field(default=default, metadata={"help": meaning} | more)


@dataclass(frozen=True)
class DeepImageAnalogyConfig:
    """Settings of Deep Image Analogy; each field's help has its unit.

    Defaults are the paper's (sections 4 and 5), where the page of this comparator says nothing
    else. Tuples run from the coarsest level they speak of to the finest, level 1.
    """

    size: int = _setting(
        448, "short side of the source at level 1, pixels, at most", range=(32, 4096)
    )
    steps: int = _setting(
        100, "of L-BFGS, at most, in each deconvolution; 0: none", range=(0, 10_000)
    )
    bfloat16: bool = _setting(
        False, "deconvolution convolves in bfloat16 where the device is quicker so"
    )
    patches: tuple[int, ...] = _setting(
        (3, 3, 3, 5, 5),
        "sides of patches, levels 5 to 1, places",
        range=(1, 31),
        odd=True,
        length=5,
    )
    radii: tuple[int, ...] = _setting(
        (6, 6, 4, 4), "of the search, levels 4 to 1, places", range=(0, 64), length=4
    )
    sweeps: int = _setting(
        2, "in which matches propagate, over 8, 4, 2 and 1 places, at each level", range=(0, 100)
    )
    alphas: tuple[float, ...] = _setting(
        (0.8, 0.7, 0.6, 0.1),
        "how much of the own structure is kept, levels 4 to 1",
        range=(0, 1),
        length=4,
    )
    kappa: float = _setting(300.0, "how sharply strong and weak responses are told apart")
    tau: float = _setting(0.05, "response from which structure is kept", range=(0, 1))
    final_patch: int = _setting(
        3, "side of the patches that make the answer, places", range=(1, 31), odd=True
    )
    width: int = _setting(
        64, "channels of the first block, where the network is an untrained one", range=(1, 1024)
    )
    vgg: str = _setting("", "SHA-256 of the VGG-19 weights; empty: an untrained network")


_CPU = {
    "smoke": DeepImageAnalogyConfig(size=48, steps=2, sweeps=1, bfloat16=True, width=8),
    "fast": DeepImageAnalogyConfig(size=128, steps=8, sweeps=1, bfloat16=True),
    "full": DeepImageAnalogyConfig(size=256, steps=30, bfloat16=True),
}
_GPU = {
    "smoke": DeepImageAnalogyConfig(size=96, steps=5),
    "fast": DeepImageAnalogyConfig(size=256, steps=30),
    "full": DeepImageAnalogyConfig(),
}


def deep_image_analogy_presets(device_type: str) -> dict[str, DeepImageAnalogyConfig]:
    """Preset name -> configuration, in order of effort."""
    return dict(_CPU if device_type == "cpu" else _GPU)
