"""The clock jumps on the machine of the exchange's processes; servers have others.

libfaketime replaces how a program reads the clock. A file says how far that is ahead.
"""

import random
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ...missing_server import do_without
from ..production import Production
from .drill import Drill

SECONDS = 4.0
"""How long the clock is wrong."""
_JUMPS = {"the clock jumps ahead": 45, "the clock jumps back": -45}
"""Seconds. The exchange draws its time to that slowly. It would not believe more than a minute."""
_LIBRARIES = "/usr/lib/*/faketime/libfaketime.so.1"
_FILE = "clock"
_STARTS_AGAIN = """\
import os
import sys

if {"serve", "worker"} & {*sys.orig_argv} and "FALSE_CLOCK" in os.environ:
    os.environ["LD_PRELOAD"] = os.environ.pop("FALSE_CLOCK")
    os.execv(sys.executable, sys.orig_argv)
"""
"""What Python runs first: only the exchange gets the library, for Typesense dies of it."""


def false_clock(folder: Path) -> Mapping[str, str]:
    """Return variables that let the processes of a stack read a clock in a folder."""
    found = sorted(Path("/").glob(_LIBRARIES.lstrip("/")))
    if not found:
        do_without("libfaketime is not installed: apt-get install libfaketime")
    _set_clock(folder, 0)
    (folder / "sitecustomize.py").write_text(_STARTS_AGAIN)
    return {
        "PYTHONPATH": str(folder),
        "FALSE_CLOCK": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(folder / _FILE),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def _set_clock(folder: Path, ahead: int) -> None:
    new = folder / f"{_FILE}.new"
    new.write_text(f"{ahead:+d}\n")
    new.replace(folder / _FILE)


def _jump(ahead: int, production: Production, _: random.Random) -> float:
    jumped_at = time.monotonic()
    _set_clock(production.folder.parent, ahead)
    time.sleep(SECONDS)
    _set_clock(production.folder.parent, 0)
    return jumped_at


DRILLS = tuple(Drill(name, partial(_jump, ahead)) for name, ahead in _JUMPS.items())
