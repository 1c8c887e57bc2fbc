"""The adapters of an application, one per port."""

from dataclasses import dataclass, field

from ..adapters.memory.measurements import NoMeasurements
from ..ports.access_tokens import AccessTokens, RevokedSessions
from ..ports.alarms import Alarms
from ..ports.api_tokens import ApiTokens
from ..ports.audit_log import AuditLog
from ..ports.authentication_tasks import AuthenticationTasks
from ..ports.book_stream import BookStream
from ..ports.book_views import BookViews, StoredBooks
from ..ports.books import Books
from ..ports.cache import Cache
from ..ports.card_vault import CardVault
from ..ports.challenges import Challenges
from ..ports.charge_backlog import ChargeBacklog
from ..ports.chart_backlog import ChartBacklog
from ..ports.charts import Charts
from ..ports.clock import Clock
from ..ports.delivery_reports import DeliveryReports
from ..ports.disputes import Disputes
from ..ports.event_bus import DeadLetters, Deliveries, EventBus
from ..ports.exchange_clock import ClockFollowers, ClockOffset
from ..ports.exchange_terms import ExchangeTerms
from ..ports.halts import Halts
from ..ports.idempotency_keys import IdempotencyKeys
from ..ports.ids import Ids
from ..ports.integrity import Snapshots
from ..ports.known_places import KnownPlaces
from ..ports.known_seller_accounts import KnownSellerAccounts
from ..ports.language.catalog import Product
from ..ports.language.ids import ProductId
from ..ports.leases import Leases
from ..ports.measurements import Measurements
from ..ports.messengers import Mailer, PushMessenger, TextMessenger
from ..ports.notifications import Notifications, Preferences
from ..ports.order_stream import OrderStream
from ..ports.orders import Destinations, Orders
from ..ports.outbox import Deadlines, Inbox, Outbox
from ..ports.passwords import Passwords
from ..ports.payment_methods import PaymentMethods
from ..ports.payment_provider import PaymentProvider
from ..ports.payments import Declines, Ledger, Payments, Payouts, SellerRecords, Webhooks
from ..ports.personal_records import PersonalRecords
from ..ports.photos import Photos
from ..ports.pictures import Pictures
from ..ports.portfolios import Portfolios
from ..ports.price_alerts import PriceAlerts
from ..ports.products import Products
from ..ports.quote_archive import QuoteArchive
from ..ports.quotes import Quotes
from ..ports.randomness import Randomness
from ..ports.rate_limits import RateLimits
from ..ports.reconciliation import OpenItems, ProviderRecords
from ..ports.review_photos import ReviewPhotos
from ..ports.rules_in_force import RulesInForce
from ..ports.search_index import SearchIndex, SearchReader
from ..ports.seller_accounts import SellerAccounts
from ..ports.sent_messages import SentMessages
from ..ports.sessions import Sessions
from ..ports.signs_of_life import SignsOfLife
from ..ports.standing_quotes import StandingQuotes
from ..ports.stock import Stock
from ..ports.tape import Tape, TapeReader
from ..ports.templates import Templates
from ..ports.transaction import Transaction
from ..ports.users import Addresses, NewestAddresses, PaymentAccounts, Recipients, Traders, Users
from ..ports.waiting_work import WaitingWork
from ..ports.wakeups import Wakeups
from ..ports.webhook_archive import WebhookArchive
from ..ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from ..ports.webhook_sender import WebhookSender
from .chart_parts import ChartParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The ports that share one transaction, implemented by one technology."""

    transaction: Transaction
    users: Users
    addresses: Addresses
    payment_methods: PaymentMethods
    traders: Traders
    newest_addresses: NewestAddresses
    payment_accounts: PaymentAccounts
    known_seller_accounts: KnownSellerAccounts
    recipients: Recipients
    sessions: Sessions
    challenges: Challenges
    known_places: KnownPlaces
    api_tokens: ApiTokens
    personal_records: PersonalRecords
    products: Products
    stock: Stock
    quotes: Quotes
    quote_archive: QuoteArchive
    standing_quotes: StandingQuotes
    rules_in_force: RulesInForce
    exchange_terms: ExchangeTerms
    clock_offset: ClockOffset
    clock_followers: ClockFollowers
    signs_of_life: SignsOfLife
    books: Books
    stored_books: StoredBooks
    halts: Halts
    leases: Leases
    orders: Orders
    destinations: Destinations
    payments: Payments
    declines: Declines
    charge_backlog: ChargeBacklog
    payouts: Payouts
    ledger: Ledger
    seller_records: SellerRecords
    webhooks: Webhooks
    webhook_archive: WebhookArchive
    provider_records: ProviderRecords
    open_items: OpenItems
    disputes: Disputes
    authentication_tasks: AuthenticationTasks
    review_photos: ReviewPhotos
    price_alerts: PriceAlerts
    webhook_endpoints: WebhookEndpoints
    outgoing_webhooks: OutgoingWebhooks
    tape: Tape
    charts: Charts
    chart_backlog: ChartBacklog
    portfolios: Portfolios
    notifications: Notifications
    preferences: Preferences
    outbox: Outbox
    sent_messages: SentMessages
    inbox: Inbox
    deadlines: Deadlines
    deliveries: Deliveries
    dead_letters: DeadLetters
    idempotency_keys: IdempotencyKeys
    audit_log: AuditLog
    alarms: Alarms
    snapshots: Snapshots
    waiting_work: WaitingWork
    wakeups: Wakeups


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """All adapters of an application."""

    store: Store
    stored_products: Products
    """The products without the cache that wraps them in `store`."""
    clock: Clock
    real_clock: Clock
    """The same, unless `clock` is a simulated one that is moved forward."""
    ids: Ids
    randomness: Randomness
    passwords: Passwords
    access_tokens: AccessTokens
    revoked_sessions: RevokedSessions
    book_views: BookViews
    search_index: SearchIndex
    shown_tape: TapeReader
    """The tape for what is only shown. It may be a replica's, and a little behind."""
    charts: ChartParts
    """The charts for what is only shown, and those outside the store."""
    shown_search: SearchReader
    """The search index for what is only shown."""
    book_stream: BookStream
    order_stream: OrderStream
    product_cache: Cache[ProductId, Product]
    payment_provider: PaymentProvider
    seller_accounts: SellerAccounts
    card_vault: CardVault
    templates: Templates
    mailer: Mailer
    text_messenger: TextMessenger
    push_messenger: PushMessenger
    push_server_key: str = ""
    """The public key with which browsers subscribe; empty if nothing is pushed to browsers."""
    mail_reports: DeliveryReports
    text_reports: DeliveryReports
    webhook_sender: WebhookSender
    photos: Photos
    pictures: Pictures
    event_bus: EventBus
    rate_limits: RateLimits
    measurements: Measurements = field(default_factory=NoMeasurements)
