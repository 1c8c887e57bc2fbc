"""The disk of all programs is full for some seconds: databases, queues, journals and logs."""

import errno
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...missing_server import do_without
from ..production import Production
from .drill import Drill

SECONDS = 4.0
"""How long the disk is full."""
_SIZE = "1500m"
_CHUNK, _PAGE = 1 << 24, 1 << 12
_FILLER = "filler"
_STUCK = ("nats", "typesense", "stripe-double")
"""What writes nothing any more after a failed write, until it is started again. An operator does
that when there is room. Of Stripe itself nobody fills the disk."""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a small disk in memory on a folder, for which one must be root.

    Others keep what they have: a drill without root does nothing.
    """
    if os.geteuid() != 0:
        yield
        return
    mount = ("mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=711", "torture", str(folder))
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)


def _fill(production: Production, _: random.Random) -> float:
    file = production.folder.parent / _FILLER
    if not os.path.ismount(file.parent):
        do_without("only root can mount a small disk")
    with file.open("wb") as filler:
        full_at = _write_until_full(filler.fileno())
        give_up_at = full_at + SECONDS
        while time.monotonic() < give_up_at:  # what others free is taken too
            time.sleep(0.1)
            _write_until_full(filler.fileno())
    file.unlink()
    for name in _STUCK:
        os.kill(production.running(name), signal.SIGKILL)
    return full_at


def _write_until_full(file: int) -> float:
    size = os.fstat(file).st_size
    for chunk in (_CHUNK, _PAGE):
        try:
            while True:
                os.posix_fallocate(file, size, chunk)
                size += chunk
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return time.monotonic()


DRILLS = (Drill("the disk is full", _fill),)
