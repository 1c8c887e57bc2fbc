"""Wait for the outcome of a request in another process, with a timeout."""

import asyncio
from datetime import timedelta

from solebook.ports.language.audit import AuditEntry

from ...exchange import Exchange

PATIENCE = timedelta(seconds=3)


async def request(exchange: Exchange) -> AuditEntry:
    ask = (await exchange.ask(exchange.seller)).quote
    return await exchange.app.bidding.request_withdrawal(exchange.admin, ask.id, reason="a test")


async def test_an_existing_outcome_is_returned_at_once(exchange: Exchange) -> None:
    entry = await request(exchange)
    await exchange.workers.settle()
    found = await exchange.app.operations.await_outcome(entry.id, timedelta(0))
    assert found == await exchange.store.audit_log.outcome_of(entry.id)
    assert found is not None


async def test_an_outcome_before_the_timeout_is_returned(exchange: Exchange) -> None:
    entry = await request(exchange)
    waiting = asyncio.create_task(exchange.app.operations.await_outcome(entry.id, PATIENCE))
    await exchange.clock.advance(PATIENCE / 2)
    await exchange.workers.settle()
    assert not waiting.done()
    await exchange.clock.advance(PATIENCE / 10)
    found = await waiting
    assert found is not None
    assert found.act.about == entry.id


async def test_waiting_ends_at_the_timeout(exchange: Exchange) -> None:
    entry = await request(exchange)
    waiting = asyncio.create_task(exchange.app.operations.await_outcome(entry.id, PATIENCE))
    await exchange.clock.advance(PATIENCE - timedelta(milliseconds=1))
    assert not waiting.done()
    await exchange.clock.advance(timedelta(milliseconds=1))
    assert await waiting is None
