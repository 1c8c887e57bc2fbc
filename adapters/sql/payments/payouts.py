"""Sellers' payouts, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from ....ports.language.ids import OrderId, UserId
from ....ports.language.invariants import ensure
from ....ports.language.paging import Page, PageRequest
from ....ports.language.payments import Payout, PayoutState
from ....ports.payments import Payouts
from ..engine.constructs import insert_or_lock
from ..engine.database import SqlDatabase
from ..engine.paging import newest_first, page
from ..engine.statement import Row, Statement, update_row
from ..schema import payouts
from ..schema.columns import is_word

_FIND = Statement(select(payouts).where(payouts.c.order_id == bindparam("order_id")), locks=True)
_ORDER_OF = Statement(
    select(payouts.c.order_id).where(payouts.c.payout_id == bindparam("payout_id"))
)
_OPEN_OR_LOCK = Statement(insert_or_lock(payouts, payouts.c.order_id))
_SAVE = Statement(update_row(payouts))
_OF_SELLER = Statement(
    newest_first(
        select(payouts).where(payouts.c.seller_id == bindparam("seller_id")), payouts.c.order_id
    )
)

_UNPAID = Statement(
    select(payouts)
    .where(
        payouts.c.seller_id == bindparam("seller_id"),
        is_word(payouts.c.state, PayoutState.DUE, PayoutState.REFUSED),
    )
    .order_by(payouts.c.order_id)
    .limit(1_000)
)


class SqlPayouts(Payouts):
    """Payouts by order and by seller."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def find(self, order_id: OrderId) -> Payout | None:
        row = await self._database.first(_FIND, order_id=order_id)
        return None if row is None else payout_of(row)

    async def order_of(self, payout_id: str) -> OrderId | None:
        row = await self._database.first(_ORDER_OF, payout_id=payout_id)
        return None if row is None else OrderId(row.order_id)

    async def open_or_lock(self, payout: Payout) -> Payout:
        row = await self._database.first(_OPEN_OR_LOCK, **_values(payout))
        return payout_of(row)

    async def save(self, payout: Payout) -> None:
        saved = await self._database.execute(_SAVE, **_values(payout))
        ensure(saved, f"the payout of order {payout.order_id} was never opened")

    async def unpaid(self, seller_id: UserId) -> Sequence[Payout]:
        return [payout_of(row) for row in await self._database.rows(_UNPAID, seller_id=seller_id)]

    async def of_seller(self, seller_id: UserId, request: PageRequest) -> Page[Payout]:
        return await page(
            self._database, _OF_SELLER, request, payout_of, id_="order_id", seller_id=seller_id
        )


def _values(payout: Payout) -> dict[str, Any]:
    return {
        "order_id": payout.order_id,
        "seller_id": payout.seller_id,
        "amount": payout.amount,
        "debt_settled": payout.debt_settled,
        "state": payout.state,
        "created_at": payout.created_at,
        "account": payout.account,
        "paid_at": payout.paid_at,
        "reason": payout.reason,
        "refusals": payout.refusals,
        "paid": payout.paid,
        "asked": payout.asked,
        "payout_id": payout.payout_id,
        "report": payout.report,
    }


def payout_of(row: Row) -> Payout:
    """Return the payout in a row."""
    return Payout(
        order_id=row.order_id,
        seller_id=row.seller_id,
        amount=row.amount,
        debt_settled=row.debt_settled,
        state=row.state,
        created_at=row.created_at,
        account=row.account,
        paid_at=row.paid_at,
        reason=row.reason,
        refusals=row.refusals,
        paid=row.paid,
        asked=row.asked,
        payout_id=row.payout_id,
        report=row.report,
    )
