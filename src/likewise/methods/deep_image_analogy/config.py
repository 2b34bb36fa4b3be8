"""DeepImageAnalogyConfig: everything that decides how Deep Image Analogy works, and its presets."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DeepImageAnalogyConfig:
    """Settings of Deep Image Analogy; each field's help has its unit.

    Defaults are the paper's (sections 4 and 5). Tuples run from the coarsest level they speak of to
    the finest, level 1.
    """

    size: int = field(
        default=448, metadata={"help": "short side of the source at level 1, pixels, at most"}
    )
    steps: int = field(default=100, metadata={"help": "of L-BFGS, at most, in each deconvolution"})
    patches: tuple[int, ...] = field(
        default=(3, 3, 3, 5, 5), metadata={"help": "sides of patches, levels 5 to 1, places"}
    )
    radii: tuple[int, ...] = field(
        default=(6, 6, 4, 4), metadata={"help": "of the search, levels 4 to 1, places"}
    )
    alphas: tuple[float, ...] = field(
        default=(0.8, 0.7, 0.6, 0.1),
        metadata={"help": "how much of the own structure is kept, levels 4 to 1, 0 to 1"},
    )
    kappa: float = field(
        default=300.0, metadata={"help": "how sharply strong and weak responses are told apart"}
    )
    tau: float = field(
        default=0.05, metadata={"help": "response from which structure is kept, 0 to 1"}
    )
    width: int = field(
        default=64,
        metadata={"help": "channels of the first block, where the network is an untrained one"},
    )
    vgg: str = field(
        default="", metadata={"help": "SHA-256 of the VGG-19 weights; empty: an untrained network"}
    )


_CPU = {
    "smoke": DeepImageAnalogyConfig(size=48, steps=2, width=8),
    "fast": DeepImageAnalogyConfig(size=128, steps=10),
    "full": DeepImageAnalogyConfig(size=256, steps=30),
}
_GPU = {
    "smoke": DeepImageAnalogyConfig(size=96, steps=5),
    "fast": DeepImageAnalogyConfig(size=256, steps=30),
    "full": DeepImageAnalogyConfig(),
}


def deep_image_analogy_presets(device_type: str) -> dict[str, DeepImageAnalogyConfig]:
    """Preset name -> configuration, in order of effort."""
    return dict(_CPU if device_type == "cpu" else _GPU)
