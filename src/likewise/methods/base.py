"""Method: the one contract behind which every way to render an analogy stands.

A method is an estimator: it is made from a preset, ``fit`` learns one source pair and returns the
method itself, ``render`` answers any number of target layouts, ``save`` and ``load`` carry it to
another machine. Subclasses supply the four underscored hooks; everything that all methods share
(validation, saving, the answer's size, format and provenance) is done here, once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from likewise import storage
from likewise.devices import choose_device
from likewise.errors import ConfigError, ModelError, NotFittedError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.answer import Answer, Rendering
from likewise.methods.files import files_for
from likewise.methods.photographs import require_like, require_use
from likewise.methods.saving import (
    CONFIG_FILE,
    DAMAGE,
    FORMAT,
    MODEL_FILE,
    first_line,
    frozen,
    read_description,
    read_source,
    source_tensors,
)
from likewise.methods.settings import with_settings
from likewise.methods.source import Source
from likewise.progress import SILENT, Progress
from likewise.provenance import Provenance
from likewise.version import __version__


@dataclass(frozen=True)
class Plan:
    """What a fit would do, told before it starts.

    ``size`` is the working (height, width) in pixels; ``steps`` counts the steps of a fit, for a
    network those of G's optimiser, 0 where there is nothing to train; ``seconds`` is an estimate of
    the whole fit on ``device``, from a timed step where the method can time one.
    """

    method: str
    preset: str
    device: str
    size: tuple[int, int]
    steps: int
    seconds: float


@dataclass(frozen=True)
class Checkpointing:
    """Where a fit leaves its checkpoints, how often (seconds), and whether it starts from one.

    The file stays when the fit is done: remove it once the model is saved.
    """

    path: Path
    every: float = 30.0
    resume: bool = False


class Method(ABC):
    """A way to render an analogy.

    A method is ``traceable`` if it takes its pixels from the source and says from where: its
    answers then have an origin. One with a ``stand_in`` works after a photograph of the target
    layout: one that is handed to it, else the answer of the method of that name.

    Args:
        preset: one of :meth:`presets`.
        device: "auto", "cpu", "cuda" or "mps".
        size: short side in pixels that the method works at; ``None`` takes the preset's. The
            answer always has the target's size.
        settings: fields of the configuration by name, in place of the preset's; values of their
            types, or as text. ``likewise methods NAME`` lists them.
        files: files by the arguments in :data:`likewise.methods.files.FILES`, of those that the
            method's ``uses`` names; None stands for none.

    Raises:
        ConfigError: unknown preset or setting, absent device, size or setting out of range; or the
            method has no use for a file.
        InputError: a file cannot be used.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    traceable: ClassVar[bool] = False
    uses: ClassVar[Mapping[str, str]] = {}  # file argument -> what the method does with it
    stand_in: ClassVar[str] = ""

    def __init__(
        self,
        preset: str = "fast",
        *,
        device: str = "auto",
        size: int | None = None,
        settings: Mapping[str, Any] | None = None,
        **files: Path | str | None,
    ) -> None:
        self.device = choose_device(device)
        presets = self.presets(self.device.type)
        if preset not in presets:
            raise ConfigError(
                "--preset", f"unknown preset {preset!r}", f"one of {', '.join(presets)}"
            )
        self.preset = preset
        self.config = with_settings(presets[preset], settings or {}, self.name)
        if size is not None:
            if not 32 <= size <= 4096:
                raise ConfigError("--size", f"{size}", "a short side from 32 to 4096 pixels")
            self.config = replace(self.config, size=size)
        self._source: Source | None = None
        self._take(files_for(self.name, self.uses, files))

    @classmethod
    @abstractmethod
    def presets(cls, device_type: str = "cpu") -> Mapping[str, Any]:
        """Preset name -> frozen configuration with a ``size`` field, in order of effort.

        ``device_type`` is "cpu", "cuda" or "mps": what is quick on one is not on another.
        """

    def _take(self, files: Mapping[str, Path]) -> None:  # noqa: B027 - most methods take none
        """Read and check ``files``, and note in the configuration which they are, by their hashes.

        Called once, when the method is made; with no files at all when a model is loaded.
        """

    @property
    def variant(self) -> str:
        """What tables tell beside the name: that the method works otherwise than its paper."""
        return ""

    @abstractmethod
    def plan(self, image: Image, labels: LabelMap) -> Plan:
        """What :meth:`fit` would do on this pair, without doing it."""

    @abstractmethod
    def _fit(
        self, source: Source, seed: int, progress: Progress, keep: Checkpointing | None
    ) -> None:
        """Learn ``source``; forget whatever was learnt before."""

    @abstractmethod
    def _render(self, source: Source, target: LabelMap) -> Answer:
        """Answer ``target``, in its size; with an origin if the method is traceable."""

    def _render_after(self, source: Source, target: LabelMap, photograph: Image) -> Answer:
        """The same after ``photograph``, of the target's size; for methods with a stand-in."""
        raise AssertionError(f"{self.name} works after no photograph")

    @abstractmethod
    def _tensors(self) -> dict[str, torch.Tensor]:
        """Everything learnt, as named CPU tensors."""

    @abstractmethod
    def _restore(self, source: Source, tensors: dict[str, torch.Tensor]) -> None:
        """Become what :meth:`_tensors` described. Raises KeyError or RuntimeError if it cannot."""

    def fit(
        self,
        image: Image,
        labels: LabelMap,
        *,
        seed: int = 0,
        progress: Progress = SILENT,
        checkpointing: Checkpointing | None = None,
    ) -> Self:
        """Learn one source pair and return self. A second call forgets the first.

        Raises:
            LabelError: the label map has another size than its image, or holds no class.
            ModelError: a checkpoint to resume from is unreadable or of another run.
            Interrupted: ``progress.should_stop`` became true; a checkpoint was left if asked for.
        """
        source = Source.of(image, labels)
        self._source = None
        self._fit(source, int(seed), progress, checkpointing)
        self._source = source
        return self

    def render(self, target: LabelMap, photograph: Image | None = None) -> Image:
        """I': the source's appearance in the layout ``target``, of the target's size.

        The answer keeps the source image's mode and depth.

        Args:
            target: the layout.
            photograph: a picture of that layout and size, for methods with a ``stand_in``; None
                lets that stand in.

        Raises:
            NotFittedError: before :meth:`fit`.
            LabelError: ``target`` holds a class that the source labels do not.
            ConfigError: the method has no use for a photograph.
            ImageError: the photograph is of another size than the layout.
        """
        return self._answer(target, photograph)[0]

    def rendering(self, target: LabelMap, photograph: Image | None = None) -> Rendering:
        """What :meth:`render` answers, and which source pixel each of its pixels came from.

        The provenance is None unless the method is ``traceable``. That a pixel is the source's,
        unchanged, is not the method's claim: it is found out by comparing the two.

        Raises:
            NotFittedError, LabelError, ConfigError, ImageError: as :meth:`render`.
        """
        image, origin = self._answer(target, photograph)
        if origin is None:
            return Rendering(image, None)
        source = self.source.image
        return Rendering(image, Provenance.measured(origin, source.pixels, image.pixels))

    def save(self, folder: Path | str) -> None:
        """Write the fitted method to ``folder`` (config.json and model.safetensors), atomically.

        Raises:
            NotFittedError: before :meth:`fit`.
            OutputError: the folder cannot be written.
        """
        source = self._require_fitted("save")
        folder = storage.prepare_folder(Path(folder), overwrite=True, argument="folder")
        tensors = {f"learnt.{name}": value for name, value in self._tensors().items()}
        tensors |= source_tensors(source)
        with storage.atomic_path(folder / MODEL_FILE) as partial:
            save_file(tensors, partial)
        storage.write_json(folder / CONFIG_FILE, self._description(source))

    @classmethod
    def load(cls, folder: Path | str, *, device: str = "auto") -> Self:
        """Read a method that :meth:`save` wrote.

        Raises:
            ModelError: a file is missing or damaged, or another method wrote it.
            ConfigError: the device is absent.
        """
        folder = Path(folder)
        choose_device(device)  # an absent one is no fault of the model
        description = read_description(folder)
        if description["method"] != cls.name:
            raise ModelError(folder, f"a model of method {description['method']}", cls.name)
        try:
            method = cls(description["preset"], device=device)
            method.config = type(method.config)(
                **{name: frozen(value) for name, value in description["config"].items()}
            )
            tensors = load_file(folder / MODEL_FILE)
            source = read_source(description, tensors)
            prefix = "learnt."
            learnt = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
            method._restore(source, learnt)
        except DAMAGE as error:
            raise ModelError(
                folder / MODEL_FILE,
                f"it cannot be used ({first_line(error)})",
                "a model written by likewise fit",
                "Fit it again.",
            ) from error
        method._source = source
        return method

    @property
    def source(self) -> Source:
        """The pair this method was fitted to.

        Raises:
            NotFittedError: before :meth:`fit`.
        """
        return self._require_fitted("source")

    def _glimpses(self, source: Source, take: Callable[[], None]) -> Callable[[LabelMap], Image]:
        """What a fit offers :meth:`Progress.look`; ``take`` takes over what is learnt so far."""

        def render(target: LabelMap) -> Image:
            take()
            return source.image.with_float(self._render(source, target).pixels)

        return render

    def _answer(
        self, target: LabelMap, photograph: Image | None
    ) -> tuple[Image, np.ndarray | None]:
        """I' in the source's mode and depth, and its origin from traceable methods."""
        source = self._require_fitted("render")
        target.require_known(source.labels, "target labels")
        if photograph is None:
            answer = self._render(source, target)
        else:
            require_use(self.name, self.stand_in)
            require_like(photograph, target, "photograph")
            answer = self._render_after(source, target, photograph)
        assert answer.pixels.shape[:2] == target.size, answer.pixels.shape
        assert (answer.origin is not None) == self.traceable, self.name
        return source.image.with_float(answer.pixels), answer.origin

    def _require_fitted(self, what: str) -> Source:
        if self._source is None:
            raise NotFittedError(
                f"{what} needs a fitted {self.name}: call fit(image, labels) first."
            )
        return self._source

    def _description(self, source: Source) -> dict[str, Any]:
        config = {name: getattr(self.config, name) for name in self.config.__dataclass_fields__}
        return {
            "format": FORMAT,
            "likewise": __version__,
            "method": self.name,
            "preset": self.preset,
            "config": config,
            "classes": source.labels.classes.to_json(),
            "ignore": sorted(source.labels.ignore),
            "snapping": source.labels.snapping and asdict(source.labels.snapping),
            "image_mode": source.image.mode,
        }
