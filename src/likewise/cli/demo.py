"""``likewise demo``: the main job on a bundled example."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import options
from likewise.cli.choices import Manner, choose
from likewise.errors import InputError

# src/likewise/cli/demo.py lies three folders below the root of a checkout.
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
DEFAULT_EXAMPLE = "temple"


def demo(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the results.")
    ] = Path("demo"),
    example: options.ExampleOption = DEFAULT_EXAMPLE,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    size: options.SizeOption = None,
    settings: options.SetOption = None,
    vgg: options.VggOption = None,
    weights: options.WeightsOption = None,
    class_map: options.ClassMapOption = None,
    provenance: options.ProvenanceOption = False,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Render one bundled example: a few minutes on two CPU cores, seconds on a GPU.

    Example: likewise demo -o demo
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite, provenance)
    case = find_example(example)
    files = {"vgg": vgg, "weights": weights, "class_map": class_map}
    chosen = choose(method, preset, seed, device, size, None, "", settings, None, False, **files)
    from likewise.cli.sources import Files
    from likewise.cli.start import fit_and_render

    targets = tuple(sorted((case / "targets").glob("*.png")))
    read = Files(case / "image.png", case / "labels.png", targets, out)
    fit_and_render("demo", read, chosen, manner)
    if not (quiet or as_json or dry_run):
        print(f"\nThe pictures are in {out}; begin with {out / 'contact_sheet.png'}")


def find_example(name: str, examples: Path | None = None) -> Path:
    """The folder of the bundled example ``name``.

    Raises:
        InputError: there are no examples beside this installation, or none of that name.
    """
    root = EXAMPLES if examples is None else examples
    if root.is_relative_to(Path.cwd()):
        root = root.relative_to(Path.cwd())
    names = sorted(path.parent.name for path in root.glob("*/labels.png"))
    if not names:
        raise InputError(
            "demo",
            f"no examples are at {root}: this likewise was installed without its repository",
            "a clone of the repository",
            "Clone it and run make demo there, or use likewise run with your own pictures.",
        )
    if name not in names:
        raise InputError("--example", f"unknown example {name!r}", f"one of {', '.join(names)}")
    return root / name
