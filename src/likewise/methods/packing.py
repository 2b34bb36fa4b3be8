"""Packing: several fits in one process, those that are alike together as one set of networks.

A pack is N fits of ``semia`` with the same settings, working size, channels and number of classes.
They are trained by the same kernels, which pays where one fit alone leaves a device waiting, and
each ends as it would have alone, to within rounding. Fits of other methods, and those that nothing
is like, are made one after another. Not in the paper: because a batch of pictures is not one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import torch

from likewise.errors import ConfigError
from likewise.images import Image
from likewise.labels.label_map import LabelMap
from likewise.methods.base import Checkpointing, Method
from likewise.methods.frame import Frame
from likewise.methods.semia import Semia
from likewise.methods.source import Source
from likewise.progress import SILENT, Progress
from likewise.training.checkpoint import Checkpoint
from likewise.training.loop import Trainer
from likewise.training.packing.checkpoint import PackedCheckpoint
from likewise.training.packing.trainer import DEVICES, PackedTrainer, likeness

LARGEST = 8  # fits of a pack

Pair = tuple[Image, LabelMap]


@dataclass(frozen=True)
class Pack:
    """Fits that are made together, by their numbers; ``alone`` says why one is by itself."""

    members: tuple[int, ...]
    alone: str = ""


def packs(
    methods: Sequence[Method], pairs: Sequence[Pair], largest: int = LARGEST
) -> tuple[Pack, ...]:
    """Which fits :func:`fit_together` would make together, without making any.

    Fits that resume from checkpoints at different steps are parted further.

    Args:
        methods: one for each pair, not yet fitted or to be fitted anew.
        pairs: picture and label map of each fit.
        largest: fits of a pack, at most.

    Raises:
        LabelError: a label map has another size than its image, or holds no class.
        ConfigError: not as many methods as pairs, a method named twice, or no room in a pack.
    """
    _require_sense(methods, len(pairs), largest)
    sources = [Source.of(*pair) for pair in pairs]
    return tuple(_grouped(methods, sources, largest))


def fit_together(
    methods: Sequence[Method],
    pairs: Sequence[Pair],
    seeds: Sequence[int],
    progress: Progress = SILENT,
    *,
    checkpointing: Sequence[Checkpointing | None] | None = None,
    largest: int = LARGEST,
) -> tuple[Pack, ...]:
    """Fit each method to its pair, those that are alike together; say which were.

    A pack that the device's memory does not hold is made anew in halves. Pictures of a fit made in
    a pack and of one made alone differ as those of two machines do (docs/packing.md).

    Args:
        methods: one for each pair; fitted when this returns.
        pairs: picture and label map of each fit.
        seeds: of each fit.
        progress: told of one pack or lone fit after another; may stop all of them.
        checkpointing: where each fit leaves its checkpoints; they are those of lone fits.
        largest: fits of a pack, at most.

    Raises:
        LabelError: a label map has another size than its image, or holds no class; nothing was
            fitted then.
        ConfigError: not as many methods, seeds or checkpoints as pairs, a method named twice, or no
            room in a pack.
        ModelError: a checkpoint to resume from is unreadable or of another run.
        Interrupted: ``progress.should_stop`` became true. Fits that were finished stay so; those
            that were under way left checkpoints where asked for.
    """
    keeps = [None] * len(pairs) if checkpointing is None else list(checkpointing)
    for what, given in (("seeds", seeds), ("checkpointing", keeps)):
        _require_as_many(what, len(given), len(pairs))
    _require_sense(methods, len(pairs), largest)
    _require_own_places(keeps)
    jobs = [
        _Job(number, method, Source.of(*pair), int(seed), keep)
        for number, (method, pair, seed, keep) in enumerate(
            zip(methods, pairs, seeds, keeps, strict=True)
        )
    ]
    done: list[Pack] = []
    for pack in _grouped(methods, [job.source for job in jobs], largest):
        done += _fitted([jobs[number] for number in pack.members], pack.alone, progress)
    return tuple(done)


@dataclass(frozen=True)
class _Job:
    """One fit: its number, method, pair, seed and checkpoint."""

    number: int
    method: Method
    source: Source
    seed: int
    keep: Checkpointing | None

    def made_alone(self, progress: Progress) -> None:
        self.method.fit(
            self.source.image,
            self.source.labels,
            seed=self.seed,
            progress=progress,
            checkpointing=self.keep,
        )


def _grouped(methods: Sequence[Method], sources: Sequence[Source], largest: int) -> list[Pack]:
    """Packs in the order of their first members."""
    groups: dict[Hashable, list[int]] = {}
    reasons: dict[int, str] = {}
    for number, (method, source) in enumerate(zip(methods, sources, strict=True)):
        reasons[number] = _reason(method)
        key = number if reasons[number] else _shape(method, source)
        groups.setdefault(key, []).append(number)
    made = [
        tuple(group[start : start + largest])
        for group in groups.values()
        for start in range(0, len(group), largest)
    ]
    unlike = "no other fit is like it" if largest > 1 else "packs of one were asked for"
    return [
        Pack(members, "" if len(members) > 1 else reasons[members[0]] or unlike)
        for members in sorted(made)
    ]


def _reason(method: Method) -> str:
    """Why fits of ``method`` cannot be packed; empty where they can."""
    if not isinstance(method, Semia):
        return f"fits of method {method.name} are not packed"
    if method.features is not None:
        return "losses that compare features of VGG-19 are not packed"
    if method.device.type not in DEVICES:
        return f"nothing is packed on device {method.device.type}"
    return ""


def _shape(method: Method, source: Source) -> Hashable:
    """What fits of one pack have in common, as far as it is known before they begin."""
    working = Frame.of(source.image.size, method.config.size).working
    channels, classes = source.image.channels, len(source.classes)
    return (str(method.device), method.config, working, channels, classes)


def _fitted(jobs: Sequence[_Job], alone: str, progress: Progress) -> list[Pack]:
    """Make these fits; in halves where memory does not hold them together."""
    if len(jobs) == 1:
        jobs[0].made_alone(progress)
        return [Pack((jobs[0].number,), alone)]
    try:
        return _packed(jobs, progress)
    except torch.OutOfMemoryError:
        pass  # outside of the handler nothing holds the tensors of what failed any more
    torch.cuda.empty_cache()
    half = len(jobs) // 2
    reason = "the device's memory does not hold it beside another"
    return [pack for part in (jobs[:half], jobs[half:]) for pack in _fitted(part, reason, progress)]


def _packed(jobs: Sequence[_Job], progress: Progress) -> list[Pack]:
    """Make these fits together, those at one step: checkpoints may lie at different ones."""
    begun: dict[Hashable, list[tuple[_Job, Trainer, Checkpoint | None]]] = {}
    for job in jobs:
        assert isinstance(job.method, Semia)
        trainer, checkpoint = job.method.begun(job.source, job.seed, job.keep)
        begun.setdefault(likeness(trainer), []).append((job, trainer, checkpoint))
    made = []
    for group in begun.values():
        trainers = [trainer for _, trainer, _ in group]
        if len(group) == 1:
            trainers[0].fit(progress, group[0][2])
        else:
            checkpoints = [checkpoint for _, _, checkpoint in group]
            kept = PackedCheckpoint(checkpoints) if any(checkpoints) else None
            PackedTrainer(trainers).fit(progress, kept)
        for job, trainer, _ in group:
            assert isinstance(job.method, Semia)
            job.method.learnt(job.source, trainer)
        members = tuple(job.number for job, _, _ in group)
        made.append(Pack(members, "" if len(members) > 1 else "it was resumed at another step"))
    return made


def _require_sense(methods: Sequence[Method], count: int, largest: int) -> None:
    _require_as_many("methods", len(methods), count)
    if len({id(method) for method in methods}) < count:
        raise ConfigError("methods", "one method for several pairs", "a method of its own for each")
    if largest < 1:
        raise ConfigError("largest", f"{largest}", "fits of a pack, 1 or more")


def _require_own_places(keeps: Sequence[Checkpointing | None]) -> None:
    places = [keep.path for keep in keeps if keep is not None]
    if len(set(places)) < len(places):
        raise ConfigError(
            "checkpointing", "one file for several fits", "a file of its own for each"
        )


def _require_as_many(what: str, found: int, count: int) -> None:
    if found != count:
        raise ConfigError(what, f"{found}", f"one for each of {count} pairs")
