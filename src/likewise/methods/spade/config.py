"""Configuration of ``spade``, and its presets by the device they are meant for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from likewise.geometry.augmentation import Augmentation
from likewise.networks.spade_generator import DOUBLINGS

NORMS = ("batch", "instance")


def _setting(default: Any, meaning: str, **more: Any) -> Any:
    """A field with its help and what may be set: ``range`` or ``choices``."""
    return field(default=default, metadata={"help": meaning} | more)


@dataclass(frozen=True)
class SpadeConfig:
    """Settings of method ``spade``; units stand in each field's help. The defaults are the paper's
    where it has one.
    """

    size: int = _setting(256, "short side the network works at, pixels", range=(32, 4096))
    width: int = _setting(
        64, "channels of G at full size; 16 times as many at the start", range=(2, 1024)
    )
    hidden: int = _setting(128, "channels between the layout and gamma, beta", range=(1, 1024))
    upsampling: str = _setting(
        "normal", "doublings in G: normal (5), more (6), most (7)", choices=tuple(DOUBLINGS)
    )
    norm: str = _setting("batch", "normalisation in G: batch, instance", choices=NORMS)
    d_width: int = _setting(64, "channels after D's first layer", range=(1, 1024))
    d_layers: int = _setting(4, "layers of each discriminator before its scores", range=(1, 8))
    d_scales: int = _setting(2, "sizes of the picture that D judges", range=(1, 4))
    iterations: int = _setting(5000, "steps, each of D and of G", range=(1, 10_000_000))
    batch: int = _setting(2, "pictures a step", range=(1, 1024))
    g_rate: float = _setting(1e-4, "Adam step size of G", range=(0, 1))
    d_rate: float = _setting(4e-4, "Adam step size of D", range=(0, 1))
    beta2: float = _setting(0.9, "Adam memory of squared gradients", range=(0, 0.99999))
    decay_from: float = _setting(
        0.5, "share of training after which step sizes fall to nothing", range=(0, 1)
    )
    feature_matching: float = _setting(10.0, "weight of feature matching in D, a layer")
    perceptual: float = _setting(10.0, "weight of the perceptual loss, where --vgg gives VGG-19")
    pixels: float = _setting(0.0, "weight of the absolute difference of pixels; not in the paper")
    bfloat16: bool = _setting(True, "networks in bfloat16 on devices that are quicker in it")
    bend: float = _setting(0.04, "largest thin-plate-spline offset, image widths", range=(0, 1))
    bend_probability: float = _setting(0.7, "share of augmentations that bend", range=(0, 1))
    zoom: float = _setting(1.3, "largest magnification of augmentations", range=(1, 10))
    shift: float = _setting(0.1, "largest translation of augmentations, image sides", range=(0, 1))
    flip: float = _setting(0.5, "probability that an augmentation is mirrored", range=(0, 1))
    vgg: str = _setting("", "SHA-256 of the VGG-19 weights; empty: no perceptual loss")
    weights: str = _setting("", "SHA-256 of the published checkpoint; empty: G is trained")
    class_map: str = _setting("", "SHA-256 of the class map; empty: classes of equal names")
    pairs: str = _setting("", "SHA-256 over the folder of pairs; empty: the source alone")

    def augmentation(self) -> Augmentation:
        """The warps of training; of full strength from the first step, for G sees layouts alone."""
        return Augmentation(
            bend=self.bend,
            bend_probability=self.bend_probability,
            zoom=self.zoom,
            shift=self.shift,
            flip=self.flip,
            ramp=0.0,
        )


FULL = SpadeConfig()
_CPU = SpadeConfig(size=128, width=8, hidden=32, d_width=16, g_rate=1e-3, d_rate=2e-3, pixels=5.0)

_BY_DEVICE = {
    "cpu": {
        "smoke": replace(
            _CPU,
            size=48,
            width=2,
            hidden=8,
            norm="instance",
            d_width=8,
            d_scales=1,
            iterations=8,
            batch=1,
            g_rate=0.02,
            pixels=20.0,
        ),
        "fast": replace(_CPU, iterations=600),
        "full": replace(_CPU, size=192, width=16, hidden=64, d_width=32, iterations=2000),
    },
    "gpu": {
        "smoke": replace(FULL, size=64, width=8, hidden=32, d_width=8, iterations=10),
        "fast": replace(FULL, size=192, width=32, hidden=64, d_width=32, iterations=1500),
        "full": FULL,
    },
}


def spade_presets(device_type: str) -> dict[str, SpadeConfig]:
    """Preset name -> configuration for devices of ``device_type``, in order of effort."""
    return _BY_DEVICE["cpu" if device_type == "cpu" else "gpu"]
