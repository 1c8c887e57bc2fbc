"""The log files of the programs."""

import os
import shutil
from pathlib import Path

MOST = 5_000_000
"""The size in bytes at which a log is begun anew. The one before it is kept too."""
_TAIL = 20_000


def log_file(logs: Path, name: str) -> Path:
    """Return where a program's log is."""
    return logs / f"{name}.log"


def open_log(file: Path) -> int:
    """Open it, for the user alone, and return its descriptor. Whoever has it writes to its end."""
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def keep_small(file: Path) -> None:
    """Begin it anew if it is too large, while its program goes on to write to it."""
    if file.exists() and file.stat().st_size > MOST:
        earlier = file.with_suffix(".log.1")
        shutil.copyfile(file, earlier)
        earlier.chmod(0o600)
        with file.open("r+b") as log:
            log.truncate()


def last_lines(file: Path, count: int = 15) -> str:
    """Return the last lines, or a word if there are none."""
    if not file.exists():
        return "(it has written nothing)"
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - _TAIL))
        lines = log.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-count:]) or "(it has written nothing)"
