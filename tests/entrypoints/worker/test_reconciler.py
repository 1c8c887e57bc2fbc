"""The ledger is reconciled at the start if that was missed, once a day, and by one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.memory.virtual_stopwatch import VirtualStopwatch
from solebook.composition.keepers import RECONCILIATION, build_keepers
from solebook.entrypoints.worker.reconciler import Reconciler
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.payments import AccountKind
from solebook.ports.language.process_roles import ProcessRole

from ...exchange import Exchange
from .loops import stop

MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def running(exchange: Exchange, reconciler: Reconciler) -> AsyncIterator[None]:
    """Run the loop, which has had its first turns."""
    task = asyncio.create_task(reconciler.run())
    await pass_by(exchange, timedelta(0))
    yield
    await stop(task)


async def pass_by(exchange: Exchange, time: timedelta) -> None:
    """Let time pass, and then let all loops have their turns."""
    await exchange.clock.advance(time)
    for _ in range(5):
        await exchange.clock.advance(timedelta(0))


async def finished_at(exchange: Exchange) -> datetime | None:
    return (await exchange.store.open_items.bookmark()).finished_at


async def topped_up(exchange: Exchange) -> int:
    return (await exchange.store.ledger.totals()).get(AccountKind.TOP_UPS, 0)


async def test_what_was_missed_is_done_at_the_start_and_then_once_a_day(
    exchange: Exchange,
) -> None:
    provider = Dashboard(exchange.provider.journal)
    await provider.top_up(100)
    async with running(exchange, exchange.workers.reconciler):
        assert await finished_at(exchange) == exchange.clock.now()
        assert await topped_up(exchange) == 100

        await provider.top_up(20)
        three = (exchange.clock.now() + timedelta(days=1)).replace(hour=3, minute=0)
        await pass_by(exchange, three - exchange.clock.now() - MINUTE)
        assert await topped_up(exchange) == 100
        await pass_by(exchange, 2 * MINUTE)
        assert await topped_up(exchange) == 120


async def test_a_process_without_the_lease_leaves_it_to_the_other(exchange: Exchange) -> None:
    leases = exchange.store.leases
    keepers = build_keepers(leases, VirtualStopwatch(exchange.clock), holder="this")
    reconciler = Reconciler(replace(exchange.app, keepers=keepers))
    held = await leases.acquire(RECONCILIATION, "other", 5 * MINUTE)
    assert held is not None
    async with running(exchange, reconciler):
        await pass_by(exchange, 2 * MINUTE)
        assert await finished_at(exchange) is None
        await leases.release(held)
        await pass_by(exchange, MINUTE)
        assert await finished_at(exchange) is not None
        assert await leases.holder(RECONCILIATION) is None


@pytest.mark.parametrize("role", [ProcessRole.DEADLINES, ProcessRole.HTTP])
async def test_it_is_work_of_the_deadlines(exchange: Exchange, role: ProcessRole) -> None:
    app = replace(exchange.app, roles=frozenset({role}))
    async with Workers(app).running():
        await pass_by(exchange, timedelta(0))
        assert (await finished_at(exchange) is not None) == (role is ProcessRole.DEADLINES)
