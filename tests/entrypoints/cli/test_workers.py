"""Workers in processes of their own on one PostgreSQL database."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest

from .processes import Processes, Running, wait_until
from .test_processes import Market

_POLLS_RARELY = """
from solebook.adapters.messaging import queue_workers
from solebook.core.operations import relay
from solebook.entrypoints.cli.main import main

queue_workers._POLL = relay._POLL = 3_600.0
main()
"""
_CLAIMED = "SELECT count(*) FROM deliveries WHERE claimed_until IS NOT NULL"


@pytest.fixture
def processes(tmp_path: Path, postgres_url: str) -> Iterator[Processes]:
    processes = Processes(tmp_path, postgres_url)
    yield processes
    processes.close()


class Trade:
    """An order that waits for its payment, at a process with HTTP and the engine."""

    def __init__(self, processes: Processes, at: Running) -> None:
        self._at = at
        self._market = Market(processes, at)

    def place(self) -> None:
        market = self._market
        self._at.ok("POST", "/v1/asks", market.seller, json=market.quote())
        bought = self._at.ok("POST", "/v1/bids", market.buyer, json=market.quote())
        self._order = f"/v1/orders/{bought['match']['order_id']}"

    def is_confirmed(self) -> bool:
        order = self._at.ok("GET", self._order, self._market.buyer)
        return bool(order["status"] == "confirmed")


def test_processes_wake_each_other_and_wait_for_no_poll(processes: Processes) -> None:
    """The engine, the relay and the trades are in three processes, which poll once an hour."""
    processes.command = (sys.executable, "-c", _POLLS_RARELY)
    serving = processes.serve("--roles", "http,matching")
    processes.start("worker", "relay")
    processes.start("worker", "trade")
    serving.wait_until_ready()
    trade = Trade(processes, serving)
    trade.place()
    wait_until(trade.is_confirmed)


async def run_sql(url: str, sql: str) -> int:
    """Run a statement and return the first value of its result."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(sql) or 0)
    finally:
        await connection.close()


class Claims:
    """What is claimed in the database."""

    def __init__(self, url: str) -> None:
        self._url = url

    def number(self) -> int:
        return asyncio.run(run_sql(self._url, _CLAIMED))

    def end(self) -> None:
        """Let the time of all claims pass."""
        asyncio.run(run_sql(self._url, "UPDATE deliveries SET claimed_until = now()"))


@contextmanager
def nothing_is_handled(url: str) -> Iterator[None]:
    """Let every handler wait that asks whether it has handled a message before."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(url))
        try:
            runner.run(connection.execute("BEGIN; LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
            yield
        finally:
            runner.run(connection.close())


@pytest.fixture
def claims(postgres_url: str) -> Claims:
    return Claims(postgres_url)


@pytest.fixture
def trade(processes: Processes, postgres_url: str) -> Trade:
    """A trade whose messages wait for a worker."""
    serving = processes.serve("--roles", "http,matching")
    processes.start("worker", "relay")
    serving.wait_until_ready()
    trade = Trade(processes, serving)
    trade.place()
    waiting = "SELECT count(*) FROM deliveries WHERE queue = 'trade'"
    wait_until(lambda: asyncio.run(run_sql(postgres_url, waiting)) > 0)
    return trade


def test_what_a_killed_worker_had_claimed_is_done_by_another_when_the_claims_end(
    processes: Processes, postgres_url: str, trade: Trade, claims: Claims
) -> None:
    with nothing_is_handled(postgres_url):
        killed = processes.start("worker", "trade")
        wait_until(lambda: claims.number() > 0)
        killed.kill()
    other = processes.start("worker", "trade")
    assert claims.number() > 0
    claims.end()
    wait_until(trade.is_confirmed)
    assert other.end()[0] == 0
    assert processes.run("admin", "verify").returncode == 0


def test_a_worker_that_is_stopped_gives_its_claims_back_at_once(
    processes: Processes, postgres_url: str, trade: Trade, claims: Claims
) -> None:
    with nothing_is_handled(postgres_url):
        stopped = processes.start("worker", "trade")
        wait_until(lambda: claims.number() > 0)
        assert stopped.end()[0] == 0
        assert claims.number() == 0
    processes.start("worker", "trade")
    wait_until(trade.is_confirmed)
