"""Options and needs of the commands that serve a page."""

from __future__ import annotations

from typing import Annotated

import typer

PortOption = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="N",
        help="0 takes any free one. Default: the first free one from 8500 on.",
        show_default=False,
    ),
]
HostOption = Annotated[
    str,
    typer.Option("--host", metavar="NAME", help="Where to listen; 0.0.0.0 lets others in."),
]
NamesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--name",
        metavar="HOST",
        help="A host name under which people reach it, through a proxy say. Repeatable.",
        show_default=False,
    ),
]
NoBrowserOption = Annotated[
    bool, typer.Option("--no-browser", help="Do not open the page in a browser.")
]
