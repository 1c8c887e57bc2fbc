"""Running other programs, which are told apart from the release when they fail."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .refused import Refused

_LEFT_OUT = ("SOLEBOOK_", "SETUPTOOLS_SCM_")
_PATIENCE = 300.0
"""Seconds."""


def uv() -> str:
    """Return where uv is: `uv run` tells it."""
    found = os.environ.get("UV") or shutil.which("uv")
    if found is None:
        raise Refused("uv was not found: run this as `uv run nox -s release`")
    return found


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's variables and these.

    Settings of an exchange are left out: a trial must not reach the caller's database. So is a
    version that is not the tag's.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_LEFT_OUT)}
    return kept | dict(variables)


def run(*command: str | Path, folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """Run a command in a folder, and return what it prints. Raises Refused if it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(variables or {}),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Refused(f"{_shown(command)} took more than {_PATIENCE:.0f} s") from late
    if done.returncode:
        raise Refused(f"{_shown(command)} failed:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


def _shown(command: tuple[str | Path, ...]) -> str:
    return f"`{' '.join([Path(command[0]).name, *map(str, command[1:])])}`"
