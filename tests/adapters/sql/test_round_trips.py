"""Every value of the ports' types is read back from the store as it was written."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.adapters.sql.engine.payloads import (
    decode,
    decode_event,
    decode_notice,
    decode_step,
    encode,
)
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store
from solebook.ports.language.analytics import Sale
from solebook.ports.language.authentication import AuthenticationTask, Verdict
from solebook.ports.language.batch import Batch, OpenedOrder
from solebook.ports.language.catalog import Product, Reservation
from solebook.ports.language.deadlines import Deadline
from solebook.ports.language.events import EVENTS, Event, UserRegistered
from solebook.ports.language.halts import Halt
from solebook.ports.language.idempotency import IdempotencyKey
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Match, Quote, Side
from solebook.ports.language.messages import Delivery, Queue
from solebook.ports.language.notices import NOTICES
from solebook.ports.language.notifications import (
    Notice,
    Notification,
    NotificationKind,
    NotificationPreferences,
)
from solebook.ports.language.orders import Order
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Payment, Payout, Webhook
from solebook.ports.language.placement import Placement
from solebook.ports.language.price_alerts import PriceAlert
from solebook.ports.language.steps import ORDER_STEPS, OrderStep, RecordedStep
from solebook.ports.language.users import AccessClaims, Address, RefreshToken, Session, User

from ...ports.records import payment_of
from .words import any_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


# ---- JSON ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", EVENTS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_event_survives_json(subject: str, data: st.DataObject) -> None:
    event: Event = data.draw(any_of(EVENTS[subject]))
    again = decode_event(event.SUBJECT, event.VERSION, encode(event))
    assert again == event
    assert type(again) is type(event)


@pytest.mark.parametrize("name", ORDER_STEPS)
@settings(max_examples=10)
@given(data=st.data())
def test_every_event_of_an_order_survives_json(name: str, data: st.DataObject) -> None:
    event: OrderStep = data.draw(any_of(ORDER_STEPS[name]))
    again = decode_step(event.TYPE, encode(event))
    assert again == event
    assert type(again) is type(event)


@pytest.mark.parametrize("kind", NOTICES)
@settings(max_examples=10)
@given(data=st.data())
def test_every_notice_survives_json(kind: NotificationKind, data: st.DataObject) -> None:
    notice: Notice = data.draw(any_of(NOTICES[kind]))
    again = decode_notice(kind, encode(notice))
    assert again == notice
    assert type(again) is type(notice)


@pytest.mark.parametrize("kind", [Placement, Verdict, AccessClaims])
@settings(max_examples=10)
@given(data=st.data())
def test_records_survive_json(kind: type[Any], data: st.DataObject) -> None:
    record = data.draw(any_of(kind))
    assert decode(encode(record), kind) == record


def test_an_event_of_another_version_is_not_guessed_at() -> None:
    event = UserRegistered(UserId(UUID(int=1)))
    with pytest.raises(AssertionError, match="version 2"):
        decode_event(event.SUBJECT, 2, encode(event))


# ---- rows ----------------------------------------------------------------------------------------


async def user(store: Store, first: User, second: User) -> None:
    await store.users.add(first)
    assert await store.users.get(first.id) == first
    second = replace(second, id=first.id)
    await store.users.save(second)
    assert await store.users.get(first.id) == second
    assert await store.users.find_by_email(second.email) == second


async def address(store: Store, first: Address, second: Address) -> None:
    await a_user(store, first.user_id)
    second = replace(second, user_id=first.user_id)
    await store.addresses.add(first)
    await store.addresses.add(second)
    assert list(await store.addresses.of(first.user_id)) == [first, second]


async def session(store: Store, first: Session, second: Session) -> None:
    await a_user(store, first.user_id)
    second = replace(second, user_id=first.user_id)
    await store.sessions.add(first)
    await store.sessions.add(second)
    assert await store.sessions.get(first.id) == first
    assert await store.sessions.get(second.id) == second


async def refresh_token(store: Store, first: RefreshToken, _: RefreshToken) -> None:
    owner = UserId(first.session_id)
    await a_user(store, owner)
    await store.sessions.add(Session(first.session_id, owner, NOW))
    await store.sessions.add_token(first)
    assert await store.sessions.find_token(first.token_hash) == first


async def product(store: Store, first: Product, second: Product) -> None:
    await store.products.add(first)
    assert await store.products.get(first.id) == first
    second = replace(second, id=first.id, version=first.version + 1)
    await store.products.save(second)
    assert await store.products.get(first.id) == second
    assert (await store.products.page(PageRequest())).items == (second,)


async def reservation(store: Store, first: Reservation, _: Reservation) -> None:
    await store.stock.reserve(first)
    assert await store.stock.find(first.order_id) == first


async def quote(store: Store, first: Quote, second: Quote) -> None:
    await commit(store, first)
    assert await store.quotes.get(first.id) == first
    fixed = ("id", "side", "user_id", "book", "created_at", "time_in_force")
    changed = replace(second, **{name: getattr(first, name) for name in fixed})
    await commit(store, changed={first.id: changed})
    assert await store.books.get([first.id]) == {first.id: changed}


async def halt(store: Store, first: Halt, second: Halt) -> None:
    await commit(store, halts={first.id: first})
    assert await store.halts.get(first.id) == first
    await commit(store, halts={first.id: replace(second, id=first.id)})
    assert await store.halts.get(first.id) == replace(second, id=first.id)


async def match(store: Store, first: Match, quotes: tuple[Quote, Quote]) -> None:
    bid = replace(quotes[0], id=first.bid_id, side=Side.BID)
    ask = replace(quotes[1], id=first.ask_id, side=Side.ASK)
    await commit(store, bid, ask, matches=[first])
    assert await store.quotes.match(first.id) == first
    assert await store.books.matches([first.id]) == {first.id: first}


async def order(store: Store, first: Order, second: Order) -> None:
    first = replace(first, version=1)
    await commit(store, opened=[OpenedOrder(first, payment_of(first), (), (), ())])
    assert await store.orders.get(first.id) == first
    # What a match settles never changes; all else may.
    settled = ["bid_id", "ask_id", "buyer_id", "seller_id", "book", "price", "fees", "matched_at"]
    fixed = {name: getattr(first, name) for name in settled}
    second = replace(second, id=first.id, version=1, **fixed)
    await store.orders.save(second, [])
    assert await store.orders.get(first.id) == second


async def history(store: Store, first: Order, event: OrderStep) -> None:
    first = replace(first, version=1)
    recorded = RecordedStep(first.id, 1, first.matched_at, event)
    await commit(store, opened=[OpenedOrder(first, payment_of(first), (recorded,), (), ())])
    assert list(await store.orders.history(first.id)) == [recorded]


async def placement(store: Store, first: Placement, key: IdempotencyKey) -> None:
    await commit(store, answers={key: first})
    assert await store.quotes.answered(key) == first
    assert await store.books.answered([key]) == {key: first}


async def payment(store: Store, first: Payment, second: Payment) -> None:
    for put in (first, replace(second, order_id=first.order_id)):
        put = replace(put, refunded=min(put.refunded, put.amount))
        await store.payments.open_or_lock(put)
        await store.payments.save(put)
        assert await store.payments.find(first.order_id) == put


async def payout(store: Store, first: Payout, second: Payout) -> None:
    for put in (first, replace(second, order_id=first.order_id)):
        put = replace(put, paid=min(put.paid, put.amount))
        await store.payouts.open_or_lock(put)
        await store.payouts.save(put)
        assert await store.payouts.find(first.order_id) == put


async def webhook(store: Store, first: Webhook, _: Webhook) -> None:
    await store.webhooks.store(first)
    assert await store.webhooks.get(first.id) == first


async def task(store: Store, first: AuthenticationTask, second: AuthenticationTask) -> None:
    await store.authentication_tasks.add(first)
    assert await store.authentication_tasks.get(first.id) == first
    second = replace(second, id=first.id, version=first.version + 1)
    await store.authentication_tasks.save(second)
    assert await store.authentication_tasks.find_by_order(second.order_id) == second


async def sale(store: Store, first: Sale, _: Sale) -> None:
    await store.tape.record(first)
    assert (await store.tape.sales(first.book.product_id, PageRequest())).items == (first,)


async def price_alert(store: Store, first: PriceAlert, second: PriceAlert) -> None:
    second = replace(second, id=first.id, user_id=first.user_id)
    for put in (first, second):
        await store.price_alerts.add(put)
        assert (await store.price_alerts.of_user(put.user_id, PageRequest())).items == (put,)
        await store.price_alerts.remove(put.user_id, put.id)


async def notification(store: Store, first: Notification, second: Notification) -> None:
    await store.notifications.add(first)
    assert await store.notifications.find(first.id) == first
    await store.notifications.mark(first.id, second.read_at)
    assert await store.notifications.find(first.id) == replace(first, read_at=second.read_at)


async def preferences(
    store: Store, first: NotificationPreferences, second: NotificationPreferences
) -> None:
    for put in (first, replace(second, user_id=first.user_id)):
        await store.preferences.put(put)
        assert await store.preferences.get(first.user_id) == put


async def deadline(store: Store, first: Deadline, second: Deadline) -> None:
    for put in (first, replace(first, due_at=second.due_at)):
        await store.deadlines.set(put)
        assert list(await store.deadlines.due(put.due_at, 2)) == [put]


async def delivery(store: Store, first: Delivery, second: Delivery) -> None:
    message = replace(second.message, id=first.message.id)
    for put in (first, replace(second, consumer=first.consumer, message=message)):
        await store.deliveries.put(put)
        dead = (await store.dead_letters.page(PageRequest())).items
        queued = [
            await store.deliveries.first_in(queue, max(NOW, put.due_at), 2) for queue in Queue
        ]
        assert (*dead, *chain.from_iterable(queued)) == (put,)


async def a_user(store: Store, user_id: UserId) -> None:
    await store.users.add(User(user_id, "user@example.com", "", "Test", "User", NOW))


async def commit(store: Store, *added: Quote, **fields: Any) -> None:
    ownership = await store.books.take(0, NOW)
    batch = Batch(sequence=1, added={quote.id: quote for quote in added}, **fields)
    await store.books.commit(ownership, batch)


TRIPS: dict[str, tuple[Callable[[Store, Any, Any], Awaitable[None]], Any, Any]] = {
    "user": (user, User, User),
    "address": (address, Address, Address),
    "session": (session, Session, Session),
    "refresh token": (refresh_token, RefreshToken, RefreshToken),
    "product": (product, Product, Product),
    "reservation": (reservation, Reservation, Reservation),
    "quote": (quote, Quote, Quote),
    "halt": (halt, Halt, Halt),
    "match": (match, Match, tuple[Quote, Quote]),
    "order": (order, Order, Order),
    "history": (history, Order, OrderStep),
    "placement": (placement, Placement, IdempotencyKey),
    "payment": (payment, Payment, Payment),
    "payout": (payout, Payout, Payout),
    "webhook": (webhook, Webhook, Webhook),
    "task": (task, AuthenticationTask, AuthenticationTask),
    "sale": (sale, Sale, Sale),
    "price alert": (price_alert, PriceAlert, PriceAlert),
    "notification": (notification, Notification, Notification),
    "preferences": (preferences, NotificationPreferences, NotificationPreferences),
    "deadline": (deadline, Deadline, Deadline),
    "failed delivery": (delivery, Delivery, Delivery),
}


@pytest.mark.parametrize("name", TRIPS)
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_every_record_is_read_back_whole(
    empty_database: Path, name: str, data: st.DataObject
) -> None:
    trip, first, second = TRIPS[name]
    pairs = data.draw(st.lists(st.tuples(any_of(first), any_of(second)), min_size=5, max_size=5))

    async def travel(path: Path) -> None:
        shutil.copyfile(empty_database, path)
        clock = VirtualClock(NOW)
        ids = SeededIds(seed=1, clock=clock)
        async with SqlDatabase(f"sqlite:///{path}") as database:
            store = build_sql_store(database, clock=clock, ids=ids)
            for pair in pairs:
                with suppress(Undo):
                    await there_and_back(store, pair)

    async def there_and_back(store: Store, pair: tuple[Any, Any]) -> None:
        async with store.transaction():
            await trip(store, *pair)
            raise Undo

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(travel(Path(folder, "solebook.db")))


class Undo(Exception):
    """The next record is to find an empty store."""
