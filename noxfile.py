"""Every check of the project. `uv run nox` runs them all; `uv run nox -s tests -- PATH` runs some.

All sessions run in one environment, the one that `uv run` keeps in .venv, and none makes its own
(ADR 0003): the tools need the same packages as the code they look at, so an environment a session
would install the same hundred packages six times, and CI would wait for it on every change.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PINS = re.compile(r"(?<=^# pins: begin).*?\n(.*?)(?=^# pins: end)", re.DOTALL | re.MULTILINE)

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "none"
nox.options.error_on_external_run = False
nox.options.sessions = ["lint", "types", "architecture", "tests", "coverage", "journeys", "docs"]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and format; `-- --fix` mends what can be mended."""
    if "--fix" in session.posargs:
        session.run("ruff", "check", "--fix", ".")
        session.run("ruff", "format", ".")
        return
    session.run("ruff", "check", *session.posargs, ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    session.run("mypy", *session.posargs)


@nox.session
def architecture(session: nox.Session) -> None:
    """Who may import whom."""
    session.run("lint-imports", "--no-logo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """The unit suite, in memory, on every core: under 20 seconds. With arguments, any tests."""
    unit = ["-n", "auto", "-m", "not integration and not journey and not docs"]
    session.run("pytest", *(session.posargs or unit))


@nox.session
def coverage(session: nox.Session) -> None:
    """Unit and integration tests together, with the gate on covered branches."""
    slowest = ("--durations=10", "--durations-min=0.5")
    session.run("pytest", "-m", "not journey and not docs", "--cov", *slowest, *session.posargs)


@nox.session
def journeys(session: nox.Session) -> None:
    """Whole stories from the outside: real servers, fuzzing the API, the installed wheel."""
    session.run("pytest", "-m", "journey", "--durations=10", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation strictly and run the Python examples in it and in the README."""
    quiet = {"NO_MKDOCS_2_WARNING": "1"}  # the theme's advertisement of its successor
    session.run("mkdocs", "build", "--strict", env=quiet)
    session.run("pytest", "-m", "docs", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks, for a quiet machine; not among the checks. `-- trades` runs one, by its name."""
    name, *arguments = session.posargs or ["search"]
    session.run("python", "-m", f"benchmarks.{name}", *arguments)


@nox.session
def pin(session: nox.Session) -> None:
    """Resolve every package afresh and write the exact versions into pyproject.toml (ADR 0002)."""
    pyproject = ROOT / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    project = tomllib.loads(text)
    oldest_python = project["project"]["requires-python"].removeprefix(">=")
    with tempfile.TemporaryDirectory() as folder:
        # Resolved in a bare copy, so that neither the old pins nor an old lock file have a say.
        for name in ("__init__.py", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)
        Path(folder, "pyproject.toml").write_text(PINS.sub("\n", text), encoding="utf-8")
        Path(folder, "build.in").write_text("\n".join(project["build-system"]["requires"]))
        plain = ("--no-header", "--no-annotate", "--directory", folder)
        everything = ("--all-extras", "--all-groups", "--no-emit-project", "--no-hashes")
        packages = _uv(session, "export", *plain, *everything)
        universal = ("--universal", "--python-version", oldest_python)
        builders = _uv(session, "pip", "compile", *plain, *universal, "build.in")
    pins = (
        " (written by `uv run nox -s pin`; ADR 0002)\n"
        f"constraint-dependencies = {_toml_list(packages)}\n"
        f"build-constraint-dependencies = {_toml_list(builders)}\n"
    )
    pyproject.write_text(PINS.sub(lambda _: pins, text), encoding="utf-8")
    _uv(session, "sync")
    session.log(f"pinned {len(packages)} packages and {len(builders)} to build with")


def _uv(session: nox.Session, *arguments: str) -> list[str]:
    """Run uv, which `uv run` says where to find, and give the lines that it prints."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        session.error("uv is not to be found: run this as `uv run nox`")
    command = [uv, "--quiet", *arguments]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return finished.stdout.splitlines()


def _toml_list(lines: list[str]) -> str:
    return "\n".join(["[", *(f'    "{line}",' for line in lines), "]"])
