"""The journal of the double: all commands that changed it, in order."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from .answers import Command

_FORMAT = 1
_BEGIN = b'{"format":%d,' % _FORMAT


class Journal(Protocol):
    """Stores commands. What it has stored when it is opened is in `commands`."""

    seed: str
    commands: Sequence[Command]

    def append(self, command: Command) -> None:
        """Add a command, which is on disk when `durable` returns."""
        ...

    async def durable(self) -> None:
        """Wait until all that was added is on disk. Raises OSError."""
        ...

    def clear(self, seed: str) -> None:
        """Forget all commands, and begin with another seed. Raises OSError."""
        ...

    def close(self) -> None:
        """Finish what is being written. The journal cannot be used afterwards."""
        ...


class MemoryJournal(Journal):
    """Stores nothing."""

    def __init__(self, seed: str = "double") -> None:
        self.seed = seed
        self.commands: Sequence[Command] = ()

    def append(self, command: Command) -> None:
        pass

    async def durable(self) -> None:
        pass

    def clear(self, seed: str) -> None:
        self.seed = seed

    def close(self) -> None:
        pass


class FileJournal(Journal):
    """Appends each command to a file as a line of JSON, and syncs it to disk.

    Commands that arrive during a write are written together in the next one.
    """

    def __init__(self, path: Path, seed: str) -> None:
        """Open or create the file. A new one gets this seed.

        Raises OSError if it cannot be used, and ValueError if it is no journal.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.commands: Sequence[Command]
        self._file = path.open("a+b", buffering=0)
        try:
            _lock(self._file.fileno(), path)
            self.seed, self.commands = self._opened(path, seed)
        except BaseException:
            self._file.close()
            raise
        self._lines: list[bytes] = []
        self._error: OSError | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="double-journal")
        self._writing: asyncio.Task[None] | None = None

    def append(self, command: Command) -> None:
        self._lines.append(_line(asdict(command)))

    async def durable(self) -> None:
        while self._lines or self._writing is not None:
            if self._writing is None:
                self._writing = asyncio.create_task(self._write())
            await asyncio.shield(self._writing)
        if self._error is not None:
            raise self._error

    def clear(self, seed: str) -> None:
        self._lines.clear()
        self._thread.submit(self._restart, seed).result()
        self.seed, self.commands = seed, ()

    def close(self) -> None:
        self._thread.shutdown()
        self._file.close()

    async def _write(self) -> None:
        lines, self._lines = self._lines, []
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._sync, b"".join(lines))
        except OSError as error:
            self._error = error  # what follows would have a gap before it
        finally:
            self._writing = None

    def _sync(self, data: bytes) -> None:
        if self._error is not None:
            return
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        os.fsync(self._file.fileno())

    def _restart(self, seed: str) -> None:
        self._file.truncate(0)
        self._sync(_line({"format": _FORMAT, "seed": seed}))

    def _opened(self, path: Path, seed: str) -> tuple[str, list[Command]]:
        self._error = None
        self._file.seek(0)
        data = self._file.read()
        if data and not data.startswith(_BEGIN):
            raise ValueError(f"{path} is no journal of this version of the double")
        end = data.rfind(b"\n") + 1
        if end == 0:
            self._restart(seed)
            return seed, []
        self._file.truncate(end)  # a line that a crash cut off was never acknowledged
        head, *rest = [json.loads(line) for line in data[:end].splitlines()]
        return str(head["seed"]), [Command(**each) for each in rest]


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _lock(descriptor: int, path: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise OSError(f"{path} is used by another process") from error
