"""The settings of a deployment."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from ..ports.language.limits import Between, check_limits
from ..ports.language.links import has_link
from ..ports.language.notifications import Warehouse
from ..ports.language.rules import MarketRules
from .http import HttpSettings
from .notifications import NotificationsSettings
from .stream import StreamSettings

_CENTURY = timedelta(days=36_500)
_EXPIRED = "a token would be expired as it is made"
_STOPPED = "the engine would take no command"


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the settings; a key that it does not know is an error."""

    SECRETS: ClassVar[frozenset[str]] = frozenset()
    """What is never shown."""

    def __post_init__(self) -> None:
        check_limits(self)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = (name for name in self.__struct_fields__ if name not in self.SECRETS)
        return [(name, getattr(self, name)) for name in shown]


class ServerSettings(Section, frozen=True):
    """Where `solebook serve` listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Between(0, 65_535)] = 8000
    """0 picks a free port."""


class StoreSettings(Section, frozen=True):
    """Where everything is kept that must not be lost."""

    SECRETS = frozenset({"url"})

    adapter: Literal["sqlite", "memory"] = "sqlite"
    """`memory` forgets everything when the process ends."""
    url: str | None = None
    """A SQLAlchemy URL; by default a SQLite file in the folder."""


class KeySettings(Section, frozen=True):
    """A key that access tokens are signed with; at least 32 bytes."""

    SECRETS = frozenset({"secret"})

    id: str
    secret: str


class SecuritySettings(Section, frozen=True):
    """Passwords and tokens."""

    signing_keys: tuple[KeySettings, ...] = ()
    """The first signs, all verify. In embedded mode one is made and kept in the folder."""
    bcrypt_cost: Annotated[int, Between(4, 16, "bcrypt knows no less")] = 12
    """Each step doubles the time: 16 takes some seconds for every sign-in."""
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
    """Who moves the money."""

    SECRETS = frozenset({"webhook_secret"})

    adapter: Literal["embedded"] = "embedded"
    """`embedded` is a provider of solebook's own with test cards: it moves no real money."""
    webhook_secret: str | None = None
    """Signs the provider's webhooks. In embedded mode one is made and kept in the folder."""
    timeout: Annotated[
        timedelta, Between(timedelta(seconds=1), timedelta(minutes=5), "no call could be answered")
    ] = timedelta(seconds=10)
    """How long the provider has to answer a call."""
    workers: Annotated[int, Between(1, 256, "nobody would be charged")] = 16
    """How many charges are under way at once, and as many refunds and payouts."""


class EngineSettings(Section, frozen=True):
    """How much the matching engine queues, and how much it commits at once."""

    queue: Annotated[int, Between(1, 1_000_000, _STOPPED)] = 10_000
    batch: Annotated[int, Between(1, 10_000, _STOPPED)] = 256


class CacheSettings(Section, frozen=True):
    """What is kept at hand although the store has it."""

    products: Annotated[int, Between(1, 10_000_000, "there is always a cache")] = 10_000
    """How many products."""
    product_life: Annotated[
        timedelta, Between(timedelta(milliseconds=1), timedelta(days=1), "there is always a cache")
    ] = timedelta(minutes=1)
    """How long one is shown at most after another process has changed it."""


class Settings(Section, frozen=True):
    """Everything that a deployment may set. The defaults run the whole exchange in one process.

    In `production` mode a secret or a warehouse that is missing is an error; in `embedded` mode the
    secret is made, and letters say that the warehouse is not set.
    """

    mode: Literal["embedded", "production"] = "embedded"
    folder: str = "solebook-data"
    """Where the embedded adapters keep their files."""
    server: ServerSettings = ServerSettings()
    http: HttpSettings = HttpSettings()
    stream: StreamSettings = StreamSettings()
    store: StoreSettings = StoreSettings()
    security: SecuritySettings = SecuritySettings()
    payments: PaymentsSettings = PaymentsSettings()
    notifications: NotificationsSettings = NotificationsSettings()
    warehouse: Warehouse = Warehouse()
    engine: EngineSettings = EngineSettings()
    cache: CacheSettings = CacheSettings()
    market: MarketRules = MarketRules()

    def __post_init__(self) -> None:
        check_limits(self)
        needed = {
            "security.signing_keys": self.security.signing_keys,
            "payments.webhook_secret": self.payments.webhook_secret,
            "warehouse.name, street, city and country": self.warehouse.is_set,
        }
        missing = [name for name, is_there in needed.items() if not is_there]
        if any(has_link(line) for line in self.warehouse.lines):
            raise ValueError("the warehouse has a link in it, which no letter would show")
        if self.mode == "production" and missing:
            raise ValueError(f"production needs {' and '.join(missing)}")

    @property
    def store_url(self) -> str:
        """The store's URL, in the folder unless it was set."""
        return self.store.url or f"sqlite+aiosqlite:///{self._default_file}"

    @property
    def store_file(self) -> Path | None:
        """The store's file in the folder; None if the store is kept elsewhere."""
        kept_here = self.store.adapter == "sqlite" and self.store.url is None
        return self._default_file if kept_here else None

    @property
    def mail_adapter(self) -> Literal["eml", "memory"]:
        """What brings mail."""
        return self.notifications.mail or ("memory" if self._forgets else "eml")

    @property
    def sms_adapter(self) -> Literal["folder", "memory"]:
        """What brings text messages."""
        return self.notifications.sms or ("memory" if self._forgets else "folder")

    @property
    def push_adapter(self) -> Literal["folder", "memory"]:
        """What brings push messages."""
        return self.notifications.push or ("memory" if self._forgets else "folder")

    @property
    def _forgets(self) -> bool:
        return self.store.adapter == "memory"

    @property
    def _default_file(self) -> Path:
        return Path(self.folder) / "solebook.sqlite3"
