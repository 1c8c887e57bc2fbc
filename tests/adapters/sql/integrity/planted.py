"""What can be wrong in the files of an exchange, and what a verification says about it.

A page has a heading for each, the statements that plant it, and the findings as a list. `{name}` is
an id or another value of the exchange in `conftest.py`, `:name` the same in a statement.
"""

from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent


class Planted(NamedTuple):
    """What is wrong in a file, and what a verification says."""

    sql: tuple[str, ...]
    found: tuple[str, ...]


def read_planted(page: str) -> dict[str, Planted]:
    """Return what a page plants, by name."""
    planted = {}
    for section in (_FOLDER / page).read_text(encoding="utf-8").split("\n## ")[1:]:
        name, *lines = section.splitlines()
        planted[name] = Planted(
            tuple(line.strip() for line in lines if line.startswith("    ")),
            tuple(line.removeprefix("- ") for line in lines if line.startswith("- ")),
        )
    return planted


PLANTED = read_planted("planted.md")
DELIVERIES = read_planted("planted_deliveries.md")
