"""Refusals of what users set up."""

from dataclasses import dataclass
from uuid import UUID

from .base import Refusal


@dataclass(eq=False)
class EmailTaken(Refusal):
    """Another user has this email address."""

    email: str

    def __str__(self) -> str:
        return f"a user with the email {self.email} exists already"


@dataclass(eq=False)
class AccountNeeded(Refusal):
    """The account cannot be closed yet: its user must do something first."""

    because: tuple[str, ...]
    """Every reason, as a `CloseObstacle`."""

    def __str__(self) -> str:
        why = ", ".join(_OBSTACLES.get(each, each) for each in self.because)
        return f"the account cannot be closed yet: {why}"


_OBSTACLES = {
    "debt": "a debt must be settled",
    "complaint": "a complaint must be settled",
    "dispute": "a disputed charge must be settled",
    "sale_not_shipped": "a sold pair must be shipped",
    "payout_refused": "a refused payout needs another payout account",
    "only_admin": "somebody else must become an admin",
    "suspended": "it is suspended, so only our staff may close it",
}


@dataclass(eq=False)
class AccountClosed(Refusal):
    """The account is closed, so nothing about it can be changed."""

    id: UUID

    def __str__(self) -> str:
        return f"the account of the user {self.id} is closed"


@dataclass(eq=False)
class TooManyAddresses(Refusal):
    """The user has the maximum number of addresses."""

    limit: int

    def __str__(self) -> str:
        return f"a user can have at most {self.limit} addresses; delete one first"


@dataclass(eq=False)
class TooManyEndpoints(Refusal):
    """The user has the maximum number of webhook endpoints."""

    limit: int

    def __str__(self) -> str:
        return f"you have the maximum of {self.limit} webhook endpoints; delete one first"


@dataclass(eq=False)
class TooManyWaiting(Refusal):
    """As many webhooks wait for an endpoint as may."""

    limit: int

    def __str__(self) -> str:
        return f"{self.limit} webhooks wait for this endpoint already; try again later"


@dataclass(eq=False)
class TooManyApiKeys(Refusal):
    """The user has the maximum number of valid API keys."""

    limit: int

    def __str__(self) -> str:
        return f"you have the maximum of {self.limit} API keys; revoke one first"


@dataclass(eq=False)
class EndpointDisabled(Refusal):
    """Nothing is sent to a webhook endpoint that is disabled."""

    id: UUID

    def __str__(self) -> str:
        return f"the webhook endpoint {self.id} is disabled; enable it first"


@dataclass(eq=False)
class TooManyAlerts(Refusal):
    """The user has the maximum number of price alerts."""

    limit: int

    def __str__(self) -> str:
        if self.limit == 0:
            return "this market offers no price alerts"
        return f"you have the maximum of {self.limit} price alerts; delete one first"


@dataclass(eq=False)
class AlertExists(Refusal):
    """The user already watches this price of this book, with the alert `id`."""

    id: UUID

    def __str__(self) -> str:
        return f"you already watch this price, with the alert {self.id}"


@dataclass(eq=False)
class TooManyPaymentMethods(Refusal):
    """The user has the maximum number of cards."""

    limit: int

    def __str__(self) -> str:
        return f"a user can have at most {self.limit} cards; remove one first"


@dataclass(eq=False)
class CardRefused(Refusal):
    """The payment provider did not verify a card."""

    reason: str

    def __str__(self) -> str:
        return f"the card could not be verified: {self.reason}"


@dataclass(eq=False)
class NoSuchCardSetup(Refusal):
    """The user began no such setup of a card."""

    setup: str

    def __str__(self) -> str:
        return f"there is no card setup {self.setup}"


@dataclass(eq=False)
class LastCardInUse(Refusal):
    """The user's only card cannot be removed while their bids stand."""

    def __str__(self) -> str:
        return "your bids need this card; add another one or cancel your bids first"


@dataclass(eq=False)
class EmailNotProven(Refusal):
    """The user has not proven their email yet."""

    def __str__(self) -> str:
        return "prove your email first: open the link in the letter about it, or ask for another"


@dataclass(eq=False)
class NoPhone(Refusal):
    """The user has no phone that could be proven."""

    def __str__(self) -> str:
        return "you have no phone; set one in your notification preferences first"


@dataclass(eq=False)
class ChallengeNotMet(Refusal):
    """The link or the code is wrong, late, used, or replaced by a newer one."""

    def __str__(self) -> str:
        return "this link or code is not valid, or not any more; ask for a new one"
