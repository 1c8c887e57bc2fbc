"""The migrations are one chain, in the order of their numbers."""

import re
from itertools import pairwise
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "adapters" / "sql" / "migrations" / "versions"


def said_in(file: Path) -> tuple[str, ...]:
    """Return what a migration says of itself: its number, and that of the one before."""
    text = file.read_text(encoding="utf-8")
    return tuple(re.findall(r'^(?:down_)?revision = "(\d+)"', text, re.MULTILINE))


def test_each_migration_follows_the_one_before() -> None:
    files = sorted(file for file in VERSIONS.glob("*.py") if file.name[0].isdigit())
    assert len(files) > 10
    pairs = pairwise(file.name[:4] for file in files)
    assert [said_in(file) for file in files[1:]] == [(number, before) for before, number in pairs]
