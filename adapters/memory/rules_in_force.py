"""The rules in force, in memory."""

from ...ports.language.rules import MarketRules
from ...ports.rules_in_force import RulesInForce
from .database import MemoryAdapter


class MemoryRulesInForce(MemoryAdapter, RulesInForce):
    """One value."""

    async def find(self) -> MarketRules | None:
        with await self._database.reading():
            return self._tables.rules_in_force.get(None)

    async def put(self, rules: MarketRules) -> None:
        await self._database.writing()
        self._database.put(self._tables.rules_in_force, None, rules)
