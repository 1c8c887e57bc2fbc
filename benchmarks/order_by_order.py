"""Matching without an engine: a transaction for each order, with everything in the database.

It does this as well as asyncpg can: four round trips for each order, on prepared statements and a
pool of its own. An advisory lock of the book makes its orders wait for each other, and the best
counterpart is found by an index and locked. It writes the rows that an engine's batch writes, all
in one statement: the quote, and for a match the counterpart's status, the match, the order with its
destination, payment, history and deadline, and a message. The statement that finds the counterpart
also checks what the engine checks: that both may trade, and how many quotes and unpaid orders they
have. Or it checks nothing of them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import msgspec

from solebook.adapters.system.clock import SystemClock
from solebook.adapters.system.ids import SystemIds
from solebook.ports.language.market import Side, shard_of
from solebook.ports.language.placement import PlaceQuote

CONNECTIONS = 32
_HASHES = 2**32
_MOST = 1_000_000
"""How many quotes, or unpaid orders, a trader may have."""
_PREPARE = """\
CREATE SEQUENCE IF NOT EXISTS arrivals CACHE 1;
DROP INDEX IF EXISTS ix_bids_active_in_book, ix_asks_active_in_book;
CREATE INDEX best_bids ON bids (product_id, size, condition, amount DESC, sequence)
    WHERE status = 'active';
CREATE INDEX best_asks ON asks (product_id, size, condition, amount, sequence)
    WHERE status = 'active';
"""
_BEST = """\
SELECT id, user_id, amount FROM {others} AS other
WHERE product_id = $1 AND size = $2 AND condition = $3 AND status = 'active'
    AND amount {reaches} $4 AND expires_at > $5 AND user_id <> $6 {may_trade}
ORDER BY amount {best}, sequence LIMIT 1 FOR UPDATE"""
_OTHER_MAY_TRADE = """\
AND NOT EXISTS (SELECT FROM users WHERE id = other.user_id AND suspended)"""
_OTHER_MAY_BUY = f"""\
AND NOT EXISTS (SELECT FROM bid_bars WHERE buyer_id = other.user_id AND until > $5)
AND (SELECT count(*) FROM orders WHERE buyer_id = other.user_id AND status = 'pending') < {_MOST}"""
_CHECKED = """\
SELECT best.*, own.may_trade, own.may_open, own.may_buy FROM (
    SELECT NOT suspended AND NOT EXISTS (
            SELECT FROM bid_bars WHERE buyer_id = $6 AND until > $5 AND {buys}
        ) AS may_trade,
        (SELECT count(*) FROM {own} WHERE user_id = $6 AND status = 'active') < {most} AS may_open,
        (SELECT count(*) FROM orders WHERE buyer_id = $6 AND status = 'pending') < {most}
            OR NOT {buys} AS may_buy
    FROM users WHERE id = $6
) AS own LEFT JOIN LATERAL ({best}) AS best ON true"""
_REST = """\
INSERT INTO {own} (id, user_id, product_id, size, condition, book_hash, amount, sequence,
                   created_at, expires_at, status, match_id, time_in_force)
VALUES ($1, $2, $3, $4, $5, $6, $7, nextval('arrivals'), $8, $9, 'active', NULL, 'gtc')"""
_MATCH = """\
WITH own AS (
    INSERT INTO {own} (id, user_id, product_id, size, condition, book_hash, amount, sequence,
                       created_at, expires_at, status, match_id, time_in_force)
    VALUES ($1, $2, $3, $4, $5, $6, $7, nextval('arrivals'), $8, $9, 'matched', $10, 'gtc')
), other AS (
    UPDATE {others} SET status = 'matched', match_id = $10 WHERE id = $11
), event AS (
    INSERT INTO outbox (id, key, subject, version, event, occurred_at, priority)
    VALUES ($10, $14, 'match.created', 1, $15, $8, 1)
), opened AS (
    INSERT INTO orders (id, bid_id, ask_id, buyer_id, seller_id, product_id, size, condition, price,
                        seller_level, transaction_fee, processing_fee, shipping_fee, matched_at,
                        updated_at, version, status, payment_status, stock_status, payout_status,
                        return_status, ship_by_extended, carrier_had_it, freezes, refunded_unasked)
    VALUES ($10, {bid}, {ask}, {buyer}, {seller}, $3, $4, $5, $13::bigint, 1, $13::bigint / 10,
            $13::bigint / 33, 1400, $8, $8, 1, 'pending', 'pending', 'unreserved', 'none', 'none',
            false, false, '[]', 0)
), destination AS (
    INSERT INTO destinations (order_id, address)
    SELECT $10, jsonb_build_object('street', street, 'city', city, 'region', region,
                                   'postal_code', postal_code, 'country', country)
    FROM addresses WHERE user_id = {buyer} ORDER BY id DESC LIMIT 1
), payment AS (
    INSERT INTO payments (order_id, buyer_id, amount, status, created_at, payment_method, refunded,
                          refund_asked, refund_declines)
    SELECT $10, id, $13::bigint + 1400, 'pending', $8, payment_method, 0, 0, 0
    FROM users WHERE id = {buyer}
), step AS (
    INSERT INTO order_steps (order_id, number, at, type, step)
    VALUES ($10, 1, $8, 'match_created', $15)
), deadline AS (
    INSERT INTO deadlines (order_id, kind, due_at) VALUES ($10, 'payment', $9)
)
INSERT INTO matches (id, bid_id, ask_id, buyer_id, seller_id, product_id, size, condition, price,
                     matched_at, maker, status)
VALUES ($10, {bid}, {ask}, {buyer}, {seller}, $3, $4, $5, $13::bigint, $8, '{maker}', 'open')"""


@dataclass(frozen=True, slots=True)
class _Sql:
    """The statements for the orders of one side."""

    best: str
    rest: str
    match: str


def _sql(side: Side, *, checks: bool) -> _Sql:
    bids = side is Side.BID
    own, others = ("bids", "asks") if bids else ("asks", "bids")
    words = {"own": own, "others": others, "maker": side.opposite.value}
    own_first, other_first = ("$1", "$11"), ("$11", "$1")
    words["bid"], words["ask"] = own_first if bids else other_first
    words["buyer"], words["seller"] = ("$2", "$12") if bids else ("$12", "$2")
    words |= {"reaches": "<=", "best": "ASC"} if bids else {"reaches": ">=", "best": "DESC"}
    words["may_trade"] = ""
    if checks:
        words["may_trade"] = _OTHER_MAY_TRADE if bids else f"{_OTHER_MAY_TRADE} {_OTHER_MAY_BUY}"
    best = _BEST.format(**words)
    if checks:
        best = _CHECKED.format(own=own, best=best, buys=str(bids).lower(), most=_MOST)
    return _Sql(best, _REST.format(**words), _MATCH.format(**words))


class OrderByOrder:
    """Places each order in a transaction of its own."""

    def __init__(self, idle: "asyncio.LifoQueue[Any]", sql: dict[Side, _Sql]) -> None:
        self._idle = idle
        self._sql = sql
        self._ids = SystemIds(SystemClock())

    async def place(self, order: PlaceQuote) -> UUID | None:
        """Match the order with the best counterpart, or let it rest; return the match."""
        connection = await self._idle.get()
        try:
            return await self._place(connection, order)
        finally:
            self._idle.put_nowait(connection)

    async def _place(self, connection: Any, order: PlaceQuote) -> UUID | None:
        sql, book = self._sql[order.side], order.book
        book_hash, now = shard_of(book, _HASHES), datetime.now(UTC)
        # Both in one message. What is read after it sees what the last holder committed.
        await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({book_hash})")
        place = (book.product_id, book.size, book.condition.value)
        best = await connection.fetchrow(sql.best, *place, order.amount, now, order.user_id)
        quote = (order.id, order.user_id, *place, book_hash, order.amount, now, order.expires_at)
        match_id = None
        if best is not None and "may_trade" in best:
            assert best["may_trade"], order
            assert best["may_open" if best["id"] is None else "may_buy"], order
        if best is None or best["id"] is None:
            await connection.execute(sql.rest, *quote)
        else:
            match_id = self._ids.new()
            event = _event(order, match_id, best, now)
            told = (str(match_id), event)
            other = (best["id"], best["user_id"], best["amount"])
            await connection.execute(sql.match, *quote, match_id, *other, *told)
        await connection.execute("COMMIT")
        return match_id


def _event(order: PlaceQuote, match_id: UUID, best: Any, now: datetime) -> str:
    """Return a message about a match, as large as the engine's."""
    told = {
        "order_id": match_id,
        "bid_id": order.id,
        "ask_id": best["id"],
        "buyer_id": order.user_id,
        "seller_id": best["user_id"],
        "product_id": order.book.product_id,
        "size": order.book.size,
        "price": best["amount"],
        "at": now,
    }
    return msgspec.json.encode(told).decode()


@asynccontextmanager
async def order_by_order(
    url: str, connections: int = CONNECTIONS, *, checks: bool = True
) -> AsyncIterator[OrderByOrder]:
    """Open what places orders one by one, on a database with all tables."""
    statements = {side: _sql(side, checks=checks) for side in Side}
    idle: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
    opened = [
        await asyncpg.connect(url, statement_cache_size=512, server_settings={"jit": "off"})
        for _ in range(connections)
    ]
    try:
        await opened[0].execute(_PREPARE)
        for connection in opened:
            for sql in statements.values():
                for text in (sql.best, sql.rest, sql.match):
                    await connection.prepare(text)
            idle.put_nowait(connection)
        yield OrderByOrder(idle, statements)
    finally:
        for connection in opened:
            await connection.close()
