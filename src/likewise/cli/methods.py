"""``likewise methods``: the methods, their presets, and what each preset sets."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Annotated, Any, get_type_hints

import typer

from likewise.cli import options


def methods(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="Tell of this method alone, and what each setting may be.",
            show_default=False,
        ),
    ] = None,
    as_json: options.JsonOption = False,
) -> None:
    """List the methods with their presets, and the settings these have on this machine.

    Example: likewise methods singan
    """
    from likewise.cli.terminal import Terminal
    from likewise.devices import choose_device
    from likewise.methods.files import option_of
    from likewise.methods.registry import DEFAULT_METHOD, METHODS, find_method

    chosen = METHODS if name is None else {name: find_method(name)}
    device = choose_device("auto").type
    if as_json:
        listed = {
            key: {
                "summary": method.summary,
                "default": key == DEFAULT_METHOD,
                "traceable": method.traceable,
                "files": {option_of(file): use for file, use in method.uses.items()},
                "device": device,
                "presets": {k: asdict(config) for k, config in method.presets(device).items()},
            }
            for key, method in chosen.items()
        }
        Terminal(as_json=True).summary(listed)
        return
    for key, method in chosen.items():
        default = " (default)" if key == DEFAULT_METHOD else ""
        print(f"{key}{default}: {method.summary}")
        print(_origin_line(method.traceable))
        for file, use in method.uses.items():
            print(f"takes {option_of(file)}: {use}")
        print(f"settings on {device}:")
        _print_presets(dict(method.presets(device)), with_limits=name is not None)


def _origin_line(traceable: bool) -> str:
    if traceable:
        return "pixels are the source's: --provenance tells from where"
    return "pixels are painted: no --provenance"


def _print_presets(presets: dict[str, Any], *, with_limits: bool) -> None:
    """A table: a row for each setting with its meaning and unit, a column for each preset.

    With limits, it also tells what ``--set`` accepts.
    """
    from rich.console import Console
    from rich.table import Table

    from likewise.methods.settings import expected

    first = next(iter(presets.values()))
    kinds = get_type_hints(type(first))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("setting")
    for name in presets:
        table.add_column(name, max_width=14)
    table.add_column("meaning", ratio=1)
    for field in fields(first):
        values = [_shown(getattr(config, field.name)) for config in presets.values()]
        meaning = str(field.metadata.get("help", ""))
        if with_limits:
            meaning += f" ({expected(field, kinds[field.name])})"
        table.add_row(field.name, *values, meaning)
    Console(highlight=False, markup=False).print(table)


def _shown(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return " ".join(_counted([str(entry) for entry in value]))
    return f"{value:.4g}" if isinstance(value, float) else str(value) or "-"


def _counted(words: list[str]) -> list[str]:
    """Repeated neighbours told once with their number: D G×10 D."""
    runs: list[tuple[str, int]] = []
    for word in words:
        if runs and runs[-1][0] == word:
            runs[-1] = (word, runs[-1][1] + 1)
        else:
            runs.append((word, 1))
    return [word if count == 1 else f"{word}×{count}" for word, count in runs]
