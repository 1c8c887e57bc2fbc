"""The port to the matching engine, wherever it runs."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from .language.halts import Halt
from .language.ids import AuditEntryId, HaltId, OrderId, UserId
from .language.market import BookKey, Quote, Side, WithdrawalReason
from .language.money import Cents
from .language.placement import Placement, PlaceQuote


class Matching(Protocol):
    """The one writer of every book. What it answers is durable.

    Every method raises QueueFull, and then nothing changed; and Unavailable when the store failed,
    which may have saved the change all the same: the same command tells, with the same id or
    idempotency key. ShardLost says that another process has the book, and nothing changed.
    """

    async def check_ready(self) -> None:
        """Raise Unavailable unless commands are taken."""
        ...

    async def place(self, command: PlaceQuote) -> Placement:
        """Match the quote with the best that it reaches of others', or let it rest.

        It passes over its owner's quotes, and over bids of buyers with too many unpaid orders.
        A command whose idempotency key was used before returns the first placement, `replayed`.
        One whose id was used before returns that quote's placement as it stands now, `replayed`.
        Raises SelfTrade, NoCounterpart, TooManyOpenQuotes, TooManyUnpaidOrders, CounterpartBusy,
        IdempotencyKeyReused, TradingSuspended, TradingBarred, BookHalted.
        """
        ...

    async def reprice(
        self, quote: Quote, amount: Cents | None = None, expires_at: datetime | None = None
    ) -> Placement:
        """Move an active quote to another amount at the back of its queue, where it may match.

        `expires_at` replaces its expiry; None leaves the amount or the expiry as it is by then.
        Raises QuoteNotActive, SelfTrade, TooManyUnpaidOrders, CounterpartBusy, TradingSuspended,
        TradingBarred, BookHalted.
        """
        ...

    async def cancel(self, quote: Quote) -> Quote:
        """Take a quote that stands out of its book, or an ask that waits. Raises QuoteNotActive."""
        ...

    async def expire(self, quote: Quote) -> Quote:
        """Take an overdue quote out of its book, and return it; any other stays as it is."""
        ...

    async def withdraw(
        self, quote: Quote, reason: WithdrawalReason, note: str | None = None
    ) -> Quote:
        """Cancel a quote that stands although its owner did not ask for it; the owner is told.

        Raises NotFound, QuoteNotActive.
        """
        ...

    async def withdraw_all(
        self,
        user_id: UserId,
        sides: Collection[Side],
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        entry_id: AuditEntryId | None = None,
    ) -> int:
        """Withdraw every quote of a user that stands on these sides; return how many there were.

        It is one command: no quote that was placed before it stays, and the user is told once.
        For the suspension of an audit entry, SuspensionCarriedOut is committed with it.
        """
        ...

    async def unwind(self, match_id: OrderId, book: BookKey, *, ask_returns: bool) -> None:
        """Undo a match of a book whose order was cancelled.

        Its bid is cancelled; its ask is cancelled too, or returns to its book with its arrival
        number, where it may match again. MatchUnwound tells what became of it. The second time
        changes nothing. Raises NotFound.
        """
        ...

    async def halt(self, halt: Halt) -> Halt:
        """Keep books from trading until the halt is ended, and return it as it stands.

        In a halted book nothing is placed or repriced, and asks that return wait outside. A halt
        whose id was used before, or that covers exactly the books of one that stands, changes
        nothing; the earlier one is returned. `halted_at` is set by the engine.
        """
        ...

    async def open(self, halt_id: HaltId) -> Halt:
        """End a halt and return it. The second time changes nothing. Raises NotFound.

        Books that no other halt covers open: the asks that waited enter, in the order of their
        arrival, and may match.
        """
        ...
