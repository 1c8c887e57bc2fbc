"""The steps that placing a bid and placing an ask share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

from ...ports.clock import Clock
from ...ports.ids import Ids
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.ids import ProductId, QuoteId
from ...ports.language.market import Condition, Side, TimeInForce
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from ...ports.language.rules import MarketRules
from ...ports.language.users import Actor, TraderStanding
from ...ports.matching import Matching
from ...ports.products import Products
from ...ports.quotes import Quotes
from ...ports.users import Traders
from .admission import Admission
from .quote_terms import expiry


@dataclass(frozen=True, slots=True)
class PlaceOnSide(ABC):
    """Places a quote on one side of a book. `PlaceBid` and `PlaceAsk` decide who may.

    Repeating a request with its idempotency key returns the first placement.
    """

    side: ClassVar[Side]
    traders: Traders
    products: Products
    quotes: Quotes
    matching: Matching
    ids: Ids
    clock: Clock
    rules: MarketRules
    admission: Admission

    async def __call__(
        self,
        actor: Actor,
        *,
        product_id: ProductId,
        size: str,
        amount: Cents,
        condition: Condition = Condition.NEW,
        expires_in_days: int | None = None,
        time_in_force: TimeInForce = TimeInForce.GTC,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Placement:
        """Place the quote and return the placement once it is durable.

        Raises OutOfRange, OutsideTick, InvalidSize, SizeNotOffered, NotFound (product),
        TradingBarred, BookHalted, TooManyOpenQuotes, TooManyUnpaidOrders, SelfTrade, NoCounterpart,
        CounterpartBusy, IdempotencyKeyReused, Overloaded, QueueFull, Unavailable, and what
        `check_standing` raises.
        """
        if idempotency_key is not None:
            earlier = await self.quotes.answered(idempotency_key)
            if earlier is not None:
                return replace(earlier, replayed=True)
        self.rules.check_amount(amount)
        expires_at = expiry(self.side, expires_in_days, self.clock.now(), self.rules)
        await self.admission.check()
        await self.check_trader(actor)
        product = await self.products.get(product_id)
        return await self.matching.place(
            PlaceQuote(
                id=QuoteId(self.ids.new()),
                side=self.side,
                user_id=actor.user_id,
                book=product.book(size, condition),
                amount=amount,
                expires_at=expires_at,
                time_in_force=time_in_force,
                idempotency_key=idempotency_key,
            )
        )

    async def check_trader(self, actor: Actor) -> None:
        """Check that the actor may place quotes on this side, as `check_standing` does."""
        self.check_standing(await self.traders.standing(actor.user_id))

    @abstractmethod
    def check_standing(self, standing: TraderStanding) -> None:
        """Check that the user may place quotes on this side, or raise a refusal with the reason."""
