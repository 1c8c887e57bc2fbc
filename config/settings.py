"""The settings of a deployment."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode

from ..ports.language.limits import Between, check_limits
from ..ports.language.links import has_link
from ..ports.language.notifications import Warehouse
from ..ports.language.retention import Retention
from ..ports.language.rules import MarketRules
from .cache import CacheSettings
from .encryption import EncryptionSettings
from .http import HttpSettings
from .influx import InfluxSettings
from .log import LogSettings
from .messengers import (
    HttpPushSettings,
    SendGridSettings,
    SmtpSettings,
    TwilioSettings,
    WebPushSettings,
    check_messengers,
)
from .metrics import MetricsSettings
from .nats import NatsSettings
from .notifications import NotificationsSettings
from .photos import PhotosSettings
from .production import missing_in_production
from .redis import RedisSettings
from .section import Section
from .server import ServerSettings
from .services import ServicesSettings
from .stream import StreamSettings
from .stripe_amounts import check_amounts
from .tracing import TracingSettings
from .typesense import TypesenseSettings
from .urls import check_store_url, check_url, is_here, is_store_near
from .users import UsersSettings
from .webhooks import WebhooksSettings

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_CENTURY = timedelta(days=36_500)
_EXPIRED = "tokens would expire at once"
_NEVER_STORED = "a burst would be refused"
_NO_ANSWER = "the database could not answer in time"
_STOPPED = "the engine would accept no commands"


class StoreSettings(Section, frozen=True):
    """Where the exchange stores its data."""

    SECRETS = frozenset({"url", "replica_url"})
    TLS: ClassVar[tuple[str, ...]] = ("sslmode", "sslrootcert", "sslcert", "sslkey")
    """Options of the URL that are settings too."""

    adapter: Literal["sqlite", "postgres", "memory"] = "sqlite"
    """`memory` loses everything when the process ends. A PostgreSQL URL implies `postgres`."""
    url: str | None = None
    """Where the database is: a sqlite:// or postgresql:// URL. The default is a SQLite file in the
    folder."""
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] | None = (
        None
    )
    """Whether the connection to PostgreSQL is encrypted, and its server verified.

    Options in the URL take precedence over this and the next three.
    """
    sslrootcert: str | None = None
    """The file of the CA that has signed PostgreSQL's certificate."""
    sslcert: str | None = None
    """The file of a certificate that identifies this client to PostgreSQL."""
    sslkey: str | None = None
    """The file of its key."""
    connections: Annotated[int, Between(2, 1_000, "a read would wait for every write")] = 10
    """The maximum of connections of this process to PostgreSQL."""
    public_connections: Annotated[int, Between(1, 1_000, "nobody could search")] = 4
    """How many more connections to PostgreSQL a process with HTTP has for what the public reads of
    the tape and the search. SQLite has 4."""
    patience: Annotated[timedelta, Between(timedelta(seconds=0.1), _MINUTE, _NEVER_STORED)] = (
        timedelta(seconds=10)
    )
    """How long to wait for a free connection, or on SQLite for a turn to write."""
    connect_timeout: Annotated[timedelta, Between(timedelta(seconds=0.1), _MINUTE, _NO_ANSWER)] = (
        timedelta(seconds=5)
    )
    """How long to wait for a new connection to PostgreSQL; at the start at least 30 s."""
    statement_timeout: Annotated[timedelta, Between(timedelta(seconds=1), _HOUR, _NO_ANSWER)] = (
        timedelta(seconds=30)
    )
    """How long a statement may take on PostgreSQL, including its wait for locks."""
    idle_in_transaction_timeout: Annotated[
        timedelta,
        Between(timedelta(seconds=1), _HOUR, "a busy process would lose its transactions"),
    ] = timedelta(seconds=5)
    """When PostgreSQL ends a transaction that its process has stopped using."""
    replica_url: str | None = None
    """A replica in PostgreSQL, for what is only shown of the tape and the search."""
    replica_timeout: Annotated[
        timedelta, Between(timedelta(seconds=0.05), _MINUTE, "the replica could not answer in time")
    ] = timedelta(seconds=1)
    """How long to wait for the replica. Then the store itself answers."""
    replica_max_lag: Annotated[timedelta, Between(timedelta(0), _HOUR)] = timedelta(seconds=10)
    """How far the replica may be behind. Beyond it the store itself answers."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.url is not None:
            check_store_url(self.url)
        if self.adapter == "postgres" and not self._is_at_postgres:
            raise ValueError("store.adapter = 'postgres' needs a postgresql:// URL in store.url")
        if self.replica_url is not None and not _is_postgres(self.replica_url):
            raise ValueError("store.replica_url must be a postgresql:// URL")
        if self.replica_url is not None and self.kind != "postgres":
            raise ValueError("store.replica_url needs a postgresql:// URL in store.url")

    @property
    def kind(self) -> Literal["sqlite", "postgres", "memory"]:
        """The adapter that is used."""
        return "postgres" if self.adapter == "sqlite" and self._is_at_postgres else self.adapter

    def with_options(self, url: str) -> str:
        """Return the URL of a database with the TLS options that are set and that it has not."""
        if not _is_postgres(url):
            return url
        has = {name for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)}
        given = {name: getattr(self, name) for name in self.TLS if name not in has}
        options = urlencode({name: value for name, value in given.items() if value is not None})
        return url + ("&" if "?" in url else "?") + options if options else url

    @property
    def says_how_it_is_encrypted(self) -> bool:
        """Whether the settings say if PostgreSQL on another machine is verified, or need not.

        Without them, a connection is encrypted if the server can, and nobody is verified.
        """
        urls = [url for url in (self.url, self.replica_url) if url and _is_postgres(url)]
        return all("sslmode=" in self.with_options(url) or is_store_near(url) for url in urls)

    @property
    def _is_at_postgres(self) -> bool:
        return _is_postgres(self.url or "")


def _is_postgres(url: str) -> bool:
    return url.partition(":")[0].startswith("postgres")


class KeySettings(Section, frozen=True):
    """A key of at least 32 bytes that signs access tokens."""

    SECRETS = frozenset({"secret"})

    id: str
    secret: str


class SecuritySettings(Section, frozen=True):
    """Passwords and tokens."""

    signing_keys: tuple[KeySettings, ...] = ()
    """The first key signs, all keys verify. Embedded mode generates one in the folder."""
    bcrypt_cost: Annotated[int, Between(4, 16, "bcrypt requires at least 4")] = 12
    """Each step doubles the time. At 16 every sign-in takes some seconds."""
    access_token_life: Annotated[timedelta, Between(timedelta(seconds=1), _CENTURY, _EXPIRED)] = (
        timedelta(minutes=15)
    )
    refresh_token_life: Annotated[timedelta, Between(timedelta(seconds=1), _CENTURY, _EXPIRED)] = (
        timedelta(days=30)
    )

    def __post_init__(self) -> None:
        check_limits(self)
        if self.access_token_life > self.refresh_token_life:
            raise ValueError("access_token_life must not be longer than refresh_token_life")


class PaymentsSettings(Section, frozen=True):
    """The payment provider."""

    SECRETS = frozenset(
        {"api_key", "webhook_secret", "connect_webhook_secret", "old_webhook_secret"}
    )

    adapter: Literal["embedded", "stripe"] = "embedded"
    """`embedded` is solebook's built-in provider with test cards. It moves no real money."""
    api_key: str | None = None
    """The secret or restricted key of Stripe's API."""
    test_mode: bool = False
    """Whether production may run with a key of Stripe's test mode, which moves no real money."""
    api_url: str | None = None
    """Where Stripe's API is, if it is a double. The key is sent there."""
    ca: str | None = None
    """The file of the CA that has signed the API's certificate. The default are those of the
    public."""
    webhook_secret: str | None = None
    """Signs the provider's webhooks. Embedded mode generates one in the folder."""
    connect_webhook_secret: str | None = None
    """Signs the webhooks of Stripe's endpoint for connected accounts."""
    old_webhook_secret: str | None = None
    """The secret before one of these, while the provider may sign with either."""
    webhook_body_life: Annotated[
        timedelta, Between(timedelta(days=1), timedelta(days=3650), "nothing could be replayed")
    ] = timedelta(days=90)
    """How long webhooks are kept. Their bodies may hold personal data."""
    onboarding_return_url: str | None = None
    """Where Stripe sends sellers back to. The default is the page of their payout account."""
    onboarding_refresh_url: str | None = None
    """The page of yours that asks for a new link, when one was used already or is too old.

    The default is `onboarding_return_url`.
    """
    buyer_return_url: str | None = None
    """The page to which the bank sends a buyer back who authenticated a charge.

    `{order_id}` stands for the order. Without it, Stripe declines what needs the buyer.
    """
    journal: str | None = None
    """The file of the embedded provider's books, which all processes share.

    The default is a file in the folder.
    """
    timeout: Annotated[
        timedelta, Between(timedelta(seconds=1), timedelta(minutes=5), "every call would time out")
    ] = timedelta(seconds=10)
    """The timeout of a call to the provider."""
    workers: Annotated[int, Between(1, 256, "nobody would be charged")] = 16
    """How many charges run concurrently, and how many refunds and payouts."""
    reconcile_hour: Annotated[int, Between(0, 23, "a day has no such hour")] = 3
    """The hour (UTC) at which the ledger is compared with the provider every day."""

    def __post_init__(self) -> None:
        check_limits(self)
        if self.adapter == "stripe" and not (self.api_key and self.webhook_secret):
            raise ValueError(
                "payments.adapter = 'stripe' needs payments.api_key and payments.webhook_secret"
            )
        pages = ("buyer_return_url", "onboarding_return_url", "onboarding_refresh_url")
        for name in ("api_url", *pages):
            check_url(f"payments.{name}", getattr(self, name) or "https://")

    @property
    def may_be_production(self) -> bool:
        """Whether the key moves real money, or it is wanted that none is moved."""
        is_test = "_test_" in (self.api_key or "")
        return self.test_mode or not is_test

    @property
    def pages_here(self) -> list[str]:
        """The pages that only a browser on this machine would reach."""
        pages = ("buyer_return_url", "onboarding_return_url", "onboarding_refresh_url")
        return [f"payments.{name}" for name in pages if is_here(getattr(self, name) or "")]


class EngineSettings(Section, frozen=True):
    """How many commands the matching engine queues, and how many it commits in one batch."""

    queue: Annotated[int, Between(1, 1_000_000, _STOPPED)] = 10_000
    batch: Annotated[int, Between(1, 10_000, _STOPPED)] = 256


class Settings(Section, frozen=True):
    """All settings of a deployment. The defaults run the whole exchange in one process.

    `production` refuses missing secrets, pages or warehouse, the embedded provider and a store in
    memory. `embedded` generates secrets, and its letters say that the warehouse is not set.
    """

    mode: Literal["embedded", "production"] = "embedded"
    folder: str = "solebook-data"
    """The folder of the embedded adapters' files."""
    server: ServerSettings = ServerSettings()
    log: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()
    http: HttpSettings = HttpSettings()
    stream: StreamSettings = StreamSettings()
    store: StoreSettings = StoreSettings()
    nats: NatsSettings = NatsSettings()
    redis: RedisSettings = RedisSettings()
    influx: InfluxSettings = InfluxSettings()
    typesense: TypesenseSettings = TypesenseSettings()
    services: ServicesSettings = ServicesSettings()
    metrics: MetricsSettings = MetricsSettings()
    security: SecuritySettings = SecuritySettings()
    encryption: EncryptionSettings = EncryptionSettings()
    users: UsersSettings = UsersSettings()
    payments: PaymentsSettings = PaymentsSettings()
    notifications: NotificationsSettings = NotificationsSettings()
    smtp: SmtpSettings = SmtpSettings()
    sendgrid: SendGridSettings = SendGridSettings()
    twilio: TwilioSettings = TwilioSettings()
    web_push: WebPushSettings = WebPushSettings()
    http_push: HttpPushSettings = HttpPushSettings()
    webhooks: WebhooksSettings = WebhooksSettings()
    warehouse: Warehouse = Warehouse()
    photos: PhotosSettings = PhotosSettings()
    engine: EngineSettings = EngineSettings()
    cache: CacheSettings = CacheSettings()
    retention: Retention = Retention()
    market: MarketRules = MarketRules()

    def __post_init__(self) -> None:
        check_limits(self)
        if any(has_link(line) for line in self.warehouse.lines):
            raise ValueError("the warehouse address has a link, which letters would leave out")
        if self.nats.servers and not self.is_shared:
            raise ValueError(
                "nats.url is for several processes, so set store.url to PostgreSQL too"
            )
        if self.stream.between == "nats" and not self.nats.servers:
            raise ValueError("stream.between = 'nats' needs nats.url")
        if self.metrics.tls and self.server.cert is None:
            raise ValueError("metrics.tls needs server.cert and server.key")
        if self.stream.between == "redis" and not self.redis.url:
            raise ValueError("stream.between = 'redis' needs redis.url")
        if self.payments.adapter == "stripe":
            check_amounts(self.market)
        used = {self.mail_adapter, self.sms_adapter, self.push_adapter}
        check_messengers(used, self.sendgrid, self.twilio, self.web_push, self.http_push)
        if self.mode == "production" and (missing := missing_in_production(self)):
            raise ValueError(f"production needs {' and '.join(missing)}")

    @property
    def store_url(self) -> str:
        """The store's URL with its TLS options, or the URL of a file in the folder."""
        if self.store.url:
            return self.store.with_options(self.store.url)
        return f"sqlite+aiosqlite:///{self._default_file}"

    @property
    def replica_url(self) -> str | None:
        """The URL of the store's replica with its TLS options, or None if there is none."""
        url = self.store.replica_url
        return self.store.with_options(url) if url and self.store.kind == "postgres" else None

    @property
    def shown_from(self) -> Literal["store", "replica"]:
        """Where reads go that only show something."""
        return "store" if self.replica_url is None else "replica"

    @property
    def store_file(self) -> Path | None:
        """The store's file in the folder, or None if the store is elsewhere."""
        kept_here = self.store.kind == "sqlite" and self.store.url is None
        return self._default_file if kept_here else None

    @property
    def is_shared(self) -> bool:
        """Whether several processes can run on the store."""
        return self.store.kind == "postgres"

    @property
    def streams_between(self) -> Literal["process", "nats", "redis"]:
        """What carries the live streams to other processes: nothing, if there is only one."""
        if not self.is_shared:
            return "process"
        default: Literal["process", "redis"] = "redis" if self.redis.url else "process"
        return self.stream.between or ("nats" if self.nats.servers else default)

    @property
    def mail_adapter(self) -> Literal["eml", "smtp", "sendgrid", "memory"]:
        """The adapter that sends mail."""
        return self.notifications.mail or ("memory" if self._is_in_memory else "eml")

    @property
    def verifies_addresses(self) -> bool:
        """Whether new emails must be proven."""
        chosen = self.users.verify_addresses
        return self.mail_adapter not in ("eml", "memory") if chosen is None else chosen

    @property
    def public_url(self) -> str:
        """Where users reach the exchange."""
        return self.http.public_url or self.server.url

    @property
    def sms_adapter(self) -> Literal["folder", "twilio", "memory"]:
        """The adapter that sends text messages."""
        return self.notifications.sms or ("memory" if self._is_in_memory else "folder")

    @property
    def push_adapter(self) -> Literal["folder", "web", "http", "both", "memory"]:
        """The adapter that sends push messages."""
        return self.notifications.push or ("memory" if self._is_in_memory else "folder")

    @property
    def _is_in_memory(self) -> bool:
        return self.store.adapter == "memory"

    @property
    def _default_file(self) -> Path:
        return Path(self.folder) / "solebook.sqlite3"
