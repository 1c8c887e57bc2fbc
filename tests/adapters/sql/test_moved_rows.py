"""The data of an older database survives the revisions that move it."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.sql.migrate import configuration_before, connected, migrate
from solebook.composition.adapters import Store
from solebook.composition.sql_store import build_sql_store, open_sql_database
from solebook.core.orders.history import apply, fold
from solebook.ports.language.deadlines import Deadline, DeadlineKind
from solebook.ports.language.events import UserRegistered
from solebook.ports.language.ids import MessageId, OrderId, ProductId, QuoteId, UserId
from solebook.ports.language.market import (
    BookKey,
    Condition,
    Quote,
    QuoteStatus,
    Side,
    Size,
    TimeInForce,
)
from solebook.ports.language.messages import Delivery, Message, Queue
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.payments import Payout, PayoutState
from solebook.ports.language.steps import PaymentRefunded, RecordedStep

OLDER = "0010"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C, D = (UUID(int=number) for number in range(1, 5))
BID, ASK, PRODUCT = (UUID(int=number) for number in range(5, 8))

OPENED = f"""{{"match":{{"id":"%s","bid_id":"{BID}","ask_id":"{ASK}",
    "buyer_id":"{C}","seller_id":"{D}",
    "book":{{"product_id":"{PRODUCT}","size":"9","condition":"used"}},
    "price":20000,"matched_at":"2026-03-01T12:00:00Z","maker":"ask","status":"open"}},
    "fees":{{"seller_level":2,"transaction":1700,"processing":600,"shipping":1400}}}}"""
TRADE = f"""'{BID.hex}', '{ASK.hex}', '{C.hex}', '{D.hex}', '{PRODUCT.hex}', '9', 'used',
    20000, 2, 1700, 600, 1400, '2026-03-01 12:00:00.000000'"""

ROWS = f"""
INSERT INTO failed_deliveries VALUES
    ('{A.hex}', 'welcome', '{B.hex}', 'key', 'user.registered', 1,
     '{{"user_id":"{C}","email":"user@example.com","first_name":"Test"}}',
     '2026-03-01 12:00:00.000000', 3, '2026-03-01 12:01:00.000000', 'Boom', 0),
    ('{A.hex}', 'audit', '{D.hex}', 'key', 'user.registered', 1,
     '{{"user_id":"{C}","email":"user@example.com","first_name":"Test"}}',
     '2026-03-01 12:00:00.000000', 15, '2026-03-01 12:01:00.000000', 'Boom', 1);
INSERT INTO payouts VALUES
    ('{A.hex}', '{B.hex}', 17600, 200, 'refused', '2026-03-01 12:00:00.000000',
     'acct_1', NULL, 'account_closed');
INSERT INTO bids VALUES
    ('{BID.hex}', '{C.hex}', '{PRODUCT.hex}', '9', 'used', 7, 20000, 2,
     '2026-03-01 12:00:00.000000', '2026-04-01 12:00:00.000000', 'matched', '{A.hex}'),
    ('{A.hex}', '{C.hex}', '{PRODUCT.hex}', '9', 'used', 7, 19000, 3,
     '2026-03-01 12:00:00.000000', '2026-04-01 12:00:00.000000', 'active', NULL);
INSERT INTO asks VALUES
    ('{ASK.hex}', '{D.hex}', '{PRODUCT.hex}', '9', 'used', 7, 20000, 1,
     '2026-03-01 12:00:00.000000', '2026-04-01 12:00:00.000000', 'matched', '{A.hex}');
INSERT INTO matches VALUES
    ('{A.hex}', '{BID.hex}', '{ASK.hex}', '{C.hex}', '{D.hex}', '{PRODUCT.hex}', '9', 'used',
     20000, '2026-03-01 12:00:00.000000', 'ask', 'open');
INSERT INTO orders VALUES
    ('{A.hex}', {TRADE}, '2026-03-01 12:07:00.000000', 8, 'delivered', 'captured', 'consumed',
     'held', 'none', '2026-03-03 12:00:00.000000', 0, 'UPS', '1Z', 'FedEx', '2Z',
     '2026-03-01 12:07:00.000000', NULL, NULL),
    ('{B.hex}', {TRADE}, '2026-03-01 12:05:00.000000', 6, 'cancelled', 'refund_due', 'removed',
     'none', 'none', '2026-03-04 12:00:00.000000', 1, 'UPS', '3Z', NULL, NULL,
     NULL, 'admin_cancelled', 'It is lost.');
INSERT INTO order_events VALUES
    ('{A.hex}', 1, '2026-03-01 12:00:00.000000', 'opened', '{OPENED % A}'),
    ('{A.hex}', 2, '2026-03-01 12:01:00.000000', 'unit_reserved', '{{}}'),
    ('{A.hex}', 3, '2026-03-01 12:02:00.000000', 'paid',
     '{{"amount":21400,"ship_by":"2026-03-03T12:00:00Z"}}'),
    ('{A.hex}', 4, '2026-03-01 12:03:00.000000', 'shipped',
     '{{"shipment":{{"carrier":"UPS","tracking_number":"1Z"}}}}'),
    ('{A.hex}', 5, '2026-03-01 12:04:00.000000', 'received', '{{"by":"{B}"}}'),
    ('{A.hex}', 6, '2026-03-01 12:05:00.000000', 'passed', '{{"by":"{B}"}}'),
    ('{A.hex}', 7, '2026-03-01 12:06:00.000000', 'dispatched',
     '{{"shipment":{{"carrier":"FedEx","tracking_number":"2Z"}}}}'),
    ('{A.hex}', 8, '2026-03-01 12:07:00.000000', 'delivered', '{{"proof":"buyer"}}'),
    ('{B.hex}', 1, '2026-03-01 12:00:00.000000', 'opened', '{OPENED % B}'),
    ('{B.hex}', 2, '2026-03-01 12:01:00.000000', 'unit_reserved', '{{}}'),
    ('{B.hex}', 3, '2026-03-01 12:02:00.000000', 'paid',
     '{{"amount":21400,"ship_by":"2026-03-03T12:00:00Z"}}'),
    ('{B.hex}', 4, '2026-03-01 12:03:00.000000', 'ship_by_extended',
     '{{"ship_by":"2026-03-04T12:00:00Z"}}'),
    ('{B.hex}', 5, '2026-03-01 12:04:00.000000', 'shipped',
     '{{"shipment":{{"carrier":"UPS","tracking_number":"3Z"}}}}'),
    ('{B.hex}', 6, '2026-03-01 12:05:00.000000', 'cancelled',
     '{{"reason":"admin_cancelled","note":"It is lost.","by":null}}');
"""


async def database_of(folder: Path, revision: str, rows: str) -> Path:
    """Return the file of a database of an older revision with these rows in it."""

    def upgrade(connection: Connection) -> None:
        command.upgrade(configuration_before(connection), revision)

    path = folder / "older.db"
    async with connected(f"sqlite:///{path}") as connection:
        await connection.run_sync(upgrade)
    database = sqlite3.connect(path)
    database.executescript(rows)
    database.close()
    return path


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database as it was before the revisions that move rows."""
    return await database_of(tmp_path, OLDER, ROWS)


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    async with open_sql_database(f"sqlite:///{path}") as database:
        clock = VirtualClock(NOW)
        yield build_sql_store(database, clock=clock, ids=SeededIds(1, clock))


async def test_failed_deliveries_wait_on_and_dead_ones_stay_dead(store: Store) -> None:
    event = UserRegistered(UserId(C))
    message = Message(MessageId(A), "key", event, NOW)
    due_at = NOW + timedelta(minutes=1)
    waiting = Delivery(MessageId(B), "welcome", message, 3, due_at, "Boom", Queue.TRADE)
    dead = Delivery(MessageId(D), "audit", message, 15, due_at, "Boom", Queue.TRADE, dead=True)
    for queue in Queue:
        expected = [waiting] if queue is Queue.TRADE else []
        assert list(await store.deliveries.first_in(queue, due_at, 10)) == expected
    assert list((await store.dead_letters.page(PageRequest())).items) == [dead]


@pytest.mark.parametrize("order_id", [A, B])
async def test_orders_are_still_what_their_histories_fold_into(
    store: Store, order_id: UUID
) -> None:
    order = await store.orders.get(OrderId(order_id))
    assert fold(await store.orders.history(order.id)) == order
    assert await store.destinations.find(order.id) is None
    assert order in (await store.orders.of_user(order.buyer_id, PageRequest())).items


async def test_orders_go_on_from_where_they_are(store: Store) -> None:
    order = await store.orders.get(OrderId(B))
    refunded = RecordedStep(order.id, order.version + 1, NOW, PaymentRefunded(21_400))
    after = apply(order, refunded.step, NOW)
    async with store.transaction():
        await store.orders.save(after, [refunded])
    assert fold(await store.orders.history(order.id)) == after


async def test_histories_refer_to_the_orders_that_were_moved(path: Path) -> None:
    await migrate(f"sqlite:///{path}")
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        database.execute("DELETE FROM orders")
    database.close()


async def test_quotes_are_good_till_cancelled_and_stand_where_they_stood(store: Store) -> None:
    (resting,) = [quote async for quote in store.books.resting(0, 1)]
    assert resting == Quote(
        id=QuoteId(A),
        side=Side.BID,
        user_id=UserId(C),
        book=BookKey(ProductId(PRODUCT), Size("9"), Condition.USED),
        amount=19_000,
        sequence=3,
        created_at=NOW,
        expires_at=datetime(2026, 4, 1, 12, tzinfo=UTC),
        time_in_force=TimeInForce.GTC,
    )
    match = await store.quotes.match(OrderId(A))
    for quote_id in (match.bid_id, match.ask_id):
        quote = await store.quotes.get(quote_id)
        assert (quote.status, quote.match_id) == (QuoteStatus.MATCHED, match.id)


async def test_payouts_keep_their_data(store: Store) -> None:
    payout = Payout(
        order_id=OrderId(A),
        seller_id=UserId(B),
        amount=17_600,
        debt_settled=200,
        state=PayoutState.REFUSED,
        created_at=NOW,
        account="acct_1",
        reason="account_closed",
    )
    assert await store.payouts.find(payout.order_id) == payout
    assert await store.payouts.unpaid(payout.seller_id) == [payout]


QUEUED = f"""
INSERT INTO deliveries VALUES
    ('{A.hex}', 'mail', '{B.hex}', 'key', 'user.registered', 1,
     '{{"user_id":"{C}","email":"user@example.com","first_name":"Test"}}',
     '2026-03-01 12:00:00.000000', 0, '2026-03-01 12:01:00.000000', '', 0, 1),
    ('{C.hex}', 'mail', '{D.hex}', 'key', 'user.registered', 1,
     '{{"user_id":"{C}","email":"user@example.com","first_name":"Test"}}',
     '2026-03-01 12:00:00.000000', 2, '2026-03-01 12:00:30.000000', 'Boom', 0, 1),
    ('{D.hex}', 'mail', '{A.hex}', 'key', 'user.registered', 1,
     '{{"user_id":"{C}","email":"user@example.com","first_name":"Test"}}',
     '2026-03-01 12:00:00.000000', 15, '2026-03-01 12:00:30.000000', 'Boom', 1, 1);
"""


async def test_queued_messages_move_to_the_letters_queue(tmp_path: Path) -> None:
    path = await database_of(tmp_path, "0018", QUEUED)
    async with open_sql_database(f"sqlite:///{path}") as database:
        clock = VirtualClock(NOW)
        store = build_sql_store(database, clock=clock, ids=SeededIds(1, clock))
        letters = await store.deliveries.first_in(Queue.LETTERS, NOW + timedelta(hours=1), 10)
        assert [(d.id, d.attempts, d.turn) for d in letters] == [(D, 2, ""), (B, 0, "")]
        async with store.transaction():
            await store.deliveries.remove(letters[:1])
        letters = await store.deliveries.first_in(Queue.LETTERS, NOW + timedelta(hours=1), 10)
        assert [d.id for d in letters] == [B]
        (dead,) = (await store.dead_letters.page(PageRequest())).items
        assert (dead.id, dead.queue) == (A, Queue.LETTERS)


ENDED = f"""
INSERT INTO orders VALUES
    ('{A.hex}', {TRADE}, '2026-03-01 12:07:00.000000', 3, 'cancelled', 'unknown', 'released',
     'none', 'none', NULL, 0, NULL, NULL, NULL, NULL, NULL, 'given_up', NULL, NULL, 0, NULL, NULL,
     '[]', NULL, 0),
    ('{B.hex}', {TRADE}, '2026-03-01 12:07:00.000000', 3, 'cancelled', 'abandoned', 'released',
     'none', 'none', NULL, 0, NULL, NULL, NULL, NULL, NULL, 'given_up', NULL, NULL, 0, NULL, NULL,
     '[]', NULL, 0);
"""


async def test_a_charge_of_which_nothing_is_known_is_asked_for_again(tmp_path: Path) -> None:
    path = await database_of(tmp_path, "0036", ENDED)
    async with open_sql_database(f"sqlite:///{path}") as database:
        clock = VirtualClock(NOW)
        store = build_sql_store(database, clock=clock, ids=SeededIds(1, clock))
        due_at = NOW + timedelta(days=1, minutes=7)
        assert await store.deadlines.due(due_at, 10) == [
            Deadline(DeadlineKind.REFUND, OrderId(A), due_at)
        ]


ALERTS = "INSERT INTO price_alerts VALUES" + ",".join(
    f"('{alert.hex}', '{user.hex}', '{PRODUCT.hex}', '9', 'new', {price}, "
    f"'2026-03-01 12:00:00.000000', {dropped})"
    for alert, user, price, dropped in (
        (A, C, 100, "NULL, NULL"),
        (B, C, 200, "'2026-03-01 12:30:00.000000', 150"),
        (C, C, 300, "'2026-03-01 12:10:00.000000', 250"),
        (D, D, 100, "NULL, NULL"),
    )
)


async def test_alerts_rest_on_with_the_one_of_their_user_that_fired_last(tmp_path: Path) -> None:
    path = await database_of(tmp_path, "0034", ALERTS)
    async with open_sql_database(f"sqlite:///{path}") as database:
        clock = VirtualClock(NOW)
        store = build_sql_store(database, clock=clock, ids=SeededIds(1, clock))
        told_at = NOW + timedelta(minutes=30)
        for user_id, expected in ((C, told_at), (D, None)):
            alerts = (await store.price_alerts.of_user(UserId(user_id), PageRequest())).items
            assert {alert.told_at for alert in alerts} == {expected}
            assert not any(alert.missed for alert in alerts)
        [second] = [
            a
            for a in (await store.price_alerts.of_user(UserId(C), PageRequest())).items
            if a.id == B
        ]
        assert (second.dropped_at, second.dropped_to) == (told_at, 150)
