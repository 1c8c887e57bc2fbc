"""Programs are killed with SIGKILL. The stack starts them again."""

import os
import random
import time
from contextlib import suppress
from functools import partial
from signal import SIGKILL

from solebook.entrypoints.stack.processes import HTTP

from ..production import PROCESSES, Production
from .drill import Drill

_KILLED = ("worker-1", "postgres", "nats", "valkey", "typesense", "influx", "stripe-double")


def _kill(*names: str, production: Production) -> float:
    found = [*map(production.running, names)]
    killed_at = time.monotonic()
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, SIGKILL)
    return killed_at


def _kill_program(name: str, production: Production, _: random.Random) -> float:
    return _kill(name, production=production)


def _kill_owner(lease: str, production: Production, _: random.Random) -> float:
    return _kill(production.owner(lease), production=production)


def _kill_http(production: Production, chance: random.Random) -> float:
    return _kill(chance.choice(HTTP), production=production)


def _kill_exchange(production: Production, _: random.Random) -> float:
    return _kill(*PROCESSES, production=production)


DRILLS = (
    Drill("kill the engine", partial(_kill_owner, "matching")),
    Drill("kill the relay", partial(_kill_owner, "relay")),
    Drill("kill a process with HTTP", _kill_http),
    Drill("kill the whole exchange", _kill_exchange),
    *(Drill(f"kill {name}", partial(_kill_program, name)) for name in _KILLED),
)
