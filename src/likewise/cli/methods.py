"""``likewise methods``: the methods and their presets; of one, what each preset sets."""

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
            help="Tell of this method alone: its settings in each preset, and what they may be.",
            show_default=False,
        ),
    ] = None,
    as_json: options.JsonOption = False,
) -> None:
    """List the methods with their presets; of one, also the settings these have on this machine.

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
                "stand_in": method.stand_in,
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
        presets = dict(method.presets(device))
        print(f"{key}{default}: {method.summary}")
        print(f"  presets: {', '.join(presets)}")
        print(f"  {_origin_line(method.traceable)}")
        if method.stand_in:
            print(f"  works after a photograph of the layout: --target-image, or {method.stand_in}")
        for file, use in method.uses.items():
            print(f"  takes {option_of(file)}: {use}")
        if name is not None:
            print(f"settings on {device}, each by --set NAME=VALUE:")
            _print_presets(presets)
    if name is None:
        print("likewise methods NAME tells a method's settings, and what they may be")


def _origin_line(traceable: bool) -> str:
    if traceable:
        return "pixels are the source's: --provenance tells from where"
    return "pixels are painted: no --provenance"


def _print_presets(presets: dict[str, Any]) -> None:
    """A table: a row for each setting with its meaning, unit and limits, a column a preset."""
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
        meaning = f"{field.metadata.get('help', '')} ({expected(field, kinds[field.name])})"
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
