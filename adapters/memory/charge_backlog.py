"""The backlog of charges, in memory."""

from collections.abc import Collection
from datetime import datetime

from ...ports.charge_backlog import ChargeBacklog
from ...ports.language.orders import OrderStatus
from ...ports.language.payments import Payment
from .database import MemoryAdapter


class MemoryChargeBacklog(MemoryAdapter, ChargeBacklog):
    """Scans the payments without an attempt."""

    async def waits_since_before(self, instant: datetime, *, consumers: Collection[str]) -> bool:
        with await self._database.reading():
            untried = (self._tables.payments[i] for i in self._tables.untried_payments)
            return any(self._waits(payment, instant, consumers) for payment in untried)

    def _waits(self, payment: Payment, instant: datetime, consumers: Collection[str]) -> bool:
        order = self._tables.orders.get(payment.order_id)
        return (
            payment.created_at < instant
            and order is not None
            and order.status is OrderStatus.PENDING
            and not self._has_failed(payment, consumers)
            and not self._waits_for_another(payment, instant)
        )

    def _has_failed(self, payment: Payment, consumers: Collection[str]) -> bool:
        failed = self._tables.failed_deliveries.get(str(payment.order_id), ())
        return any(consumer in consumers for consumer, _ in failed)

    def _waits_for_another(self, payment: Payment, instant: datetime) -> bool:
        """Whether the payment waits behind another charge of the same buyer."""
        answered_at = self._tables.last_answer.get(payment.buyer_id)
        if answered_at is not None and answered_at >= instant:
            return True
        return bool(self._tables.unanswered_payments.get(payment.buyer_id))
