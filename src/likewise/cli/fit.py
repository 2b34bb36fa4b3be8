"""``likewise fit``: learn one pair and save the model."""

from __future__ import annotations

from likewise.cli import label_options, options
from likewise.cli.choices import Manner, choose


def fit(
    image: options.ImageArgument,
    labels: options.LabelsArgument,
    out: options.ModelOutOption,
    method: options.MethodOption = None,
    preset: options.PresetOption = None,
    seed: options.SeedOption = 0,
    device: options.DeviceOption = "auto",
    size: options.SizeOption = None,
    settings: options.SetOption = None,
    vgg: options.VggOption = None,
    weights: options.WeightsOption = None,
    class_map: options.ClassMapOption = None,
    pairs: options.PairsOption = None,
    classes: options.ClassesOption = None,
    ignore: options.IgnoreOption = "",
    format_: label_options.FormatOption = None,
    instances: label_options.InstancesOption = False,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Learn one picture with its label map and save the model for likewise render.

    The model holds the picture itself: it needs nothing else to render, here or elsewhere.

    Example: likewise fit photo.png labels.png -o model --preset full --device cuda
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite)
    given = {"vgg": vgg, "weights": weights, "class_map": class_map, "pairs": pairs}
    chosen = choose(
        method, preset, seed, device, size, classes, ignore, settings, format_, instances, **given
    )
    from likewise.cli.sources import Files
    from likewise.cli.start import fit_and_render

    fit_and_render("fit", Files(image, labels, (), out), chosen, manner)
