"""What the programs of a running stack have taken so far."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import nats
import psutil  # type: ignore[import-untyped]  # it has no annotations

from solebook.entrypoints.stack.settings_file import USER

from .measured import Window
from .running_stack import RunningStack

LOAD = "load"
"""The part that sends the orders: this process."""
_ROWS = "SELECT relname, n_tup_ins FROM pg_stat_user_tables"
_BYTES = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"
_WAL = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
_STATEMENTS = "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements"
_CONFIRMED = "SELECT count(*) FROM order_steps WHERE type = 'confirmed'"
_PAID = "SELECT count(*) FROM orders WHERE payout_status = 'paid'"
_PENDING = "SELECT count(*) FROM orders WHERE status = 'pending'"
_UNDONE = """
    SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM deliveries WHERE attempts = 0)
        + (SELECT count(*) FROM orders WHERE status = 'pending')"""


def part_of(name: str) -> str:
    """Return the part that a program belongs to: `http-2` is one of `http`."""
    part = name.rstrip("0123456789").rstrip("-")
    return "influx" if part.startswith("influx") else part


@dataclass(frozen=True, slots=True)
class Reading:
    """All counters at an instant."""

    at: float
    confirmed: int
    paid: int
    numbers: Mapping[str, float]
    cpu: Mapping[str, float]
    rows: Mapping[str, float]
    table_bytes: Mapping[str, float]

    def since(self, before: "Reading", *, orders: int = 0, reads: int = 0) -> Window:
        """Return what happened since an earlier reading."""
        numbers = _less(self.numbers, before.numbers)
        return Window(
            seconds=self.at - before.at,
            orders=orders,
            trades=self.confirmed - before.confirmed,
            finished=self.paid - before.paid,
            reads=reads,
            cpu=_less(self.cpu, before.cpu),
            wal_bytes=numbers["wal_bytes"],
            statements=numbers["statements"],
            messages=numbers["messages"],
            local_bytes=numbers["local_bytes"],
            rows={name: rows for name, rows in _less(self.rows, before.rows).items() if rows},
            table_bytes={
                name: grown
                for name, grown in _less(self.table_bytes, before.table_bytes).items()
                if grown
            },
        )


def _less(now: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    return {name: value - before.get(name, 0.0) for name, value in now.items()}


class Meter:
    """Reads counters of a stack."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._store: Any = None
        self._broker: Any = None

    async def open(self) -> None:
        url = self._stack.secrets["SOLEBOOK_STORE__URL"]
        self._store = await asyncpg.create_pool(url, min_size=1, max_size=4)
        self._broker = await nats.connect(
            f"nats://127.0.0.1:{self._stack.port_of('nats')}",
            user=USER,
            password=self._stack.secrets["SOLEBOOK_NATS__PASSWORD"],
        )

    async def close(self) -> None:
        await self._store.close()
        await self._broker.close()

    async def count_statements(self) -> None:
        """Have PostgreSQL count statements from its next start on."""
        await self._store.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await self._store.execute(
            "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"
        )

    async def read(self, now: float) -> Reading:
        fetch = self._store.fetchval
        streams = await self._broker.jsm().streams_info()
        try:
            statements = await fetch(_STATEMENTS)
        except asyncpg.PostgresError:  # it does not count them
            statements = 0
        return Reading(
            at=now,
            confirmed=await fetch(_CONFIRMED),
            paid=await fetch(_PAID),
            numbers={
                "wal_bytes": float(await fetch(_WAL)),
                "statements": float(statements),
                "messages": float(sum(one.state.last_seq or 0 for one in streams)),
                "local_bytes": float(_local_bytes()),
            },
            cpu=self.cpu(),
            rows={name: float(rows) for name, rows in await self._store.fetch(_ROWS)},
            table_bytes={name: float(size) for name, size in await self._store.fetch(_BYTES)},
        )

    async def undone(self) -> int:
        """Return how much is still to be done, letters included."""
        return int(await self._store.fetchval(_UNDONE))

    async def pending(self) -> int:
        """Return how many orders are not confirmed yet."""
        return int(await self._store.fetchval(_PENDING))

    async def fetch(self, query: str, *arguments: object) -> list[Any]:
        return list(await self._store.fetch(query, *arguments))

    def cpu(self) -> dict[str, float]:
        """Return the seconds of a core that each part has taken, and this process."""
        taken: dict[str, float] = {}
        for name, pid in self._stack.pids().items():
            part = part_of(name)
            taken[part] = taken.get(part, 0.0) + _busy(pid)
        return taken | {LOAD: sum(os.times()[:2])}

    def memory(self) -> dict[str, float]:
        """Return the resident bytes of one process of each part; PostgreSQL's are all together."""
        found: dict[str, list[float]] = {}
        for name, pid in self._stack.pids().items():
            used = sum(_memory(one) for one in _family(pid))
            found.setdefault(part_of(name), []).append(used)
        return {part: max(used) for part, used in found.items()}

    def connections(self) -> dict[str, int]:
        """Return how many connections to PostgreSQL one process of each part has."""
        port = self._stack.port_of("postgres")
        found: dict[str, int] = {}
        for name, pid in self._stack.pids().items():
            if name == "postgres":
                continue
            count = sum(
                bool(one.raddr) and one.raddr.port == port
                for process in _family(pid)
                for one in process.net_connections("tcp")
            )
            found[part_of(name)] = max(found.get(part_of(name), 0), count)
        return found


def _family(pid: int) -> list[psutil.Process]:
    """Return a process and what it has started, or nothing of one that has ended."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _busy(pid: int) -> float:
    seconds = 0.0
    for process in _family(pid):
        with suppress(psutil.Error):
            times = process.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def _memory(process: psutil.Process) -> float:
    """Return a process's share of memory: what several processes share is divided among them."""
    with suppress(psutil.Error):
        return float(process.memory_full_info().pss)
    return 0.0


def _local_bytes() -> int:
    counters = psutil.net_io_counters(pernic=True)
    return int(counters["lo"].bytes_recv) if "lo" in counters else 0
