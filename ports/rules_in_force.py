"""The port to the market rules of the last run."""

from typing import Protocol

from .language.rules import MarketRules


class RulesInForce(Protocol):
    """The rules under which the standing quotes were placed. Writes need a transaction."""

    async def find(self) -> MarketRules | None:
        """Return the stored rules, or None if there are none that are valid today."""
        ...

    async def put(self, rules: MarketRules) -> None:
        """Store the rules of the current run."""
        ...
