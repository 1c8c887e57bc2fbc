"""New offers are refused while charging falls behind, and only then."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from solebook.composition.routes import TO_THE_CHARGE
from solebook.core.bidding.admission import Admission
from solebook.ports.charge_backlog import ChargeBacklog
from solebook.ports.language.errors import Overloaded
from solebook.ports.language.events import PaymentRequested
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.market import QuoteStatus, Side
from solebook.ports.language.messages import Queue
from solebook.ports.language.orders import Order, OrderStatus

from ...exchange import MONDAY, Exchange, build_exchange

THIRD = timedelta(seconds=5) / 3
"""A third of the longest wait that the rules allow."""
LATE = THIRD + timedelta(microseconds=1)


async def is_overloaded(exchange: Exchange) -> bool:
    return await exchange.app.admission.is_overloaded()


# ---- what is refused -------------------------------------------------------------------------


async def test_new_and_repriced_offers_are_refused_while_an_order_waits_too_long_to_be_charged(
    exchange: Exchange,
) -> None:
    bidding = exchange.app.bidding
    bid = (await exchange.bid(exchange.buyer, 10_000)).quote
    ask = (await exchange.ask(exchange.seller, 90_000)).quote
    await exchange.match()
    await exchange.clock.advance(LATE)
    for refused in (
        exchange.bid(exchange.buyer),
        exchange.ask(exchange.seller),
        bidding.reprice_quote(exchange.buyer, Side.BID, bid.id, amount=11_000),
        bidding.reprice_quote(exchange.seller, Side.ASK, ask.id, amount=80_000),
    ):
        with pytest.raises(Overloaded) as overloaded:
            await refused
        assert overloaded.value.retry_after > 0
    assert (await exchange.store.quotes.get(bid.id)).amount == 10_000


async def test_standing_quotes_can_be_cancelled_and_prolonged_while_offers_are_refused(
    exchange: Exchange,
) -> None:
    bidding = exchange.app.bidding
    bid = (await exchange.bid(exchange.buyer, 10_000)).quote
    ask = (await exchange.ask(exchange.seller, 90_000)).quote
    await exchange.match()
    await exchange.clock.advance(LATE)
    assert await is_overloaded(exchange)
    await bidding.reprice_quote(exchange.seller, Side.ASK, ask.id, expires_in_days=100)
    cancelled = await bidding.cancel_quote(exchange.buyer, Side.BID, bid.id)
    assert cancelled.status is QuoteStatus.CANCELLED


async def test_a_repeated_offer_gets_its_first_answer_while_offers_are_refused(
    exchange: Exchange,
) -> None:
    key = IdempotencyKey(exchange.buyer.user_id, "bids", "key-1", "aa")
    placed = await exchange.bid(exchange.buyer, 10_000, idempotency_key=key)
    await exchange.match()
    await exchange.clock.advance(LATE)
    again = await exchange.bid(exchange.buyer, 10_000, idempotency_key=key)
    assert again == replace(placed, replayed=True)


# ---- until when ------------------------------------------------------------------------------


async def test_offers_are_taken_until_an_order_has_waited_a_third_as_long_as_it_may(
    exchange: Exchange,
) -> None:
    await exchange.match()
    await exchange.clock.advance(THIRD)
    assert not await is_overloaded(exchange)


async def test_offers_are_taken_again_once_the_orders_are_charged_although_the_clock_stands_still(
    exchange: Exchange,
) -> None:
    await exchange.match()
    await exchange.clock.advance(LATE)
    assert await is_overloaded(exchange)
    await exchange.workers.settle()
    await exchange.bid(exchange.buyer)


async def test_orders_that_waited_while_the_process_was_down_are_a_backlog(
    exchange: Exchange,
) -> None:
    await exchange.match()
    await exchange.clock.advance(timedelta(minutes=20))
    with pytest.raises(Overloaded):
        await exchange.ask(exchange.seller)
    await exchange.workers.settle()
    await exchange.ask(exchange.seller)


# ---- what does not stop admission ------------------------------------------------------------


@pytest.mark.parametrize("consumer", TO_THE_CHARGE)
async def test_one_poisoned_order_does_not_stop_admission(
    exchange: Exchange, consumer: str
) -> None:
    exchange.bus.failing[consumer] = 1
    order_id = await exchange.match()
    await exchange.workers.settle()
    await exchange.clock.advance(LATE)
    assert (await exchange.payment(order_id)).attempted_at is None
    assert not await is_overloaded(exchange)
    other = await exchange.trade(buyer=await exchange.new_buyer())
    assert other.status is OrderStatus.CONFIRMED


async def test_an_outage_of_the_provider_does_not_stop_admission(exchange: Exchange) -> None:
    exchange.line.is_cut = True
    for _ in range(3):
        await exchange.match(buyer=await exchange.new_buyer())
    await exchange.workers.settle()
    await exchange.later(timedelta(minutes=5))
    assert not await is_overloaded(exchange)
    exchange.line.is_cut = False


async def test_an_unanswered_charge_delays_only_orders_of_the_same_buyer(
    exchange: Exchange,
) -> None:
    for _ in range(3):
        await exchange.match()
    await exchange.workers.relay.drain()
    exchange.line.hold()
    at_work = asyncio.create_task(exchange.bus.work_off(Queue.CHARGES))
    await exchange.line.arrival()
    await exchange.clock.advance(LATE)
    assert not await is_overloaded(exchange)
    exchange.line.release()
    await at_work


async def test_a_buyer_with_many_orders_does_not_close_the_market_between_two_charges(
    exchange: Exchange,
) -> None:
    """Each charge takes 1.5 seconds here, so the last order waits for 4.5 of its buyer's own."""
    order_ids = [await exchange.match() for _ in range(4)]
    await exchange.workers.relay.drain()
    for order_id in order_ids:
        await exchange.clock.advance(timedelta(seconds=1.5))
        assert not await is_overloaded(exchange)
        order = await exchange.order(order_id)
        await exchange.app.payments.charge_buyer(payment_request(order))


def payment_request(order: Order) -> PaymentRequested:
    return PaymentRequested(order.id, order.buyer_id, order.buyer_total)


# ---- how often the store is asked ------------------------------------------------------------


class CountingBacklog(ChargeBacklog):
    """Counts the calls."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.waits = False

    async def waits_since_before(self, instant: datetime, *, consumers: Collection[str]) -> bool:
        self.asked.append(instant)
        await asyncio.sleep(0)
        return self.waits


async def test_the_store_is_asked_four_times_a_second_at_most() -> None:
    exchange, backlog = build_exchange(), CountingBacklog()
    admission = Admission(
        backlog=backlog, clock=exchange.clock, max_backlog=timedelta(seconds=5), consumers=()
    )
    await asyncio.gather(*(admission.check() for _ in range(50)))
    assert backlog.asked == [MONDAY - THIRD]
    await exchange.clock.advance(timedelta(milliseconds=249))
    await admission.check()
    assert len(backlog.asked) == 1
    backlog.waits = True
    await exchange.clock.advance(timedelta(milliseconds=1))
    for _ in range(3):
        with pytest.raises(Overloaded):
            await admission.check()
        await exchange.clock.advance(timedelta(milliseconds=10))
    assert len(backlog.asked) == 2
