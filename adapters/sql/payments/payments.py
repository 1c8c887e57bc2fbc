"""Buyers' payments, in SQL."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from ....ports.language.ids import OrderId
from ....ports.language.payments import Payment
from ....ports.payments import Payments
from ..engine.constructs import insert_or_lock, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement, insert_row, update_row
from ..schema import payments

_FIND = Statement(select(payments).where(payments.c.order_id == bindparam("order_id")), locks=True)
_LOOK_UP = Statement(select(payments).where(one_of(payments.c.order_id, "ids")))
_ORDER_OF = Statement(
    select(payments.c.order_id).where(payments.c.charge_id == bindparam("charge_id"))
)
ADD_PAYMENT = Statement(insert_row(payments))
_OPEN_OR_LOCK = Statement(insert_or_lock(payments, payments.c.order_id))
_SAVE = Statement(update_row(payments))


class SqlPayments(Payments):
    """Payments by order."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def find(self, order_id: OrderId) -> Payment | None:
        row = await self._database.first(_FIND, order_id, order_id=order_id)
        return None if row is None else payment_of(row)

    async def look_up(self, order_ids: Collection[OrderId]) -> Mapping[OrderId, Payment]:
        rows = await self._database.rows(_LOOK_UP, ids=order_ids)
        return {row.order_id: payment_of(row) for row in rows}

    async def order_of(self, charge_id: str) -> OrderId | None:
        row = await self._database.first(_ORDER_OF, charge_id=charge_id)
        return None if row is None else OrderId(row.order_id)

    async def open_or_lock(self, payment: Payment) -> Payment:
        row = await self._database.first(_OPEN_OR_LOCK, payment.order_id, **payment_values(payment))
        return payment_of(row)

    async def save(self, payment: Payment) -> None:
        values = payment_values(payment)
        await self._database.write_later(_SAVE, payment.order_id, values, must_change=True)


def payment_of(row: Row) -> Payment:
    """Return the payment in a row."""
    return Payment(
        order_id=row.order_id,
        buyer_id=row.buyer_id,
        amount=row.amount,
        status=row.status,
        created_at=row.created_at,
        payment_method=row.payment_method,
        charge_id=row.charge_id,
        reason=row.reason,
        attempted_at=row.attempted_at,
        answered_at=row.answered_at,
        refunded=row.refunded,
        refund_asked=row.refund_asked,
        refund_declines=row.refund_declines,
        refund_id=row.refund_id,
        refund_report=row.refund_report,
        description=row.description,
        statement=row.statement,
        action_charge_id=row.action_charge_id,
        action_url=row.action_url,
    )


def payment_values(payment: Payment) -> dict[str, Any]:
    """Return a payment's values by column."""
    return {
        "order_id": payment.order_id,
        "buyer_id": payment.buyer_id,
        "amount": payment.amount,
        "status": payment.status,
        "created_at": payment.created_at,
        "payment_method": payment.payment_method,
        "charge_id": payment.charge_id,
        "reason": payment.reason,
        "attempted_at": payment.attempted_at,
        "answered_at": payment.answered_at,
        "refunded": payment.refunded,
        "refund_asked": payment.refund_asked,
        "refund_declines": payment.refund_declines,
        "refund_id": payment.refund_id,
        "refund_report": payment.refund_report,
        "description": payment.description,
        "statement": payment.statement,
        "action_charge_id": payment.action_charge_id,
        "action_url": payment.action_url,
    }
