"""A folder of outgoing messages, one file each."""

import asyncio
import os
import tempfile
from pathlib import Path

from ...ports.language.errors import Unavailable
from .private_folder import private_folder


class OutgoingFolder:
    """Writes each file once, atomically and readable by its owner only.

    The folder is created when the first file is written. Files are never deleted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

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
        _sync(folder)


def _sync(folder: Path) -> None:
    """Sync the folder to disk. Without it, a new file name may be lost in a crash."""
    if os.name == "nt":  # Windows cannot open folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
