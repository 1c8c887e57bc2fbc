"""Each package that uv resolves is pinned in pyproject.toml (ADR 0002)."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_resolved_package_is_pinned() -> None:
    if not (ROOT / "uv.lock").exists():
        pytest.skip("there is no uv.lock: this environment was not made by uv")
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    constraints = pyproject["tool"]["uv"]["constraint-dependencies"]

    pinned = {constraint.partition(" ;")[0] for constraint in constraints}
    resolved = {
        f"{package['name']}=={package['version']}"
        for package in lock["package"]
        if package["name"] != "solebook"
    }

    assert resolved - pinned == set(), "run `uv run nox -s pin`"
