"""Main: the ``likewise`` command, its subcommands, and the translation of errors to exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from likewise.cli import (
    compare,
    demo,
    doctor,
    faults,
    fit,
    methods,
    render,
    run,
    singan,
    studio,
    study,
)
from likewise.cli.batch import commands as batch
from likewise.cli.labels import commands as labels
from likewise.cli.stopping import STOP
from likewise.cli.tasks import augment, face, remove, retarget, segment, sketch
from likewise.version import __version__

app = typer.Typer(
    name="likewise",
    help="Repaint one picture in a new layout: P => P', and likewise I => I'.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"likewise {__version__}")
        raise typer.Exit


# Threads that wait for each other by spinning are a little quicker alone on the machine, and many
# times slower beside other work. Read by OpenMP when torch is first imported, by a command.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")

# What newer typer versions make of a KeyboardInterrupt before we see it.
_TYPER_INTERRUPTED = 130


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print it, stop."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Print a traceback with a fault (or LIKEWISE_DEBUG=1).")
    ] = False,
) -> None:
    if debug:
        os.environ[faults.DEBUG_VARIABLE] = "1"


_COMMANDS = (
    run.run,
    fit.fit,
    render.render,
    remove.remove,
    face.face,
    retarget.retarget,
    sketch.sketch,
    segment.segment,
    augment.augment,
    compare.compare,
    studio.studio,
    demo.demo,
    doctor.doctor,
    methods.methods,
)
for _command in _COMMANDS:
    app.command()(_command)
app.add_typer(batch.app)
app.add_typer(labels.app)
app.add_typer(singan.app)
app.add_typer(study.app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 our fault, 2 bad input, 3 interrupted."""
    STOP.install()
    try:
        code = app(args=arguments, prog_name="likewise", standalone_mode=False)
    except (BrokenPipeError, SystemExit):
        # The reader of stdout went away, as in likewise methods | head -1; while it prints help,
        # Typer meets that itself, and asks to exit.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - keeps the exit from flushing
        sys.exit(faults.DONE)
    except BaseException as error:
        sys.exit(faults.report(error, sys.stderr))
    if code == _TYPER_INTERRUPTED:
        sys.exit(faults.report(KeyboardInterrupt(), sys.stderr))
    sys.exit(code if isinstance(code, int) else faults.DONE)
