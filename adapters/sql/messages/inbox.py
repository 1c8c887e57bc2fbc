"""The inbox: the messages that each consumer has handled, in SQL."""

from collections.abc import Collection, Set
from datetime import datetime

from sqlalchemy import bindparam, select

from ....ports.language.errors import Outdated
from ....ports.language.ids import MessageId
from ....ports.outbox import Inbox, Note
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement, delete_portion
from ..schema import inbox

_NOTE = Statement(insert_or_skip(inbox, inbox.c.message_id, inbox.c.consumer))
_NOTES_OF = Statement(
    select(inbox.c.consumer, inbox.c.message_id).where(one_of(inbox.c.message_id, "message_ids"))
)
_FORGET = Statement(delete_portion(inbox, inbox.c.at < bindparam("before")), long=True)


class SqlInbox(Inbox):
    """The instant of handling by message and consumer."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def note(self, handled: Collection[Note], at: datetime) -> None:
        rows = [{"message_id": id_, "consumer": consumer, "at": at} for consumer, id_ in handled]
        (noted,) = await self._database.execute_together({_NOTE: rows})
        if noted < len(rows):
            _, message_id = next(iter(handled))
            raise Outdated(what="message", id=message_id)

    async def notes_of(self, message_ids: Collection[MessageId]) -> Set[Note]:
        rows = await self._database.rows(_NOTES_OF, message_ids=message_ids)
        return {(row.consumer, MessageId(row.message_id)) for row in rows}

    async def contains(self, consumer: str, message_id: MessageId) -> bool:
        return (consumer, message_id) in await self.notes_of([message_id])

    async def forget(self, before: datetime) -> int:
        return await self._database.execute(_FORGET, before=before)
