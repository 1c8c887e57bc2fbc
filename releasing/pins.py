"""The pinned versions in pyproject.toml (ADR 0002) as files of constraints."""

import tomllib
from pathlib import Path


def write_pins(sources: Path, folder: Path) -> Path:
    """Write what to install and what to build with, and return the folder."""
    text = (sources / "pyproject.toml").read_text(encoding="utf-8")
    pinned = tomllib.loads(text)["tool"]["uv"]
    folder.mkdir()
    for name, key in (
        ("packages.txt", "constraint-dependencies"),
        ("builders.txt", "build-constraint-dependencies"),
    ):
        (folder / name).write_text("\n".join(pinned[key]) + "\n", encoding="utf-8")
    return folder
