"""``likewise study``: make a study of a comparison, show it to people, count what they said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from likewise.cli import options
from likewise.cli.extras import require_packages
from likewise.cli.serving import (
    HostOption,
    NamesOption,
    NoBrowserOption,
    PortOption,
)
from likewise.cli.study_material import chosen_contestants, entries_of, read_text
from likewise.errors import InputError

if TYPE_CHECKING:
    from likewise.cli.terminal import Terminal
    from likewise.study.study import Study

NEEDED = ("fastapi", "uvicorn", "sqlalchemy", "choix")

app = typer.Typer(
    name="study",
    help="Ask people: make a study of a comparison, serve it, count the votes.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

ComparisonArgument = Annotated[
    Path, typer.Argument(metavar="REPORT", help="Folder that likewise compare wrote.")
]
StudyArgument = Annotated[
    Path, typer.Argument(metavar="STUDY", help="Folder that likewise study create wrote.")
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="LIKEWISE_STUDY_DATABASE",
        help="Where votes are kept: an SQLAlchemy URL, as in postgresql+psycopg://user@host/name. "
        "Default: votes.sqlite in STUDY.",
        show_default=False,
    ),
]


@app.command()
def create(
    report: ComparisonArgument,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="STUDY", help="Folder for it: new or empty.")
    ] = Path("study"),
    methods: Annotated[
        str | None,
        typer.Option(
            "--methods",
            metavar="A,B,C",
            help="Three or more of the comparison's methods, as method:preset or, where that is "
            "clear, method. Default: all.",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option("--trials", metavar="N", help="Trials a person gets, 1 to 1000.")
    ] = 20,
    per_trial: Annotated[
        int,
        typer.Option(
            "--per-trial",
            metavar="N",
            help="Pictures to rank a trial, 3 to 6; sets of more methods take turns.",
        ),
    ] = 3,
    checks: Annotated[
        int | None,
        typer.Option(
            "--checks",
            metavar="N",
            help="Attention checks a person gets besides. Default: one in ten trials.",
            show_default=False,
        ),
    ] = None,
    questions: Annotated[
        str,
        typer.Option(
            "--questions", metavar="NAMES", help="What is asked of each trial, in this order."
        ),
    ] = "appearance,layout",
    title: Annotated[
        str | None,
        typer.Option("--title", metavar="TEXT", help="What people see on top.", show_default=False),
    ] = None,
    consent: Annotated[
        Path | None,
        typer.Option(
            "--consent",
            metavar="FILE",
            help="Text, UTF-8, that people agree to before they begin. Default: one that says "
            "what is kept.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Deals trials, and orders A, B, C.")
    ] = 0,
    as_json: options.JsonOption = False,
    quiet: options.QuietOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Make a study of a comparison of three methods or more.

    Example: likewise study create out/report -o study --trials 15
    """
    from likewise.cli.terminal import Terminal
    from likewise.evaluation.comparison import Comparison
    from likewise.study.creation import create as make
    from likewise.study.design import CONSENT, TITLE, Design

    terminal = Terminal(quiet=quiet, as_json=as_json)
    comparison = Comparison.read(report)
    chosen = chosen_contestants(comparison.contestants, methods)
    design = Design(
        title=TITLE if title is None else title,
        consent=CONSENT if consent is None else read_text(consent, "--consent"),
        questions=tuple(word.strip() for word in questions.split(",") if word.strip()),
        per_trial=per_trial,
        trials_each=trials,
        checks_each=checks,
        seed=seed,
    )
    entries = entries_of(comparison, chosen)
    study = make(out, entries, design, overwrite=overwrite)
    asked = {(trial.case, trial.target) for trial in study.trials}
    if len(asked) < len(entries):
        left_out = len(entries) - len(asked)
        what = "layout has" if left_out == 1 else "layouts have"
        terminal.warn(f"{left_out} {what} answers of fewer than three methods; left out")
    tell_created(terminal, study, len(asked))


def tell_created(terminal: Terminal, study: Study, layouts: int) -> None:
    """Say what was made, and what to do with it."""
    terminal.say(
        f"{len(study.contestants)} methods, {layouts} layouts, {len(study.trials)} trials; "
        f"a person gets {study.trials_each} of them, {study.checks_each} attention checks, "
        f"and {len(study.questions)} questions about each."
    )
    terminal.say(f"Show it to people: likewise study serve {study.folder}")
    terminal.summary(
        {
            "study": str(study.folder),
            "methods": list(study.contestants),
            "layouts": layouts,
            "trials": len(study.trials),
            "trials_each": study.trials_each,
            "checks_each": study.checks_each,
            "questions": [question.name for question in study.questions],
        }
    )


@app.command()
def serve(
    study: StudyArgument,
    port: PortOption = None,
    host: HostOption = "127.0.0.1",
    names: NamesOption = None,
    no_browser: NoBrowserOption = False,
    database: DatabaseOption = None,
    as_json: options.JsonOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Show a study to people until Ctrl-C; votes are safe on the disk as soon as they are thanked.

    Example: likewise study serve study --host 0.0.0.0 --port 8500
    """
    from likewise.cli.terminal import Terminal

    require_packages("study", *NEEDED)
    from likewise.web.study.serve import serve as serve_study

    serve_study(
        study,
        host=host,
        port=port,
        database=database,
        open_browser=not no_browser,
        terminal=Terminal(quiet=quiet, as_json=as_json),
        names=names or [],
    )


@app.command()
def results(
    study: StudyArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="DIR",
            help="Also write tables (CSV, Markdown), charts and all votes there.",
            show_default=False,
        ),
    ] = None,
    keep_all: Annotated[
        bool, typer.Option("--all", help="Count people who failed the attention checks, too.")
    ] = False,
    database: DatabaseOption = None,
    as_json: options.JsonOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Count the votes of a study; the server may be running meanwhile.

    Example: likewise study results study -o out/people
    """
    from likewise.cli.terminal import Terminal

    require_packages("study", *NEEDED)
    from likewise.storage import prepare_folder
    from likewise.study.export import export
    from likewise.study.results import results as count
    from likewise.study.store import Store, default_url
    from likewise.study.study import Study
    from likewise.study.telling import markdown

    asked = Study.read(study)
    if database is None and not (study / "votes.sqlite").exists():
        expected = "a study that somebody took part in, or --database URL"
        remedy = f"Show it to people: likewise study serve {study}"
        raise InputError(study, "no votes yet", expected, remedy)
    with Store(database or default_url(study), asked) as store:
        votes, joined = list(store.votes()), store.participants()
    found = count(asked, votes, joined, keep_all=keep_all)
    terminal = Terminal(as_json=as_json)
    if not as_json:
        terminal.say(markdown(found))
    if out is not None:
        files = export(prepare_folder(out, overwrite=overwrite), asked, votes, found)
        terminal.say(f"{len(files)} files are in {out}; begin with {out / 'results.md'}")
    terminal.summary(found.as_json())
