"""Trades: all that the store has of an order id, a page at a time, in SQL."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, bindparam, cast, func, select, union

from ....ports.language.analytics import Sale
from ....ports.language.deadlines import Deadline
from ....ports.language.ids import OrderId, QuoteId
from ....ports.language.integrity import BookedTransfer, StoredSale, Trade
from ....ports.language.market import Match, Quote
from ....ports.language.payments import Account, AccountKind, Decline, Entry
from ....ports.language.steps import RecordedStep
from ..authentication.authentication_tasks import task_of
from ..bidding.book_columns import book_of
from ..bidding.quote_rows import everywhere, match_of, quote_of
from ..catalog.stock import reservation_of
from ..engine.constructs import one_of
from ..engine.snapshot import SqlSnapshot
from ..engine.statement import Row, Statement
from ..orders.order_rows import order_of, step_of
from ..payments.payments import payment_of
from ..payments.payouts import payout_of
from ..schema import (
    alarms,
    authentication_tasks,
    deadlines,
    declines,
    ledger_entries,
    ledger_transfers,
    matches,
    order_steps,
    orders,
    payments,
    payouts,
    reservations,
    sales,
)

BEFORE_ALL = UUID(int=0)

_ids: list[Column[Any]] = [
    orders.c.id,
    matches.c.id,
    *(
        table.c.order_id
        for table in (
            order_steps,
            payments,
            payouts,
            declines,
            ledger_transfers,
            reservations,
            authentication_tasks,
            sales,
            deadlines,
        )
    ),
]
_pages = (
    select(id_.label("id"))
    .where(id_ > bindparam("after"))
    .distinct()
    .order_by(id_)
    .limit(bindparam("limit"))
    .subquery()
    for id_ in _ids
)
_IDS = Statement(
    union(*(select(page.c.id) for page in _pages)).order_by("id").limit(bindparam("limit"))
)
_ORDERS = Statement(select(orders).where(one_of(orders.c.id, "ids")))
_MATCHES = Statement(select(matches).where(one_of(matches.c.id, "ids")))
_STEPS = Statement(
    select(order_steps)
    .where(one_of(order_steps.c.order_id, "ids"))
    .order_by(order_steps.c.order_id, order_steps.c.number)
)
_QUOTES = Statement(everywhere(lambda table: one_of(table.c.id, "ids")))
_PAYMENTS = Statement(select(payments).where(one_of(payments.c.order_id, "ids")))
_PAYOUTS = Statement(select(payouts).where(one_of(payouts.c.order_id, "ids")))
_DECLINES = Statement(select(declines).where(one_of(declines.c.order_id, "ids")))
_RESERVATIONS = Statement(select(reservations).where(one_of(reservations.c.order_id, "ids")))
_TASKS = Statement(
    select(authentication_tasks).where(one_of(authentication_tasks.c.order_id, "ids"))
)
_SALES = Statement(select(sales).where(one_of(sales.c.order_id, "ids")))
_DEADLINES = Statement(select(deadlines).where(one_of(deadlines.c.order_id, "ids")))
_ALARMED = Statement(
    select(alarms.c.order_id).where(alarms.c.closed_at.is_(None), one_of(alarms.c.order_id, "ids"))
)
TRANSFERS = (
    select(
        ledger_transfers,
        ledger_entries.c.kind,
        ledger_entries.c.owner,
        ledger_entries.c.amount,
    )
    .outerjoin(ledger_entries, ledger_entries.c.transfer_id == ledger_transfers.c.id)
    .order_by(ledger_transfers.c.id, ledger_entries.c.sequence)
)
"""A row for each entry, and one for a transfer without entries."""
TRANSFERS_OF = Statement(TRANSFERS.where(one_of(ledger_transfers.c.order_id, "ids")))
_HELD = Statement(
    select(
        ledger_entries.c.owner, cast(func.sum(ledger_entries.c.amount), BigInteger).label("held")
    )
    .where(
        ledger_entries.c.kind == AccountKind.ESCROW,
        one_of(ledger_entries.c.owner, "owners"),
    )
    .group_by(ledger_entries.c.owner)
)


async def trade_ids(snapshot: SqlSnapshot, after: OrderId | None, limit: int) -> Sequence[OrderId]:
    """Return a page of all ids of orders that any table of trades has."""
    rows = await snapshot.rows(_IDS, after=after or BEFORE_ALL, limit=limit)
    return [row.id for row in rows]


async def read_trades(snapshot: SqlSnapshot, ids: Collection[OrderId]) -> Sequence[Trade]:
    """Return the trades with these ids, each with whatever there is of it."""

    async def by_order(statement: Statement, id_: str = "order_id") -> dict[OrderId, Row]:
        rows = await snapshot.rows(statement, ids=ids)
        return {getattr(row, id_): row for row in rows}

    order_rows = await by_order(_ORDERS, "id")
    match_rows = await by_order(_MATCHES, "id")
    matched = {id_: match_of(row) for id_, row in match_rows.items()}
    quotes = await _quotes_of(snapshot, matched.values())
    histories, unreadable = _histories(await snapshot.rows(_STEPS, ids=ids))
    payment_rows, payout_rows = await by_order(_PAYMENTS), await by_order(_PAYOUTS)
    declined = await by_order(_DECLINES)
    transfers = by_order_id(await snapshot.rows(TRANSFERS_OF, ids=ids))
    held = await snapshot.rows(_HELD, owners=[str(id_) for id_ in ids])
    balances = {row.owner: row.held for row in held}
    reserved, tasks = await by_order(_RESERVATIONS), await by_order(_TASKS)
    sale_rows, alarmed = await by_order(_SALES), await by_order(_ALARMED)
    due: defaultdict[OrderId, list[Deadline]] = defaultdict(list)
    for row in await snapshot.rows(_DEADLINES, ids=ids):
        due[row.order_id].append(Deadline(row.kind, row.order_id, row.due_at))

    def trade(id_: OrderId) -> Trade:
        return Trade(
            id=id_,
            order=order_of(order_rows[id_]) if id_ in order_rows else None,
            history=histories.get(id_, ()),
            unreadable=unreadable.get(id_, ()),
            match=matched.get(id_),
            bid=quotes.get(matched[id_].bid_id) if id_ in matched else None,
            ask=quotes.get(matched[id_].ask_id) if id_ in matched else None,
            payment=payment_of(payment_rows[id_]) if id_ in payment_rows else None,
            payout=payout_of(payout_rows[id_]) if id_ in payout_rows else None,
            decline=_decline(declined[id_]) if id_ in declined else None,
            transfers=transfers.get(id_, ()),
            held=balances.get(str(id_), 0),
            reservation=reservation_of(reserved[id_]) if id_ in reserved else None,
            task=task_of(tasks[id_]) if id_ in tasks else None,
            sale=_sale(sale_rows[id_]) if id_ in sale_rows else None,
            deadlines=due.get(id_, ()),
            has_open_alarm=id_ in alarmed,
        )

    return [_readable(trade, id_) for id_ in ids]


def _readable(trade: Callable[[OrderId], Trade], id_: OrderId) -> Trade:
    """Return the trade, or why it cannot be read."""
    try:
        return trade(id_)
    except (ValueError, LookupError, AssertionError) as error:
        return Trade(id=id_, error=str(error))


def transfers_of(rows: Iterable[Row]) -> list[BookedTransfer]:
    """Return the transfers in the rows of `TRANSFERS`."""
    transfers: dict[str, Row] = {}
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        transfers[row.id] = row
        if row.kind is not None:
            entries[row.id].append(Entry(Account(row.kind, row.owner), row.amount))
    return [
        BookedTransfer(id_, row.order_id, row.at, tuple(entries.get(id_, ())))
        for id_, row in transfers.items()
    ]


def by_order_id(rows: Iterable[Row]) -> Mapping[OrderId, Sequence[BookedTransfer]]:
    """Return the transfers in the rows of `TRANSFERS`, by order."""
    found: defaultdict[OrderId, list[BookedTransfer]] = defaultdict(list)
    for transfer in transfers_of(rows):
        if transfer.order_id is not None:
            found[transfer.order_id].append(transfer)
    return found


async def _quotes_of(snapshot: SqlSnapshot, of: Iterable[Match]) -> dict[QuoteId, Quote]:
    ids = {quote_id for match in of for quote_id in (match.bid_id, match.ask_id)}
    return {row.id: quote_of(row) for row in await snapshot.rows(_QUOTES, ids=ids)}


def _histories(
    rows: Iterable[Row],
) -> tuple[dict[OrderId, list[RecordedStep]], dict[OrderId, list[str]]]:
    """Return the steps by order, and why others cannot be read."""
    histories: defaultdict[OrderId, list[RecordedStep]] = defaultdict(list)
    unreadable: defaultdict[OrderId, list[str]] = defaultdict(list)
    for row in rows:
        try:
            histories[row.order_id].append(step_of(row))
        except (ValueError, KeyError, AssertionError) as error:
            why = f"step {row.number} ({row.type}) cannot be read: {error}"
            unreadable[row.order_id].append(why)
    return histories, unreadable


def _sale(row: Row) -> StoredSale:
    if row.price is None:
        return StoredSale(None, row.voided)
    assert None not in (row.product_id, row.size, row.condition, row.sold_at), "half of its sale"
    return StoredSale(Sale(row.order_id, book_of(row), row.price, row.sold_at), row.voided)


def _decline(row: Row) -> Decline:
    return Decline(row.order_id, row.buyer_id, row.at, row.reason)
