"""Job: the order of things in the commands that fit or render.

Everything is read and checked first, then the plan is told, and only then does a file appear.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from likewise.analogy import Analogy
from likewise.cli import abilities, record, work
from likewise.cli.choices import Choices, Manner, checked
from likewise.cli.doubting import Doubting
from likewise.cli.place import Place, Standing
from likewise.cli.session import Session
from likewise.cli.sources import (
    MODEL,
    Files,
    Pair,
    Target,
    file_facts,
    read_targets,
    require_apart,
)
from likewise.cli.terminal import spoken_seconds
from likewise.errors import Interrupted
from likewise.methods.base import CONFIG_FILE, MODEL_FILE
from likewise.methods.saving import read_description


def carry_out(
    session: Session,
    files: Files,
    pair: Pair,
    targets: Sequence[Target],
    choices: Choices,
    manner: Manner,
) -> None:
    """What is left of a fit when its inputs are read; see :func:`start.fit_and_render`."""
    place, terminal = session.place, session.terminal
    choices = checked(choices)
    if manner.provenance:
        abilities.require_traceable(choices.method)
    if files.photographs:
        abilities.require_photographed(choices.method)
    outputs = work.outputs(place, targets, pair.image, manner)
    require_apart(outputs, files.inputs(choices))
    analogy = Analogy(
        choices.method,
        choices.preset,
        device=choices.device,
        size=choices.size,
        settings=choices.settings,
        **choices.files,
    )
    identity = record.identity(pair, choices, analogy)
    standing: Standing = "new"
    if not manner.dry_run:
        standing = place.survey(identity, resume=manner.resume, overwrite=manner.overwrite)
    plan = analogy.plan(pair.image, pair.labels)
    session.watch.lap("plan")
    work.tell_plan(plan, terminal)
    doubting = Doubting(targets, terminal, check=manner.check)
    doubting.layouts(pair.labels)
    environment = record.environment(analogy)
    session.note(
        seed=choices.seed,
        **environment,
        plan=record.describe_plan(plan),
        inputs=record.describe_pair(pair) | {"targets": record.describe_targets(targets, analogy)},
        identity=identity,
        doubts=doubting.to_json(),
    )
    if session.ends_dry():
        return
    if manner.resume:
        work.tell_standing(standing, place, terminal)
        if standing == "checkpoint":
            work.warn_of_closeness(place, environment, terminal)
    session.open("fitting", outputs, fresh=standing == "new")
    with place.work():
        _fit_then_render(session, analogy, pair, targets, choices, manner, standing, doubting)
    terminal.summary(session.summary())


def _fit_then_render(
    session: Session,
    analogy: Analogy,
    pair: Pair,
    targets: Sequence[Target],
    choices: Choices,
    manner: Manner,
    standing: Standing,
    doubting: Doubting,
) -> None:
    place, terminal = session.place, session.terminal
    try:
        analogy = work.fit(analogy, pair, choices, place, standing, terminal)
    except Interrupted:
        session.update("interrupted")
        raise
    took = session.watch.lap("fit")
    terminal.say(f"model   {place.model} ({spoken_seconds(took)})")
    if targets:
        session.update("rendering")
        told = work.render(analogy, targets, place.folder, manner, terminal, doubting)
        session.note(**told, doubts=doubting.to_json())
        session.watch.lap("render")
    session.update("complete")


def render_only(
    model: Path,
    targets: tuple[Path, ...],
    photographs: tuple[Path, ...],
    out: Path,
    device: str,
    manner: Manner,
    target_format: str | None = None,
) -> None:
    """``likewise render``; of ``photographs`` there is one for each target, or none.

    ``target_format`` is what the targets follow, where they do not tell.

    Raises:
        InputError: anything is wrong with the model, the targets or the place.
    """
    session = Session("render", Place(out, None), manner)
    place, terminal = session.place, session.terminal
    if not (model / CONFIG_FILE).exists() and (model / MODEL / CONFIG_FILE).exists():
        model = model / MODEL  # the folder of a whole run was named: its model is meant
    if manner.provenance:
        abilities.require_traceable(read_description(model)["method"])
    if photographs:
        abilities.require_photographed(read_description(model)["method"])
    analogy = Analogy.load(model, device=device)
    layouts = read_targets(targets, analogy.labels, terminal, photographs, convention=target_format)
    outputs = work.outputs(place, layouts, analogy.image, manner)
    model_files = [model / CONFIG_FILE, model / MODEL_FILE]
    require_apart(outputs, [*targets, *photographs, *model_files])
    doubting = Doubting(layouts, terminal, check=manner.check)
    doubting.layouts(analogy.labels)
    session.watch.lap("read")
    session.note(
        **record.environment(analogy),
        inputs={
            "model": [file_facts(file) for file in model_files],
            "targets": record.describe_targets(layouts, analogy),
        },
        doubts=doubting.to_json(),
    )
    if session.ends_dry():
        return
    place.survey({}, resume=False, overwrite=manner.overwrite)
    session.open("rendering", outputs, fresh=True)
    with place.work():
        told = work.render(analogy, layouts, out, manner, terminal, doubting)
        session.note(**told, doubts=doubting.to_json())
        session.watch.lap("render")
        session.update("complete")
    terminal.summary(session.summary())
