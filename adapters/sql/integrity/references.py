"""What rows refer to, in their context and in others, and the rows whose reference is missing."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, and_, select

from ....ports.language.ids import UserId
from ....ports.language.integrity import Dangling
from ..engine.snapshot import SqlSnapshot
from ..engine.statement import Statement
from ..schema import (
    alarms,
    asks,
    bid_bars,
    bids,
    declines,
    deliveries,
    disputes,
    ended_quotes,
    halts,
    metadata,
    notification_preferences,
    notifications,
    orders,
    payment_methods,
    price_alerts,
    products,
    seller_quarters,
    turns,
    users,
    webhook_endpoints,
)


class _Reference(NamedTuple):
    """A column, and the column of what it refers to."""

    column: Column[Any]
    target: Column[Any]


def _across_contexts() -> list[_Reference]:
    of_users = (
        *(bids.c.user_id, asks.c.user_id, ended_quotes.c.user_id),
        *(orders.c.buyer_id, orders.c.seller_id),
        *(price_alerts.c.user_id, notifications.c.user_id, notification_preferences.c.user_id),
        *(bid_bars.c.buyer_id, declines.c.buyer_id, seller_quarters.c.seller_id),
        webhook_endpoints.c.owner_id,
    )
    of_products = (
        *(bids.c.product_id, asks.c.product_id, ended_quotes.c.product_id, orders.c.product_id),
        *(price_alerts.c.product_id, halts.c.product_id),
    )
    of_orders = declines.c.order_id, alarms.c.order_id, disputes.c.order_id
    return [
        *(_Reference(column, users.c.id) for column in of_users),
        *(_Reference(column, products.c.id) for column in of_products),
        *(_Reference(column, orders.c.id) for column in of_orders),
    ]


def _within_contexts() -> list[_Reference]:
    return [
        _Reference(key.parent, key.column)
        for table in metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
    ]


def _missing(reference: _Reference) -> Statement:
    column, target = reference
    table, others = column.table, target.table.alias("others")
    assert isinstance(table, Table), table
    return Statement(
        select(*table.primary_key, column.label("refers_to"))
        .outerjoin(others, others.c[target.name] == column)
        .where(column.is_not(None), others.c[target.name].is_(None))
    )


_MISSING = [(ref, _missing(ref)) for ref in (*_within_contexts(), *_across_contexts())]
_PLACES_FOR_NOTHING = Statement(
    select(turns.c.place, turns.c.queue, turns.c.turn).where(
        ~select(deliveries.c.id)
        .where(
            ~deliveries.c.dead,
            deliveries.c.queue == turns.c.queue,
            deliveries.c.priority == turns.c.priority,
            deliveries.c.turn == turns.c.turn,
        )
        .correlate(turns)
        .exists()
    )
)
_DEFAULTS_AND_CARDS = Statement(
    select(
        users.c.id,
        users.c.payment_method,
        payment_methods.c.id.label("card_id"),
        payment_methods.c.token,
    )
    .outerjoin(
        payment_methods,
        and_(payment_methods.c.user_id == users.c.id, payment_methods.c.removed_at.is_(None)),
    )
    .where(users.c.payment_method.is_not(None))
    .order_by(users.c.id)
)


async def dangling_rows(snapshot: SqlSnapshot) -> AsyncIterator[Dangling]:
    """Yield the rows that refer to something that does not exist."""
    for (column, target), statement in _MISSING:
        async for rows in snapshot.stream(statement):
            for row in rows:
                key = " ".join(map(str, row[:-1]))
                yield Dangling(
                    f"{column.table.name} {key}",
                    f"its {column.name} {row.refers_to}, in {target.table.name},",
                )
    async for rows in snapshot.stream(_PLACES_FOR_NOTHING):
        for row in rows:
            what = f"a delivery of turn {row.turn} in queue {row.queue}"
            yield Dangling(f"{turns.name} {row.place}", what)
    async for user_id in _without_their_default(snapshot):
        yield Dangling(f"{users.name} {user_id}", "a card on file that is its default")


async def _without_their_default(snapshot: SqlSnapshot) -> AsyncIterator[UserId]:
    """Yield the users whose default is none of their cards on file."""
    user_id, has_it = None, True
    async for rows in snapshot.stream(_DEFAULTS_AND_CARDS):
        for row in rows:
            if row.id != user_id:
                if user_id is not None and not has_it:
                    yield user_id
                user_id, has_it = UserId(row.id), False
            has_it = has_it or row.token == row.payment_method
    if user_id is not None and not has_it:
        yield user_id
