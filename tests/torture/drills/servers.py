"""Servers are emptied, restarted in good order, and kept down for some seconds."""

import os
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from signal import SIGINT, SIGKILL, SIGQUIT

from ..production import Production
from .drill import Drill

DOWN = 5.0
"""Seconds for which a server is down."""


def _empty_valkey(production: Production, _: random.Random) -> float:
    """Delete all copies."""
    password = production.settings.redis.password
    words = f"AUTH {password}\r\nFLUSHALL\r\n".encode()
    with socket.create_connection(("127.0.0.1", production.port("valkey")), 5) as line:
        emptied_at = time.monotonic()
        line.sendall(words)
        answer = b""
        while answer.count(b"\r\n") < 2:
            answer += line.recv(100)
    assert answer == b"+OK\r\n+OK\r\n", answer
    return emptied_at


def _stop_postgres(number: int, production: Production, _: random.Random) -> float:
    pid = production.running("postgres")
    stopped_at = time.monotonic()
    os.kill(pid, number)
    return stopped_at


def _keep_down(name: str, production: Production, _: random.Random) -> float:
    """Kill a server whenever the stack has started it again."""
    began = time.monotonic()
    while time.monotonic() < began + DOWN:
        pid = production.pid(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, SIGKILL)
        time.sleep(0.05)
    return began


_STOPS: dict[str, Callable[[Production, random.Random], float]] = {
    "restart postgres (fast)": partial(_stop_postgres, SIGINT),
    "restart postgres (immediate)": partial(_stop_postgres, SIGQUIT),
    "empty valkey": _empty_valkey,
}
_KEPT_DOWN = ("nats", "valkey", "typesense", "stripe-double")
DRILLS = (
    *(Drill(name, strike) for name, strike in _STOPS.items()),
    *(Drill(f"{name} is down", partial(_keep_down, name)) for name in _KEPT_DOWN),
)
