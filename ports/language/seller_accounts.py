"""Sellers' accounts at the payment provider."""

from dataclasses import dataclass, field
from datetime import datetime

from .ids import UserId


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that the provider wants to know about a seller."""

    name: str
    """The provider's name of it."""
    words: str
    """What it is, such as `individual: first name`."""
    is_due: bool
    """Whether it is wanted now. If not, it will be."""


@dataclass(frozen=True, slots=True)
class SellerAccount:
    """The state of an account at the provider."""

    id: str
    owner_id: UserId | None
    """The user for whom the exchange opened it, or None if it was opened in another way."""
    can_receive: bool
    """Whether the exchange can pay the seller."""
    can_withdraw: bool
    """Whether the money goes on to the seller's bank. If not, it waits in the account."""
    problem: str | None = None
    """Why not, as a code of the provider."""
    requirements: tuple[Requirement, ...] = ()
    """What is wanted, what is due first."""
    deadline: datetime | None = None
    """Until when it is wanted (UTC), or None."""

    @property
    def due(self) -> tuple[str, ...]:
        """What is wanted now, in words."""
        return tuple(each.words for each in self.requirements if each.is_due)


@dataclass(frozen=True, slots=True)
class AccountLink:
    """A page of the provider for one seller. Whoever has its URL acts as that seller."""

    url: str = field(repr=False)
    expires_at: datetime | None = None
    """Until when it can be opened (UTC), or None if the provider does not tell."""


@dataclass(frozen=True, slots=True)
class KnownSellerAccount:
    """What the exchange knows of a user's account at the provider."""

    user_id: UserId
    asked_at: datetime
    """When the provider was first asked to open one, or the account was set (UTC)."""
    account: str | None = field(default=None, repr=False)
    """The provider's id of it, once known."""
    can_receive: bool = False
    """Whether the exchange could pay the seller when it last looked."""
    version: int = 0
    """How often it was changed, so that an older look does not replace a newer one."""
