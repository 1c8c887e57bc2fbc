"""An exchange on SQLite is killed and restarted in another process days later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from solebook.adapters.embedded.card_vault import EmbeddedCardVault
from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.embedded import embedded_adapters
from solebook.composition.engine import engine_of
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.ports.language.orders import CancelReason, OrderStatus, PayoutStatus

from ...exchange import MONDAY, Exchange, exchange_on

DAY, AWAY = timedelta(days=1), timedelta(days=5)
INSTANT = timedelta(microseconds=1)


class Machine:
    """The state that survives the process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = VirtualClock(MONDAY)
        self.ids = SeededIds(1, self.clock)
        self.journal = MemoryJournal()

    @asynccontextmanager
    async def process(self) -> AsyncIterator[Exchange]:
        async with open_sql_database(self.url, migrate=False) as database:
            store = build_sql_store(database, clock=self.clock, ids=self.ids)
            adapters = embedded_adapters(store, clock=self.clock, ids=self.ids)
            provider = EmbeddedPaymentProvider(self.journal, self.clock, "whsec_embedded")
            vault = EmbeddedCardVault(provider)
            yield exchange_on(replace(adapters, payment_provider=provider, card_vault=vault))


async def test_deadlines_are_put_off_by_the_downtime(url: str) -> None:
    machine = Machine(url)
    async with machine.process() as before:
        await before.open()
        to_ship = await before.trade()
        delivered = await before.trade(OrderStatus.DELIVERED)
        await engine_of(before.app).stop()
    await machine.clock.advance(AWAY)
    async with machine.process() as exchange, machine.process() as other:
        await exchange.reopen(before)
        await asyncio.gather(exchange.app.uptime(), other.app.uptime())
        await exchange.workers.settle()
        assert (await exchange.order(to_ship.id)).ship_by == MONDAY + 2 * DAY + AWAY
        await exchange.later(2 * DAY - INSTANT)
        assert (await exchange.order(to_ship.id)).status is OrderStatus.CONFIRMED
        await exchange.later(INSTANT)
        ended = await exchange.order(to_ship.id)
        assert ended.cancel_reason is CancelReason.SHIPMENT_OVERDUE
        await exchange.later(DAY - INSTANT)
        assert (await exchange.order(delivered.id)).payout_status is PayoutStatus.HELD
        await exchange.later(INSTANT)
        assert (await exchange.order(delivered.id)).payout_status is PayoutStatus.PAID
        await engine_of(exchange.app).stop()
