"""The table of docs/reliability.md, which a run with `--rounds` writes."""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from .rounds import Recovery

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_TABLE = re.compile(r"(?<=<!-- drills: begin -->\n).*?(?=<!-- drills: end -->)", re.DOTALL)
_HEAD = """\
| drill | rounds | first order (s) | longest silence (s) | caught up (s) |
|---|---:|---:|---:|---:|
"""


def drills_in(page: str) -> list[str]:
    """Return the drills that have a row in the table of the page."""
    found = _TABLE.search(page)
    assert found is not None, "the page has lost the marks of its table"
    return re.findall(r"^\| ([^|]+?) \| \d+ \|", found[0], re.MULTILINE)


def write_table(recoveries: Mapping[str, Sequence[Recovery]], *, seed: int, took: float) -> None:
    """Replace the table of the page."""
    page = PAGE.read_text(encoding="utf-8")
    rounds = sum(map(len, recoveries.values()))
    about = (
        f"Seed {seed}, {rounds} rounds in {took / 60:.0f} minutes on {datetime.now(UTC):%Y-%m-%d}, "
        f"{platform.system()} on {platform.machine()} with {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; the load was {os.getloadavg()[2]:.1f}.\n\n"
    )
    rows = "".join(_row(name, told) for name, told in recoveries.items())
    PAGE.write_text(_TABLE.sub(lambda _: f"\n{about}{_HEAD}{rows}\n", page), encoding="utf-8")


def _row(name: str, told: Sequence[Recovery]) -> str:
    if not told:
        return f"| {name} | 0 | – | – | – |\n"
    columns = (
        [each.first_order for each in told],
        [each.silence for each in told],
        [each.caught_up for each in told],
    )
    cells = " | ".join(f"{median(values):.1f} / {max(values):.1f}" for values in columns)
    return f"| {name} | {len(told)} | {cells} |\n"
