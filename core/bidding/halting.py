"""Halt and open books."""

from dataclasses import dataclass, replace
from datetime import datetime

from ...ports.language.errors import NotFound
from ...ports.language.halts import Halt
from ...ports.language.ids import HaltId, UserId
from ...ports.language.market import Quote, WithdrawalReason
from .commands import Command
from .returns import return_to_book
from .shard import Shard
from .stored import Stored, Wanted
from .withdrawals import tell_withdrawn


@dataclass(frozen=True, slots=True)
class HaltBooks(Command[Halt]):
    """Halt books. Asks that return to a halted book wait."""

    halt: Halt

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request an earlier halt with this id."""
        wanted.halts.add(self.halt.id)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Halt:
        """Return the halt, or an earlier one with the same id or of the same books; idempotent."""
        earlier = shard.halt(self.halt.id) or stored.halts.get(self.halt.id)
        earlier = earlier or shard.halts.like(self.halt)
        if earlier is not None:
            return earlier
        shard.next_arrival()
        halt = replace(self.halt, halted_at=now, ended_at=None)
        shard.note_halt(halt)
        return halt


@dataclass(frozen=True, slots=True)
class OpenBooks(Command[Halt]):
    """End a halt. The waiting asks enter the books that open, in order of arrival."""

    halt_id: HaltId

    def ask_for(self, wanted: Wanted, shard: Shard) -> None:
        """Request the halt, and what decides who the waiting asks trade with."""
        wanted.halts.add(self.halt_id)
        halt = shard.halts.get(self.halt_id)
        if halt is not None:
            for ask in shard.waiting_for(halt):
                wanted.trade(ask.user_id, ask.side, ask.book, ask.amount)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Halt:
        """End the halt and return it; idempotent. Raises NotFound."""
        halt = shard.halt(self.halt_id) or stored.halts.get(self.halt_id)
        if halt is None:
            raise NotFound(what="halt", id=self.halt_id)
        if not halt.stands:
            return halt
        shard.next_arrival()
        ended = replace(halt, ended_at=now)
        shard.note_halt(ended)
        withdrawn: dict[tuple[UserId, WithdrawalReason], list[Quote]] = {}
        for ask in shard.waiting_for(halt):
            # An ask no longer waits if its suspended owner's quotes were all withdrawn because an
            # earlier ask of this loop reached one of the owner's bids.
            if shard.halts.cover(ask.book) or not shard.is_waiting(ask):
                continue
            shard.stop_waiting(ask)
            _, reason = return_to_book(ask, shard, stored, now)
            if reason is not None:
                withdrawn.setdefault((ask.user_id, reason), []).append(ask)
        for (_, reason), asks in withdrawn.items():
            tell_withdrawn(asks, reason, None, shard)
        return ended
