"""What a stack shows: one screen on a terminal, and lines elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TextIO

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from .state import ProcessState, StackState

_COLOURS = {"runs": "green", "starts": "yellow", "waits": "yellow", "stops": "yellow"}
_MB = 1_000_000


def screen(links: Sequence[tuple[str, str]], state: StackState) -> Group:
    """Return the screen for a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("process", "state", "pid", "port"):
        table.add_column(name)
    for name in ("cpu %", "MB", "restarts"):
        table.add_column(name, justify="right")
    table.add_column("says", overflow="ellipsis", no_wrap=True)
    for process in state.processes:
        table.add_row(*_cells(process))
    rates = "   ".join(f"{name} {rate:.1f}" for name, rate in state.rates.items())
    where = Text("\n".join(f"{name:<12} {link}" for name, link in links))
    return Group(
        where,
        Text(),
        table,
        Text(),
        *_waiting(state),
        Text(f"per second   {rates}"),
        Text("Ctrl-C stops"),
    )


def _waiting(state: StackState) -> list[Text]:
    told = [
        f"{queue} {count} (oldest {age:.0f} s)"
        for queue, (count, age) in sorted(state.measured.waiting.items())
        if count
    ]
    dead = state.measured.dead_letters
    return [
        Text(f"waiting      {'   '.join(told) or 'nothing'}"),
        Text(f"dead letters {dead}", style="red" if dead else ""),
    ]


def _cells(process: ProcessState) -> list[Text | str]:
    return [
        process.name,
        Text(process.state, style=_COLOURS.get(process.state, "red")),
        str(process.pid or ""),
        str(process.port),
        f"{process.cpu:.0f}",
        f"{process.memory / _MB:.0f}",
        str(process.restarts),
        process.says,
    ]


class JsonLines:
    """Tells a program what has changed since it was told: a line of JSON for each process."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._told: dict[str, tuple[object, ...]] = {}

    def tell(self, state: StackState) -> None:
        """Print a line for each program whose state, process or word has changed."""
        for process in state.processes:
            now = (process.state, process.pid, process.says, process.is_well)
            if self._told.get(process.name) != now:
                self._told[process.name] = now
                self._file.write(f"{json.dumps(asdict(process))}\n")
        self._file.flush()


class Lines:
    """Tells on a console that is no terminal what has changed since it was told."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[str, tuple[str, int | None]] = {}

    def tell(self, state: StackState) -> None:
        """Print a line for each program whose state or process has changed."""
        for process in state.processes:
            now = (process.state, process.pid)
            if self._told.get(process.name) != now:
                self._told[process.name] = now
                self._console.print(
                    f"{process.name} {process.state}, pid {process.pid}, port {process.port}, "
                    f"{process.restarts} restarts",
                    highlight=False,
                    soft_wrap=True,
                )
