"""``likewise labels convert|show|check``: the commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likewise.cli import label_options, options
from likewise.cli.choices import parse_ids

app = typer.Typer(
    name="labels",
    help="Convert, show and check label files of every kind that likewise reads.",
    no_args_is_help=True,
)

_READS = (
    "Label file: PNG, TIFF and the like, .npy, LabelMe's or COCO's .json, YOLO's .txt. A COCO file "
    "counts as all its pictures."
)
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE", help=_READS)]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="NAME",
        help="What the files follow, where they do not tell: ade20k, ade20k-full, coco-stuff, "
        "cityscapes[-train|-instances|-colour], voc, cvat, celebamask, face-parsing, labelme, coco "
        "or yolo-seg.",
        show_default=False,
    ),
]
ToOption = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="KIND",
        help="palette, ids or npy; voc, labelme, coco or yolo-seg with your own classes; ade20k, "
        "coco-stuff, cityscapes[-train|-colour], celebamask or face-parsing with theirs.",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="OLD=NEW",
        help="Give class OLD (a name or an id) the name NEW, or the id where NEW is a number; two "
        "of one name are merged. May be repeated.",
        show_default=False,
    ),
]
ClassesOption = Annotated[
    Path | None,
    typer.Option(
        "--classes",
        metavar="FILE",
        help="Class table, JSON: a list of {id, name, colour}. Default: classes.json beside a file "
        "or one folder up, else what the file itself holds.",
        show_default=False,
    ),
]
ImageOption = Annotated[
    Path | None,
    typer.Option(
        "--image",
        metavar="FILE",
        help="The picture: its name chooses from a COCO file, its size belongs to YOLO's polygons.",
        show_default=False,
    ),
]


@app.command()
def convert(
    files: FilesArgument,
    to: ToOption,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Folder for the results.")
    ],
    from_: FromOption = None,
    classes: ClassesOption = None,
    map_: MapOption = None,
    ignore: options.IgnoreOption = "",
    image: ImageOption = None,
    instances: label_options.InstancesOption = False,
    as_json: options.JsonOption = False,
    quiet: options.QuietOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Write label files as another kind; all files get one class table.

    DIR gets a file for each, called like it, and what names the classes: classes.json, labelmap.txt
    or data.yaml. Every error comes before the first file is written.

    Example: likewise labels convert labels.png --to cityscapes --map tower=building -o out
    """
    asked = parse_ids(ignore)
    changes = label_options.parse_changes(map_ or ())
    from likewise.cli.labels.convert import carry_out
    from likewise.cli.labels.files import Manner

    manner = Manner(from_, classes, asked, image, instances)
    carry_out(files, to, out, changes, manner, as_json=as_json, quiet=quiet, overwrite=overwrite)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_READS)],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="PNG",
            help="Draw the map in its classes' colours, with a legend, beside its --image where "
            "one is given. Default: print a table.",
            show_default=False,
        ),
    ] = None,
    from_: FromOption = None,
    classes: ClassesOption = None,
    ignore: options.IgnoreOption = "",
    image: ImageOption = None,
    instances: label_options.InstancesOption = False,
    as_json: options.JsonOption = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the PNG if it is there.")
    ] = False,
) -> None:
    """Show what a label file says: its classes with ids, colours and areas.

    Example: likewise labels show labels.png -o labels_shown.png
    """
    asked = parse_ids(ignore)
    from likewise.cli.labels.files import Manner
    from likewise.cli.labels.show import carry_out

    manner = Manner(from_, classes, asked, image, instances)
    carry_out(file, out, manner, as_json=as_json, overwrite=overwrite)


@app.command()
def check(
    files: FilesArgument,
    from_: FromOption = None,
    classes: ClassesOption = None,
    ignore: options.IgnoreOption = "",
    image: ImageOption = None,
    instances: label_options.InstancesOption = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 2 for warnings, too.")
    ] = False,
    as_json: options.JsonOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Say what is right and wrong with label files: classes, areas, snapping, sizes, specks.

    Exits with 0, or with 2 where a file cannot be read or does not fit its --image.

    Example: likewise labels check labels.png targets/*.png --image photo.png
    """
    asked = parse_ids(ignore)
    from likewise.cli.labels.check import carry_out
    from likewise.cli.labels.files import Manner

    manner = Manner(from_, classes, asked, image, instances)
    if not carry_out(files, manner, strict=strict, as_json=as_json, quiet=quiet):
        raise typer.Exit(2)
