"""Running: the order of things in ``likewise batch``, from the manifest to the summary."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from likewise.batch.checking import Checking
from likewise.batch.estimate import Estimate, Planning
from likewise.batch.executors.base import Executor
from likewise.batch.executors.local import LocalExecutor
from likewise.batch.executors.orders import Outfit
from likewise.batch.executors.ray import LOCAL, RayExecutor, Share
from likewise.batch.ledger import LEDGER, Ledger
from likewise.batch.manifest import Manifest, read_manifest
from likewise.batch.place import RESULTS, SUMMARY, Place
from likewise.batch.results import write_results
from likewise.batch.summary.writing import write_summary
from likewise.batch.working import Rules, Working, set_right
from likewise.cli import faults
from likewise.cli.batch.tally import Tally
from likewise.cli.choices import Manner
from likewise.cli.stopping import STOP
from likewise.cli.terminal import Terminal, spoken_seconds
from likewise.errors import ConfigError, Interrupted
from likewise.locks import sole_holder

EXECUTORS = ("local", "ray")
WORK = "likewise.cli.batch.work"  # named, not imported: workers load torch, this process need not
VISIBLE = "CUDA_VISIBLE_DEVICES"
SHOWN = 20  # rows that cannot be used


@dataclass(frozen=True)
class Machines:
    """Where rows are done; see the options."""

    executor: str
    address: str | None
    workers: int | None
    threads: int
    gpus: float | None
    device: str


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    manifest: str
    out: Path
    machines: Machines
    rules: Rules
    defaults: Mapping[str, Any]
    strict: bool
    price: float | None


def carry_out(asked: Asked, manner: Manner) -> None:
    """Do the batch, or what is left of it.

    Raises:
        InputError: the manifest, the folder or the cluster cannot be used; nothing was begun.
        Interrupted: the user stopped it; the message tells how to go on.
        typer.Exit: with code 1 where a row failed, 2 under --strict where one was refused.
    """
    terminal = Terminal(quiet=manner.quiet, as_json=manner.as_json)
    if asked.machines.executor not in EXECUTORS:
        raise ConfigError(
            "--executor", repr(asked.machines.executor), f"one of {', '.join(EXECUTORS)}"
        )
    manifest = read_manifest(asked.manifest, asked.defaults)
    _tell_manifest(manifest, terminal, asked.strict)
    place = Place(asked.out)
    place.require_ours()
    with _ledger(place, manner.dry_run) as (ledger, where):
        ledger.enter(manifest.rows, manifest.wrong)
        if not manner.dry_run:
            set_right(ledger, where)
        ledger.retry("failed")
        try:
            with STOP.listen():
                estimate = _stages(asked, ledger, where, terminal, manner.dry_run)
        except Interrupted as stop:
            _write(ledger, place, asked.manifest)
            again = shlex.join(["likewise", *sys.argv[1:]])
            raise Interrupted(f"{stop}; go on with: {again}", place.folder) from stop
        if estimate is not None:
            _tell_estimate(estimate, ledger, terminal)
            return
        _write(ledger, place, asked.manifest)
        place.close()
        _tell_end(ledger, place, terminal, asked.strict)


@contextlib.contextmanager
def _ledger(place: Place, dry: bool) -> Iterator[tuple[Ledger, Place]]:
    """The ledger with the place it belongs to; of a dry run, a copy of it in a passing place."""
    with contextlib.ExitStack() as stack:
        if dry:
            passing = Place(Path(stack.enter_context(tempfile.TemporaryDirectory())))
            if (place.folder / LEDGER).exists():
                earlier = stack.enter_context(
                    contextlib.closing(Ledger(place.folder, read_only=True))
                )
                earlier.copy(passing.folder)
            place = passing
        else:
            place.open()
            remedy = "Wait for it, or name another folder; likewise batch status DIR tells."
            stack.enter_context(sole_holder(place.folder, "another batch", "-o", remedy))
        yield stack.enter_context(contextlib.closing(Ledger(place.folder))), place


def _stages(
    asked: Asked, ledger: Ledger, place: Place, terminal: Terminal, dry: bool
) -> Estimate | None:
    """Check, then work; for a dry run, an estimate instead."""
    if not ledger.counts()["waiting"]:
        return Estimate(0, 0.0, 0.0, None) if dry else None
    with _executor(asked.machines) as executor:
        tally = Tally(terminal, place, executor.slots)
        checking = Checking(ledger, executor, tally, place, asked.machines.device)
        tally.begin(checking.name, checking.total)
        checking.carry_out()
        refused = ledger.counts()["refused"]
        if asked.strict and refused:
            _refuse(refused, ledger)
        if dry:
            planning = Planning(ledger, executor, tally, place, asked.machines.device)
            tally.begin(planning.name, planning.total)
            planning.carry_out()
            return planning.estimate(asked.price)
        counts = ledger.counts()
        if not counts["waiting"]:
            return None
        before = counts["done"] + counts["refused"]
        working = Working(ledger, executor, tally, place, asked.rules)
        tally.begin(working.name, working.total, before)
        working.carry_out()
    return None


def _executor(machines: Machines) -> Executor:
    if machines.executor == "ray":
        gpus = 0.0 if machines.device == "cpu" else machines.gpus
        share = Share(float(machines.threads), gpus)
        outfit = Outfit(WORK, machines.threads)
        return RayExecutor(outfit, machines.workers, machines.address or LOCAL, share)
    device = "cpu" if machines.device == "cpu" or machines.gpus == 0 else _chosen(machines.device)
    if not device.startswith("cuda"):
        slots = machines.workers or max(1, (os.cpu_count() or 1) // machines.threads)
        return LocalExecutor(Outfit(WORK, machines.threads), slots)
    return _on_gpus(machines, device)


def _chosen(device: str) -> str:
    from likewise.devices import choose_device

    return str(choose_device(device))


def _on_gpus(machines: Machines, device: str) -> Executor:
    """Workers that each see one GPU, several on one where they take a share of it."""
    import torch

    visible = os.environ.get(VISIBLE) or ",".join(map(str, range(torch.cuda.device_count())))
    gpus = visible.split(",")
    _, _, ordinal = device.partition(":")
    if ordinal:
        gpus = [gpus[int(ordinal)]]
    share = machines.gpus or 1.0
    if share > 1:
        raise ConfigError("--gpus-per-worker", f"{share:g}", "at most 1: a row takes one GPU")
    slots = machines.workers or max(1, int(len(gpus) / share + 1e-9))
    outfit = Outfit(WORK, machines.threads, share if share < 1 else None)
    return LocalExecutor(outfit, slots, gpus)


def _tell_manifest(manifest: Manifest, terminal: Terminal, strict: bool) -> None:
    good = len(manifest.rows)
    told = f"{good} of {manifest.count} can be used" if manifest.wrong else f"{good} rows"
    terminal.say(f"rows    {manifest.path}: {told}")
    lines = [f"row {number}: {error}" for number, error in manifest.wrong.items()]
    for line in lines[:SHOWN]:
        terminal.warn(line)
    if len(lines) > SHOWN:
        terminal.warn(f"and {len(lines) - SHOWN} more rows that cannot be used")
    if lines and (strict or not good):
        found = f"{len(lines)} of {manifest.count} rows cannot be used; {lines[0]}"
        raise ConfigError("MANIFEST", found.rstrip("."), "rows as docs/batch.md describes them")


def _refuse(refused: int, ledger: Ledger) -> None:
    first = next(iter(ledger.entries("refused")))
    total = sum(ledger.counts().values())
    found = f"{refused} of {total} rows cannot be used; row {first.row.number}: {first.error}"
    raise ConfigError("MANIFEST", found.rstrip("."), "rows whose files can be used (--strict)")


def _tell_estimate(estimate: Estimate, ledger: Ledger, terminal: Terminal) -> None:
    work_, all_ = (spoken_seconds(3600 * h) for h in (estimate.worker_hours, estimate.hours))
    terminal.say(f"plan    {estimate.rows} rows to do: about {work_} of work, {all_} here")
    if estimate.cost is not None:
        terminal.say(f"plan    about {estimate.cost:.2f} at the price given")
    terminal.say("dry run: checked and planned; nothing was computed or written")
    terminal.summary(
        {
            "rows": ledger.counts(),
            "estimated_worker_hours": round(estimate.worker_hours, 4),
            "estimated_hours": round(estimate.hours, 4),
            "estimated_cost": estimate.cost,
        }
    )


def _write(ledger: Ledger, place: Place, title: str) -> None:
    write_results(ledger, place.folder / RESULTS)
    write_summary(ledger, place.folder / SUMMARY, Path(title).name)


def _tell_end(ledger: Ledger, place: Place, terminal: Terminal, strict: bool) -> None:
    counts = ledger.counts()
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    terminal.say(f"wrote   {place.folder / RESULTS}")
    terminal.say(f"wrote   {place.folder / SUMMARY}")
    terminal.say(f"batch   {told}")
    terminal.summary({"folder": str(place.folder), "rows": counts})
    if counts["failed"]:
        terminal.say("the same command again tries what failed once more")
        raise typer.Exit(faults.FAULT)
    if strict and counts["refused"]:
        raise typer.Exit(faults.BAD_INPUT)
