"""The bundled manifest and cluster files say what the command understands."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from likewise.batch.manifest import read_manifest
from likewise.batch.tasks import TASKS
from likewise.cli.main import app

FOLDER = Path(__file__).parents[2] / "examples" / "batch"


def require_understood(line: str) -> None:
    """Parse ``likewise batch ...`` as the command does, without running it."""
    program, group, *words = shlex.split(line, comments=True)
    assert (program, group) == ("likewise", "batch")
    root: Any = typer.main.get_command(app)
    run = root.commands["batch"].commands["run"]
    context = run.make_context("run", words)
    assert context.params["executor"] == "ray"


def test_the_manifest_is_whole_and_shows_several_tasks() -> None:
    manifest = read_manifest(str(FOLDER / "manifest.jsonl"))
    assert not manifest.wrong
    assert len({row.task for row in manifest.rows} & set(TASKS)) >= 5
    for row in manifest.rows:
        assert all(Path(path).exists() for path in row.files)


def test_the_kubernetes_file_is_a_job_of_the_operator() -> None:
    claim, job = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    require_understood(job["spec"]["entrypoint"])
    cluster = job["spec"]["rayClusterSpec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    pods = [group["template"]["spec"] for group in groups]
    containers = [container for pod in pods for container in pod["containers"]]
    assert len({container["image"] for container in containers}) == 1
    assert all({"name": "RAY_AUTH_MODE", "value": "token"} in each["env"] for each in containers)
    for pod in pods:  # each sees the claimed volume at the place that the entrypoint names
        (volume,) = pod["volumes"]
        assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
        (mount,) = pod["containers"][0]["volumeMounts"]
        assert (mount["name"], mount["mountPath"]) == (volume["name"], "/data")
    assert "-o /data/out" in job["spec"]["entrypoint"]


def test_the_slurm_file_parses() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    text = (FOLDER / "slurm.sh").read_text(encoding="utf-8")
    subprocess.run([bash, "-n", FOLDER / "slurm.sh"], check=True, timeout=30)
    wanted = {"nodes", "ntasks-per-node", "cpus-per-task", "gpus-per-node", "time"}
    given = {
        line.removeprefix("#SBATCH --").partition("=")[0]
        for line in text.splitlines()
        if line.startswith("#SBATCH --")
    }
    assert wanted <= given
    joined = text.replace("\\\n", " ")
    (line,) = [each for each in joined.splitlines() if each.startswith("likewise batch")]
    require_understood(line.removesuffix(" &"))
