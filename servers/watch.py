"""Stops a server whose caller was killed, and deletes its folder: `watch.py FOLDER`.

It reads the server's process id from its input, and then waits for the end of the input: the caller
has closed it and said that all is well, or is gone. It must run with the standard library alone.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ALL_IS_WELL = "stopped"
_PATIENCE = 10.0


def watching(folder: Path) -> "subprocess.Popen[str]":
    """Start a process that watches this one; write the server's id to it."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(folder)],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def main() -> None:
    """Wait for the end of the caller, and clean up if it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = Path(sys.argv[1])
    process, *words = sys.stdin.read().split() or ["0"]
    if ALL_IS_WELL in words:
        return
    if process != "0":
        _stop(int(process), folder / "data" / "postmaster.pid")
    _delete(folder)


def _stop(process: int, runs: Path) -> None:
    """Stop the server at once, and return when its file says so: it may stay as a zombie.

    PostgreSQL has such a file. NATS and Valkey have none, and are killed: they may ignore SIGQUIT.
    """
    give_up_at = time.monotonic() + _PATIENCE
    try:
        os.kill(process, signal.SIGQUIT if runs.exists() else signal.SIGKILL)
        while runs.exists() and time.monotonic() < give_up_at:
            time.sleep(0.05)
        if runs.exists():
            os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _delete(folder: Path) -> None:
    """Delete a folder, to which a server that ends may still write for a moment."""
    give_up_at = time.monotonic() + _PATIENCE
    while folder.exists() and time.monotonic() < give_up_at:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
