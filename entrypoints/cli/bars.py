"""Progress of a long command: bars on a terminal, otherwise a line for each stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


class Bars(Protocol):
    """Shows how far a command is. It writes to standard error."""

    def show(self, stage: str, done: int, total: int) -> None:
        """Show a stage, which begins with its first call and ends with the next stage."""
        ...


@contextmanager
def progress_bars() -> Iterator[Bars]:
    """Yield bars if standard error is a terminal, otherwise lines."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        lines = _Lines(console)
        yield lines
        lines.end()
        return
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _Terminal(progress)


class _Terminal(Bars):
    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=max(done, total))


class _Lines(Bars):
    def __init__(self, console: "Console") -> None:
        self._console = console
        self._stage: str | None = None
        self._done = self._total = 0

    def show(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.end()
        self._stage, self._done, self._total = stage, done, total

    def end(self) -> None:
        """Write the line of the last stage."""
        if self._stage is not None:
            self._console.print(f"{self._stage}: {self._how_far()}", highlight=False)

    def _how_far(self) -> str:
        if self._total == 0 and self._done == 0:
            return "none"
        if self._total == 1 and self._done >= 1:
            return "done"
        return f"{self._done:,} of {max(self._done, self._total):,}"
