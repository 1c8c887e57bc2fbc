"""The packages that a checkout is made of: their pins, and the lock file of the environment."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .result import Result

_PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[0-9][A-Za-z0-9.+!-]*)(?: ; .+)?")
_OURS = "solebook"


@dataclass(frozen=True, slots=True)
class Lock:
    """The pins in pyproject.toml, and what uv has resolved from them."""

    pins: Sequence[str]
    packages: Mapping[str, Sequence[Mapping[str, Any]]]
    """The entries of each package: one for each version."""

    @classmethod
    def of(cls, root: Path) -> "Lock":
        """Read those of a checkout. `uv run` has written the lock file."""
        uv = _toml(root / "pyproject.toml")["tool"]["uv"]
        packages: dict[str, list[Mapping[str, Any]]] = {}
        for package in _toml(root / "uv.lock")["package"]:
            if package["name"] != _OURS:
                packages.setdefault(package["name"], []).append(package)
        pins = [*uv["constraint-dependencies"], *uv["build-constraint-dependencies"]]
        return cls(pins, packages)


def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def check_pins(lock: Lock) -> Result:
    """Look for pins that allow more than one version, and for packages without a pin."""
    matches = {pin: _PIN.fullmatch(pin) for pin in lock.pins}
    pinned = {(found["name"], found["version"]) for found in matches.values() if found}
    problems = [f"{pin} allows more than one version" for pin in lock.pins if not matches[pin]]
    problems += [
        f"{name} {package['version']} has no pin: run `nox -s pin`"
        for name, packages in lock.packages.items()
        for package in packages
        if (name, package["version"]) not in pinned
    ]
    return Result("pins", f"{len(pinned)} versions are exact", tuple(problems))


def check_hashes(lock: Lock) -> Result:
    """Look for files that uv would install without comparing their SHA-256."""
    files = [
        (name, file)
        for name, packages in lock.packages.items()
        for package in packages
        for file in (*package.get("wheels", ()), package.get("sdist"))
        if file is not None
    ]
    problems = [
        f"{name} has a file without a SHA-256"
        for name, file in files
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", file.get("hash", ""))
    ]
    with_files = {name for name, _ in files}
    problems += [f"{name} has no file" for name in lock.packages if name not in with_files]
    return Result("hashes", f"{len(files)} files have a SHA-256", tuple(problems))
