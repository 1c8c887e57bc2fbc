"""The settings of a deployment."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

import msgspec

from ..ports.language.rules import MarketRules
from .http import HttpSettings


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the settings; a key that it does not know is an error."""


class ServerSettings(Section, frozen=True):
    """Where `solebook serve` listens."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0 picks a free port."""


class StoreSettings(Section, frozen=True):
    """Where everything is kept that must not be lost."""

    adapter: Literal["sqlite", "memory"] = "sqlite"
    """`memory` forgets everything when the process ends."""
    url: str | None = None
    """A SQLAlchemy URL; by default a SQLite file in the folder."""


class KeySettings(Section, frozen=True):
    """A key that access tokens are signed with; at least 32 bytes."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"KeySettings(id={self.id!r})"


class SecuritySettings(Section, frozen=True):
    """Passwords and tokens."""

    signing_keys: tuple[KeySettings, ...] = ()
    """The first signs, all verify. In embedded mode one is made and kept in the folder."""
    bcrypt_cost: int = 12
    access_token_life: timedelta = timedelta(minutes=15)
    refresh_token_life: timedelta = timedelta(days=30)


class PaymentsSettings(Section, frozen=True):
    """Who moves the money."""

    adapter: Literal["embedded"] = "embedded"
    """`embedded` is a provider of solebook's own with test cards: it moves no real money."""
    webhook_secret: str | None = None
    """Signs the provider's webhooks. In embedded mode one is made and kept in the folder."""

    def __repr__(self) -> str:
        return f"PaymentsSettings(adapter={self.adapter!r})"


class EngineSettings(Section, frozen=True):
    """How much the matching engine queues, and how much it commits at once."""

    queue: int = 10_000
    batch: int = 256


class Settings(Section, frozen=True):
    """Everything that a deployment may set. The defaults run the whole exchange in one process.

    In `production` mode a secret that is missing is an error; in `embedded` mode it is made.
    """

    mode: Literal["embedded", "production"] = "embedded"
    folder: str = "solebook-data"
    """Where the embedded adapters keep their files."""
    server: ServerSettings = ServerSettings()
    http: HttpSettings = HttpSettings()
    store: StoreSettings = StoreSettings()
    security: SecuritySettings = SecuritySettings()
    payments: PaymentsSettings = PaymentsSettings()
    engine: EngineSettings = EngineSettings()
    market: MarketRules = MarketRules()

    def __post_init__(self) -> None:
        if self.mode == "production":
            if not self.security.signing_keys:
                raise ValueError("production needs security.signing_keys")
            if not self.payments.webhook_secret:
                raise ValueError("production needs payments.webhook_secret")

    @property
    def store_url(self) -> str:
        """The store's URL, in the folder unless it was set."""
        return self.store.url or f"sqlite+aiosqlite:///{Path(self.folder) / 'solebook.sqlite3'}"
