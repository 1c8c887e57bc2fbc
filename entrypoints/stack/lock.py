"""The lock of a stack's folder, which tells whose it is."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FILE = "stack.lock"


@contextmanager
def stack_lock(folder: Path) -> Iterator[None]:
    """Lock the folder until the block is left or this process ends. Raises OSError with the pid."""
    with (folder / _FILE).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise OSError(
                f"a stack runs in {folder} already, as process {file.read().strip()}; stop that "
                "one first, or name another folder"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
