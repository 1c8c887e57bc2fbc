"""A folder of outgoing messages, one file each."""

import asyncio
import os
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Lock

from ...ports.language.errors import Unavailable
from .durable_files import write_whole
from .private_folder import private_folder


class OutgoingFolder:
    """Writes each file once, atomically and readable by its owner only.

    The folder is created when the first file is written. Of more than `most` files, the oldest are
    deleted.
    """

    def __init__(self, path: Path, *, most: int = 10_000) -> None:
        self._path = path
        self._most = most
        self._lock = Lock()
        self._names: deque[str] | None = None
        """The names of the files, oldest first; None before they were read."""

    async def put(self, name: str, content: bytes) -> None:
        """Write a file and sync it to disk, unless one with this name exists.

        Raises Unavailable if it cannot be written.
        """
        try:
            await asyncio.to_thread(self._put, name, content)
        except OSError as error:
            raise Unavailable(what=f"the folder {self._path}") from error

    def _put(self, name: str, content: bytes) -> None:
        folder = private_folder(self._path)
        if (folder / name).exists():
            return
        write_whole(folder / name, content)
        self._delete_oldest(folder, name)

    def _delete_oldest(self, folder: Path, added: str) -> None:
        with self._lock:
            if self._names is None:
                self._names = _names(folder)
            else:
                self._names.append(added)
            while len(self._names) > self._most:
                (folder / self._names.popleft()).unlink(missing_ok=True)


def _names(folder: Path) -> deque[str]:
    """Return the names of the files of a folder, oldest first."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            # Another thread may just have renamed its draft.
            with suppress(FileNotFoundError):
                if not entry.name.startswith("."):
                    found.append((entry.stat().st_mtime_ns, entry.name))
    return deque(name for _, name in sorted(found))
