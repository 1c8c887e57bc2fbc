"""An exchange of revision 0016 with orders in every state keeps all its data."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from solebook.composition.engine import engine_of
from solebook.core.orders.deadlines import matters
from solebook.core.orders.history import fold
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.authentication import TaskStatus
from solebook.ports.language.complaints import Bearer
from solebook.ports.language.deadlines import DeadlineKind
from solebook.ports.language.events import QuotesWithdrawn
from solebook.ports.language.ids import UserId
from solebook.ports.language.market import Quote, QuoteStatus, Side, WithdrawalReason, is_size
from solebook.ports.language.orders import (
    OrderStatus,
    PaymentStatus,
    PayoutStatus,
    ReturnStatus,
)
from solebook.ports.language.paging import PageRequest

from ....exchange import Exchange
from ....invariants import findings
from ..exchange_0016 import ORDERS

_ALL = PageRequest(limit=100)
ODD_SIZES = "555088-001"
"""The style code of the product that is offered in invalid sizes."""


RENAMED = {"order_events": "order_steps"}
"""The tables that were renamed since."""

NAMES = ("type", "subject", "consumer", "channels")
"""What holds names of steps, events and channels, some of which are others by now."""

FIELDS = {'{"event_id":': '{"webhook_id":'}
"""The fields of events that were renamed since."""


def rows(path: Path) -> dict[str, tuple[list[str], Counter[tuple[Any, ...]]]]:
    """The columns and the rows of every table but those of the search index and of Alembic."""
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        tables = [name for (name,) in names if not name.startswith(("search", "sqlite", "alembic"))]
        found = {}
        for table in tables:
            answer = database.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in answer.description]
            found[table] = columns, Counter(answer.fetchall())
    return found


def test_no_row_is_lost_or_changed_by_the_revisions(restored: Path, migrated: Path) -> None:
    after = rows(migrated / "store.db")
    for table, (columns, before) in rows(restored / "store.db").items():
        new_columns, new_rows = after[RENAMED.get(table, table)]
        kept = [column for column in columns if column in new_columns and column not in NAMES]
        assert kept, table
        old = Counter(_only(kept, columns, row) for row in before.elements())
        new = Counter(_only(kept, new_columns, row) for row in new_rows.elements())
        lost = {
            row for row in old - new if not _is_repaired(table, dict(zip(kept, row, strict=True)))
        }
        assert not lost, f"{table} lost or changed rows"


def _is_repaired(table: str, row: dict[str, Any]) -> bool:
    """Whether a row is one of what that code should not have let in: sizes that are none."""
    if table == "sizes":
        return not is_size(row["size"])
    # The product that was offered in them is a version further.
    return table == "products" and (row["style_code"], row["version"]) == (ODD_SIZES, 1)


def _only(kept: list[str], columns: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    values = dict(zip(columns, row, strict=True))
    for before, after in FIELDS.items():
        if "event" in kept:
            values["event"] = values["event"].replace(before, after)
    return tuple(values[column] for column in kept)


def test_the_revisions_leave_no_row_without_what_it_refers_to(migrated: Path) -> None:
    with closing(sqlite3.connect(migrated / "store.db")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_there_are_orders_in_every_state_and_each_is_what_its_history_says(
    exchange: Exchange,
) -> None:
    orders = await exchange.orders()
    assert {order.id for order in orders} == set(ORDERS.values())
    for order in orders:
        assert fold(await exchange.store.orders.history(order.id)) == order
        assert order in (await exchange.store.orders.of_user(order.buyer_id, _ALL)).items
        assert order in (await exchange.store.orders.of_user(order.seller_id, _ALL)).items
        match = await exchange.store.quotes.match(order.id)
        assert (match.bid_id, match.ask_id, match.price) == (
            order.bid_id,
            order.ask_id,
            order.price,
        )
        await exchange.store.payments.find(order.id)
        await exchange.store.payouts.find(order.id)
        await exchange.store.stock.find(order.id)
    assert {
        OrderStatus.PENDING,
        OrderStatus.CONFIRMED,
        OrderStatus.SELLER_SHIPPING,
        OrderStatus.AUTHENTICATING,
        OrderStatus.AUTH_PASSED,
        OrderStatus.SHIPPING_TO_BUYER,
        OrderStatus.DELIVERED,
        OrderStatus.CANCELLED,
        OrderStatus.AUTH_FAILED,
    } == {order.status for order in orders}
    assert {
        PaymentStatus.PENDING,
        PaymentStatus.CAPTURED,
        PaymentStatus.DECLINED,
        PaymentStatus.ABANDONED,
        PaymentStatus.REFUND_DUE,
        PaymentStatus.REFUNDED,
    } <= {order.payment_status for order in orders}
    assert {PayoutStatus.HELD, PayoutStatus.PAID, PayoutStatus.FAILED} <= {
        order.payout_status for order in orders
    }
    assert {ReturnStatus.DUE, ReturnStatus.SENT} <= {order.return_status for order in orders}


async def test_a_verification_finds_only_that_no_rules_are_stored_yet(
    exchange: Exchange,
) -> None:
    [found] = await findings(exchange.app)
    assert found.startswith("rules: rules in force: there are none")


WAITS_FOR: dict[str, set[DeadlineKind]] = {
    "received_long_ago": {DeadlineKind.CLAIM},
    "in_review_lapsed": {DeadlineKind.REVIEW},
    "auth_passed": {DeadlineKind.DISPATCH},
    "shipping_to_buyer": {DeadlineKind.TRANSIT, DeadlineKind.DELIVERY},
    "return_due": {DeadlineKind.RETURN},
    "refund_dead": {DeadlineKind.REFUND},
    "payout_refused": {DeadlineKind.PAYOUT_ANSWER},
    "paid_out": set(),
}


async def test_orders_that_wait_have_the_deadlines_of_their_states(exchange: Exchange) -> None:
    deadlines = exchange.store.deadlines
    running = {d: {x.kind for x in await deadlines.of(d)} for d in ORDERS.values()}
    for order in await exchange.orders():
        for kind in running[order.id]:
            assert matters(order, kind), (order, kind)
    assert {name: running[ORDERS[name]] for name in WAITS_FOR} == WAITS_FOR


async def test_a_pair_that_nobody_looked_at_is_told_to_the_admins(opened: Exchange) -> None:
    await opened.later(timedelta(days=2))
    alarms = (await opened.store.alarms.page(_ALL, open_only=True)).items
    told = {(alarm.order_id, alarm.kind) for alarm in alarms}
    assert (ORDERS["received_long_ago"], AlarmKind.PAIR_NOT_CLAIMED) in told
    assert (ORDERS["in_review_lapsed"], AlarmKind.REVIEW_OVERDUE) in told


async def test_refunds_from_before_say_who_bore_them(exchange: Exchange) -> None:
    bore = {o.id: o.borne_by for o in await exchange.orders() if o.borne_by is not None}
    assert set(bore.values()) == {Bearer.SELLER}
    for name in ("cancelled_by_seller", "arrival_overdue", "return_sent", "refund_dead"):
        assert ORDERS[name] in bore
    for name in ("declined", "payment_overdue", "charged_late_and_refunded", "paid_out"):
        assert ORDERS[name] not in bore


async def test_what_people_have_is_still_theirs(exchange: Exchange) -> None:
    store = exchange.store
    quotes: list[Quote] = []
    inboxes = alerts = addresses = 0
    for person in exchange.people:
        for side in Side:
            quotes += (await store.quotes.of_user(person.user_id, side, _ALL)).items
        inboxes += len((await store.notifications.of_user(person.user_id, _ALL)).items)
        alerts += len((await store.price_alerts.of_user(person.user_id, _ALL)).items)
        addresses += len(await store.addresses.of(person.user_id))
        await store.preferences.get(person.user_id)
        await store.traders.standing(person.user_id)
    statuses = Counter(quote.status for quote in quotes)
    assert (len(quotes), statuses[QuoteStatus.ACTIVE]) == (129, 22)
    assert {QuoteStatus.MATCHED, QuoteStatus.CANCELLED, QuoteStatus.EXPIRED} <= set(statuses)
    assert (inboxes, alerts, addresses) == (126, 4, 9)
    tasks = (await store.authentication_tasks.page(_ALL)).items
    assert {task.status for task in tasks} == set(TaskStatus)


async def test_quotes_in_invalid_sizes_are_withdrawn_and_their_owners_notified(
    exchange: Exchange,
) -> None:
    async def standing() -> list[Quote]:
        return [
            quote
            for person in exchange.people
            for side in Side
            for quote in (await exchange.store.quotes.of_user(person.user_id, side, _ALL)).items
            if quote.status is QuoteStatus.ACTIVE
        ]

    odd = {quote.id for quote in await standing() if not is_size(quote.book.size)}
    assert len(odd) == 6
    await engine_of(exchange.app).start()
    await engine_of(exchange.app).loaded()
    assert not odd & {quote.id for quote in await standing()}
    messages = await exchange.store.outbox.unsent(100)
    told = [m.event for m in messages if isinstance(m.event, QuotesWithdrawn)]
    told = [event for event in told if event.reason is WithdrawalReason.INVALID_SIZE]
    assert {quote.id for event in told for quote in event.quotes} == odd
    assert len({event.user_id for event in told}) == len(told)
    await engine_of(exchange.app).stop()


async def test_every_message_that_waits_can_be_read(exchange: Exchange) -> None:
    subjects = Counter(m.subject for m in await exchange.store.outbox.unsent(100))
    assert subjects == {
        "user.suspended": 2,
        "match.created": 5,
        "stock.reserved": 1,
        "payment.requested": 1,
        "deadline.reached": 2,
        "webhook.received": 2,
        "lowest_ask.changed": 7,
        "product.changed": 1,
    }
    waiting = Counter(delivery.consumer for delivery in await exchange.waiting())
    assert waiting["payments.charge_buyer:payment.requested"] == 6
    assert waiting["notifications.deliver_notification:notification.requested"] == 12
    assert len((await exchange.store.dead_letters.page(_ALL)).items) == 2


async def test_the_ledger_lacks_only_the_charge_whose_answer_was_lost(exchange: Exchange) -> None:
    solvency = await exchange.app.payments.check_solvency()
    unknown = await exchange.order(ORDERS["pending_charged_unknown"])
    assert solvency.provider_balance - solvency.held == unknown.buyer_total
    assert sum(solvency.by_kind.values()) == 0


async def test_the_card_of_each_buyer_is_on_file(exchange: Exchange, migrated: Path) -> None:
    with closing(sqlite3.connect(migrated / "store.db")) as database:
        cards = database.execute(
            "SELECT id, payment_method FROM users WHERE payment_method IS NOT NULL"
        ).fetchall()
    assert cards
    for user_id, token in cards:
        [card] = await exchange.store.payment_methods.of(UserId(UUID(user_id)))
        assert (card.token, card.details, card.removed_at) == (token, None, None)
