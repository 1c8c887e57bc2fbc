"""The port to the matching engine, wherever it runs."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from .language.halts import Halt
from .language.ids import AuditEntryId, HaltId, OrderId, UserId
from .language.market import BookKey, Quote, Side, WithdrawalReason
from .language.money import Cents
from .language.placement import Placement, PlaceQuote
from .language.withdrawals import WithdrawalPart, Withdrawn


class Matching(Protocol):
    """The only writer of the books. Its answers are durable.

    Every method raises QueueFull, which means that nothing changed, and Unavailable if the store
    failed. In that case the change may have been saved; repeating the command with the same id or
    idempotency key tells. ShardLost means that another process owns the book, and that nothing
    changed.

    Commands without an id can be repeated with `again`, after a call without an answer: if the
    quote is already as requested, that is the answer, and no refusal.
    """

    async def check_ready(self) -> None:
        """Raise Unavailable unless commands are accepted."""
        ...

    async def place(self, command: PlaceQuote) -> Placement:
        """Match the quote with the best quote of another user that it reaches, or let it rest.

        It skips its owner's quotes, and bids of buyers with too many unpaid orders. If its
        idempotency key was used before, the first placement is returned, `replayed`. If its id was
        used before, that quote's current placement is returned, `replayed`. Raises SelfTrade,
        NoCounterpart, TooManyOpenQuotes, TooManyUnpaidOrders, CounterpartBusy,
        IdempotencyKeyReused, TradingSuspended, TradingBarred, BookHalted.
        """
        ...

    async def reprice(
        self,
        quote: Quote,
        amount: Cents | None = None,
        expires_at: datetime | None = None,
        *,
        again: bool = False,
    ) -> Placement:
        """Move an active quote to another amount, at the back of the queue, where it may match.

        `expires_at` replaces its expiry. None leaves the amount or the expiry unchanged. If `again`
        finds its effect, the quote's current placement is returned, `replayed`. Raises
        QuoteNotActive, SelfTrade, TooManyUnpaidOrders, CounterpartBusy, TradingSuspended,
        TradingBarred, BookHalted.
        """
        ...

    async def cancel(self, quote: Quote, *, again: bool = False) -> Quote:
        """Cancel a quote that rests in its book, or an ask that waits. Raises QuoteNotActive."""
        ...

    async def expire(self, quote: Quote) -> Quote:
        """Remove an overdue quote from its book and return it. Any other quote does not change."""
        ...

    async def withdraw(
        self,
        quote: Quote,
        reason: WithdrawalReason,
        note: str | None = None,
        *,
        again: bool = False,
    ) -> Quote:
        """Cancel a standing quote that its owner did not cancel. The owner is notified.

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
        name: str | None = None,
    ) -> int:
        """Withdraw all standing quotes of a user on these sides, and return their number.

        It is one command: every earlier quote is withdrawn, and the user is notified once. For the
        suspension of an audit entry, SuspensionCarriedOut is committed with it. `name` tells a
        repetition from another withdrawal of the user. By default it is the audit entry, if there
        is one. With several shards, a repetition without a name reports only what was left.
        """
        ...

    async def unwind(self, match_id: OrderId, book: BookKey, *, ask_returns: bool) -> None:
        """Undo a match whose order was cancelled.

        Its bid is cancelled. Its ask is cancelled too, or returns to its book with its sequence
        number, where it may match again. MatchUnwound reports the result. A repetition changes
        nothing. Raises NotFound.
        """
        ...

    async def halt(self, halt: Halt) -> Halt:
        """Halt books, and return the halt.

        A halted book accepts no placements or repricing, and returning asks wait outside. If the id
        was used before, or an active halt covers exactly the same books, nothing changes and that
        halt is returned. The engine sets `halted_at`.
        """
        ...

    async def open(self, halt_id: HaltId) -> Halt:
        """End a halt and return it. A repetition changes nothing. Raises NotFound.

        Books without another halt open. Their waiting asks enter in order of arrival and may match.
        """
        ...


class ShardMatching(Matching, Protocol):
    """The engine of one shard, wherever it runs.

    With several shards, a halt and its end are told to the first one, and then to the others, which
    follow what the store has of it.
    """

    async def withdraw_part(self, part: WithdrawalPart) -> Withdrawn:
        """Withdraw a user's quotes in this shard, and return them.

        The last part reports all: the user is notified once, and SuspensionCarriedOut is committed
        for the suspension of an audit entry. A repetition under the same key returns the first
        answer.
        """
        ...
