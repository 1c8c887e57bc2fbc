"""Snapshots of the store for checks, in SQL."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union,
    union_all,
)

from ....ports.integrity import Snapshot, Snapshots
from ....ports.language.disputes import Dispute
from ....ports.language.halts import Halt
from ....ports.language.ids import MessageId, OrderId, ProductId, QuoteId, UserId
from ....ports.language.integrity import (
    BookedOrder,
    BookedTransfer,
    BookRecord,
    Dangling,
    ProductRecord,
    QuoteRecord,
    SellerAccount,
    SellerQuarter,
    StoreSize,
    Trade,
    Turnover,
    Unopened,
    WaitingMessage,
)
from ....ports.language.market import BookKey, Side
from ....ports.language.messages import Queue
from ....ports.language.money import Cents
from ....ports.language.movements import Movement
from ....ports.language.payments import AccountKind, PayoutState
from ....ports.language.rules import MarketRules
from ....ports.language.terms import Terms
from ..bidding.book_columns import book_of
from ..bidding.halts import STANDING, halt_of
from ..bidding.quote_rows import TABLES, is_active
from ..engine.constructs import one_of, uuid_text
from ..engine.database import SqlDatabase
from ..engine.payloads import decode
from ..engine.snapshot import SqlSnapshot
from ..engine.statement import Row, Statement
from ..payments.reconciliation import MOVEMENTS_AT, MOVEMENTS_OF_ORDERS, movement_of
from ..schema import (
    asks,
    bids,
    deliveries,
    ended_quotes,
    engine_shards,
    ledger_entries,
    ledger_transfers,
    orders,
    outbox,
    payments,
    payouts,
    products,
    provider_movements,
    rules_in_force,
)
from ..schema.columns import is_word
from .references import dangling_rows
from .sealed_values import unopened_values
from .stored_quotes import read_quotes
from .stored_sums import (
    read_disputes,
    read_orders_of_seller,
    read_products,
    read_seller_quarters,
    read_shards,
    read_terms,
    read_turnovers,
)
from .trades import (
    BEFORE_ALL,
    TRANSFERS,
    TRANSFERS_OF,
    by_order_id,
    read_trades,
    trade_ids,
    transfers_of,
)
from .waiting_messages import keys_of_messages, orders_with_messages, read_deliveries, read_outbox


def _number_of(table: Table, side: Side | None = None) -> ColumnElement[int]:
    number = select(func.count()).select_from(table)
    return (number if side is None else number.where(table.c.side == side)).scalar_subquery()


_numbers: list[ColumnElement[Any]] = [
    _number_of(orders).label("trades"),
    (_number_of(bids) + _number_of(ended_quotes, Side.BID)).label("bids"),
    (_number_of(asks) + _number_of(ended_quotes, Side.ASK)).label("asks"),
    _number_of(products).label("products"),
    _number_of(ledger_transfers).label("transfers"),
    (_number_of(outbox) + _number_of(deliveries)).label("messages"),
]
_SIZE = Statement(select(*_numbers))
_RULES = Statement(select(rules_in_force.c.rules).where(rules_in_force.c.number == 1))
_LAST_SEQUENCE = Statement(select(func.max(engine_shards.c.sequence).label("last")))


_products = (
    select(table.c.product_id)
    .where(is_active(table), table.c.product_id > bindparam("after"))
    .distinct()
    .order_by(table.c.product_id)
    .limit(bindparam("limit"))
    .subquery()
    for table in TABLES.values()
)
_PRODUCTS = Statement(
    union(*(select(page.c.product_id) for page in _products))
    .order_by("product_id")
    .limit(bindparam("limit"))
)
_now = bindparam("now", type_=bids.c.expires_at.type, required=True)
_LEVELS = Statement(
    union_all(
        *(
            select(
                literal_column(f"'{side}'").label("side"),
                table.c.product_id,
                table.c.size,
                table.c.condition,
                table.c.amount,
                func.count().label("quantity"),
                func.count().filter(table.c.expires_at > _now).label("living"),
            )
            .where(is_active(table), one_of(table.c.product_id, "product_ids"))
            .group_by(table.c.product_id, table.c.size, table.c.condition, table.c.amount)
            for side, table in TABLES.items()
        )
    )
)
_BOOKED = Statement(
    select(orders.c.id, payments.c.charge_id, payments.c.refund_id, payouts.c.payout_id)
    .outerjoin(payments, payments.c.order_id == orders.c.id)
    .outerjoin(payouts, payouts.c.order_id == orders.c.id)
    .where(orders.c.id > bindparam("after"))
    .order_by(orders.c.id)
    .limit(bindparam("limit"))
)
_KNOWN = Statement(select(orders.c.id).where(one_of(orders.c.id, "ids")))
_TRANSFER_IDS = (
    select(ledger_transfers.c.id)
    .where(ledger_transfers.c.id > bindparam("after"))
    .order_by(ledger_transfers.c.id)
    .limit(bindparam("limit"))
    .subquery()
)
_TRANSFERS = Statement(TRANSFERS.join(_TRANSFER_IDS, _TRANSFER_IDS.c.id == ledger_transfers.c.id))
_IN_SUSPENSE = Statement(
    TRANSFERS.where(
        ledger_transfers.c.id.in_(
            select(ledger_entries.c.transfer_id).where(
                is_word(ledger_entries.c.kind, AccountKind.SUSPENSE, AccountKind.DISPUTED),
                one_of(ledger_entries.c.owner, "names"),
            )
        )
    )
)
_BY_ID = Statement(TRANSFERS.where(one_of(ledger_transfers.c.id, "ids")))
_MOVEMENTS = Statement(select(func.count().label("number")).select_from(provider_movements))
_HELD = Statement(
    select(
        cast(func.coalesce(func.sum(ledger_entries.c.amount), 0), BigInteger).label("total")
    ).where(ledger_entries.c.kind == AccountKind.WORLD)
)
_none = literal_column("0", Integer)
_unpaid = is_word(payouts.c.state, PayoutState.DUE, PayoutState.REFUSED)
_owed = union_all(
    select(
        ledger_entries.c.owner.label("seller"),
        ledger_entries.c.amount.label("booked"),
        _none.label("owed"),
    ).where(
        ledger_entries.c.kind == AccountKind.PAYABLE, ledger_entries.c.owner > bindparam("after")
    ),
    select(
        uuid_text(payouts.c.seller_id),
        _none,
        case((_unpaid, payouts.c.amount - payouts.c.paid), else_=_none),
    ).where(uuid_text(payouts.c.seller_id) > bindparam("after")),
).subquery()


def _sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger)


_SELLERS = Statement(
    select(_owed.c.seller, _sum(_owed.c.booked).label("booked"), _sum(_owed.c.owed).label("owed"))
    .group_by(_owed.c.seller)
    .order_by(_owed.c.seller)
    .limit(bindparam("limit"))
)


class SqlSnapshots(Snapshots):
    """Opens read transactions, each on its own connection."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Snapshot]:
        async with self._database.snapshot() as snapshot:
            yield SqlStoreSnapshot(snapshot)


class SqlStoreSnapshot(Snapshot):
    """Reads the store in one read transaction, a page at a time."""

    def __init__(self, snapshot: SqlSnapshot) -> None:
        self._snapshot = snapshot

    async def size(self) -> StoreSize:
        [row] = await self._snapshot.rows(_SIZE)
        return StoreSize(**row._asdict())

    async def rules_in_force(self) -> MarketRules | None:
        rows = await self._snapshot.rows(_RULES)
        try:
            return decode(rows[0].rules, MarketRules) if rows else None
        except msgspec.ValidationError:  # an older version allowed these rules
            return None

    async def terms(self) -> Terms | None:
        return await read_terms(self._snapshot)

    async def shards(self) -> Set[int]:
        return await read_shards(self._snapshot)

    async def halts(self) -> Sequence[Halt]:
        return [halt_of(row) for row in await self._snapshot.rows(STANDING)]

    async def last_sequence(self) -> int:
        [row] = await self._snapshot.rows(_LAST_SEQUENCE)
        return row.last or 0

    async def trades(self, after: OrderId | None, limit: int) -> Sequence[Trade]:
        return await self.trades_of(await trade_ids(self._snapshot, after, limit))

    async def trades_of(self, order_ids: Collection[OrderId]) -> Sequence[Trade]:
        return await read_trades(self._snapshot, order_ids) if order_ids else ()

    async def unsettled(
        self, order_ids: Collection[OrderId], queues: Collection[Queue]
    ) -> Set[OrderId]:
        if not order_ids:
            return frozenset()
        return await orders_with_messages(self._snapshot, order_ids, queues)

    async def waiting_keys(self, keys: Collection[str], queues: Collection[Queue]) -> Set[str]:
        return await keys_of_messages(self._snapshot, keys, queues) if keys else frozenset()

    async def orders_of_seller(self, seller_id: UserId) -> Sequence[OrderId]:
        return await read_orders_of_seller(self._snapshot, seller_id)

    def turnovers(self) -> AsyncIterator[Turnover]:
        return read_turnovers(self._snapshot)

    def seller_quarters(self) -> AsyncIterator[SellerQuarter]:
        return read_seller_quarters(self._snapshot)

    async def quotes(self, side: Side, after: QuoteId | None, limit: int) -> Sequence[QuoteRecord]:
        return await read_quotes(self._snapshot, side, after or QuoteId(BEFORE_ALL), limit)

    async def books(
        self, after: ProductId | None, limit: int, now: datetime
    ) -> tuple[ProductId | None, Sequence[BookRecord]]:
        found = await self._snapshot.rows(_PRODUCTS, after=after or BEFORE_ALL, limit=limit)
        product_ids = [row.product_id for row in found]
        if not product_ids:
            return None, ()
        by_book: dict[BookKey, list[Row]] = {}
        for row in await self._snapshot.rows(_LEVELS, product_ids=product_ids, now=now):
            by_book.setdefault(book_of(row), []).append(row)
        return product_ids[-1], [_book(book, rows) for book, rows in by_book.items()]

    async def booked(self, after: OrderId | None, limit: int) -> Sequence[BookedOrder]:
        rows = await self._snapshot.rows(_BOOKED, after=after or BEFORE_ALL, limit=limit)
        ids = [OrderId(row.id) for row in rows]
        transfers = by_order_id(await self._snapshot.rows(TRANSFERS_OF, ids=ids) if ids else ())
        return [
            BookedOrder(
                row.id, transfers.get(row.id, ()), row.charge_id, row.refund_id, row.payout_id
            )
            for row in rows
        ]

    async def unknown_orders(self, order_ids: Collection[OrderId]) -> Set[OrderId]:
        if not order_ids:
            return frozenset()
        known = await self._snapshot.rows(_KNOWN, ids=list(order_ids))
        return set(order_ids) - {row.id for row in known}

    async def transfers(self, after: str, limit: int) -> Sequence[BookedTransfer]:
        return transfers_of(await self._snapshot.rows(_TRANSFERS, after=after, limit=limit))

    async def transfers_in_suspense(self, names: Collection[str]) -> Sequence[BookedTransfer]:
        if not names:
            return ()
        return transfers_of(await self._snapshot.rows(_IN_SUSPENSE, names=list(names)))

    async def transfers_by_id(self, ids: Collection[str]) -> Sequence[BookedTransfer]:
        return transfers_of(await self._snapshot.rows(_BY_ID, ids=list(ids))) if ids else ()

    async def movements_at(self, places: Collection[str]) -> Mapping[str, Movement]:
        if not places:
            return {}
        rows = await self._snapshot.rows(MOVEMENTS_AT, places=list(places))
        return {row.place: movement_of(row) for row in rows}

    async def movements_read(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        if not order_ids:
            return ()
        rows = await self._snapshot.rows(MOVEMENTS_OF_ORDERS, order_ids=list(order_ids))
        return [movement_of(row) for row in rows]

    async def number_of_movements(self) -> int:
        [row] = await self._snapshot.rows(_MOVEMENTS)
        return int(row.number)

    def disputes(self) -> AsyncIterator[tuple[Dispute, Cents]]:
        return read_disputes(self._snapshot)

    async def held_for_world(self) -> Cents:
        [row] = await self._snapshot.rows(_HELD)
        total: Cents = row.total
        return -total

    async def seller_accounts(self, after: str, limit: int) -> Sequence[SellerAccount]:
        rows = await self._snapshot.rows(_SELLERS, after=after, limit=limit)
        return [SellerAccount(row.seller, row.booked, row.owed) for row in rows]

    async def messages(self, after: int, limit: int) -> tuple[int, Sequence[WaitingMessage]]:
        return await read_outbox(self._snapshot, after, limit)

    async def deliveries(self, after: MessageId | None, limit: int) -> Sequence[WaitingMessage]:
        return await read_deliveries(self._snapshot, after, limit)

    async def products(self, after: ProductId | None, limit: int) -> Sequence[ProductRecord]:
        return await read_products(self._snapshot, after or ProductId(BEFORE_ALL), limit)

    def unopened(self) -> AsyncIterator[Unopened]:
        return unopened_values(self._snapshot)

    def dangling(self) -> AsyncIterator[Dangling]:
        return dangling_rows(self._snapshot)


def _book(book: BookKey, rows: Sequence[Row]) -> BookRecord:
    living = [row for row in rows if row.living]
    return BookRecord(
        book,
        {(Side(row.side), row.amount): row.quantity for row in rows},
        max((row.amount for row in living if row.side == Side.BID), default=None),
        min((row.amount for row in living if row.side == Side.ASK), default=None),
    )
