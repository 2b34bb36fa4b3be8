"""Analogy: the front door of the library. P => P', and likewise I => I'."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Rendering
from likewise.methods.base import Checkpointing, Method, Plan
from likewise.methods.registry import DEFAULT_METHOD, find_method
from likewise.methods.saving import read_description
from likewise.progress import SILENT, Progress


class Analogy:
    """Learn one picture with its label map, then render it in other layouts.

    ::

        analogy = Analogy(preset="fast").fit(read_image("i.png"), LabelMap.read("p.png"))
        analogy.render(LabelMap.read("p2.png", like=analogy.labels)).save("i2.png")

    Args:
        method: a name that ``likewise methods`` lists.
        preset: one of that method's presets; "fast" is there for every method.
        device: "auto" (CUDA, else MPS, else CPU), "cpu", "cuda" or "mps".
        size: short side in pixels that the method works at; the answer has the target's size.
        vgg: file with the public VGG-19 weights (.pth or .safetensors), for losses that compare
            their features.
        weights: published checkpoint, for methods that can render by one.
        class_map: JSON file that names the classes of that checkpoint for the source's.
        pairs: folder with images/ and labels/, for methods that learn from more than the source.
        settings: what to set otherwise than the preset does, as in ``{"rounds": 4}``; ``likewise
            methods NAME`` lists the settings of a method.

    Raises:
        ConfigError: unknown method, preset or setting, absent device, size or setting out of range,
            or a file that the method has no use for; ``likewise methods`` tells what each can use.
        InputError: a file cannot be used.
    """

    def __init__(
        self,
        method: str = DEFAULT_METHOD,
        preset: str = "fast",
        *,
        device: str = "auto",
        size: int | None = None,
        vgg: Path | str | None = None,
        weights: Path | str | None = None,
        class_map: Path | str | None = None,
        pairs: Path | str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        files = {"vgg": vgg, "weights": weights, "class_map": class_map, "pairs": pairs}
        self.method: Method = find_method(method)(
            preset, device=device, size=size, settings=settings, **files
        )

    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """What :meth:`fit` would do on this pair, and about how long it would take."""
        return self.method.plan(image, labels)

    def fit(
        self,
        image: Image,
        labels: LabelMap,
        *,
        seed: int = 0,
        progress: Progress = SILENT,
        checkpointing: Checkpointing | None = None,
    ) -> Self:
        """Learn one source pair and return self; see :meth:`Method.fit` for what it raises."""
        self.method.fit(image, labels, seed=seed, progress=progress, checkpointing=checkpointing)
        return self

    def render(self, target: LabelMap, photograph: Image | None = None) -> Image:
        """I' for the layout ``target``: of its size, in the source's mode and depth.

        ``photograph`` is a picture of that layout, for methods that work after one.

        Raises:
            NotFittedError: before :meth:`fit`.
            LabelError: ``target`` holds a class that the source labels do not.
            ConfigError: the method has no use for a photograph.
            ImageError: the photograph is of another size than the layout.
        """
        return self.method.render(target, photograph)

    def rendering(self, target: LabelMap, photograph: Image | None = None) -> Rendering:
        """I' with its provenance: which source pixel each pixel came from, and which are its own.

        The provenance is None where the method paints pixels itself; ``likewise methods`` tells.

        Raises:
            NotFittedError, LabelError, ConfigError, ImageError: as :meth:`render`.
        """
        return self.method.rendering(target, photograph)

    @property
    def labels(self) -> LabelMap:
        """The source labels; targets are read ``like`` them."""
        return self.method.source.labels

    @property
    def image(self) -> Image:
        """The source image."""
        return self.method.source.image

    def save(self, folder: Path | str) -> None:
        """Write the fitted model to ``folder``: ``config.json`` and ``model.safetensors``."""
        self.method.save(folder)

    @classmethod
    def load(cls, folder: Path | str, *, device: str = "auto") -> Self:
        """Read a model that :meth:`save` wrote, here or on another machine.

        Raises:
            ModelError: the folder holds no model, or a damaged one.
        """
        method = find_method(read_description(Path(folder))["method"])
        analogy = cls.__new__(cls)
        analogy.method = method.load(folder, device=device)
        return analogy
