"""Withdraw a quote at the request of an admin."""

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
    """Has the engine withdraw the quote, and records the outcome in the audit log.

    If the quote has already been cancelled or has expired, the request counts as carried out. This
    also covers a crash between the withdrawal and its record. If the quote has matched, the request
    is not carried out, because this does not cancel orders.
    """

    quotes: Quotes
    matching: Matching
    outcomes: Outcomes

    async def __call__(self, event: QuoteWithdrawalRequested) -> None:
        """Withdraw the quote; idempotent. Raises QueueFull, Unavailable."""
        if await self.outcomes.is_known(event.entry_id):
            return
        try:
            quote = await self.quotes.get(event.quote_id)
            cancelled = await self.matching.withdraw(quote, WithdrawalReason.ADMIN, event.note)
            status = cancelled.status
        except QuoteNotActive as refusal:
            status = QuoteStatus(refusal.status)
        await self.outcomes.note(event.entry_id, {"status": status}, carried_out=status in _GONE)
