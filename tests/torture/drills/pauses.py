"""Programs are stopped with SIGSTOP for some seconds: they hang, and nobody knows that they do."""

import random
import time
from contextlib import suppress
from functools import partial
from signal import SIGCONT, SIGSTOP

import psutil  # type: ignore[import-untyped]  # it has no annotations

from solebook.entrypoints.stack.processes import HTTP

from ..production import Production
from .drill import Drill

SECONDS = 4.0
"""How long a program hangs."""
_HUNG = ("worker-1", "postgres", "nats", "valkey", "typesense", "influx", "stripe-double")


def _hang(name: str, production: Production) -> float:
    process = psutil.Process(production.running(name))
    family = [process, *process.children(recursive=True)]
    hung_at = time.monotonic()
    for one in family:
        _send(one, SIGSTOP)
    time.sleep(SECONDS)
    for one in family:
        _send(one, SIGCONT)
    return hung_at


def _send(process: psutil.Process, number: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _hang_program(name: str, production: Production, _: random.Random) -> float:
    return _hang(name, production)


def _hang_owner(lease: str, production: Production, _: random.Random) -> float:
    return _hang(production.owner(lease), production)


def _hang_http(production: Production, chance: random.Random) -> float:
    return _hang(chance.choice(HTTP), production)


DRILLS = (
    Drill("hang the engine", partial(_hang_owner, "matching")),
    Drill("hang the relay", partial(_hang_owner, "relay")),
    Drill("hang a process with HTTP", _hang_http),
    *(Drill(f"hang {name}", partial(_hang_program, name)) for name in _HUNG),
)
