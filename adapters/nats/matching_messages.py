"""The commands of the matching engine and its answers, as they cross the network.

Each method of the port `Matching` is one kind of command. Unknown fields are ignored and new fields
have defaults, so that two versions can talk to each other.
"""

from collections.abc import Awaitable
from datetime import datetime
from typing import Any, Self, TypeAlias

import msgspec

from ...ports.language.halts import Halt
from ...ports.language.ids import AuditEntryId, HaltId, OrderId, UserId
from ...ports.language.market import BookKey, Quote, Side, WithdrawalReason
from ...ports.language.money import Cents
from ...ports.language.placement import Placement, PlaceQuote
from ...ports.language.withdrawals import WithdrawalPart, Withdrawn
from ...ports.matching import ShardMatching
from .refusals import RefusalReply


class _Command(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a method of `Matching`."""

    trace: str | None = None
    """Where in a trace it was called, as a traceparent."""

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        """Call the method."""
        raise NotImplementedError

    def repeated(self) -> Self:
        """Return the command for another attempt, after one whose outcome nobody knows."""
        return self

    def in_trace(self, traceparent: str | None) -> Self:
        """Return the command as called in a trace."""
        return msgspec.structs.replace(self, trace=traceparent)


class _RepeatableCommand(_Command, frozen=True, kw_only=True):
    """A command that must know whether it may have been carried out before."""

    again: bool = False

    def repeated(self) -> Self:
        return msgspec.structs.replace(self, again=True)


class CheckReady(_Command, frozen=True, tag="check_ready"):
    """`Matching.check_ready`."""

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.check_ready()


class Place(_Command, frozen=True, tag="place"):
    """`Matching.place`."""

    command: PlaceQuote

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.place(self.command)


class Reprice(_RepeatableCommand, frozen=True, tag="reprice"):
    """`Matching.reprice`."""

    quote: Quote
    amount: Cents | None = None
    expires_at: datetime | None = None

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.reprice(self.quote, self.amount, self.expires_at, again=self.again)


class Cancel(_RepeatableCommand, frozen=True, tag="cancel"):
    """`Matching.cancel`."""

    quote: Quote

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.cancel(self.quote, again=self.again)


class Expire(_Command, frozen=True, tag="expire"):
    """`Matching.expire`."""

    quote: Quote

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.expire(self.quote)


class Withdraw(_RepeatableCommand, frozen=True, tag="withdraw"):
    """`Matching.withdraw`."""

    quote: Quote
    reason: WithdrawalReason
    note: str | None = None

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.withdraw(self.quote, self.reason, self.note, again=self.again)


class WithdrawAll(_Command, frozen=True, tag="withdraw_all"):
    """`Matching.withdraw_all`."""

    user_id: UserId
    sides: tuple[Side, ...]
    reason: WithdrawalReason
    note: str | None = None
    entry_id: AuditEntryId | None = None
    name: str | None = None

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.withdraw_all(
            self.user_id,
            self.sides,
            self.reason,
            self.note,
            entry_id=self.entry_id,
            name=self.name,
        )


class WithdrawPart(_Command, frozen=True, tag="withdraw_part"):
    """`ShardMatching.withdraw_part`."""

    part: WithdrawalPart

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.withdraw_part(self.part)


class Unwind(_Command, frozen=True, tag="unwind"):
    """`Matching.unwind`."""

    match_id: OrderId
    book: BookKey
    ask_returns: bool

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.unwind(self.match_id, self.book, ask_returns=self.ask_returns)


class HaltBooks(_Command, frozen=True, tag="halt"):
    """`Matching.halt`."""

    halt: Halt

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.halt(self.halt)


class OpenBooks(_Command, frozen=True, tag="open"):
    """`Matching.open`."""

    halt_id: HaltId

    def run(self, matching: ShardMatching) -> Awaitable[Any]:
        return matching.open(self.halt_id)


Command: TypeAlias = (
    CheckReady
    | Place
    | Reprice
    | Cancel
    | Expire
    | Withdraw
    | WithdrawAll
    | WithdrawPart
    | Unwind
    | HaltBooks
    | OpenBooks
)

RESULTS: dict[type[Command], Any] = {
    CheckReady: None,
    Place: Placement,
    Reprice: Placement,
    Cancel: Quote,
    Expire: Quote,
    Withdraw: Quote,
    WithdrawAll: int,
    WithdrawPart: Withdrawn,
    Unwind: None,
    HaltBooks: Halt,
    OpenBooks: Halt,
}
"""What the engine answers to each kind of command."""


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """The result of a command, encoded."""

    result: msgspec.Raw


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A command was refused."""

    refusal: RefusalReply


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A command failed because of a bug, which the engine's process has logged."""


Reply: TypeAlias = Answer | Refused | Failed
