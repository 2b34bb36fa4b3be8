"""``likewise run``: the main job, fit and render in one command."""

from __future__ import annotations

from likewise.cli import label_options, options
from likewise.cli.choices import Manner, choose


def run(
    image: options.ImageArgument,
    labels: options.LabelsArgument,
    targets: options.TargetsArgument,
    out: options.OutOption,
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
    target_format: label_options.TargetFormatOption = None,
    instances: label_options.InstancesOption = False,
    target_images: options.TargetImagesOption = None,
    provenance: options.ProvenanceOption = False,
    check: options.CheckOption = False,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Learn one picture with its label map and render it in other layouts.

    DIR gets a picture named like each target, contact_sheet.png, run.json, and model/; with
    --provenance also <target>.provenance.npz and .png for each. A warning tells where a layout
    asks for what the picture does not show.

    Example: likewise run photo.png labels.png moved.png -o out --preset fast
    """
    manner = Manner(as_json, dry_run, quiet, resume, overwrite, provenance, check)
    given = {"vgg": vgg, "weights": weights, "class_map": class_map, "pairs": pairs}
    chosen = choose(
        method, preset, seed, device, size, classes, ignore, settings, format_, instances, **given
    )
    from likewise.cli.sources import Files
    from likewise.cli.start import fit_and_render

    files = Files(image, labels, tuple(targets), out, tuple(target_images or ()), target_format)
    fit_and_render("run", files, chosen, manner)
