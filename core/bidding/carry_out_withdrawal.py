"""A quote that staff asked for leaves its book."""

from dataclasses import dataclass

from ...ports.language.errors import QuoteNotActive
from ...ports.language.events import QuoteWithdrawalRequested
from ...ports.language.market import QuoteStatus, WithdrawalReason
from ...ports.matching import Matching
from ...ports.quotes import Quotes
from .outcomes import Outcomes

_GONE = (QuoteStatus.CANCELLED, QuoteStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class CarryOutWithdrawal:
    """The engine withdraws the quote, and the audit log tells what became of the request.

    A quote that ended without a trade meanwhile is where it was to be, be it that this was done
    before and not noted. One that matched stays matched: an order is not undone this way.
    """

    quotes: Quotes
    matching: Matching
    outcomes: Outcomes

    async def __call__(self, event: QuoteWithdrawalRequested) -> None:
        """Withdraw it; the second time changes nothing. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        try:
            quote = await self.quotes.get(event.quote_id)
            cancelled = await self.matching.withdraw(quote, WithdrawalReason.ADMIN, event.note)
            status = cancelled.status
        except QuoteNotActive as refusal:
            status = QuoteStatus(refusal.status)
        await self.outcomes.note(event.entry_id, {"status": status}, carried_out=status in _GONE)
