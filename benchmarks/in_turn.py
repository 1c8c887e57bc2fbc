"""Take measurements in turn, so that other load on the machine affects all of them alike."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parent.parent

Figures: TypeAlias = dict[str, float]
Measurement: TypeAlias = Callable[[], Figures]


def in_turn(measurements: Mapping[str, Measurement], rounds: int) -> dict[str, Figures]:
    """Take each measurement once per round and return the median of each figure."""
    taken: dict[str, list[Figures]] = {name: [] for name in measurements}
    for number in range(1, rounds + 1):
        for name, measure in measurements.items():
            taken[name].append(measure())
            print(f"round {number} of {rounds}: {name}: {_listed(taken[name][-1])}", flush=True)
    return {name: _medians(figures) for name, figures in taken.items()}


def ratio(name: str, of: float, to: float) -> None:
    """Print one figure as a multiple of another."""
    print(f"{name}: {of / to:.2f}")


def run(module: str, *arguments: str, package: Path = ROOT) -> Figures:
    """Measure in a separate process that imports solebook from the checkout `package`."""
    command = [sys.executable, "-m", f"benchmarks.{module}", "--once", *arguments]
    environment = os.environ | {"PYTHONPATH": str(package / ".dev")}
    finished = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    figures: Figures = json.loads(finished.stdout.splitlines()[-1])
    return figures


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """Check out another revision, and remove it at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="solebook-before-") as folder:
        path = Path(folder) / "solebook"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(path), revision], check=True)
        try:
            yield path
        finally:
            subprocess.run([*git, "remove", "--force", str(path)], check=True)


def _medians(figures: list[Figures]) -> Figures:
    return {name: statistics.median(f[name] for f in figures) for name in figures[0]}


def _listed(figures: Figures) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:,.2f}" for name, value in figures.items())
