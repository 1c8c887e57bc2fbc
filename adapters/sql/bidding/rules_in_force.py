"""The rules of the last start, in SQL."""

import msgspec
from sqlalchemy import select

from ....ports.clock import Clock
from ....ports.language.rules import MarketRules
from ....ports.rules_in_force import RulesInForce
from ..engine.constructs import insert_or_replace
from ..engine.database import SqlDatabase
from ..engine.payloads import decode, encode
from ..engine.statement import Statement
from ..schema import rules_in_force

_FIND = Statement(select(rules_in_force.c.rules).where(rules_in_force.c.number == 1))
_PUT = Statement(insert_or_replace(rules_in_force, rules_in_force.c.number))


class SqlRulesInForce(RulesInForce):
    """Keeps the rules in a single row with the number 1."""

    def __init__(self, database: SqlDatabase, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self) -> MarketRules | None:
        row = await self._database.first(_FIND)
        if row is None:
            return None
        try:
            return decode(row.rules, MarketRules)
        except msgspec.ValidationError:  # an older version allowed these rules
            return None

    async def put(self, rules: MarketRules) -> None:
        await self._database.execute(
            _PUT, number=1, rules=encode(rules), adopted_at=self._clock.now()
        )
