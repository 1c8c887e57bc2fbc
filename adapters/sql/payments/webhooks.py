"""The payment provider's webhooks, in SQL."""

from typing import Any

from sqlalchemy import bindparam, func, select

from ....ports.language.money import Cents
from ....ports.language.payments import Webhook, WebhookKind
from ....ports.payments import Webhooks
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Statement, update_row
from ..schema import webhooks

_STORE = Statement(insert_or_skip(webhooks, webhooks.c.id))
_REPLACE = Statement(update_row(webhooks))
_GET = Statement(select(webhooks).where(webhooks.c.id == bindparam("id")))
_MOST = Statement(
    select(func.max(webhooks.c.amount).label("most")).where(
        webhooks.c.reference == bindparam("reference"), webhooks.c.kind == bindparam("kind")
    )
)


class SqlWebhooks(Webhooks):
    """Webhooks by the provider's event ids."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def store(self, event: Webhook) -> bool:
        return await self._database.execute(_STORE, **_values(event)) == 1

    async def replace(self, event: Webhook) -> None:
        await self._database.execute(_REPLACE, **_values(event))

    async def get(self, webhook_id: str) -> Webhook:
        row = await self._database.first(_GET, id=webhook_id)
        assert row is not None, f"no webhook {webhook_id} was stored"
        return Webhook(
            id=row.id,
            kind=WebhookKind(row.kind),
            order_id=row.order_id,
            charge_id=row.charge_id,
            amount=row.amount,
            reason=row.reason,
            reference=row.reference,
        )

    async def most(self, kind: WebhookKind, reference: str) -> Cents:
        row = await self._database.first(_MOST, kind=kind, reference=reference)
        return 0 if row is None or row.most is None else int(row.most)


def _values(event: Webhook) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "order_id": event.order_id,
        "charge_id": event.charge_id,
        "amount": event.amount,
        "reason": event.reason,
        "reference": event.reference,
    }
