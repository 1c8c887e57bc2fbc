"""What each consumer has handled, in SQL."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from ....ports.language.ids import MessageId
from ....ports.outbox import Inbox
from ..engine.constructs import insert_or_skip
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import inbox

_RECORD = Statement(insert_or_skip(inbox, inbox.c.message_id, inbox.c.consumer))
_FIND = Statement(
    select(inbox.c.at).where(
        inbox.c.message_id == bindparam("message_id"), inbox.c.consumer == bindparam("consumer")
    )
)
_FORGET = Statement(delete(inbox).where(inbox.c.at < bindparam("before")), long=True)


class SqlInbox(Inbox):
    """The instant of handling by message and consumer."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def record(self, consumer: str, message_id: MessageId, at: datetime) -> bool:
        added = await self._database.execute(
            _RECORD, message_id=message_id, consumer=consumer, at=at
        )
        return added == 1

    async def contains(self, consumer: str, message_id: MessageId) -> bool:
        row = await self._database.first(_FIND, message_id=message_id, consumer=consumer)
        return row is not None

    async def forget(self, before: datetime) -> int:
        return await self._database.execute(_FORGET, before=before)
