"""Halt and open books."""

from collections.abc import Sequence
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
        known = shard.halt(self.halt.id)
        if known is not None:
            return known
        committed = stored.halts.get(self.halt.id)
        if committed is not None:
            if committed.stands:  # by the engine of another shard
                shard.learn_halt(committed)
            return committed
        same = shard.halts.like(self.halt)
        if same is not None:
            return same
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
        asks = shard.waiting_for_none() if halt is None else shard.waiting_for(halt)
        for ask in asks:
            wanted.trade(ask.user_id, ask.side, ask.book, ask.amount)

    def apply(self, shard: Shard, stored: Stored, now: datetime) -> Halt:
        """End the halt and return it; idempotent. Raises NotFound."""
        committed = stored.halts.get(self.halt_id)
        halt = shard.halt(self.halt_id) or committed
        if halt is None:
            raise NotFound(what="halt", id=self.halt_id)
        if not halt.stands:
            ended = halt
        elif committed is None or committed.stands:
            ended = replace(halt, ended_at=now)
            shard.next_arrival()
            shard.note_halt(ended)
        else:  # by the engine of another shard
            ended = committed
            shard.learn_halt(ended)
        asks = [ask for ask in shard.waiting_for(ended) if not shard.halts.cover(ask.book)]
        if asks:
            shard.next_arrival()
            _let_enter(asks, shard, stored, now)
        return ended


def _let_enter(asks: Sequence[Quote], shard: Shard, stored: Stored, now: datetime) -> None:
    """Let waiting asks enter their open books."""
    withdrawn: dict[tuple[UserId, WithdrawalReason], list[Quote]] = {}
    for ask in asks:
        # An ask no longer waits if its suspended owner's quotes were all withdrawn because an
        # earlier ask of this loop reached one of the owner's bids.
        if not shard.is_waiting(ask):
            continue
        shard.stop_waiting(ask)
        _, reason = return_to_book(ask, shard, stored, now)
        if reason is not None:
            withdrawn.setdefault((ask.user_id, reason), []).append(ask)
    for (_, reason), theirs in withdrawn.items():
        tell_withdrawn(theirs, reason, None, shard)
