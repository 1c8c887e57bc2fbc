"""Users, addresses, sessions and tokens."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .ids import AddressId, ApiTokenId, SessionId, UserId


class Role(StrEnum):
    """What a user may do."""

    BUYER = "buyer"
    SELLER = "seller"
    AUTHENTICATOR = "authenticator"
    ADMIN = "admin"


class CloseObstacle(StrEnum):
    """Why an account cannot be closed yet."""

    DEBT = "debt"
    """The user owes the exchange something."""
    COMPLAINT = "complaint"
    """A complaint about an order of the user stands."""
    DISPUTE = "dispute"
    """The user's bank disputes a charge."""
    SALE_NOT_SHIPPED = "sale_not_shipped"
    """The user has sold a pair and not shipped it."""
    PAYOUT_REFUSED = "payout_refused"
    """A payout was refused, and needs another account."""
    ONLY_ADMIN = "only_admin"
    """Nobody else is an admin."""
    SUSPENDED = "suspended"
    """Staff suspended the user, so only staff may close the account."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The user who makes a request, with the roles of their token."""

    user_id: UserId
    roles: frozenset[Role]
    token_id: ApiTokenId | None = None
    """The token of the program that acts for the user, if one does."""

    def has(self, role: Role) -> bool:
        """Whether the actor holds `role`."""
        return role in self.roles


OPERATOR = Actor(UserId(UUID(int=0)), frozenset({Role.ADMIN}))
"""The operator, who may do everything as an admin but is not a user."""


@dataclass(frozen=True, slots=True)
class User:
    """A registered user.

    `email` is lower case and unique. `password_hash` never leaves the server.
    """

    id: UserId
    email: str = field(repr=False)
    password_hash: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    created_at: datetime
    roles: frozenset[Role] = frozenset({Role.BUYER})
    payment_method: str | None = field(default=None, repr=False)
    """The payment provider's token of the buyer's card."""
    payout_account: str | None = field(default=None, repr=False)
    """The provider's account that the seller is paid to. It makes the user a seller."""
    suspended: bool = False
    """A suspended user cannot trade. Existing orders continue."""
    email_proven_at: datetime | None = None
    """When the email was proven, or accepted without a proof. Without it, the user places no quotes
    and gets no mail but the proof."""

    closed_at: datetime | None = None
    """When the account was closed. Its user cannot sign in. It is suspended too."""
    erased_at: datetime | None = None
    """When everything personal was erased. None again while a payout has to be paid after it."""

    @property
    def email_proven(self) -> bool:
        """Whether the exchange may rely on the email."""
        return self.email_proven_at is not None

    @property
    def is_nameless(self) -> bool:
        """Whether name, email and password were erased. `erased_at` may be None again after it."""
        return self.closed_at is not None and not self.password_hash


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A postal address. `country` is ISO 3166-1 alpha-2."""

    street: str = field(repr=False)
    city: str = field(repr=False)
    region: str = field(repr=False)
    postal_code: str = field(repr=False)
    country: str


@dataclass(frozen=True, slots=True)
class Address:
    """A user's shipping address. Pairs go to the newest one."""

    id: AddressId
    user_id: UserId
    postal: PostalAddress
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in on one device, with all refresh tokens that follow from it."""

    id: SessionId
    user_id: UserId
    created_at: datetime
    revoked_at: datetime | None = None
    source: str | None = None
    """Where the user signed in: an IPv4 address or a /64 of IPv6. None if that is not known."""


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token, stored as its SHA-256. It can be used once."""

    token_hash: str = field(repr=False)
    session_id: SessionId
    expires_at: datetime
    spent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """The claims of an access token: user, session, roles and expiry (UTC)."""

    user_id: UserId
    session_id: SessionId
    roles: frozenset[Role]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BidBar:
    """A bar from bidding until an instant (UTC), because of declined cards."""

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
    email_proven: bool
    bid_bar: BidBar | None = None
    """The bar from bidding because of declined cards. It may have ended."""
