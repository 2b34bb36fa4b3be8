"""``likewise render``: other layouts from a saved model."""

from __future__ import annotations

from likewise.cli import label_options, options
from likewise.cli.choices import Manner


def render(
    model: options.ModelArgument,
    targets: options.TargetsArgument,
    out: options.OutOption,
    device: options.DeviceOption = "auto",
    target_format: label_options.TargetFormatOption = None,
    target_images: options.TargetImagesOption = None,
    provenance: options.ProvenanceOption = False,
    check: options.CheckOption = False,
    as_json: options.JsonOption = False,
    dry_run: options.DryRunOption = False,
    quiet: options.QuietOption = False,
    overwrite: options.OverwriteOption = False,
) -> None:
    """Render layouts with a model that likewise fit or likewise run saved.

    Example: likewise render out/model another.png -o out2
    """
    from likewise.cli.job import render_only

    manner = Manner(as_json, dry_run, quiet, False, overwrite, provenance, check)
    files = tuple(targets), tuple(target_images or ())
    render_only(model, *files, out, device, manner, target_format)
