"""The backlog of charges, in SQL."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, exists, literal_column, select

from ....ports.charge_backlog import ChargeBacklog
from ....ports.language.orders import OrderStatus, PaymentStatus
from ..engine.constructs import one_of, uuid_text
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import deliveries, orders, payments
from ..schema.columns import is_word

_others = payments.alias("others")
_asked = payments.alias("asked")
_WAITS = Statement(
    select(payments.c.order_id)
    .where(
        is_word(payments.c.status, PaymentStatus.PENDING),
        payments.c.attempted_at.is_(None),
        payments.c.created_at < bindparam("instant"),
        exists().where(
            orders.c.id == payments.c.order_id, is_word(orders.c.status, OrderStatus.PENDING)
        ),
        ~exists().where(
            _asked.c.buyer_id == payments.c.buyer_id,
            is_word(_asked.c.status, PaymentStatus.PENDING),
            _asked.c.attempted_at.is_not(None),
            _asked.c.answered_at.is_(None),
        ),
        ~exists().where(
            _others.c.buyer_id == payments.c.buyer_id,
            _others.c.answered_at >= bindparam("instant"),
        ),
        ~exists().where(
            deliveries.c.key == uuid_text(payments.c.order_id),
            deliveries.c.attempts > literal_column("0"),  # a literal, so that the index is used
            one_of(deliveries.c.consumer, "consumers"),
        ),
    )
    .limit(1)
)


class SqlChargeBacklog(ChargeBacklog):
    """Finds the oldest payments without an attempt by a partial index."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def waits_since_before(self, instant: datetime, *, consumers: Collection[str]) -> bool:
        row = await self._database.first(_WAITS, instant=instant, consumers=consumers)
        return row is not None
