"""``likewise batch``: the commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from likewise.cli import options
from likewise.cli.extras import require_packages

NEEDED = ("pyarrow", "fsspec")


class _Shorthand(TyperGroup):
    """``likewise batch MANIFEST`` stands for ``likewise batch run MANIFEST``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        words = list(args)
        if words and words[0] not in self.commands and words[0] not in ("-h", "--help"):
            words.insert(0, "run")
        return super().parse_args(ctx, words)


app = typer.Typer(
    name="batch",
    cls=_Shorthand,
    help="Many jobs from a manifest, here or on a Ray cluster: likewise batch MANIFEST -o DIR. "
    "Its options: likewise batch run --help.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

ManifestArgument = Annotated[
    str,
    typer.Argument(
        metavar="MANIFEST",
        help="A row a job, as .jsonl, .csv or .parquet: image, labels, targets; and, where wanted, "
        "task, method, preset, seed, size, settings, options, name, note. A path or an address.",
    ),
]
DirOption = Annotated[
    Path,
    typer.Option(
        "-o", "--out", metavar="DIR", help="Folder for the results: new, or to be gone on with."
    ),
]
ExecutorOption = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="local|ray",
        help="Where: processes of this machine, or a Ray cluster.",
    ),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="ADDRESS",
        help="Of the Ray cluster: host:port, ray://host:port, or auto on one of its machines. "
        "Default: RAY_ADDRESS, else one is started here for the time.",
        envvar="RAY_ADDRESS",
        show_default=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="How many rows at once. Default: what the machine or cluster has room for.",
        show_default=False,
    ),
]
ThreadsOption = Annotated[
    int, typer.Option("--threads", metavar="N", min=1, help="Cores that a worker computes with.")
]
GpusOption = Annotated[
    float | None,
    typer.Option(
        "--gpus-per-worker",
        metavar="SHARE",
        min=0.0,
        help="Below 1, so many workers share a GPU, each held to its share of the memory. Default: "
        "1 where there are GPUs and --device allows.",
        show_default=False,
    ),
]
RetriesOption = Annotated[
    int,
    typer.Option(
        "--retries", metavar="N", min=0, help="How often a row whose worker broke is tried again."
    ),
]
BackOffOption = Annotated[
    float,
    typer.Option(
        "--back-off",
        metavar="SECONDS",
        min=0.0,
        help="Before the second attempt at a row; each further one waits twice as long.",
    ),
]
TimeLimitOption = Annotated[
    float | None,
    typer.Option(
        "--time-limit", metavar="SECONDS", min=0.1, help="That a row may take.", show_default=False
    ),
]
PackOption = Annotated[
    int,
    typer.Option(
        "--pack",
        metavar="N",
        min=1,
        max=256,
        help="Fit up to N like rows together: same method, preset, picture size and number of "
        "classes. Worth it on a GPU.",
    ),
]
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="ADDRESS",
        help="Put results there, as in s3://bucket/folder, and keep only the table in DIR.",
        show_default=False,
    ),
]
KeepOption = Annotated[
    bool, typer.Option("--keep-models", help="Keep the fitted model beside the pictures.")
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict", help="Begin nothing if a row cannot be used; exit code 2."),
]
PriceOption = Annotated[
    float | None,
    typer.Option(
        "--price",
        metavar="AMOUNT",
        min=0.0,
        help="Of a worker for an hour, for the estimate of --dry-run.",
        show_default=False,
    ),
]


@app.command("run")
def run(
    manifest: ManifestArgument,
    out: DirOption,
    executor: ExecutorOption = "local",
    address: AddressOption = None,
    workers: WorkersOption = None,
    threads: ThreadsOption = 1,
    gpus_per_worker: GpusOption = None,
    device: options.DeviceOption = "auto",
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    retries: RetriesOption = 4,
    back_off: BackOffOption = 1.0,
    time_limit: TimeLimitOption = None,
    pack: PackOption = 1,
    store: StoreOption = "",
    keep_models: KeepOption = False,
    strict: StrictOption = False,
    price: PriceOption = None,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Do every row of a manifest, each once; the same command again does what is missing.

    DIR gets rows/NAME for each row, results.parquet and summary.html. Rows that cannot be used are
    told and left out. Exit code 0 if the others are done, 1 if one of them failed.

    Example: likewise batch manifest.jsonl -o out
    """
    require_packages("batch", *NEEDED, extra="batch")
    from likewise.batch.working import Rules
    from likewise.cli.batch.running import Asked, Machines, carry_out
    from likewise.cli.choices import Manner

    machines = Machines(executor, address, workers, threads, gpus_per_worker, device)
    rules = Rules(device, retries, back_off, time_limit, pack, store, keep_models)
    name, _, word = (method or "").partition(":")
    defaults = {"method": name, "preset": preset or word}
    given = {column: value for column, value in defaults.items() if value}
    asked = Asked(manifest, out, machines, rules, given, strict, price)
    carry_out(asked, Manner(as_json, dry_run, quiet))


@app.command("status")
def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Of likewise batch -o.")],
    as_json: options.JsonOption = False,
) -> None:
    """Tell how far a batch is, also while it runs, and what could not be done.

    Example: likewise batch status out
    """
    require_packages("batch", *NEEDED, extra="batch")
    from likewise.cli.batch.status import tell_status

    tell_status(folder, as_json)
