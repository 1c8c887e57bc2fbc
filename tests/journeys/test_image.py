"""The image of the exchange: the steps of its Dockerfile, and the process that it starts."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.valkey_server import free_port

from ..missing_server import do_without
from ..served import Served
from .image_steps import Stage, build

pytestmark = pytest.mark.journey

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"


@pytest.fixture(scope="module")
def base_path() -> Iterator[str]:
    """Yield where the base image has its programs: a Python of its own, and the system's."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=120)
        yield f"{folder}/bin:/usr/local/bin:/usr/bin:/bin"


@pytest.fixture(scope="module")
def image(base_path: str) -> Iterator[Stage]:
    if os.geteuid() != 0:
        do_without("a step of the Dockerfile gives a folder to a user, so it needs root")
    with tempfile.TemporaryDirectory() as folder:
        yield build(DOCKERFILE, ROOT, Path(folder), base_path)


def files_of(folder: Path) -> set[tuple[str, int]]:
    return {(str(file), file.stat().st_mtime_ns) for file in folder.rglob("*") if file.is_file()}


def test_it_serves_is_healthy_and_writes_to_its_folder_only(image: Stage, base_path: str) -> None:
    assert image.user == "10001:10001"
    folder = Path(image.variables(base_path)["SOLEBOOK_FOLDER"])
    assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (10001, 0o700)
    before = files_of(image.root)
    port = free_port()
    environment = {**image.variables(base_path), "SOLEBOOK_SERVER__PORT": str(port)}
    program = image.root / "opt/solebook/bin" / image.entrypoint[0]
    served = Served([str(program), *image.command], image.path("."), environment, patience=60)
    try:
        assert "solebook serves http://0.0.0.0" in served.first_lines(1)
        health = [word.replace(":8000", f":{port}") for word in image.health]
        assert health != image.health
        checked = subprocess.run(health, env=environment, check=False, timeout=30)
        assert checked.returncode == 0
        code, _ = served.ended(15, within=30)
        assert code == 0
        checked = subprocess.run(health, env=environment, check=False, timeout=30, stderr=-3)
        assert checked.returncode != 0
    finally:
        served.close()
    written = {name for name, _ in files_of(image.root) - before}
    assert written
    assert all(name.startswith(f"{folder}/") for name in written), written


def test_the_image_has_the_package_and_none_of_the_tools(image: Stage) -> None:
    [packages] = image.root.glob("opt/solebook/lib/python*/site-packages")
    assert (packages / "solebook" / "core").is_dir()
    assert (packages / "asyncpg").is_dir()
    assert not (packages / "pytest").exists()
    assert not (packages / "solebook" / "tests").exists()
