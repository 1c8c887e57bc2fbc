"""What the configuration files of deploy/ would start, as the tools understand it."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from solebook.config.load import load_settings
from solebook.config.settings import Settings

from ..missing_server import do_without

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
LONG_SECRET = "0123456789-0123456789-0123456789"


def output_of(program: str, *arguments: str | Path, package: str) -> str:
    """Return what a program prints, or do without the test if it is not installed."""
    if shutil.which(program) is None:
        do_without(f"{program} is not installed: apt-get install {package}")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def compose_services(folder: Path) -> dict[str, Any]:
    """Return the services of the compose file, with an .env whose secrets are made up."""
    example = (DEPLOY / "compose" / "env.example").read_text(encoding="utf-8")
    env = folder / ".env"
    env.write_text(re.sub(r"^(\w+)=$", rf"\1={LONG_SECRET}", example, flags=re.MULTILINE))
    file = DEPLOY / "compose" / "compose.yaml"
    options = ("--env-file", env, "-f", file, "config")
    shown = yaml.safe_load(output_of("docker-compose", *options, package="docker-compose"))
    services: dict[str, Any] = shown["services"]
    return services


def mounted_files(services: Mapping[str, Any]) -> list[Path]:
    """Return the files and folders of the checkout that are mounted into containers."""
    mounts = [mount for one in services.values() for mount in one.get("volumes", ())]
    return [Path(mount.partition(":")[0]) for mount in mounts if mount.startswith("/")]


def read_yaml(file: Path) -> Any:
    """Return what a file says."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def kubernetes_objects(folder: str = "base") -> list[dict[str, Any]]:
    """Return all objects of a kustomization, as kubectl makes them."""
    made = output_of("kubectl", "kustomize", KUBERNETES / folder, package="kubernetes-client")
    return list(yaml.safe_load_all(made))


def pods(objects: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the pod of each object that has one, with the object's name."""
    for one in objects:
        if "template" in one.get("spec", {}):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


def settings_in_kubernetes(objects: Sequence[Mapping[str, Any]], folder: Path) -> Settings:
    """Return the settings of the processes, with the secret of the example."""
    [settings] = [one for one in objects if one["kind"] == "ConfigMap"]
    file = folder / "solebook.toml"
    file.write_text(settings["data"]["solebook.toml"])
    assert tomllib.loads(file.read_text())["mode"] == "production"
    secret = read_yaml(KUBERNETES / "base" / "secret.example.yaml")
    return load_settings(file, secret["stringData"])
