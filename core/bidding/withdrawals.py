"""Withdraw quotes: cancel them without a request of their owners."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from ...ports.language.events import QuotesWithdrawn, SuspensionCarriedOut
from ...ports.language.ids import AuditEntryId, UserId
from ...ports.language.market import (
    BookKey,
    Quote,
    QuoteStatus,
    Side,
    WithdrawalReason,
)
from ...ports.language.withdrawals import WithdrawalPart, Withdrawn
from .commands import Command, OnStanding
from .shard import Shard
from .stored import Stored, Wanted


@dataclass(frozen=True, slots=True)
class Withdraw(OnStanding[Quote]):
    """Withdraw one quote of any user."""

    reason: WithdrawalReason
    note: str | None
    again: bool = False

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Quote:
        """Return the withdrawn quote. Raises NotFound, QuoteNotActive."""
        if self.again and (done := self.cancelled(shard, stored)):
            return done
        (cancelled,) = withdraw([self.standing(shard, stored)], self.reason, self.note, shard)
        return cancelled


@dataclass(frozen=True, slots=True)
class WithdrawAll(Command[int]):
    """Withdraw every quote that one user has on some sides when this is applied."""

    user_id: UserId
    sides: Collection[Side]
    reason: WithdrawalReason
    note: str | None
    entry_id: AuditEntryId | None = None
    """The audit entry of the suspension that caused this, if one did."""

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request the user's standing quotes."""
        wanted.owners.add(self.user_id)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> int:
        """Return the number of withdrawn quotes."""
        standing = standing_of(self.user_id, self.sides, shard, stored)
        count = len(withdraw(standing, self.reason, self.note, shard))
        if self.entry_id is not None:
            shard.tell(SuspensionCarriedOut(self.entry_id, self.user_id, count))
        return count


@dataclass(frozen=True, slots=True)
class WithdrawPart(Command[Withdrawn]):
    """Withdraw every quote that one user has on some sides in this shard; others do the rest."""

    part: WithdrawalPart

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request the user's standing quotes, and what an earlier attempt has withdrawn."""
        wanted.owners.add(self.part.user_id)
        if self.part.key is not None:
            wanted.withdrawals.add(self.part.key)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Withdrawn:
        """Return the withdrawn quotes, or for the last part all of the withdrawal."""
        part, key = self.part, self.part.key
        if key is not None:
            earlier = shard.batch.withdrawals.get(key) or stored.withdrawals.get(key)
            if earlier is not None:
                return earlier
        standing = standing_of(part.user_id, part.sides, shard, stored)
        withdrawn = Withdrawn.of(shard.end(quote, QuoteStatus.CANCELLED) for quote in standing)
        if part.others is not None:
            withdrawn += part.others
            self._report(withdrawn, shard)
        if key is not None:
            shard.batch.withdrawals[key] = withdrawn
        return withdrawn

    def _report(self, withdrawn: Withdrawn, shard: Shard) -> None:
        part = self.part
        if withdrawn.count:
            shard.tell(_told(part.user_id, part.reason, part.note, withdrawn))
        if part.entry_id is not None:
            shard.tell(SuspensionCarriedOut(part.entry_id, part.user_id, withdrawn.count))


@dataclass(frozen=True, slots=True)
class WithdrawUnfit(Command[int]):
    """Withdraw every standing quote of any user that `is_unfit` selects."""

    is_unfit: Callable[[Quote], bool]
    reason: WithdrawalReason
    books: Collection[BookKey] | None = None
    """The books to search. None means every book of the shard."""

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request the books."""
        if self.books is None:
            wanted.every_book = True
        else:
            wanted.books |= {*self.books}

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> int:
        """Return the number of withdrawn quotes."""
        standing = (quote for quote in shard.all_standing() if quote.expires_at > now)
        unfit = [quote for quote in standing if self.is_unfit(quote)]
        return len(withdraw(unfit, self.reason, None, shard))


def standing_of(
    user_id: UserId, sides: Collection[Side], shard: Shard, stored: Stored
) -> list[Quote]:
    """Return the quotes that a user now has resting or waiting on some sides, oldest first."""
    latest = {quote.id: quote for quote in (*stored.standing[user_id], *shard.noted_of(user_id))}
    standing = [q for q in latest.values() if q.status.stands and q.side in sides]
    return sorted(standing, key=lambda quote: quote.sequence)


def withdraw(
    quotes: Iterable[Quote], reason: WithdrawalReason, note: str | None, shard: Shard
) -> list[Quote]:
    """Cancel standing quotes, and notify each owner once."""
    cancelled = [shard.end(quote, QuoteStatus.CANCELLED) for quote in quotes]
    tell_withdrawn(cancelled, reason, note, shard)
    return cancelled


def tell_withdrawn(
    quotes: Iterable[Quote], reason: WithdrawalReason, note: str | None, shard: Shard
) -> None:
    """Add one event for each owner of withdrawn quotes."""
    of_owner: dict[UserId, list[Quote]] = {}
    for quote in quotes:
        of_owner.setdefault(quote.user_id, []).append(quote)
    for user_id, theirs in of_owner.items():
        shard.tell(_told(user_id, reason, note, Withdrawn.of(theirs)))


def _told(
    user_id: UserId, reason: WithdrawalReason, note: str | None, withdrawn: Withdrawn
) -> QuotesWithdrawn:
    return QuotesWithdrawn(user_id, reason, note, withdrawn.count, withdrawn.quotes)
