"""Record: what ``run.json`` tells about a run, so that it can be understood and repeated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch

from likewise.analogy import Analogy
from likewise.cli.choices import Choices
from likewise.cli.sources import Pair, Target, file_facts
from likewise.devices import describe_device
from likewise.labels.label_map import LabelMap
from likewise.methods.base import Plan
from likewise.version import versions


def identity(pair: Pair, choices: Choices, analogy: Analogy) -> dict[str, Any]:
    """What two runs must share for one to continue the other; its keys are told to people."""
    settings = json.loads(json.dumps(asdict(analogy.method.config)))  # tuples as JSON has them
    return {
        "image": file_facts(pair.image_path)["sha256"],
        "label map": file_facts(pair.labels_path)["sha256"],
        "class table": pair.labels.classes.to_json(),
        "--ignore": list(choices.ignore),
        "--format": choices.convention,
        "--method": choices.method,
        "--preset": choices.preset,
        "--size": choices.size,
        "--seed": choices.seed,
        "meaning of --preset (another version or device)": settings,
    } | ({"edit": pair.order} if pair.order else {})


def environment(analogy: Analogy) -> dict[str, Any]:
    """Where the work is done, by what, with which settings."""
    device = analogy.method.device
    return {
        "versions": versions(),
        "device": str(device),
        "device_name": describe_device(device),
        "threads": torch.get_num_threads(),
        "method": analogy.method.name,
        "variant": analogy.method.variant,
        "preset": analogy.method.preset,
        "config": asdict(analogy.method.config),
    }


def describe_plan(plan: Plan) -> dict[str, Any]:
    """``plan`` for JSON: working size as [height, width] in pixels, estimate in seconds."""
    return {**asdict(plan), "size": list(plan.size), "seconds": round(plan.seconds, 1)}


def describe_pair(pair: Pair) -> dict[str, Any]:
    """The source pair for JSON."""
    height, width = pair.image.size
    facts = {"width": width, "height": height, "mode": pair.image.mode, "bits": pair.image.depth}
    return {
        "image": file_facts(pair.image_path) | facts,
        "labels": describe_layout(pair.labels) | file_facts(pair.labels_path),
    } | ({"edit": pair.order} if pair.order else {})


def describe_targets(targets: Sequence[Target], analogy: Analogy) -> list[dict[str, Any]]:
    """The layouts for JSON; for a method that works after photographs, which those are."""
    stand_in = analogy.method.stand_in
    described = []
    for target in targets:
        origin = {"drawn": True} if target.edit else file_facts(target.path)
        facts = origin | {"name": target.name} | describe_layout(target.labels)
        if stand_in:
            given = target.photograph_path
            photograph = {"answer_of": stand_in} if given is None else file_facts(given)
            facts["photograph"] = photograph
        described.append(facts)
    return described


def describe_layout(labels: LabelMap) -> dict[str, Any]:
    """Size in pixels, classes with their areas (shares of all pixels), and what snapping moved."""
    height, width = labels.size
    areas = labels.areas()
    return {
        "width": width,
        "height": height,
        "classes": [
            {"id": entry.id, "name": entry.name, "area": round(areas[entry.id], 6)}
            for entry in labels.present_classes
        ],
        "ignore": sorted(labels.ignore),
        "snapping": None if labels.snapping is None else asdict(labels.snapping),
    }
