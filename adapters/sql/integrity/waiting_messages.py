"""Messages that wait in the outbox and in queues, for checks, in SQL."""

from collections.abc import Collection, Sequence, Set
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, or_, select, union_all

from ....ports.language.events import Event, WebhookHinted, WebhookReceived
from ....ports.language.ids import MessageId, OrderId
from ....ports.language.integrity import WaitingMessage
from ....ports.language.messages import Queue
from ..engine.constructs import one_of
from ..engine.payloads import decode_event
from ..engine.snapshot import SqlSnapshot
from ..engine.statement import Row, Statement
from ..schema import deliveries, inbox, outbox, sent_messages, turns, webhooks

_BEFORE_ALL = UUID(int=0)

_OUTBOX = Statement(
    select(outbox)
    .where(outbox.c.sequence > bindparam("after"))
    .order_by(outbox.c.sequence)
    .limit(bindparam("limit"))
)
_DELIVERIES = Statement(
    select(deliveries, turns.c.due_at.label("turn_is_due_at"), inbox.c.at.label("noted_at"))
    .outerjoin(
        turns,
        (turns.c.queue == deliveries.c.queue)
        & (turns.c.priority == deliveries.c.priority)
        & (turns.c.turn == deliveries.c.turn),
    )
    .outerjoin(
        inbox,
        (inbox.c.message_id == deliveries.c.message_id)
        & (inbox.c.consumer == deliveries.c.consumer),
    )
    .where(deliveries.c.id > bindparam("after"))
    .order_by(deliveries.c.id)
    .limit(bindparam("limit"))
)
_KEYS = Statement(
    union_all(
        select(outbox.c.key).where(one_of(outbox.c.key, "keys")),
        select(sent_messages.c.key).where(one_of(sent_messages.c.key, "keys")),
        select(deliveries.c.key).where(
            one_of(deliveries.c.key, "keys"), one_of(deliveries.c.queue, "queues")
        ),
    )
)


def _is_of_webhook(messages: Table) -> ColumnElement[bool]:
    subjects = (WebhookReceived.SUBJECT, WebhookHinted.SUBJECT)
    return or_(*(messages.c.subject == subject for subject in subjects))


_REPORTED = Statement(
    union_all(
        *(
            select(webhooks.c.order_id)
            .join(messages, messages.c.key == webhooks.c.id)
            .where(_is_of_webhook(messages), one_of(webhooks.c.order_id, "ids"))
            for messages in (outbox, sent_messages, deliveries)
        )
    )
)


async def read_outbox(
    snapshot: SqlSnapshot, after: int, limit: int
) -> tuple[int, Sequence[WaitingMessage]]:
    """Return a page of the outbox, and the sequence of its last message."""
    rows = await snapshot.rows(_OUTBOX, after=after, limit=limit)
    return (rows[-1].sequence if rows else after), [_message(row, row.id) for row in rows]


async def read_deliveries(
    snapshot: SqlSnapshot, after: MessageId | None, limit: int
) -> Sequence[WaitingMessage]:
    """Return a page of deliveries."""
    rows = await snapshot.rows(_DELIVERIES, after=after or _BEFORE_ALL, limit=limit)
    return [
        _message(
            row,
            row.message_id,
            consumer=row.consumer,
            queue=row.queue,
            due_at=row.due_at,
            is_dead=row.dead,
            turn_is_due_at=row.turn_is_due_at,
            is_noted=row.noted_at is not None,
        )
        for row in rows
    ]


async def keys_of_messages(
    snapshot: SqlSnapshot, keys: Collection[str], queues: Collection[Queue]
) -> Set[str]:
    """Return the keys under which a message waits, or may be on its way through a broker."""
    rows = await snapshot.rows(_KEYS, keys=list(keys), queues=list(queues))
    return {row.key for row in rows}


async def orders_with_messages(
    snapshot: SqlSnapshot, order_ids: Collection[OrderId], queues: Collection[Queue]
) -> Set[OrderId]:
    """Return the orders about which a message or a webhook waits."""
    by_key = {str(order_id): order_id for order_id in order_ids}
    keys = await keys_of_messages(snapshot, by_key, queues)
    reported = await snapshot.rows(_REPORTED, ids=list(order_ids))
    return {by_key[key] for key in keys} | {row.order_id for row in reported}


def _message(row: Row, message_id: MessageId, **more: Any) -> WaitingMessage:
    event, error = _event(row)
    return WaitingMessage(
        id=row.id,
        message_id=message_id,
        key=row.key,
        subject=row.subject,
        event=event,
        error=error,
        **more,
    )


def _event(row: Row) -> tuple[Event | None, str]:
    """Return the event of a message, or why it cannot be read."""
    try:
        return decode_event(row.subject, row.version, row.event), ""
    except KeyError:
        return None, f"there is no event {row.subject}"
    except (ValueError, AssertionError) as error:
        return None, str(error)
