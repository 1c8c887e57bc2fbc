"""The payment provider's webhooks, in SQL."""

from sqlalchemy import bindparam, select

from ....ports.language.payments import Webhook, WebhookKind
from ....ports.payments import Webhooks
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import webhooks

_STORE = Statement(insert_or_skip(webhooks, webhooks.c.id))
_GET = Statement(select(webhooks).where(webhooks.c.id == bindparam("id")))
_HAS = Statement(
    select(webhooks.c.id)
    .where(webhooks.c.reference == bindparam("reference"), webhooks.c.kind == bindparam("kind"))
    .limit(1)
)


class SqlWebhooks(Webhooks):
    """Webhooks by the provider's event ids."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def store(self, event: Webhook) -> bool:
        added = await self._database.execute(
            _STORE,
            id=event.id,
            kind=event.kind,
            order_id=event.order_id,
            charge_id=event.charge_id,
            amount=event.amount,
            reason=event.reason,
            reference=event.reference,
        )
        return added == 1

    async def get(self, webhook_id: str) -> Webhook:
        row = await self._database.first(_GET, id=webhook_id)
        assert row is not None, f"no webhook {webhook_id} was stored"
        return Webhook(
            id=row.id,
            kind=row.kind,
            order_id=row.order_id,
            charge_id=row.charge_id,
            amount=row.amount,
            reason=row.reason,
            reference=row.reference,
        )

    async def has(self, kind: WebhookKind, reference: str) -> bool:
        return await self._database.first(_HAS, kind=kind, reference=reference) is not None
