"""Users: who they are, where they live, how they sign in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .ids import AddressId, SessionId, UserId


class Role(StrEnum):
    """What a user may do."""

    BUYER = "buyer"
    SELLER = "seller"
    AUTHENTICATOR = "authenticator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a signed-in user, in the roles that their access token carries."""

    user_id: UserId
    roles: frozenset[Role]

    def has(self, role: Role) -> bool:
        """Whether the actor holds `role`."""
        return role in self.roles


OPERATOR = Actor(UserId(UUID(int=0)), frozenset({Role.ADMIN}))
"""Whoever runs the exchange and so may do anything: no user is behind it."""


@dataclass(frozen=True, slots=True)
class User:
    """A registered user. `email` is lower case and unique; `password_hash` stays on the server."""

    id: UserId
    email: str
    password_hash: str
    first_name: str
    last_name: str
    created_at: datetime
    roles: frozenset[Role] = frozenset({Role.BUYER})
    payment_method: str | None = field(default=None, repr=False)
    """The payment provider's token of the buyer's card."""
    payout_account: str | None = None
    """The provider's account that the seller is paid to; having one makes a user a seller."""
    suspended: bool = False
    """A suspended user trades on neither side; orders that are under way go on."""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where a parcel goes. `country` is ISO 3166-1 alpha-2."""

    street: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class Address:
    """A shipping address that a user keeps; pairs go to the newest of them."""

    id: AddressId
    user_id: UserId
    postal: PostalAddress
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device: the family of all refresh tokens that follow from it."""

    id: SessionId
    user_id: UserId
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token, known by its SHA-256 alone. It is good for one use."""

    token_hash: str
    session_id: SessionId
    expires_at: datetime
    spent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: who, in which roles, in which session, until when (UTC)."""

    user_id: UserId
    session_id: SessionId
    roles: frozenset[Role]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BidBar:
    """A user may not bid until an instant (UTC), because of so many declined cards."""

    buyer_id: UserId
    declines: int
    until: datetime


@dataclass(frozen=True, slots=True)
class TraderStanding:
    """Whether a user may bid or ask."""

    has_payment_method: bool
    has_address: bool
    has_payout_account: bool
    suspended: bool
    bid_bar: BidBar | None = None
    """Keeps them from bidding because of declined cards, until it is over."""
