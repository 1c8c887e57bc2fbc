"""The port to the rules that the store was last run with."""

from typing import Protocol

from .language.rules import MarketRules


class RulesInForce(Protocol):
    """The rules by which the standing quotes were placed. Writes need a transaction."""

    async def find(self) -> MarketRules | None:
        """Return them, or None if none are noted that would be accepted today."""
        ...

    async def put(self, rules: MarketRules) -> None:
        """Note the rules that the store is run with from now on."""
        ...
