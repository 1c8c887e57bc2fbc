"""A PostgreSQL database for benchmarks, with people who may trade."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from servers.postgres_server import PostgresServer, running_postgres
from solebook.adapters.sql.migrate import migrate
from solebook.ports.language.ids import UserId

BUYERS = tuple(UserId(UUID(int=2**64 + number)) for number in range(1_000))
SELLERS = tuple(UserId(UUID(int=2**65 + number)) for number in range(1_000))
_TEMPLATE = "prepared"
_USERS = """\
INSERT INTO users (id, email, password_hash, first_name, last_name, created_at, roles,
                   payment_method, payout_account, suspended)
SELECT id, id || '@example.com', '', 'Sam', 'Sneaker', now(), '[]', 'pm_card_visa', 'acct_1', false
FROM generate_series(1, 2) AS side, generate_series(0, 999) AS number,
    CAST(format('00000000-0000-%s-0000-%s', lpad(side::text, 4, '0'),
                lpad(to_hex(number), 12, '0')) AS uuid) AS id"""
_ADDRESSES = """\
INSERT INTO addresses (id, user_id, street, city, region, postal_code, country, created_at)
SELECT id, id, '1 Main St', 'Portland', 'OR', '97201', 'US', now() FROM users"""

_QUOTES = """\
INSERT INTO {table} (id, user_id, product_id, size, condition, book_hash, amount, sequence,
                     created_at, expires_at, status, time_in_force)
SELECT gen_random_uuid(), users.id, md5(right(users.id::text, 2))::uuid, '9', 'new', 1, {amount},
    row_number() OVER (), now(), now() + interval '30 days',
    CASE WHEN number <= 8 THEN 'active' ELSE 'cancelled' END, 'gtc'
FROM users, generate_series(1, 20) AS number"""
_ORDERS = """\
INSERT INTO orders (id, bid_id, ask_id, buyer_id, seller_id, product_id, size, condition, price,
                    seller_level, transaction_fee, processing_fee, shipping_fee, matched_at,
                    updated_at, version, status, payment_status, stock_status, payout_status,
                    return_status, ship_by_extended, carrier_had_it, freezes, refunded_unasked)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), id, gen_random_uuid(),
    gen_random_uuid(), '9', 'new', 10000, 1, 1000, 300, 1400, now(), now(), 1,
    CASE number WHEN 1 THEN 'pending' ELSE 'delivered' END, 'pending', 'unreserved', 'none', 'none',
    false, false, '[]', 0
FROM users, generate_series(1, 20) AS number"""
_PAYMENTS = """\
INSERT INTO payments (order_id, buyer_id, amount, status, created_at, payment_method, refunded,
                      refund_asked, refund_declines)
SELECT id, buyer_id, 11400, 'pending', now(), 'pm_card_visa', 0, 0, 0 FROM orders"""
_SHARD = """\
INSERT INTO engine_shards (shard, epoch, sequence, taken_at)
SELECT 0, 1, count(*), now() FROM bids"""
_ANALYZE = "ANALYZE users, addresses, bids, asks, orders, payments"


@contextmanager
def durable_postgres() -> Iterator[PostgresServer]:
    """Run a server with its default durability, which syncs each commit to the disk."""
    with running_postgres(safe=True) as server:
        yield server


class Databases:
    """New databases with all tables, and with people who may trade and have traded before.

    There are 80,000 quotes and 40,000 orders, of which each person has 8 standing bids, 8 standing
    asks and an unpaid order. Without any, the plans of statements would be those for empty tables,
    and without such as stand, those for indexes without rows.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._count = 0
        asyncio.run(migrate(server.create_database(_TEMPLATE)))
        quotes = (
            _QUOTES.format(table=table, amount=amount)
            for table, amount in (("bids", 10_000), ("asks", 30_000))
        )
        for statement in (_USERS, _ADDRESSES, *quotes, _ORDERS, _PAYMENTS, _SHARD, _ANALYZE):
            server.sql(statement, _TEMPLATE)

    @contextmanager
    def new(self) -> Iterator[str]:
        """Create a database, yield its URL, and drop it."""
        self._count += 1
        name = f"bench_{self._count}"
        url = self._server.create_database(name, _TEMPLATE)
        self._server.sql("CHECKPOINT")  # or the copy would be written meanwhile
        try:
            yield url
        finally:
            self._server.sql(f"DROP DATABASE {name} WITH (FORCE)")
