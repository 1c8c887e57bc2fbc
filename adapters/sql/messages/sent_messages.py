"""Messages that a broker has, in SQL."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from ....ports.clock import Clock
from ....ports.language.ids import MessageId
from ....ports.language.messages import Position
from ....ports.sent_messages import SentMessages
from ..engine.constructs import insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import broker_positions, outbox, sent_messages
from ..schema.columns import Instant

_EVENTS = "events"
_EXCHANGE = "exchange"
"""The row with the name under which the broker knows this exchange."""
_COLUMNS = [column.name for column in outbox.columns]
_OF_OUTBOX = [outbox.c[name] for name in _COLUMNS]

_KEEP = Statement(
    insert(sent_messages).from_select(
        [*_COLUMNS, "sent_at"],
        select(*_OF_OUTBOX, bindparam("at", type_=Instant)).where(one_of(outbox.c.id, "ids")),
    )
)
_REMOVE = Statement(delete(outbox).where(outbox.c.id == bindparam("id")))
_SENT = select(*(sent_messages.c[name] for name in _COLUMNS))
_IS_LATEST = sent_messages.c.sent_at >= bindparam("since")
_BACK = Statement(insert(outbox).from_select(_COLUMNS, _SENT))
_EMPTY = Statement(delete(sent_messages))
_LAST = Statement(select(func.max(sent_messages.c.sent_at).label("at")))
_LATEST_BACK = Statement(insert(outbox).from_select(_COLUMNS, _SENT.where(_IS_LATEST)))
_REMOVE_LATEST = Statement(delete(sent_messages).where(_IS_LATEST))
_FORGET = Statement(delete(sent_messages).where(sent_messages.c.sent_at < bindparam("before")))

_BEGIN = Statement(insert_or_skip(broker_positions, broker_positions.c.name))
_ADVANCE = Statement(
    update(broker_positions)
    .where(
        broker_positions.c.name == _EVENTS,
        or_(
            broker_positions.c.stream != bindparam("of"),
            broker_positions.c.last < bindparam("to"),
        ),
    )
    .values(stream=bindparam("of"), last=bindparam("to"))
)
_POSITION = Statement(select(broker_positions).where(broker_positions.c.name == _EVENTS))
_KNOWN_AS = Statement(select(broker_positions).where(broker_positions.c.name == _EXCHANGE))
_NO_POSITION = Statement(delete(broker_positions).where(broker_positions.c.name == _EVENTS))


class SqlSentMessages(SentMessages):
    """A table like the outbox, so that whoever reads the outbox does not have to skip them."""

    def __init__(self, database: SqlDatabase, *, clock: Clock) -> None:
        """Create the port. `clock` shows real time, which is the broker's too."""
        self._database = database
        self._clock = clock

    async def move(self, ids: Collection[MessageId], position: Position) -> None:
        await self._database.execute(_KEEP, ids=list(ids), at=self._clock.now())
        await self._database.execute_many(_REMOVE, [{"id": id_} for id_ in ids])
        at = {"stream": position.stream, "last": position.last}
        if not await self._database.execute(_BEGIN, name=_EVENTS, **at):
            await self._database.execute(_ADVANCE, of=position.stream, to=position.last)

    async def position(self) -> Position | None:
        row = await self._database.first(_POSITION)
        return None if row is None else Position(row.stream, row.last)

    async def send_again(self) -> int:
        count = await self._database.execute(_BACK)
        await self._database.execute(_EMPTY)
        await self._database.execute(_NO_POSITION)
        return count

    async def send_latest_again(self, age: timedelta) -> int:
        row = await self._database.first(_LAST)
        if row is None or row.at is None:
            return 0
        count = await self._database.execute(_LATEST_BACK, since=row.at - age)
        await self._database.execute(_REMOVE_LATEST, since=row.at - age)
        return count

    async def known_as(self, new: str) -> str:
        await self._database.execute(_BEGIN, name=_EXCHANGE, stream=new, last=0)
        row = await self._database.first(_KNOWN_AS)
        assert row is not None, "it is in the table now"
        name: str = row.stream
        return name

    async def forget(self, age: timedelta) -> int:
        return await self._database.execute(_FORGET, before=self._clock.now() - age)
