"""What people are told, of what, and over which channel."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from .costs import FeesRise, ShippingRise
from .ids import NotificationId, OrderId, ProductId, UserId
from .market import BookKey, Side, WithdrawalReason
from .money import Cents


class Channel(StrEnum):
    """How a notification reaches a user."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    IN_APP = "in_app"
    """Listed by the API, for the user to read in the app."""


class NotificationKind(StrEnum):
    """What a notification is about. The buyer of a pair has an order, its seller a sale."""

    WELCOME = "welcome"
    BID_MATCHED = "bid_matched"
    ASK_MATCHED = "ask_matched"
    PAYMENT_DECLINED = "payment_declined"
    ORDER_CONFIRMED = "order_confirmed"
    SALE_CONFIRMED = "sale_confirmed"
    ORDER_CANCELLED = "order_cancelled"
    SALE_CANCELLED = "sale_cancelled"
    ORDER_AUTH_PASSED = "order_auth_passed"
    SALE_AUTH_PASSED = "sale_auth_passed"
    ORDER_AUTH_FAILED = "order_auth_failed"
    SALE_AUTH_FAILED = "sale_auth_failed"
    ORDER_SHIPPED = "order_shipped"
    ORDER_DELIVERED = "order_delivered"
    SALE_DELIVERED = "sale_delivered"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_REFUSED = "payout_refused"
    PRICE_DROPPED = "price_dropped"
    QUOTES_WITHDRAWN = "quotes_withdrawn"
    COSTS_ROSE = "costs_rose"
    ORDER_COMPLAINED = "order_complained"
    SALE_COMPLAINED = "sale_complained"
    ORDER_COMPLAINT_DECIDED = "order_complaint_decided"
    SALE_COMPLAINT_DECIDED = "sale_complaint_decided"
    ORDER_REFUNDED = "order_refunded"
    SALE_REFUNDED = "sale_refunded"
    SALE_RETURNED = "sale_returned"
    PAYOUT_FROZEN = "payout_frozen"
    PAYOUT_RELEASED = "payout_released"
    PENALTY_REVERSED = "penalty_reversed"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Shoe:
    """The pair that a notice is about, as people call it."""

    book: BookKey
    name: str
    style_code: str


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where sellers ship their pairs. `country` is ISO 3166-1 alpha-2, or empty.

    Until a deployment has set it, it says so in place of an address. Raises ValueError for a
    country that is none.
    """

    name: str = "Warehouse (its address is not set)"
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    def __post_init__(self) -> None:
        if self.country and not re.fullmatch("[A-Z]{2}", self.country):
            raise ValueError(f"country must be a code such as US, not {self.country!r}")

    @property
    def is_set(self) -> bool:
        """Whether a parcel would find it. Not every place has regions and postal codes."""
        return self.name != Warehouse().name and all((self.street, self.city, self.country))

    @property
    def lines(self) -> tuple[str, ...]:
        """It as on a parcel's label."""
        district = " ".join(part for part in (self.region, self.postal_code) if part)
        place = ", ".join(part for part in (self.city, district) if part)
        return tuple(line for line in (self.name, self.street, place, self.country) if line)


class Notice:
    """The base of what is told, as facts: amounts in cents, instants in UTC, no wording."""

    __slots__ = ()
    KIND: ClassVar[NotificationKind]

    @property
    def order_id(self) -> OrderId | None:
        """The order that it is about, if any."""
        return None

    @property
    def product_id(self) -> ProductId | None:
        """The product that it is about, if any."""
        return None

    @property
    def once_for(self) -> OrderId | None:
        """The order of which a user is told this kind of notice once; None: each time it happens.

        A message may come again as another: that an order was cancelled is told of twice if its
        pair was reserved meanwhile.
        """
        return self.order_id


@dataclass(frozen=True, slots=True)
class WelcomeNotice(Notice):
    """To who joined."""

    KIND: ClassVar[NotificationKind] = NotificationKind.WELCOME


@dataclass(frozen=True, slots=True)
class PriceDroppedNotice(Notice):
    """To who watches a price: the lowest ask came down to `lowest_ask`."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PRICE_DROPPED
    shoe: Shoe
    wanted: Cents
    lowest_ask: Cents

    @property
    def product_id(self) -> ProductId:
        """The product that is watched."""
        return self.shoe.book.product_id


@dataclass(frozen=True, slots=True)
class WithdrawnOffer:
    """A bid or an ask that was withdrawn. `amount` is in cents."""

    side: Side
    shoe: Shoe
    amount: Cents


@dataclass(frozen=True, slots=True)
class QuotesWithdrawnNotice(Notice):
    """To the owner of bids and asks that were withdrawn at once, all for one reason.

    `count` is how many; `offers` are the first of them.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.QUOTES_WITHDRAWN
    reason: WithdrawalReason
    note: str | None
    count: int
    offers: tuple[WithdrawnOffer, ...]


@dataclass(frozen=True, slots=True)
class CostsRoseNotice(Notice):
    """To the owner of bids and asks that stand, whose trades cost the owner more by new rules."""

    KIND: ClassVar[NotificationKind] = NotificationKind.COSTS_ROSE
    fees: FeesRise | None
    shipping: ShippingRise | None


@dataclass(frozen=True, slots=True)
class Headline:
    """A notice in a few words, one line each; `brief` alone tells the matter."""

    subject: str
    brief: str


@dataclass(frozen=True, slots=True)
class Letter(Headline):
    """A notice in all words, as plain text and as a page."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Notification:
    """What one user was told. `subject` and `brief` stay as they were worded at the time."""

    id: NotificationId
    user_id: UserId
    notice: Notice
    subject: str
    brief: str
    in_app: bool
    """Whether the user wanted to read it in the app."""
    created_at: datetime
    read_at: datetime | None = None


DEFAULT_CHANNELS = frozenset({Channel.EMAIL, Channel.PUSH, Channel.IN_APP})
"""Where a kind goes to while its user has said nothing of it: a text message is never a default."""


@dataclass(frozen=True, slots=True)
class NotificationPreferences:
    """What a user wants to hear of, and where. A channel without a way to reach them is skipped."""

    user_id: UserId
    phone: str | None = None
    """For text messages, as E.164 has it: +15550100."""
    devices: tuple[str, ...] = ()
    """The tokens of the devices that take push messages."""
    channels: tuple[tuple[NotificationKind, frozenset[Channel]], ...] = ()
    """The kinds for which the user chose channels; an empty set is silence."""

    def channels_for(self, kind: NotificationKind) -> frozenset[Channel]:
        """Return the channels of a kind, chosen or default."""
        return dict(self.channels).get(kind, DEFAULT_CHANNELS)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is written to."""

    user_id: UserId
    email: str
    first_name: str
