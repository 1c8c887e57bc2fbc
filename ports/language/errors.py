"""Refusals: every way in which solebook says no, as data.

A refusal changes nothing. Its fields are what a caller needs to do better; its text is one clear
sentence. There is no transport in here: what a refusal is over HTTP stands in one table there.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID


class Refusal(Exception):
    """The base of everything that solebook refuses."""

    def data(self) -> dict[str, Any]:
        """Return the refusal's own fields, for callers that show or log it."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]  # every subclass is a dataclass


# ---- input -----------------------------------------------------------------------------------


@dataclass(eq=False)
class InvalidSize(Refusal):
    """The text is no US shoe size."""

    size: str

    def __str__(self) -> str:
        return f"{self.size!r} is not a US shoe size such as 9, 10.5 or 6Y"


@dataclass(eq=False)
class OutOfRange(Refusal):
    """A number is outside its limits."""

    field: str
    value: int
    minimum: int
    maximum: int

    def __str__(self) -> str:
        return f"{self.field} must be between {self.minimum} and {self.maximum}, not {self.value}"


@dataclass(eq=False)
class InvalidText(Refusal):
    """A text is empty, too long or malformed; `problem` says which."""

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field} {self.problem}"


@dataclass(eq=False)
class OutsideTick(Refusal):
    """An amount is no multiple of the tick (cents)."""

    amount: int
    tick: int

    def __str__(self) -> str:
        return f"{self.amount} is not a multiple of the tick of {self.tick} cents"


# ---- finding and permission ------------------------------------------------------------------


@dataclass(eq=False)
class NotFound(Refusal):
    """There is no such thing, or none that the caller may know of."""

    what: str
    id: UUID

    def __str__(self) -> str:
        return f"there is no {self.what} {self.id}"


@dataclass(eq=False)
class Forbidden(Refusal):
    """The caller may see it but not do this to it; `needs` says who may."""

    action: str
    needs: str

    def __str__(self) -> str:
        return f"only {self.needs} may {self.action}"


@dataclass(eq=False)
class Outdated(Refusal):
    """Somebody else changed it in between; read it again and retry."""

    what: str
    id: UUID

    def __str__(self) -> str:
        return f"the {self.what} {self.id} changed in between; read it again and retry"


# ---- users -----------------------------------------------------------------------------------


@dataclass(eq=False)
class EmailTaken(Refusal):
    """Another user has this email address."""

    email: str

    def __str__(self) -> str:
        return f"a user with the email {self.email} exists already"


@dataclass(eq=False)
class WrongCredentials(Refusal):
    """Email and password do not belong together. It never tells which of them is wrong."""

    def __str__(self) -> str:
        return "the email or the password is wrong"


@dataclass(eq=False)
class InvalidToken(Refusal):
    """The access or refresh token is malformed, expired, spent or revoked; sign in again."""

    problem: str

    def __str__(self) -> str:
        return f"the token is {self.problem}; sign in again"


@dataclass(eq=False)
class TooManyAddresses(Refusal):
    """A user keeps as many addresses as allowed already."""

    limit: int

    def __str__(self) -> str:
        return f"a user keeps at most {self.limit} addresses; delete one first"


# ---- price alerts ----------------------------------------------------------------------------


@dataclass(eq=False)
class TooManyAlerts(Refusal):
    """The user watches as many prices as allowed already."""

    limit: int

    def __str__(self) -> str:
        return f"you watch {self.limit} prices, the most allowed; delete an alert first"


@dataclass(eq=False)
class AlertExists(Refusal):
    """The user watches this price of this book already, with the alert `id`."""

    id: UUID

    def __str__(self) -> str:
        return f"you watch this price already, with the alert {self.id}"


# ---- catalogue and stock ---------------------------------------------------------------------


@dataclass(eq=False)
class StyleCodeTaken(Refusal):
    """Another product has this style code."""

    style_code: str

    def __str__(self) -> str:
        return f"a product with the style code {self.style_code} exists already"


@dataclass(eq=False)
class SizeNotOffered(Refusal):
    """The product is not made in this size."""

    size: str
    offered: tuple[str, ...]

    def __str__(self) -> str:
        return f"the product is not made in size {self.size}; it is in {', '.join(self.offered)}"


@dataclass(eq=False)
class AlreadyReserved(Refusal):
    """The unit of stock is promised to another order."""

    ask_id: UUID

    def __str__(self) -> str:
        return f"the ask {self.ask_id} is reserved for another order"


# ---- bidding ---------------------------------------------------------------------------------


@dataclass(eq=False)
class PaymentMethodMissing(Refusal):
    """A bid needs a payment method on file."""

    def __str__(self) -> str:
        return "put a payment method on file before you bid"


@dataclass(eq=False)
class AddressMissing(Refusal):
    """A bid needs a shipping address."""

    def __str__(self) -> str:
        return "add a shipping address before you bid"


@dataclass(eq=False)
class PayoutAccountMissing(Refusal):
    """An ask needs a payout account."""

    def __str__(self) -> str:
        return "put a payout account on file before you ask"


@dataclass(eq=False)
class SellerSuspended(Refusal):
    """A suspended seller places no asks."""

    def __str__(self) -> str:
        return "your selling is suspended"


@dataclass(eq=False)
class TooManyOpenQuotes(Refusal):
    """The user has as many open bids, or asks, as allowed already."""

    side: str
    limit: int

    def __str__(self) -> str:
        return f"you have {self.limit} open {self.side}s, the most allowed; cancel one first"


@dataclass(eq=False)
class SelfTrade(Refusal):
    """The quote would trade with one of the same user's own."""

    resting_id: UUID

    def __str__(self) -> str:
        return f"this would trade with your own {self.resting_id}; cancel that first"


@dataclass(eq=False)
class NoCounterpart(Refusal):
    """An immediate-or-cancel quote found nobody at its price or better. `best` is in cents."""

    best: int | None

    def __str__(self) -> str:
        if self.best is None:
            return "nobody stands on the other side of this book"
        return f"the best price on the other side is {self.best} cents"


@dataclass(eq=False)
class QuoteNotActive(Refusal):
    """The bid or ask is matched, cancelled or expired, so it can no longer change."""

    id: UUID
    side: str
    status: str

    def __str__(self) -> str:
        return f"the {self.side} {self.id} is {self.status} and can no longer change"


# ---- orders, payments, authentication --------------------------------------------------------


@dataclass(eq=False)
class IllegalMove(Refusal):
    """The order cannot do this in its state; `legal` names the moves that it can."""

    order_id: UUID
    status: str
    move: str
    legal: tuple[str, ...]

    def __str__(self) -> str:
        legal = ", ".join(self.legal) or "none"
        return f"an order that is {self.status} cannot be {self.move}; legal moves: {legal}"


@dataclass(eq=False)
class TaskNotOpen(Refusal):
    """The authentication task is not in a state for this."""

    task_id: UUID
    status: str
    action: str

    def __str__(self) -> str:
        return f"the task {self.task_id} is {self.status} and cannot be {self.action}"


@dataclass(eq=False)
class TaskClaimed(Refusal):
    """Another authenticator holds the task until `until` (UTC)."""

    task_id: UUID
    until: datetime

    def __str__(self) -> str:
        return f"another authenticator holds the task {self.task_id} until {self.until.isoformat()}"


@dataclass(eq=False)
class PartyToTheOrder(Refusal):
    """The buyer or the seller of a pair may not authenticate it."""

    order_id: UUID

    def __str__(self) -> str:
        return "the buyer or the seller of a pair may not authenticate it"


@dataclass(eq=False)
class InvalidVerdict(Refusal):
    """The verdict contradicts itself or lacks its evidence."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass(eq=False)
class VerdictGiven(Refusal):
    """A different verdict was given already, and verdicts stand."""

    task_id: UUID
    passed: bool

    def __str__(self) -> str:
        word = "passed" if self.passed else "failed"
        return f"the task {self.task_id} was {word} already, and a verdict stands"


@dataclass(eq=False)
class PaymentDeclined(Refusal):
    """The payment provider will not charge this payment method, now or on a retry."""

    reason: str

    def __str__(self) -> str:
        return f"the payment was declined: {self.reason}"


@dataclass(eq=False)
class PayoutDeclined(Refusal):
    """The payment provider will not pay this account, now or on a retry."""

    reason: str

    def __str__(self) -> str:
        return f"the payout was declined: {self.reason}"


@dataclass(eq=False)
class InvalidSignature(Refusal):
    """A webhook was not signed by the payment provider, or too long ago."""

    problem: str

    def __str__(self) -> str:
        return f"the webhook's signature is {self.problem}"


# ---- capacity --------------------------------------------------------------------------------


@dataclass(eq=False)
class Unavailable(Refusal):
    """Something outside did not answer, or did not save; the same call may succeed later."""

    what: str
    retry_after: float = 1.0
    """Seconds to wait before trying again."""

    def __str__(self) -> str:
        return f"{self.what} is unavailable; try again in {self.retry_after:g} s"


@dataclass(eq=False)
class QueueFull(Refusal):
    """As much work waits as is allowed; nothing was accepted."""

    what: str
    retry_after: float
    """Seconds to wait before trying again."""

    def __str__(self) -> str:
        return f"{self.what} is full; try again in {self.retry_after:g} s"


@dataclass(eq=False)
class TooManySubscriptions(Refusal):
    """A connection follows as many books as it may."""

    limit: int

    def __str__(self) -> str:
        return f"a connection follows at most {self.limit} books; unsubscribe from one first"


@dataclass(eq=False)
class RateLimited(Refusal):
    """The caller asks too often."""

    retry_after: float
    """Seconds to wait before trying again."""

    def __str__(self) -> str:
        return f"too many requests; try again in {self.retry_after:g} s"


@dataclass(eq=False)
class ShardLost(Refusal):
    """Another process owns the shard of the matching engine now."""

    shard: int

    def __str__(self) -> str:
        return f"the matching engine's shard {self.shard} belongs to another process"


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The Idempotency-Key was used for a different request."""

    key: str

    def __str__(self) -> str:
        return f"the Idempotency-Key {self.key!r} was used for a different request"


# ---- search ----------------------------------------------------------------------------------


@dataclass(eq=False)
class RebuildReplaced(Refusal):
    """A later rebuild of the search index took the place of this one."""

    def __str__(self) -> str:
        return "another rebuild of the search index was begun, which takes the place of this one"
