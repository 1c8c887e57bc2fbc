"""Sums, products and terms as they are stored, for checks, in SQL."""

from collections.abc import AsyncIterator, Sequence, Set

from sqlalchemy import BigInteger, bindparam, cast, func, select

from ....ports.language.disputes import Dispute
from ....ports.language.ids import OrderId, ProductId, UserId
from ....ports.language.integrity import ProductRecord, SellerQuarter, Turnover
from ....ports.language.money import Cents
from ....ports.language.payments import AccountKind, Quarter, SalesVolume
from ....ports.language.terms import Terms
from ..bidding.book_columns import book_of
from ..catalog.products import PRODUCTS, product_of
from ..engine.snapshot import SqlSnapshot
from ..engine.statement import Statement
from ..payments.disputes import dispute_of
from ..schema import (
    disputes,
    engine_shards,
    exchange_terms,
    ledger_entries,
    orders,
    products,
    seller_quarters,
    turnovers,
)

_TURNOVERS = Statement(select(turnovers))
_QUARTERS = Statement(select(seller_quarters))
_ON_ACCOUNT = (
    select(cast(func.coalesce(func.sum(ledger_entries.c.amount), 0), BigInteger))
    .where(
        ledger_entries.c.kind == AccountKind.DISPUTED,
        ledger_entries.c.owner == disputes.c.charge_id,
    )
    .scalar_subquery()
)
_DISPUTES = Statement(select(disputes, _ON_ACCOUNT.label("on_account")))
_OF_SELLER = Statement(select(orders.c.id).where(orders.c.seller_id == bindparam("seller_id")))
_TERMS = Statement(select(exchange_terms).where(exchange_terms.c.number == 1))
_SHARDS = Statement(select(engine_shards.c.shard))
_PRODUCTS = Statement(
    PRODUCTS.where(products.c.id > bindparam("after"))
    .order_by(products.c.id)
    .limit(bindparam("limit"))
)


async def read_turnovers(snapshot: SqlSnapshot) -> AsyncIterator[Turnover]:
    """Yield what is stored of each book's sales."""
    async for rows in snapshot.stream(_TURNOVERS):
        for row in rows:
            yield Turnover(book_of(row), row.sales, row.total)


async def read_seller_quarters(snapshot: SqlSnapshot) -> AsyncIterator[SellerQuarter]:
    """Yield what is stored of each seller's quarters."""
    async for rows in snapshot.stream(_QUARTERS):
        for row in rows:
            quarter = Quarter(row.year, row.quarter)
            yield SellerQuarter(row.seller_id, quarter, SalesVolume(row.sales, row.volume))


async def read_disputes(snapshot: SqlSnapshot) -> AsyncIterator[tuple[Dispute, Cents]]:
    """Yield each dispute, and what its account has."""
    async for rows in snapshot.stream(_DISPUTES):
        for row in rows:
            yield dispute_of(row), row.on_account


async def read_orders_of_seller(snapshot: SqlSnapshot, seller_id: UserId) -> Sequence[OrderId]:
    """Return the ids of a seller's orders."""
    return [row.id for row in await snapshot.rows(_OF_SELLER, seller_id=seller_id)]


async def read_terms(snapshot: SqlSnapshot) -> Terms | None:
    """Return the terms of the exchange, or None before its first start."""
    rows = await snapshot.rows(_TERMS)
    return Terms(rows[0].currency, rows[0].shards) if rows else None


async def read_shards(snapshot: SqlSnapshot) -> Set[int]:
    """Return the shards that an engine has taken."""
    return {row.shard for row in await snapshot.rows(_SHARDS)}


async def read_products(
    snapshot: SqlSnapshot, after: ProductId, limit: int
) -> Sequence[ProductRecord]:
    """Return a page of products."""
    rows = await snapshot.rows(_PRODUCTS, after=after, limit=limit)
    return [ProductRecord(product_of(row), row.style_key) for row in rows]
