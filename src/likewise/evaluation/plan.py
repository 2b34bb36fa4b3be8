"""Plan: which cases, contestants and seeds a comparison has, and what its results depend on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from likewise.devices import choose_device, describe_device
from likewise.errors import InputError, LikewiseError
from likewise.evaluation.cases import Case, read_case
from likewise.evaluation.contestants import (
    Contestant,
    checked_seeds,
    contestants,
    require_used,
)
from likewise.methods.base import Method
from likewise.version import versions

RESERVED = ("tables", "logs")  # folders of a comparison beside those of its cases
RESERVED_IN_CASE = ("source.png", "labels.png")


@dataclass(frozen=True)
class Cell:
    """One fit, whose answers to all layouts of its case are scored.

    Attributes:
        number: of its case.
        case: its name in the comparison.
        contestant: who fits.
        seed: of the fit.
    """

    number: int
    case: str
    contestant: Contestant
    seed: int


@dataclass(frozen=True)
class Plan:
    """All that is to be compared, read and checked.

    Attributes:
        folders: of the cases.
        cases: what is in them, with names that are unique and fit for folders.
        contestants: in the order asked for.
        seeds: of the fits.
        device: where to compute.
        size: short side in pixels that methods work at; None takes the presets'.
        measuring: what scores depend on besides, by name, for people.
        files: for the methods that can use them, by argument.
    """

    folders: tuple[Path, ...]
    cases: tuple[Case, ...]
    contestants: tuple[Contestant, ...]
    seeds: tuple[int, ...]
    device: torch.device
    size: int | None
    measuring: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        folders: Sequence[Path],
        words: Iterable[str],
        *,
        seeds: Sequence[int] = (0,),
        device: str = "auto",
        size: int | None = None,
        measuring: Mapping[str, str] | None = None,
        files: Mapping[str, Path] | None = None,
    ) -> Plan:
        """Read and check everything.

        Raises:
            InputError: a case cannot be used, or has no layout; a contestant is unknown or cannot
                work there; a file cannot be used.
        """
        cases = [read_case(folder) for folder in folders]
        for folder, case in zip(folders, cases, strict=True):
            if not case.targets:
                raise InputError(folder, "no layout in it", "a layout to render, in targets/")
        names = folder_names([case.name for case in cases], RESERVED)
        chosen = contestants(words)
        require_used(files or {}, chosen)
        named = tuple(
            replace(contestant, variant=contestant.made(device, size, files).variant)
            for contestant in chosen
        )
        return cls(
            tuple(map(Path, folders)),
            tuple(replace(case, name=name) for case, name in zip(cases, names, strict=True)),
            named,
            checked_seeds(seeds),
            choose_device(device),
            size,
            dict(measuring or {}),
            dict(files or {}),
        )

    def made(self, contestant: Contestant) -> Method:
        """The method of ``contestant`` as this comparison wants it, not fitted."""
        return contestant.made(str(self.device), self.size, self.files)

    def cells(self) -> Iterator[Cell]:
        """Every fit, case by case: what a case needs once is then needed once."""
        for number, case in enumerate(self.cases):
            for contestant in self.contestants:
                for seed in self.seeds:
                    yield Cell(number, case.name, contestant, seed)

    def identity(self) -> dict[str, Any]:
        """What a comparison must share for this one to go on with it; keys are told to people."""
        settings = {c.name: asdict(self.made(c).config) for c in self.contestants}
        told = {
            "CASES": {case.name: _digest(case) for case in self.cases},
            "-m": [contestant.name for contestant in self.contestants],
            "--seeds": list(self.seeds),
            "--device": self.device.type,
            "--size": self.size,
            "choice of judges and features": dict(self.measuring),
            "meaning of presets (another version)": settings,
        }
        return json.loads(json.dumps(told))  # as it is read back

    def facts(self) -> dict[str, Any]:
        """Where and by what the comparison is made, for its readers."""
        told: dict[str, Any] = {
            "versions": versions(),
            "device": str(self.device),
            "device_name": describe_device(self.device),
            "threads": torch.get_num_threads(),
        }
        if self.size is not None:
            told["size"] = self.size
        return told | dict(self.measuring)


def estimated_seconds(plan: Plan) -> dict[str, float]:
    """About how long one fit of each contestant takes, by its name, on the largest case.

    Contestants that cannot tell, for they would fail on that case, are left out. Costs a training
    step of each.
    """
    largest = max(plan.cases, key=lambda case: case.image.size[0] * case.image.size[1])
    told = {}
    for contestant in plan.contestants:
        try:
            told[contestant.name] = (
                plan.made(contestant).plan(largest.image, largest.labels).seconds
            )
        except (LikewiseError, RuntimeError):  # torch's, memory among them
            continue
    return told


def folder_names(names: Iterable[str], reserved: Iterable[str] = ()) -> list[str]:
    """``names`` fit for folders on any system, each once: others get a number.

    Args:
        names: of cases or layouts.
        reserved: names that none may have.
    """
    taken = {name.casefold() for name in reserved}
    found = []
    for name in names:
        plain = re.sub(r"[^\w.-]+", "_", name).lstrip(".").rstrip(".") or "_"
        unique, number = plain, 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{plain}-{number}"
        taken.add(unique.casefold())
        found.append(unique)
    return found


def _digest(case: Case) -> str:
    """SHA-256 of all that ``case`` holds."""
    digest = hashlib.sha256()
    for name, labels in {"": case.labels, **case.targets}.items():
        table = [[c.id, c.name, list(c.colour)] for c in labels.present_classes]
        digest.update(json.dumps([name, labels.size, table, sorted(labels.ignore)]).encode())
        digest.update(labels.ids.tobytes())
    for name, image in {"": case.image, **case.truths}.items():
        digest.update(json.dumps([name, image.mode, image.shape, image.depth]).encode())
        digest.update(image.pixels.tobytes())
    for name, photograph in case.photographs.items():
        digest.update(json.dumps(["photograph", name, photograph.mode, photograph.shape]).encode())
        digest.update(photograph.pixels.tobytes())
    digest.update(json.dumps(sorted(case.kinds.items())).encode())
    return digest.hexdigest()
