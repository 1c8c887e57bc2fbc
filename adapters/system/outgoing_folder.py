"""A folder of outgoing messages, one file each."""

import asyncio
import os
import tempfile
from collections import deque
from contextlib import suppress
from pathlib import Path
from threading import Lock

from ...ports.language.errors import Unavailable
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
        # The name of a draft begins with a dot, so that readers of the folder ignore it.
        descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".", suffix=".draft")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, folder / name)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        self._delete_oldest(folder, name)
        _sync(folder)

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


def _sync(folder: Path) -> None:
    """Sync the folder to disk. Without it, a new file name may be lost in a crash."""
    if os.name == "nt":  # Windows cannot open folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
