"""What only others know: which versions were withdrawn, and which have known vulnerabilities."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .lock import Lock
from .result import Result

_PATIENCE = 120.0
"""Seconds."""
_AWAY = re.compile(
    r"error sending request|failed to fetch|request failed|dns error|timed out|could not connect",
    re.IGNORECASE,
)
"""How uv says that nobody answered."""
_VULNERABLE = 1
"""uv's exit code if it found something."""


def ask_for_yanked(lock: Lock) -> Result:
    """Ask the package index whether a pinned version was withdrawn."""
    what = "withdrawn versions"
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "pins.in")
        pins.write_text("\n".join(dict.fromkeys(lock.pins)) + "\n", encoding="utf-8")
        options = ("--no-deps", "--universal", "--no-header", "--no-annotate", "--refresh")
        done = _uv("pip", "compile", *options, str(pins))
    if done.returncode:
        return _failed(what, done)
    yanked = tuple(line for line in done.stderr.splitlines() if "yanked" in line)
    return Result(what, "none", yanked)


def ask_for_vulnerabilities(root: Path, lock: Lock) -> Result:
    """Ask the database of open-source vulnerabilities about every package of the lock file."""
    what = "known vulnerabilities"
    done = _uv("audit", "--frozen", "--preview-features", "audit-command", folder=root)
    if done.returncode == 0:
        return Result(what, f"none in {len(lock.packages)} packages")
    if done.returncode == _VULNERABLE:
        return Result(what, problems=tuple(filter(None, map(str.strip, done.stdout.splitlines()))))
    return _failed(what, done)


def _failed(what: str, done: "subprocess.CompletedProcess[str]") -> Result:
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if _AWAY.search(done.stderr):
        return Result(what, not_asked=lines[-1].removeprefix("cause: "))
    return Result(what, problems=(f"uv failed: {' / '.join(lines)}",))


def _uv(*arguments: str, folder: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run uv. `uv run` tells where it is."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        return subprocess.CompletedProcess((), 2, "", "uv was not found: use `uv run nox -s audit`")
    try:
        return subprocess.run(
            [uv, *arguments],
            cwd=folder,
            env={**os.environ, "UV_HTTP_RETRIES": "1"},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess((), 2, "", f"timed out after {_PATIENCE:.0f} s")
