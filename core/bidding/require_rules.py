"""Require that this process has the rules that the exchange runs with."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...ports.language.rules import MarketRules
from ...ports.rules_in_force import RulesInForce
from .adopt_rules import AdoptRules
from .rules_change import RulesChange


class OtherRules(ValueError):
    """This process has other market rules than the exchange runs with."""

    def __init__(self, differences: Mapping[str, tuple[object, object]]) -> None:
        super().__init__(differences)
        self.differences = differences

    def __str__(self) -> str:
        differ = "; ".join(
            f"{name} is {theirs} there and {ours} here"
            for name, (theirs, ours) in self.differences.items()
        )
        return (
            f"the exchange runs with other market rules than this process: {differ}. Give all "
            "processes the same settings, or stop them all and run `solebook admin apply-rules`"
        )


@dataclass(frozen=True, slots=True)
class RequireRules:
    """Compares the rules of this process with those in force, where several processes run.

    They run with the same rules, which only ApplyRules changes. The first process on an empty
    exchange brings the rules into force.
    """

    rules_in_force: RulesInForce
    adopt_rules: AdoptRules
    rules: MarketRules

    async def __call__(self) -> None:
        """Return if the rules are the same. Raises OtherRules, QuotesOutsideRules, Unavailable."""
        in_force = await self.rules_in_force.find()
        if in_force is None:
            await self.adopt_rules()
        elif in_force != self.rules:
            raise OtherRules(RulesChange(in_force, self.rules).differences)
