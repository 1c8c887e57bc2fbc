"""A trial of a package: it is installed into a fresh environment, migrates, serves and stops."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from packaging.version import Version

from .programs import environment, run, uv
from .refused import Refused

_START, _ANSWER, _STOP = 120.0, 60.0, 60.0
"""Seconds on a busy machine."""


def try_package(package: Path, version: Version, folder: Path, pins: Path) -> None:
    """Install a package with the pinned versions of others, and use it. Raises Refused."""
    programs = _installed(package, folder / "environment", pins)
    home = folder / "exchange"
    home.mkdir()
    solebook = str(programs / "solebook")
    variables = {"SOLEBOOK_FOLDER": str(home), "PATH": f"{programs}:{os.environ['PATH']}"}
    shown = run(solebook, "--version", folder=home, variables=variables).strip()
    if shown != f"solebook {version}":
        raise Refused(f"{package.name}: `solebook --version` shows '{shown}'")
    market = run(solebook, "simulate", "--days", "3", "--json", folder=home, variables=variables)
    if not json.loads(market)["trades"]:
        raise Refused(f"{package.name}: nothing was traded in `solebook simulate`")
    run(solebook, "migrate", folder=home, variables=variables)
    with _serving(solebook, home, variables) as url:
        _ask(f"{url}/health/ready")
        told = _ask(f"{url}/schema/openapi.json")["info"]["version"]
    if told != str(version):
        raise Refused(f"{package.name}: the OpenAPI document has the version '{told}'")


def _installed(package: Path, place: Path, pins: Path) -> Path:
    """Return the folder of the programs of a new environment that has the package."""
    folder = place.parent
    run(uv(), "venv", "--quiet", "--python", sys.executable, place, folder=folder)
    programs = place / "bin"
    run(
        *(uv(), "pip", "install", "--quiet", "--python", programs / "python"),
        *("--constraints", pins / "packages.txt", "--build-constraints", pins / "builders.txt"),
        f"solebook[all] @ {package.as_uri()}",
        folder=folder,
    )
    return programs


@contextmanager
def _serving(solebook: str, home: Path, variables: Mapping[str, str]) -> Iterator[str]:
    """Serve until the block is left, and yield the URL. Raises Refused."""
    command = [solebook, "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=home, env=environment(variables), stdout=subprocess.PIPE, text=True
    ) as process:
        # A process that never says a word is killed, and its line is empty.
        impatient = threading.Timer(_START, process.kill)
        impatient.start()
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            impatient.cancel()
            if not line.startswith("solebook serves http"):
                raise Refused(f"`solebook serve` did not start: {line!r}")
            yield line.split()[2]
            process.send_signal(signal.SIGTERM)
            if code := process.wait(_STOP):
                raise Refused(f"`solebook serve` ended with code {code}")
        finally:
            impatient.cancel()
            process.kill()


def _ask(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER) as answer:
            return json.load(answer)
    except OSError as error:
        raise Refused(f"{url} did not answer: {error}") from error
