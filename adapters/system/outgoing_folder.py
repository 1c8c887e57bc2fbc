"""A folder of files for somebody else to send on."""

import asyncio
import os
import tempfile
from pathlib import Path

from ...ports.language.errors import Unavailable
from .private_folder import private_folder


class OutgoingFolder:
    """Files that are there whole or not at all, for their owner's eyes only, each once.

    The folder is made when it is needed. Nothing in it is ever deleted here.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, name: str, content: bytes) -> None:
        """Put a file there, on the disk when this returns, unless there is one of that name.

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
        # Nobody who looks into the folder takes a file that begins with a dot for a message.
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
    """Have the folder itself on the disk: until then, a new name in it may be lost."""
    if os.name == "nt":  # which opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
