"""The tables of the memory adapters: records by key, and their indexes."""

from collections import ChainMap, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, NamedTuple, TypeAlias, TypeVar

from ...ports.language.alarms import Alarm, AlarmKind
from ...ports.language.analytics import Sale, SalesSummary
from ...ports.language.api_tokens import ApiToken
from ...ports.language.audit import AuditEntry
from ...ports.language.authentication import AuthenticationTask, TaskStatus
from ...ports.language.cards import PaymentMethod
from ...ports.language.catalog import Product, Reservation
from ...ports.language.challenges import Challenge, ChallengeKind
from ...ports.language.deadlines import Deadline, DeadlineKind
from ...ports.language.disputes import Dispute
from ...ports.language.exchange_clock import ClockFollower
from ...ports.language.halts import Halt
from ...ports.language.ids import (
    AddressId,
    AlarmId,
    AlertId,
    ApiTokenId,
    AuditEntryId,
    DisputeId,
    HaltId,
    KeptWebhookId,
    MessageId,
    NotificationId,
    OrderId,
    OutgoingWebhookId,
    PaymentMethodId,
    PhotoId,
    ProductId,
    QuoteId,
    SessionId,
    TaskId,
    UserId,
    WebhookEndpointId,
)
from ...ports.language.kept_webhooks import KeptWebhook
from ...ports.language.leases import Lease
from ...ports.language.market import BookKey, Match, Quote, Side, Size
from ...ports.language.messages import Delivery, Message, Position, Queue
from ...ports.language.money import Cents
from ...ports.language.movements import Movement
from ...ports.language.notifications import (
    Notification,
    NotificationKind,
    NotificationPreferences,
)
from ...ports.language.orders import Order, OrderStatus
from ...ports.language.payments import (
    Account,
    AccountKind,
    Decline,
    Entry,
    Payment,
    Payout,
    Quarter,
    SalesVolume,
    Transfer,
    Webhook,
    WebhookKind,
)
from ...ports.language.photos import ReviewPhoto
from ...ports.language.placement import Placement
from ...ports.language.places import KnownPlace
from ...ports.language.price_alerts import PriceAlert
from ...ports.language.priority import Priority
from ...ports.language.reconciliation import Bookmark, OpenItem
from ...ports.language.rules import MarketRules
from ...ports.language.seller_accounts import KnownSellerAccount
from ...ports.language.steps import RecordedStep
from ...ports.language.terms import Terms
from ...ports.language.users import (
    Address,
    BidBar,
    PostalAddress,
    RefreshToken,
    Session,
    User,
)
from ...ports.language.webhook_endpoints import OutgoingWebhook, WebhookEndpoint
from ...ports.language.withdrawals import Withdrawn
from .in_order import InOrder

K = TypeVar("K")
V = TypeVar("V")

DeliveryKey: TypeAlias = tuple[str, MessageId]
"""A delivery's consumer and message."""


@dataclass(frozen=True, slots=True)
class ShardState:
    """The owner of a shard and its last sequence number."""

    epoch: int = 0
    sequence: int = 0


class Place(NamedTuple):
    """A place in a line: its due time and an increasing number."""

    due_at: datetime
    number: int


class ClaimedUntil(NamedTuple):
    """Who claims a delivery, and until when."""

    holder: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The request and the answer of an idempotency key."""

    request: tuple[str, str]
    content: bytes | Placement | Withdrawn
    at: datetime


def _by_due_at(delivery: Delivery) -> tuple[datetime, MessageId]:
    return delivery.due_at, delivery.id


def _itself(place: Place) -> Place:
    return place


class Tables:
    """All tables of the store. Only MemoryDatabase changes them, because it must undo changes.

    The inner dicts with None values are sets whose changes can be undone.
    """

    def __init__(self) -> None:
        self.users: dict[UserId, User] = {}
        self.user_by_email: dict[str, UserId] = {}
        self.addresses: defaultdict[UserId, dict[AddressId, Address]] = defaultdict(dict)
        self.payment_methods: dict[PaymentMethodId, PaymentMethod] = {}
        self.payment_methods_of_user: defaultdict[UserId, dict[PaymentMethodId, None]] = (
            defaultdict(dict)
        )
        self.sessions: dict[SessionId, Session] = {}
        self.sessions_of_user: defaultdict[UserId, dict[SessionId, None]] = defaultdict(dict)
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.challenges: dict[tuple[UserId, ChallengeKind], Challenge] = {}
        self.known_places: dict[UserId, tuple[KnownPlace, ...]] = {}
        self.challenge_by_hash: dict[str, tuple[UserId, ChallengeKind]] = {}
        self.api_tokens: dict[ApiTokenId, ApiToken] = {}
        self.api_tokens_of_user: defaultdict[UserId, dict[ApiTokenId, None]] = defaultdict(dict)

        self.products: dict[ProductId, Product] = {}
        self.product_by_style_key: dict[str, ProductId] = {}
        self.reservations: dict[OrderId, Reservation] = {}
        self.order_of_unit: dict[QuoteId, OrderId] = {}
        """The order that reserved or consumed a unit."""
        self.available: defaultdict[ProductId, dict[Size, int]] = defaultdict(dict)
        self.reserved: defaultdict[ProductId, dict[Size, int]] = defaultdict(dict)

        self.rules_in_force: dict[None, MarketRules] = {}
        self.exchange_terms: dict[None, Terms] = {}
        self.clock_offset: dict[None, timedelta] = {}
        self.clock_followers: dict[str, ClockFollower] = {}
        self.sign_of_life: dict[None, datetime] = {}
        self.quotes: dict[QuoteId, Quote] = {}
        self.ended_quotes: dict[QuoteId, Quote] = {}
        """Archived ones."""
        self.quotes_of_user: defaultdict[tuple[UserId, Side], dict[QuoteId, None]] = defaultdict(
            dict
        )
        self.standing_of_user: defaultdict[tuple[UserId, Side], dict[QuoteId, None]] = defaultdict(
            dict
        )
        self.standing_on_day: defaultdict[date, dict[QuoteId, Quote]] = defaultdict(dict)
        """Resting and waiting quotes by the day on which they expire."""
        self.standing_in_book: defaultdict[BookKey, dict[QuoteId, None]] = defaultdict(dict)
        self.matches: dict[OrderId, Match] = {}
        self.match_of_quote: dict[QuoteId, OrderId] = {}
        """The current match of a bid or an ask."""
        self.shards: dict[int, ShardState] = {}
        self.halts: dict[HaltId, Halt] = {}
        self.leases: dict[str, Lease] = {}
        self.answers: dict[tuple[UserId, str], Answer] = {}
        """By user, scope and key."""

        self.orders: dict[OrderId, Order] = {}
        self.histories: dict[OrderId, tuple[RecordedStep, ...]] = {}
        self.destinations: dict[OrderId, PostalAddress] = {}
        self.orders_of_user: defaultdict[UserId, dict[OrderId, None]] = defaultdict(dict)
        self.orders_by_status: defaultdict[OrderStatus, dict[OrderId, None]] = defaultdict(dict)
        self.pending_of_buyer: defaultdict[UserId, dict[OrderId, None]] = defaultdict(dict)
        self.frozen_orders: dict[OrderId, None] = {}

        self.price_alerts: dict[AlertId, PriceAlert] = {}
        self.alerts_of_user: defaultdict[UserId, dict[AlertId, None]] = defaultdict(dict)
        self.alerts_in_book: defaultdict[BookKey, dict[AlertId, None]] = defaultdict(dict)
        self.alerts_that_missed: dict[AlertId, None] = {}
        """Alerts that did not fire because they rested."""

        self.webhook_endpoints: dict[WebhookEndpointId, WebhookEndpoint] = {}
        self.endpoints_of_kind: defaultdict[str, dict[WebhookEndpointId, None]] = defaultdict(dict)
        """Enabled endpoints."""
        self.outgoing_webhooks: dict[OutgoingWebhookId, OutgoingWebhook] = {}
        self.webhooks_of_endpoint: defaultdict[WebhookEndpointId, dict[OutgoingWebhookId, None]] = (
            defaultdict(dict)
        )

        self.payments: dict[OrderId, Payment] = {}
        self.payments_by_charge: dict[str, OrderId] = {}
        self.untried_payments: dict[OrderId, None] = {}
        """Pending payments without an attempt."""
        self.unanswered_payments: defaultdict[UserId, dict[OrderId, None]] = defaultdict(dict)
        """By buyer, payments with an attempt that the provider has not answered."""
        self.last_answer: dict[UserId, datetime] = {}
        """By buyer, the latest first answer of the provider to a charge."""
        self.declines: dict[OrderId, Decline] = {}
        self.declines_of_buyer: defaultdict[UserId, dict[OrderId, None]] = defaultdict(dict)
        """Declines that are not forgiven."""
        self.bid_bars: dict[UserId, BidBar] = {}
        self.payouts: dict[OrderId, Payout] = {}
        self.payouts_by_name: dict[str, OrderId] = {}
        self.payouts_of_seller: defaultdict[UserId, dict[OrderId, None]] = defaultdict(dict)
        self.transfers: dict[str, Transfer] = {}
        self.entries: dict[OrderId | None, tuple[Entry, ...]] = {}
        self.balances: dict[Account, int] = {}
        self.totals: dict[AccountKind, int] = {}
        self.disputes: dict[DisputeId, Dispute] = {}
        self.dispute_by_name: dict[str, DisputeId] = {}
        self.seller_records: dict[tuple[UserId, Quarter], SalesVolume] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.kept_webhooks: dict[KeptWebhookId, KeptWebhook] = {}
        self.kept_webhook_ids: dict[str, KeptWebhookId] = {}
        self.seller_accounts: dict[UserId, KnownSellerAccount] = {}
        self.webhooks_about: dict[tuple[WebhookKind, str], Cents] = {}
        self.provider_movements: dict[str, Movement] = {}
        self.movements_read: dict[str, datetime] = {}
        self.unreconciled: dict[str, OpenItem] = {}
        self.reconciliation: dict[None, Bookmark] = {}

        self.tasks: dict[TaskId, AuthenticationTask] = {}
        self.task_of_order: dict[OrderId, TaskId] = {}
        self.review_photos: dict[PhotoId, ReviewPhoto] = {}
        self.tasks_by_status: defaultdict[TaskStatus, dict[TaskId, None]] = defaultdict(dict)

        self.sales: dict[OrderId, Sale] = {}
        self.sales_of_product: defaultdict[ProductId, dict[OrderId, None]] = defaultdict(dict)
        self.voided_sales: dict[OrderId, Sale | None] = {}
        """None if a sale was voided before it was recorded."""
        self.arrivals: dict[tuple[ProductId, datetime], int] = {}
        self.uncharted: dict[OrderId, None] = {}
        self.turnovers: defaultdict[ProductId, dict[BookKey, SalesSummary]] = defaultdict(dict)

        self.notifications: dict[NotificationId, Notification] = {}
        self.notifications_on_day: defaultdict[date, dict[NotificationId, Notification]] = (
            defaultdict(dict)
        )
        """By the day of creation, in the sequence of creation."""
        self.listed_of_user: defaultdict[UserId, dict[NotificationId, None]] = defaultdict(dict)
        self.unread_of_user: defaultdict[UserId, dict[NotificationId, None]] = defaultdict(dict)
        self.told_once: dict[tuple[UserId, NotificationKind, OrderId], None] = {}
        self.notification_preferences: dict[UserId, NotificationPreferences] = {}

        self.audit_entries: dict[AuditEntryId, AuditEntry] = {}
        self.outcome_of_entry: dict[AuditEntryId, AuditEntryId] = {}
        self.alarms: dict[AlarmId, Alarm] = {}
        self.open_alarms: dict[tuple[OrderId | None, AlarmKind], AlarmId] = {}

        self.outbox: dict[MessageId, Message] = {}
        """In commit order. Sent messages are removed after the commit."""
        self.outbox_of_priority: defaultdict[Priority, dict[MessageId, Message]] = defaultdict(dict)
        self.sent: dict[MessageId, None] = {}
        self.sent_messages: dict[MessageId, tuple[Message, datetime]] = {}
        self.broker_positions: dict[str, Position] = {}
        self.inbox: defaultdict[MessageId, dict[str, datetime]] = defaultdict(dict)
        self.deadlines: dict[tuple[OrderId, DeadlineKind], Deadline] = {}
        self.deadlines_on_day: defaultdict[date, dict[tuple[OrderId, DeadlineKind], Deadline]] = (
            defaultdict(dict)
        )
        self.deliveries: dict[DeliveryKey, Delivery] = {}
        self.claims: dict[DeliveryKey, ClaimedUntil] = {}
        self.failed_deliveries: defaultdict[str, dict[DeliveryKey, None]] = defaultdict(dict)
        """By message key, the deliveries that failed at least once."""
        self.deliveries_of_turn: defaultdict[
            tuple[Queue, Priority, str], InOrder[DeliveryKey, Delivery]
        ] = defaultdict(partial(InOrder, _by_due_at))
        """The live deliveries of each queue, priority and turn, the longest overdue first."""
        self.lines: defaultdict[tuple[Queue, Priority], InOrder[str, Place]] = defaultdict(
            partial(InOrder, _itself)
        )
        """The place of each turn, the first one first."""
        self.places = count()

    @property
    def every_quote(self) -> Mapping[QuoteId, Quote]:
        """Those of the books, and the archived ones."""
        return ChainMap(self.quotes, self.ended_quotes)


def day_of(instant: datetime) -> date:
    """Return the UTC day, the key of the indexes that find due records without a full scan."""
    return instant.astimezone(UTC).date()


def drop_if_empty(table: dict[K, Any], key: K) -> None:
    """Remove an empty entry, such as a day, after the commit."""
    if not table.get(key, True):
        del table[key]


def until(now: datetime, by_day: Mapping[date, Mapping[Any, V]]) -> Iterator[V]:
    """Yield an index's records up to and including today. Some may fall due later today."""
    today = day_of(now)
    for day, of_day in by_day.items():
        if day <= today:
            yield from of_day.values()
