"""Singan job: what ``likewise singan`` does once its options are read.

As for the main job, everything is checked and planned before a file appears, an unfinished fit
can be resumed, and the model is kept beside the pictures: it serves all the commands.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from likewise.analogy import Analogy
from likewise.cli import record, work
from likewise.cli.choices import Choices, Manner
from likewise.cli.place import Place, Standing
from likewise.cli.session import Session
from likewise.cli.sources import MODEL, Pair, file_facts, require_apart
from likewise.cli.terminal import spoken_seconds
from likewise.errors import ConfigError, Interrupted, ModelError
from likewise.images import Image, read_image
from likewise.methods.base import CONFIG_FILE, MODEL_FILE
from likewise.methods.singan import Singan
from likewise.methods.singan.model import unlabelled
from likewise.methods.singan.orders import Order
from likewise.methods.singan.scales import scale_sizes


@dataclass(frozen=True)
class Job:
    """One command: its order, and what decides the fit."""

    order: Order
    choices: Choices
    manner: Manner

    def pictures(self, folder: Path, source: Image) -> list[Path]:
        """The files that the order gives."""
        return [folder / f"{name}{source.suffix}" for name in self.order.names()]


def carry_out(
    command: str, picture: Path, out: Path, order: Order, choices: Choices, manner: Manner
) -> None:
    """Fit the picture, or load the model, and fill the order.

    Raises:
        InputError: the picture, the model, the order or the place is wrong; nothing was written.
        Interrupted: the user stopped the fit; the message tells how to go on.
    """
    job = Job(order, choices, manner)
    if picture.is_dir():
        folder = picture / MODEL if (picture / MODEL / CONFIG_FILE).exists() else picture
        _from_model(Session(command, Place(out, None), manner), folder, job)
    else:
        _from_picture(Session(command, Place(out, out / MODEL), manner), picture, job)


def _from_model(session: Session, folder: Path, job: Job) -> None:
    place, choices = session.place, job.choices
    given = {"--resume": job.manner.resume, "--set": bool(choices.settings)}
    for option, is_given in given.items():
        if is_given:
            raise ConfigError(option, "a model is fitted already", f"no {option}, or an IMAGE")
    analogy = Analogy.load(folder, device=choices.device)
    _check(analogy, analogy.image, job.order)
    files = [folder / CONFIG_FILE, folder / MODEL_FILE]
    outputs = job.pictures(place.folder, analogy.image)
    require_apart(outputs, files)
    session.watch.lap("read")
    session.note(
        seed=choices.seed,
        **record.environment(analogy),
        inputs={"model": [file_facts(file) for file in files]},
        order=asdict(job.order),  # type: ignore[call-overload]
    )
    if session.ends_dry():
        return
    place.survey({}, resume=False, overwrite=job.manner.overwrite)
    session.open("rendering", outputs, fresh=True)
    with place.work():
        _fill(session, analogy, outputs, job)
    session.terminal.summary(session.summary())


def _from_picture(session: Session, path: Path, job: Job) -> None:
    place, terminal, manner = session.place, session.terminal, job.manner
    image = read_image(path)
    height, width = image.size
    terminal.say(f"source  {path}: {width} x {height} pixels, {image.mode}, {image.depth} bits")
    settings = {**job.order.settings(image.size), **job.choices.settings}
    choices = replace(job.choices, settings=settings)
    analogy = Analogy("singan", choices.preset, device=choices.device, settings=settings)
    pair = Pair(image, unlabelled(image), path, path)
    _check(analogy, image, job.order)
    outputs = [*job.pictures(place.folder, image), *place.model_files]
    require_apart(outputs, [path])
    session.watch.lap("read")
    identity = _identity(path, choices, analogy, job.order)
    standing: Standing = "new"
    if not manner.dry_run:
        standing = place.survey(identity, resume=manner.resume, overwrite=manner.overwrite)
    _tell_plan(session, analogy, pair, choices.seed, job.order, identity)
    if session.ends_dry():
        return
    if manner.resume:
        work.tell_standing(standing, place, terminal)
        if standing == "checkpoint":
            work.warn_of_closeness(place, record.environment(analogy), terminal)
    session.open("fitting", outputs, fresh=standing == "new")
    with place.work():
        try:
            analogy = work.fit(analogy, pair, choices, place, standing, terminal)
        except Interrupted:
            session.update("interrupted")
            raise
        terminal.say(f"model   {place.model} ({spoken_seconds(session.watch.lap('fit'))})")
        session.update("rendering")
        _fill(session, analogy, outputs, job)
    terminal.summary(session.summary())


def _tell_plan(
    session: Session,
    analogy: Analogy,
    pair: Pair,
    seed: int,
    order: Order,
    identity: dict[str, Any],
) -> None:
    plan = analogy.plan(pair.image, pair.labels)
    session.watch.lap("plan")
    work.tell_plan(plan, session.terminal)
    session.note(
        seed=seed,
        **record.environment(analogy),
        plan=record.describe_plan(plan),
        inputs={"image": file_facts(pair.image_path)},
        order=asdict(order),  # type: ignore[call-overload]
        identity=identity,
    )


def _check(analogy: Analogy, image: Image, order: Order) -> None:
    method = analogy.method
    if not isinstance(method, Singan):
        raise ModelError("MODEL", f"a model of method {method.name}", "one of method singan")
    order.check(image.size, scale_sizes(image.size, method.config))


def _fill(session: Session, analogy: Analogy, outputs: list[Path], job: Job) -> None:
    """Write the pictures of the order, each when it is made."""
    assert isinstance(analogy.method, Singan)
    pictures = job.order.pictures(analogy.method.model, job.choices.seed)
    for file, picture in zip(outputs, pictures, strict=False):
        picture.save(file)
        session.terminal.say(f"wrote   {file}")
    session.watch.lap("render")
    session.update("complete")


def _identity(path: Path, choices: Choices, analogy: Analogy, order: Order) -> dict[str, Any]:
    """What two runs must share for one to continue the other; its keys are told to people."""
    config = json.loads(json.dumps(asdict(analogy.method.config)))
    return {
        "image": file_facts(path)["sha256"],
        "order": json.loads(json.dumps(asdict(order))),  # type: ignore[call-overload]
        "--preset": choices.preset,
        "--seed": choices.seed,
        "--set, or meaning of --preset (another version or device)": config,
    }
