"""After any acts of people and the provider, the ledger is the provider's, and damage is named."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.composition.engine import engine_of
from solebook.ports.language.errors import Refusal
from solebook.ports.language.ids import OrderId
from solebook.ports.language.movements import Movement
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.payments import AccountKind, Entry, Transfer

from ...exchange import Exchange, build_exchange
from .altered_provider import with_movements
from .reconciling import is_balanced, reconcile

CARDS = (tokens.CARD, tokens.CARD_WITH_A_FEE, tokens.CARD_THAT_TIMES_OUT, tokens.DECLINED_CARD)
ANY = st.integers(0, 1_000)


@dataclass
class Story:
    """An exchange, whose provider tells nobody what its people do there."""

    exchange: Exchange
    orders: list[OrderId] = field(default_factory=list)
    payouts: list[str] = field(default_factory=list)
    withdrawals: list[str] = field(default_factory=list)

    @property
    def dashboard(self) -> Dashboard:
        return Dashboard(self.exchange.provider.journal)

    async def trade(self, pick: int) -> None:
        buyer = await self.exchange.new_buyer(CARDS[pick % len(CARDS)])
        self.orders.append(await self.exchange.match(buyer=buyer))

    async def deliver(self, _: int) -> None:
        order = await self.exchange.trade(OrderStatus.DELIVERED)
        self.orders.append(order.id)

    async def fail(self, _: int) -> None:
        self.orders.append((await self.exchange.trade(OrderStatus.AUTH_FAILED)).id)

    async def charge(self, pick: int) -> None:
        await self.dashboard.charge(self._order(pick), 1_000 + pick)

    async def refund(self, pick: int) -> None:
        charges = [m for m in await movements(self.exchange) if m.kind == "charge"]
        if charges:
            await self.dashboard.refund(charges[pick % len(charges)].name, 1 + pick)

    async def pay_out(self, pick: int) -> None:
        self.payouts.append((await self.dashboard.pay_out(self._order(pick), 1 + pick)).id)

    async def return_payout(self, _: int) -> None:
        if self.payouts:
            await self.dashboard.return_payout(self.payouts.pop())

    async def withdraw(self, pick: int) -> None:
        self.withdrawals.append(await self.dashboard.withdraw(1 + pick))

    async def return_withdrawal(self, _: int) -> None:
        if self.withdrawals:
            await self.dashboard.return_withdrawal(self.withdrawals.pop())

    async def top_up(self, pick: int) -> None:
        await self.dashboard.top_up(1 + pick)

    async def take_fee(self, pick: int) -> None:
        await self.dashboard.take_fee(1 + pick)

    async def wait(self, pick: int) -> None:
        await self.exchange.later(timedelta(hours=pick % 100))

    async def settle(self, _: int) -> None:
        await self.exchange.workers.settle()

    async def reconcile(self, _: int) -> None:
        await reconcile(self.exchange)

    def _order(self, pick: int) -> OrderId | None:
        return self.orders[pick % len(self.orders)] if self.orders and pick % 3 else None


ACTS: tuple[Callable[[Story, int], Awaitable[None]], ...] = (
    *(Story.trade, Story.deliver, Story.fail, Story.charge, Story.refund, Story.pay_out),
    *(Story.return_payout, Story.withdraw, Story.return_withdrawal, Story.top_up),
    *(Story.take_fee, Story.wait, Story.settle, Story.reconcile),
)


Acts = list[tuple[Callable[[Story, int], Awaitable[None]], int]]
STORIES = st.lists(st.tuples(st.sampled_from(ACTS), ANY), min_size=1, max_size=12)


@given(acts=STORIES, damage=ANY)
@settings(max_examples=6)
def test_the_ledger_is_the_providers_to_the_cent_and_damage_is_named(
    acts: Acts, damage: int
) -> None:
    asyncio.run(_story(acts, damage))


@pytest.mark.integration
@pytest.mark.no_cover
@given(acts=STORIES, damage=ANY)
@settings(max_examples=40)
def test_the_ledger_is_the_providers_after_many_stories(acts: Acts, damage: int) -> None:
    asyncio.run(_story(acts, damage))


async def _story(acts: Acts, damage: int) -> None:
    exchange = build_exchange()
    await exchange.open()
    story = Story(exchange)
    for act, pick in acts:
        try:
            await act(story, pick)
        except Refusal:
            continue
    await _come_to_rest(exchange)
    assert await is_balanced(exchange)
    assert await reconcile(exchange) == []
    await exchange.later(timedelta(hours=2))
    await _come_to_rest(exchange)
    assert await reconcile(exchange, whole=True) == []
    await _damage_the_ledger(exchange, damage)
    await _damage_the_provider(exchange, damage)
    await engine_of(exchange.app).stop()


async def _come_to_rest(exchange: Exchange) -> None:
    """Let everything happen that is due, and what nobody reported be found."""
    for _ in range(10):
        await exchange.quiet()
        if not await reconcile(exchange):
            return
        await exchange.later(timedelta(hours=2))
    raise AssertionError(await reconcile(exchange))


async def movements(exchange: Exchange) -> list[Movement]:
    return list(await exchange.provider.movements("", 1_000))


async def _damage_the_ledger(exchange: Exchange, pick: int) -> None:
    """Move money in the ledger that nobody moved, and expect it to be named."""
    posted = await exchange.store.ledger.moved_after(0, 1_000)
    if not posted:
        return
    victim = posted[pick % len(posted)].transfer
    entries = tuple(Entry(entry.account, -entry.amount) for entry in victim.entries)
    more = Transfer(f"{victim.id}:again", victim.order_id, exchange.clock.now(), entries)
    async with exchange.store.transaction():
        await exchange.store.ledger.post(more)
    owners = [e.account.owner for e in victim.entries if e.account.kind is AccountKind.SUSPENSE]
    named = [str(victim.order_id), *owners, victim.id.partition(":")[2]]

    found = await reconcile(exchange)
    found += await reconcile(exchange, whole=True)

    assert any(name in str(each) for each in found for name in named), (victim, found)
    back = replace(more, id=f"{more.id}:back", entries=victim.entries)
    async with exchange.store.transaction():
        await exchange.store.ledger.post(back)


async def _damage_the_provider(exchange: Exchange, pick: int) -> None:
    """Let a movement be another one, and then be gone, and expect it to be named."""
    every = await movements(exchange)
    if not every:
        return
    victim = every[pick % len(every)]
    other = replace(victim, amount=victim.amount + 1)
    for altered in (
        with_movements(exchange, extra=[other]),
        with_movements(exchange, without=[victim]),
    ):
        await exchange.clock.advance(timedelta(hours=1))
        found = [str(each) for each in await reconcile(altered, whole=True)]
        assert [each for each in found if each.startswith(f"movement {victim.place}:")], found
