"""What the payment provider moved, and what is still to compare, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from ....ports.language.ids import OrderId
from ....ports.language.movements import Movement
from ....ports.language.reconciliation import Bookmark, OpenItem
from ....ports.reconciliation import OpenItems, ProviderRecords
from ..engine.constructs import insert_or_replace, insert_or_skip, one_of
from ..engine.database import SqlDatabase
from ..engine.statement import Row, Statement
from ..schema import provider_movements, reconciliation, unreconciled
from ..schema.columns import Instant

_movements = provider_movements.c
_ADD = Statement(
    insert_or_skip(provider_movements, _movements.place)
    .values({c: bindparam(c.name) for c in _movements if c is not _movements.sequence})
    .returning(_movements.place)
)
_NOTE_READ = Statement(
    update(provider_movements)
    .where(one_of(_movements.place, "places"))
    .values(read_at=bindparam("now", type_=Instant))
)
_BEFORE_LAST = Statement(
    select(_movements.place)
    .order_by(_movements.sequence.desc())
    .limit(1)
    .offset(bindparam("number"))
)


def _where(*conditions: Any) -> Statement:
    return Statement(
        select(provider_movements).where(or_(*conditions)).order_by(_movements.sequence)
    )


MOVEMENTS_AT = _where(one_of(_movements.place, "places"))
MOVEMENTS_OF_ORDERS = _where(one_of(_movements.order_id, "order_ids"))
_UNDER = _where(one_of(_movements.name, "names"), one_of(_movements.charge_id, "charge_ids"))
_BETWEEN = Statement(
    select(provider_movements)
    .where(
        _movements.at > bindparam("since", type_=Instant),
        _movements.at < bindparam("until", type_=Instant),
        _movements.place > bindparam("after"),
    )
    .order_by(_movements.place)
    .limit(bindparam("limit"))
)
_NOT_READ = Statement(
    select(provider_movements)
    .where(_movements.read_at < bindparam("since", type_=Instant))
    .order_by(_movements.sequence)
    .limit(bindparam("limit"))
)

_OPEN = Statement(
    insert_or_replace(
        unreconciled,
        unreconciled.c.subject,
        change=lambda old, _: {"since": old.since, "told": old.told, "times": old.times + 1},
    )
)
_PAGE = Statement(
    select(unreconciled)
    .where(unreconciled.c.subject > bindparam("after"))
    .order_by(unreconciled.c.subject)
    .limit(bindparam("limit"))
)
_TELL = Statement(
    update(unreconciled)
    .where(unreconciled.c.subject == bindparam("of"))
    .values(told=bindparam("told"))
)
_CLOSE = Statement(
    delete(unreconciled).where(
        unreconciled.c.subject == bindparam("of"), unreconciled.c.times == bindparam("opened")
    )
)
_POSITION = Statement(select(reconciliation).where(reconciliation.c.number == 1))
_MOVE = Statement(insert_or_replace(reconciliation, reconciliation.c.number))


class SqlProviderRecords(ProviderRecords):
    """A row for each movement, numbered as they were read."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def add(self, movements: Sequence[Movement], at: datetime) -> Sequence[Movement]:
        rows = [_values(movement, at) for movement in movements]
        added = {row.place for row in await self._database.rows_of_many(_ADD, rows)}
        return [movement for movement in movements if movement.place in added]

    async def note_read(self, places: Collection[str], at: datetime) -> None:
        if places:
            await self._database.execute(_NOTE_READ, places=list(places), now=at)

    async def place_before_last(self, number: int) -> str:
        row = await self._database.first(_BEFORE_LAST, number=number)
        return "" if row is None else str(row.place)

    async def at(self, places: Collection[str]) -> Mapping[str, Movement]:
        if not places:
            return {}
        rows = await self._database.rows(MOVEMENTS_AT, places=list(places))
        return {row.place: movement_of(row) for row in rows}

    async def of_orders(self, order_ids: Collection[OrderId]) -> Sequence[Movement]:
        if not order_ids:
            return ()
        rows = await self._database.rows(MOVEMENTS_OF_ORDERS, order_ids=list(order_ids))
        return [movement_of(row) for row in rows]

    async def under(self, accounts: Collection[str]) -> Sequence[Movement]:
        if not accounts:
            return ()
        names = list(accounts)
        rows = await self._database.rows(_UNDER, names=names, charge_ids=names)
        found = [movement_of(row) for row in rows]
        return [movement for movement in found if movement.account in accounts]

    async def between(
        self, since: datetime, until: datetime, after: str, limit: int
    ) -> Sequence[Movement]:
        rows = await self._database.rows(
            _BETWEEN, since=since, until=until, after=after, limit=limit
        )
        return [movement_of(row) for row in rows]

    async def not_read_since(self, instant: datetime, limit: int) -> Sequence[Movement]:
        rows = await self._database.rows(_NOT_READ, since=instant, limit=limit)
        return [movement_of(row) for row in rows]


class SqlOpenItems(OpenItems):
    """A row for each open item, and a table with a single row, number 1, for the bookmark."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def open(self, subjects: Mapping[str, datetime]) -> None:
        rows = [
            {"subject": subject, "since": since, "told": "", "times": 1}
            for subject, since in sorted(subjects.items())
        ]
        await self._database.execute_many(_OPEN, rows)

    async def page(self, after: str, limit: int) -> Sequence[OpenItem]:
        rows = await self._database.rows(_PAGE, after=after, limit=limit)
        return [OpenItem(row.subject, row.since, row.told, row.times) for row in rows]

    async def tell(self, subject: str, what: str) -> None:
        await self._database.execute(_TELL, of=subject, told=what)

    async def close(self, items: Collection[OpenItem]) -> None:
        rows = [{"of": item.subject, "opened": item.times} for item in items]
        await self._database.execute_many(_CLOSE, rows)

    async def bookmark(self) -> Bookmark:
        row = await self._database.first(_POSITION)
        return Bookmark() if row is None else Bookmark(row.ledger, row.finished_at)

    async def move(self, bookmark: Bookmark) -> None:
        await self._database.execute(
            _MOVE, number=1, ledger=bookmark.ledger, finished_at=bookmark.finished_at
        )


def _values(movement: Movement, at: datetime) -> dict[str, Any]:
    return {
        "place": movement.place,
        "kind": movement.kind,
        "name": movement.name,
        "amount": movement.amount,
        "fee": movement.fee,
        "order_id": movement.order_id,
        "charge_id": movement.charge_id,
        "type": movement.type,
        "at": movement.at,
        "read_at": at,
    }


def movement_of(row: Row) -> Movement:
    """Return the movement in a row."""
    return Movement(
        place=row.place,
        kind=row.kind,
        name=row.name,
        amount=row.amount,
        order_id=row.order_id,
        charge_id=row.charge_id,
        fee=row.fee,
        at=row.at,
        type=row.type,
    )
