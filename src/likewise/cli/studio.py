"""``likewise studio``: paint a layout in the browser, watch the picture follow."""

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
from likewise.errors import ConfigError

if TYPE_CHECKING:
    from likewise.studio.studio import Studio

GIGABYTE = 1_000_000_000


def studio(
    image: Annotated[
        Path | None,
        typer.Argument(
            metavar="[IMAGE]",
            help="Begin with this picture; or with a folder that holds image.* and labels.*.",
            show_default=False,
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Argument(metavar="[LABELS]", help="Its label map.", show_default=False),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="Where projects and renders are kept. Default: this system's place for the data "
            "of programs.",
            show_default=False,
        ),
    ] = None,
    quota: Annotated[
        float, typer.Option("--quota", metavar="GB", help="What they may take of the disk.")
    ] = 20.0,
    port: PortOption = None,
    host: HostOption = "127.0.0.1",
    names: NamesOption = None,
    no_browser: NoBrowserOption = False,
    device: options.DeviceOption = "auto",
    as_json: options.JsonOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Paint a layout, watch the picture follow; all work is kept until it is deleted.

    Without IMAGE it begins where you left, or with a bundled example. Only this machine can open
    it, unless --host lets others in; these then need the address that is printed.

    Example: likewise studio photo.jpg labels.png
    """
    from likewise.cli.terminal import Terminal

    require_packages("studio", "fastapi", "uvicorn")
    if not 0 < quota <= 1e6:
        raise ConfigError("--quota", f"{quota:g}", "gigabytes above 0")
    from likewise.cli.demo import EXAMPLES
    from likewise.devices import choose_device
    from likewise.evaluation.cases import is_case
    from likewise.studio.home import default_folder
    from likewise.studio.studio import Studio
    from likewise.web.studio.serve import serve

    choose_device(device)
    examples = sorted(path.parent for path in EXAMPLES.glob("*/labels.png"))
    with Studio(
        folder or default_folder(),
        device=device,
        quota=round(quota * GIGABYTE),
        examples=[example for example in examples if is_case(example)],
    ) as opened:
        serve(
            opened,
            host=host,
            port=port,
            open_browser=not no_browser,
            project=None if image is None else _project(opened, image, labels),
            terminal=Terminal(quiet=quiet, as_json=as_json),
            names=names or [],
        )


def _project(studio: Studio, image: Path, labels: Path | None) -> str:
    """The key of the project of ``image``: a new one, unless it is among the projects already."""
    from likewise.evaluation.cases import files_of

    name = image.stem
    if image.is_dir():
        name = image.resolve().name
        image, own = files_of(image)
        labels = labels or own
    return studio.projects.found_or_copied(name, image, labels).key
