"""Compare the market rules with those of the last start."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.costs import FeesRise, ShippingRise
from ...ports.language.ids import UserId
from ...ports.language.market import Side
from ...ports.language.rules import MarketRules
from ...ports.language.standing_quotes import OwnedQuotes
from ...ports.payments import FeeSchedule
from ...ports.rules_in_force import RulesInForce
from ...ports.standing_quotes import StandingQuotes
from .rules_change import RulesChange, costs_rose, is_dearer, terms

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class CompareRules:
    """Finds the effect of new rules on standing quotes, and changes nothing.

    A quote is outside the rules if they do not allow its amount. Of the others, it finds asks that
    would now pay out less, and bids whose shipping would now cost more. New limits on lifetimes and
    on numbers of quotes do not affect standing quotes. If the rules are unchanged, no quote is
    read.
    """

    rules_in_force: RulesInForce
    standing_quotes: StandingQuotes
    fees_by: Callable[[MarketRules], FeeSchedule]
    clock: Clock
    rules: MarketRules

    async def __call__(self) -> RulesChange:
        """Return the change. Its `is_none` is True if the rules are unchanged."""
        change = RulesChange(await self.rules_in_force.find(), self.rules)
        if change.is_none:
            return change
        return RulesChange(
            before=change.before,
            after=change.after,
            outside=await self.standing_quotes.outside(self.rules, self.clock.now()),
            dearer=costs_rose(await self._fees(change), await self._shipping(change)),
        )

    async def _fees(self, change: RulesChange) -> dict[UserId, FeesRise]:
        """Return the rise in fees for each seller."""
        if change.before is None or not change.touches_fees:
            return {}
        schedule_before = self.fees_by(change.before)
        schedule_after = self.fees_by(change.after)
        rises: dict[UserId, FeesRise] = {}
        async for owned in self._in_batches(Side.ASK):
            sales = [(one.user_id, one.amount) for one in owned]
            all_before = await schedule_before.quote(sales)
            all_after = await schedule_after.quote(sales)
            for one, before, after in zip(owned, all_before, all_after, strict=True):
                if is_dearer(before, after):
                    earlier = rises.get(one.user_id)
                    rises[one.user_id] = FeesRise(
                        before=terms(before, change.before),
                        after=terms(after, change.after),
                        asks=one.quotes + (earlier.asks if earlier is not None else 0),
                    )
        return rises

    async def _shipping(self, change: RulesChange) -> dict[UserId, ShippingRise]:
        """Return the rise in shipping for each buyer."""
        rise = change.shipping_rise
        if rise is None:
            return {}
        bids: Counter[UserId] = Counter()
        async for owned in self._in_batches(Side.BID):
            for one in owned:
                bids[one.user_id] += one.quotes
        return {user_id: ShippingRise(*rise, number) for user_id, number in bids.items()}

    async def _in_batches(self, side: Side) -> AsyncIterator[list[OwnedQuotes]]:
        """Yield the standing quotes within the rules, in batches."""
        batch: list[OwnedQuotes] = []
        async for owned in self.standing_quotes.by_owner(side, self.clock.now()):
            if self.rules.allows(owned.amount):
                batch.append(owned)
            if len(batch) == _AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch
