"""How the passing of time becomes messages, and how failures are tried again."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from solebook.adapters.messaging.retry_policy import RetryPolicy
from solebook.composition.engine import engine_of
from solebook.core.users.token_lifetimes import TokenLifetimes
from solebook.entrypoints.worker.sweeper import Sweeper
from solebook.ports.language.consumers import Consumer
from solebook.ports.language.deadlines import Deadline, DeadlineKind
from solebook.ports.language.errors import NotFound, Unavailable
from solebook.ports.language.events import DeadlineReached
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import MessageId, OrderId
from solebook.ports.language.market import QuoteStatus
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.language.orders import CancelReason, OrderStatus
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Quarter
from solebook.ports.language.users import Actor
from solebook.ports.outbox import Deadlines, Outbox

from ...exchange import Exchange, build_exchange
from .loops import stop

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
ATTEMPTS = RetryPolicy().max_attempts


async def set_deadline(exchange: Exchange, number: int, after: timedelta) -> Deadline:
    due_at = exchange.clock.now() + after
    deadline = Deadline(DeadlineKind.PAYMENT, OrderId(UUID(int=number)), due_at)
    async with exchange.store.transaction():
        await exchange.store.deadlines.set(deadline)
    return deadline


def sweeper_on(exchange: Exchange, **ports: Any) -> Sweeper:
    """Return a sweeper that meets deadlines with some other ports."""
    operations = exchange.app.operations
    meet_deadlines = replace(operations.meet_deadlines, **ports)
    operations = replace(operations, meet_deadlines=meet_deadlines)
    return Sweeper(replace(exchange.app, operations=operations))


async def reached(exchange: Exchange) -> list[UUID]:
    """The orders whose deadlines became messages, in their order."""
    messages = await exchange.store.outbox.unsent(1_000)
    return [m.event.order_id for m in messages if isinstance(m.event, DeadlineReached)]


# ---- deadlines -------------------------------------------------------------------------------


async def test_a_deadline_becomes_one_message_at_its_instant(exchange: Exchange) -> None:
    deadline = await set_deadline(exchange, 1, DAY)
    await exchange.clock.advance(DAY - INSTANT)
    assert await exchange.workers.sweeper.sweep() == 0
    await exchange.clock.advance(INSTANT)
    assert await exchange.workers.sweeper.sweep() == 1
    assert await exchange.workers.sweeper.sweep() == 0
    (message,) = await exchange.store.outbox.unsent(10)
    assert message.event == DeadlineReached(deadline.order_id, DeadlineKind.PAYMENT)


async def test_a_deadline_that_was_cleared_is_never_reached(exchange: Exchange) -> None:
    deadline = await set_deadline(exchange, 1, DAY)
    async with exchange.store.transaction():
        await exchange.store.deadlines.clear(deadline.order_id, [deadline.kind])
    await exchange.clock.advance(2 * DAY)
    assert await exchange.workers.sweeper.sweep() == 0


async def test_many_deadlines_are_met_in_bounded_parts_longest_overdue_first(
    exchange: Exchange,
) -> None:
    for number in range(300):
        await set_deadline(exchange, number + 1, timedelta(seconds=number))
    await exchange.clock.advance(DAY)
    first = await exchange.workers.sweeper.sweep()
    assert 0 < first < 300
    assert first + await exchange.workers.sweeper.sweep() == 300
    assert await reached(exchange) == [UUID(int=number + 1) for number in range(300)]


class FullOutbox(Outbox):
    """Takes nothing."""

    async def add(self, *events: Any) -> None:
        raise Unavailable(what="the store")


async def test_a_deadline_is_kept_until_its_message_is(exchange: Exchange) -> None:
    await set_deadline(exchange, 1, timedelta(0))
    with pytest.raises(Unavailable):
        await sweeper_on(exchange, outbox=FullOutbox()).sweep()  # type: ignore[abstract]  # enough
    assert await exchange.workers.sweeper.sweep() == 1


class InterruptedDeadlines(Deadlines):
    """Something happens once between the look for what is due and what follows from it."""

    def __init__(self, deadlines: Deadlines, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        self._deadlines = deadlines
        self._meanwhile: Callable[[], Awaitable[Any]] | None = meanwhile

    async def set(self, deadline: Deadline) -> None:
        await self._deadlines.set(deadline)

    async def clear(self, order_id: OrderId, kinds: Collection[DeadlineKind]) -> None:
        await self._deadlines.clear(order_id, kinds)

    async def of(self, order_id: OrderId) -> Sequence[Deadline]:
        return await self._deadlines.of(order_id)

    async def running(self, kinds: Collection[DeadlineKind], after: datetime) -> Sequence[Deadline]:
        return await self._deadlines.running(kinds, after)

    async def due(self, now: datetime, limit: int) -> Sequence[Deadline]:
        due = await self._deadlines.due(now, limit)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return due


async def test_a_deadline_that_is_extended_while_it_is_swept_is_met_later(
    exchange: Exchange,
) -> None:
    order = await exchange.trade()
    await exchange.clock.advance(2 * DAY)

    async def extend() -> None:
        await exchange.app.orders.extend_shipment(exchange.seller, order.id)

    deadlines = InterruptedDeadlines(exchange.store.deadlines, extend)
    await sweeper_on(exchange, deadlines=deadlines).sweep()
    await exchange.workers.settle()
    assert (await exchange.order(order.id)).status is OrderStatus.CONFIRMED
    await exchange.later(DAY)
    assert (await exchange.order(order.id)).cancel_reason is CancelReason.SHIPMENT_OVERDUE


# ---- quotes ----------------------------------------------------------------------------------


async def test_an_overdue_quote_is_tidied_away(exchange: Exchange) -> None:
    placed = await exchange.ask(exchange.seller, expires_in_days=1)
    await exchange.clock.advance(DAY)
    assert await exchange.workers.sweeper.sweep() == 1
    quote = await exchange.store.quotes.get(placed.quote.id)
    assert quote.status is QuoteStatus.EXPIRED
    assert await exchange.workers.sweeper.sweep() == 0


# ---- failures --------------------------------------------------------------------------------


class Broken:
    """A consumer with a defect, until it is mended."""

    def __init__(self, exchange: Exchange) -> None:
        self.is_mended = False
        self.tries: list[timedelta] = []
        self.handled: list[Message] = []
        self._clock, self._start = exchange.clock, exchange.clock.now()
        exchange.app.adapters.event_bus.subscribe(
            Consumer("tests.broken", "order.created", self.handle, Queue.TRADE)
        )

    async def handle(self, message: Message) -> None:
        self.tries.append(self._clock.now() - self._start)
        if not self.is_mended:
            raise KeyError("a defect")
        self.handled.append(message)


async def dead(exchange: Exchange) -> list[Delivery]:
    return list((await exchange.store.dead_letters.page(PageRequest())).items)


async def test_a_failing_consumer_is_tried_again_ever_later_and_then_given_up(
    exchange: Exchange,
) -> None:
    broken = Broken(exchange)
    await exchange.trade()
    assert await exchange.workers.sweeper.sweep() == 0  # it is too early to try again
    await exchange.quiet()
    waits = [
        later - earlier for earlier, later in zip(broken.tries, broken.tries[1:], strict=False)
    ]
    assert len(broken.tries) == ATTEMPTS
    for attempt, wait in enumerate(waits):
        backoff = min(timedelta(seconds=2**attempt), timedelta(minutes=5))
        assert backoff / 2 <= wait <= backoff
    await exchange.later(DAY)
    assert len(broken.tries) == ATTEMPTS
    (letter,) = await dead(exchange)
    assert (letter.consumer, letter.attempts) == ("tests.broken", ATTEMPTS)
    assert letter.error == "KeyError: 'a defect'"


async def test_a_consumer_that_fails_holds_up_no_other(exchange: Exchange) -> None:
    Broken(exchange)
    order = await exchange.trade()
    assert await exchange.store.authentication_tasks.find_by_order(order.id) is not None
    assert len(await exchange.store.tape.summaries()) == 1


async def test_a_dead_letter_that_is_replayed_is_handled(exchange: Exchange) -> None:
    broken = Broken(exchange)
    order = await exchange.trade()
    await exchange.quiet()
    broken.is_mended = True
    (letter,) = await dead(exchange)
    await exchange.store.dead_letters.replay(letter.id, exchange.clock.now())
    await exchange.workers.settle()
    assert [message.key for message in broken.handled] == [str(order.id)]
    assert await dead(exchange) == []
    assert await exchange.waiting() == []


async def test_a_replay_that_fails_again_is_tried_as_often_as_the_first_time(
    exchange: Exchange,
) -> None:
    broken = Broken(exchange)
    await exchange.trade()
    await exchange.quiet()
    (letter,) = await dead(exchange)
    await exchange.store.dead_letters.replay(letter.id, exchange.clock.now())
    await exchange.quiet()
    assert len(broken.tries) == 2 * ATTEMPTS
    assert [again.id for again in await dead(exchange)] == [letter.id]


# ---- forgetting ------------------------------------------------------------------------------


async def test_what_was_handled_is_remembered_for_a_week(exchange: Exchange) -> None:
    message_id = MessageId(UUID(int=1))
    key = IdempotencyKey(exchange.buyer.user_id, "bids", "key", "fingerprint")
    async with exchange.store.transaction():
        await exchange.store.inbox.note([("tests", message_id)], exchange.clock.now())
        await exchange.store.idempotency_keys.remember(key, b"answer", exchange.clock.now())
    await exchange.later(7 * DAY)
    assert await exchange.store.inbox.contains("tests", message_id)
    assert await exchange.store.idempotency_keys.find(key) == b"answer"
    await exchange.later(timedelta(hours=1))
    assert not await exchange.store.inbox.contains("tests", message_id)
    assert await exchange.store.idempotency_keys.find(key) is None


async def test_a_session_is_forgotten_a_week_after_its_last_token_expired(
    exchange: Exchange,
) -> None:
    user = await exchange.app.users.register_user(
        email="user@example.com", password="a long password", first_name="Test", last_name="User"
    )
    signed_in = await exchange.app.users.sign_in(email=user.email, password="a long password")
    _, session_id = await exchange.app.users.authenticate_request(signed_in.access_token)
    await exchange.later(TokenLifetimes().refresh + 7 * DAY)
    assert (await exchange.store.sessions.get(session_id)).user_id == user.id
    await exchange.later(timedelta(hours=1))
    with pytest.raises(NotFound):
        await exchange.store.sessions.get(session_id)


async def test_what_cannot_be_forgotten_stops_nothing_else_and_is_tried_an_hour_later(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await exchange.app.users.register_user(
        email="user@example.com", password="a long password", first_name="Test", last_name="User"
    )
    await exchange.app.closing.close_account(Actor(user.id, user.roles), password="a long password")
    await exchange.workers.settle()

    async def fail(before: datetime) -> int:
        raise Unavailable(what="the store")

    monkeypatch.setattr(exchange.store.inbox, "forget", fail)
    sweeper = exchange.workers.sweeper
    await exchange.clock.advance(11 * DAY)
    with pytest.raises(Unavailable):
        await sweeper.sweep()
    assert (await exchange.store.users.get(user.id)).erased_at is not None
    await sweeper.sweep()
    await exchange.clock.advance(timedelta(hours=1))
    with pytest.raises(Unavailable):
        await sweeper.sweep()


async def test_what_people_were_told_is_kept_for_a_year(exchange: Exchange) -> None:
    notifications, buyer_id = exchange.store.notifications, exchange.buyer.user_id
    (welcome,) = (await notifications.of_user(buyer_id, PageRequest())).items
    await exchange.later(365 * DAY)
    assert (await notifications.of_user(buyer_id, PageRequest())).items == (welcome,)
    await exchange.later(timedelta(hours=1))
    assert (await notifications.of_user(buyer_id, PageRequest())).items == ()


async def test_what_may_still_be_sent_again_is_remembered_however_old_it_is(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.app.orders.confirm_delivery(exchange.buyer, order.id)
    (message,) = await exchange.store.outbox.unsent(10)
    await exchange.bus.publish(message)  # and then it was not marked as sent: a crash
    await exchange.clock.advance(30 * DAY)
    await exchange.workers.sweeper.sweep()
    await exchange.workers.settle()
    quarter = Quarter.of(exchange.clock.now() - 30 * DAY)
    volumes = await exchange.store.seller_records.of([order.seller_id], [quarter])
    assert volumes[order.seller_id, quarter].sales == 1


async def test_what_waits_to_be_tried_again_is_remembered_however_old_it_is(
    exchange: Exchange,
) -> None:
    order = await exchange.trade(OrderStatus.SHIPPING_TO_BUYER)
    await exchange.app.orders.confirm_delivery(exchange.buyer, order.id)
    (message,) = await exchange.store.outbox.unsent(10)
    await exchange.workers.settle()
    exchange.bus.failing["payments.record_completed_sale:order.delivered"] = 1
    await exchange.bus.publish(message)  # once more, and this time the consumer fails
    await exchange.clock.advance(30 * DAY)
    await exchange.workers.sweeper.sweep()
    await exchange.workers.settle()
    quarter = Quarter.of(exchange.clock.now() - 30 * DAY)
    volumes = await exchange.store.seller_records.of([order.seller_id], [quarter])
    assert volumes[order.seller_id, quarter].sales == 1


# ---- life ------------------------------------------------------------------------------------


async def test_workers_see_to_what_falls_due_while_they_run() -> None:
    exchange = build_exchange()
    async with exchange.workers.running():
        assert engine_of(exchange.app).is_running
        for number in range(3):
            await set_deadline(exchange, number + 1, timedelta(seconds=number))
        await exchange.clock.advance(timedelta(seconds=10))
        assert await exchange.store.deadlines.due(exchange.clock.now(), 10) == []
    assert not engine_of(exchange.app).is_running


async def test_a_clock_that_is_moved_during_a_sweep_is_followed_at_once(exchange: Exchange) -> None:
    await exchange.workers.settle()  # it is noted that the exchange is up
    deadline = await set_deadline(exchange, 1, timedelta(seconds=30))

    async def move() -> None:
        await exchange.clock.advance(timedelta(seconds=30))  # as a demo does

    deadlines = InterruptedDeadlines(exchange.store.deadlines, move)
    running = asyncio.create_task(sweeper_on(exchange, deadlines=deadlines).run())
    await exchange.clock.advance(timedelta(0))
    assert await reached(exchange) == []
    await exchange.clock.advance(timedelta(milliseconds=50))
    assert await reached(exchange) == [deadline.order_id]
    await stop(running)


async def test_a_loop_that_fails_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solebook.entrypoints.worker.workers._PAUSE", 0)
    exchange = build_exchange()
    errors: list[Exception] = [KeyError("a defect"), Unavailable(what="the store")]
    sweep = exchange.workers.sweeper.sweep

    async def failing() -> int:
        if errors:
            raise errors.pop()
        return await sweep()

    monkeypatch.setattr(exchange.workers.sweeper, "sweep", failing)
    async with exchange.workers.running():
        await set_deadline(exchange, 1, timedelta(0))
        await exchange.clock.advance(timedelta(seconds=10))
        assert errors == []
        assert await exchange.store.deadlines.due(exchange.clock.now(), 10) == []
        before = asyncio.all_tasks()
    assert asyncio.all_tasks() < before
