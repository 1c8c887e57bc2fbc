"""The latest time when the exchange was up, in SQL."""

from datetime import datetime

from sqlalchemy import select

from ....ports.signs_of_life import SignsOfLife
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.statement import Statement
from ..schema import sign_of_life

_LATEST = Statement(select(sign_of_life.c.noted_at).where(sign_of_life.c.number == 1), locks=True)
_NOTE = Statement(insert_or_replace(sign_of_life, sign_of_life.c.number))


class SqlSignsOfLife(SignsOfLife):
    """A table with a single row, number 1."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def latest(self) -> datetime | None:
        row = await self._database.first(_LATEST)
        return None if row is None else row.noted_at

    async def note(self, at: datetime) -> None:
        await self._database.execute(_NOTE, number=1, noted_at=at)
