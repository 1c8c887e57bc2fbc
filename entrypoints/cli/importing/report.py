"""What became of the rows of an imported file."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ....ports.language.imports import NotTaken, Taken
from ....ports.language.text import counted

_SHOWN = 20


@dataclass(slots=True)
class Outcomes:
    """Counts rows. The first reasons are kept to be shown, and all go to a file if there is one."""

    file: Any = None
    """A writer of CSV."""
    products: Counter[Taken] = field(default_factory=Counter)
    sales: Counter[Taken] = field(default_factory=Counter)
    refused: int = 0
    reasons: list[str] = field(default_factory=list)

    def note(
        self, lines: Sequence[int], outcomes: Sequence[Taken | NotTaken], counter: Counter[Taken]
    ) -> dict[int, str]:
        """Count what became of rows, and return the lines that were not taken, with the reasons."""
        counter.update(outcome for outcome in outcomes if isinstance(outcome, Taken))
        return {
            line: outcome.reason
            for line, outcome in zip(lines, outcomes, strict=True)
            if isinstance(outcome, NotTaken)
        }

    def refuse(self, line: int, reason: str) -> None:
        """Count a row that was not taken."""
        self.refused += 1
        if len(self.reasons) < _SHOWN:
            self.reasons.append(f"  line {line}: {reason}")
        if self.file is not None:
            self.file.writerow((line, reason))

    @property
    def is_empty(self) -> bool:
        """Whether no row was looked at."""
        return not (self.products or self.sales or self.refused)

    def summary(self, *, has_sales: bool, is_trial: bool) -> str:
        """Return the report as text."""
        verb = "would be imported" if is_trial else "imported"
        counts = [("product", self.products)]
        if has_sales:
            counts.append(("sale", self.sales))
        lines = [
            f"{counted(of[Taken.NEW], noun)} {verb}, {of[Taken.KNOWN]:,} known already"
            for noun, of in counts
        ]
        if self.refused:
            lines += [f"{counted(self.refused, 'row')} not taken:", *self.reasons]
        if self.refused > len(self.reasons):
            lines.append(f"  and {self.refused - len(self.reasons):,} more (see --report)")
        return "\n".join(lines)


@contextmanager
def reported(path: Path | None) -> Iterator[Outcomes]:
    """Count for the block, and write the rows that were not taken to a file. Raises OSError."""
    if path is None:
        yield Outcomes()
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason"))
        yield Outcomes(writer)
