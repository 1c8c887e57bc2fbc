"""Notifications, notices and channels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Self

from .costs import FeesRise, ShippingRise
from .ids import (
    NotificationId,
    OrderId,
    ProductId,
    SubscriptionId,
    UserId,
    WebhookEndpointId,
)
from .market import BookKey, Side, WithdrawalReason
from .money import Cents
from .webhook_endpoints import DisabledBecause


class Channel(StrEnum):
    """How a notification reaches a user."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    IN_APP = "in_app"
    """Listed by the API, for the user to read in the app."""


class NotificationKind(StrEnum):
    """The kind of a notification. For the buyer a trade is an order, for the seller a sale."""

    EMAIL_PROOF = "email_proof"
    PHONE_PROOF = "phone_proof"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # the name of a letter
    REGISTRATION_REPEATED = "registration_repeated"
    EMAIL_CHANGED = "email_changed"
    API_KEY_CREATED = "api_key_created"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # the name of a letter
    PAYOUT_ACCOUNT_CHANGED = "payout_account_changed"
    ACCOUNT_CLOSED = "account_closed"
    NEW_SIGN_IN = "new_sign_in"
    WELCOME = "welcome"
    BID_MATCHED = "bid_matched"
    ASK_MATCHED = "ask_matched"
    PAYMENT_NEEDS_BUYER = "payment_needs_buyer"
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
    PAYOUT_ACCOUNT_RESTRICTED = "payout_account_restricted"
    WEBHOOK_DISABLED = "webhook_disabled"
    PRICE_DROPPED = "price_dropped"
    QUOTES_WITHDRAWN = "quotes_withdrawn"
    COSTS_ROSE = "costs_rose"
    ORDER_COMPLAINED = "order_complained"
    SALE_COMPLAINED = "sale_complained"
    ORDER_COMPLAINT_DECIDED = "order_complaint_decided"
    SALE_COMPLAINT_DECIDED = "sale_complaint_decided"
    ORDER_REFUNDED = "order_refunded"
    SALE_REFUNDED = "sale_refunded"
    REFUND_FAILED = "refund_failed"
    SALE_RETURNED = "sale_returned"
    PAYOUT_FROZEN = "payout_frozen"
    PAYOUT_RELEASED = "payout_released"
    PENALTY_REVERSED = "penalty_reversed"
    ALARM = "alarm"


ALWAYS_SENT = frozenset(
    {
        NotificationKind.EMAIL_PROOF,
        NotificationKind.PHONE_PROOF,
        NotificationKind.REGISTRATION_REPEATED,
        NotificationKind.PASSWORD_RESET,
        NotificationKind.EMAIL_CHANGED,
        NotificationKind.API_KEY_CREATED,
        NotificationKind.PASSWORD_CHANGED,
        NotificationKind.PAYOUT_ACCOUNT_CHANGED,
        NotificationKind.ACCOUNT_CLOSED,
        NotificationKind.NEW_SIGN_IN,
    }
)
"""The kinds for which nobody chooses channels: what was just asked for, and signs of a theft."""


UNSUBSCRIBED_AT_A_CLICK = frozenset({NotificationKind.WELCOME, NotificationKind.PRICE_DROPPED})
"""The kinds that merely interest. The others are about a trade, money or the account."""


@dataclass(frozen=True, slots=True)
class Shoe:
    """The pair of a notice, by name."""

    book: BookKey
    name: str
    style_code: str


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where sellers ship their pairs. `country` is ISO 3166-1 alpha-2, or empty.

    Until it is set, its name says so. Raises ValueError for an invalid country.
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
        """Whether the address is complete. Not every place has regions and postal codes."""
        return self.name != Warehouse().name and all((self.street, self.city, self.country))

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of a shipping label."""
        district = " ".join(part for part in (self.region, self.postal_code) if part)
        place = ", ".join(part for part in (self.city, district) if part)
        return tuple(line for line in (self.name, self.street, place, self.country) if line)


LINK: Mapping[str, bool] = MappingProxyType({"is_link": True})
"""The metadata of a notice's field with a link that no user wrote. Letters may have it."""


class Notice:
    """The base of all notices.

    They contain facts without wording: amounts in minor units, times in UTC.
    """

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
        """The order for which a user gets this kind of notice once, or None for every time.

        An event can be published twice: a cancellation is, if its pair was reserved meanwhile.
        """
        return self.order_id


@dataclass(frozen=True, slots=True)
class WelcomeNotice(Notice):
    """To a new user."""

    KIND: ClassVar[NotificationKind] = NotificationKind.WELCOME


@dataclass(frozen=True, slots=True)
class PriceDroppedNotice(Notice):
    """To a user with a price alert: the lowest ask fell to `lowest_ask`."""

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
    """A withdrawn bid or ask. `amount` is in minor units."""

    side: Side
    shoe: Shoe
    amount: Cents


@dataclass(frozen=True, slots=True)
class QuotesWithdrawnNotice(Notice):
    """To the owner of bids and asks that were withdrawn together for one reason.

    `count` is their number, and `offers` are the first of them.
    """

    KIND: ClassVar[NotificationKind] = NotificationKind.QUOTES_WITHDRAWN
    reason: WithdrawalReason
    note: str | None
    count: int
    offers: tuple[WithdrawnOffer, ...]


@dataclass(frozen=True, slots=True)
class CostsRoseNotice(Notice):
    """To the owner of standing bids and asks whose trades cost more under new rules."""

    KIND: ClassVar[NotificationKind] = NotificationKind.COSTS_ROSE
    fees: FeesRise | None
    shipping: ShippingRise | None


@dataclass(frozen=True, slots=True)
class PayoutAccountRestrictedNotice(Notice):
    """To a seller: the provider does not pay them any more."""

    KIND: ClassVar[NotificationKind] = NotificationKind.PAYOUT_ACCOUNT_RESTRICTED
    problem: str
    """Why, as a code of the provider."""
    due: tuple[str, ...]
    """What it wants to know, in words."""
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class WebhookDisabledNotice(Notice):
    """To the owner of a webhook endpoint: it gets no events any more."""

    KIND: ClassVar[NotificationKind] = NotificationKind.WEBHOOK_DISABLED
    endpoint_id: WebhookEndpointId
    because: DisabledBecause
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Headline:
    """The subject and the brief of a notice, one line each. `brief` makes sense by itself."""

    subject: str
    brief: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a letter. `type` is its media type, such as `image/svg+xml`."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter(Headline):
    """A worded notice, as plain text and as HTML."""

    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Notification:
    """A user's notification. `subject` and `brief` stay as they were worded."""

    id: NotificationId
    user_id: UserId
    notice: Notice
    subject: str
    brief: str
    in_app: bool
    """Whether the user reads it in the app."""
    created_at: datetime
    read_at: datetime | None = None


DEFAULT_CHANNELS = frozenset({Channel.EMAIL, Channel.PUSH, Channel.IN_APP})
"""The channels of a kind without a preference. Text messages are never a default."""


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """A browser's subscription to push messages, as the browser gave it to the user's page."""

    id: SubscriptionId
    endpoint: str
    """The URL of the browser maker's service at which messages are posted."""
    p256dh: str = field(repr=False)
    """The browser's public key, in base64url."""
    auth: str = field(repr=False)
    """A secret of the browser, in base64url."""
    added_at: datetime


class Unreachable(StrEnum):
    """Why no message reaches an address."""

    REFUSED = "refused"
    """Its server does not know it, or refuses it for good."""
    INVALID = "invalid"
    """It is none, such as a number that nobody can have."""
    GONE = "gone"
    """It was given up, such as a device without the app."""
    COMPLAINED = "complained"
    """Its owner called a message spam."""


@dataclass(frozen=True, slots=True)
class UnreachableAddress:
    """A user's email or phone that is not tried any more. It counts for this address alone."""

    channel: Channel
    address: str = field(repr=False)
    reason: Unreachable
    since: datetime


@dataclass(frozen=True, slots=True)
class NotificationPreferences:
    """A user's channels per kind. A channel without a phone or device is skipped."""

    user_id: UserId
    phone: str | None = field(default=None, repr=False)
    """The number for text messages in E.164: +15550100."""
    devices: tuple[str, ...] = field(default=(), repr=False)
    """The push tokens of the user's devices."""
    channels: tuple[tuple[NotificationKind, frozenset[Channel]], ...] = ()
    """The channels of the kinds that the user configured. An empty set turns a kind off."""
    unreachable: tuple[UnreachableAddress, ...] = ()
    """Addresses that are not tried any more, at most one per channel."""
    subscriptions: tuple[PushSubscription, ...] = ()
    """The user's browsers, oldest first."""

    phone_proven_at: datetime | None = None
    """When the phone was proven, or accepted without a proof. Without it, it gets no messages."""

    @property
    def phone_proven(self) -> bool:
        """Whether the phone gets messages."""
        return self.phone is not None and self.phone_proven_at is not None

    def is_reached(self, channel: Channel, address: str) -> bool:
        """Return whether an address of the user is still tried."""
        return all((lost.channel, lost.address) != (channel, address) for lost in self.unreachable)

    def given_up(self, lost: UnreachableAddress) -> Self:
        """Return them with the mark of an address. The first mark of an address stays."""
        if not self.is_reached(lost.channel, lost.address):
            return self
        return replace(self, unreachable=(*self.reached(lost.channel).unreachable, lost))

    def reached(self, channel: Channel) -> Self:
        """Return them without the mark of a channel's address."""
        others = tuple(each for each in self.unreachable if each.channel is not channel)
        return replace(self, unreachable=others)

    def with_channel(self, kind: NotificationKind, channel: Channel, *, wanted: bool) -> Self:
        """Return them with a channel of a kind turned on or off."""
        before = self.channels_for(kind)
        after = before | {channel} if wanted else before - {channel}
        chosen = dict(self.channels) | {kind: after}
        return replace(self, channels=tuple(sorted(chosen.items())))

    def channels_for(self, kind: NotificationKind) -> frozenset[Channel]:
        """Return the channels of a kind, configured or default."""
        chosen = {} if kind in ALWAYS_SENT else dict(self.channels)
        return chosen.get(kind, DEFAULT_CHANNELS)


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient of messages, with the channels that the user wants."""

    user_id: UserId
    email: str = field(repr=False)
    first_name: str = field(repr=False)
    preferences: NotificationPreferences
    email_proven: bool = True
    """Whether mail may be sent to the email. An unproven one gets its proof only."""
    closed: bool = False
    """Whether the account is closed, so that its user is told of their trades only."""
