"""Adapters and values that the settings decide, for the container."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..adapters.embedded.journal import Journal, MemoryJournal
from ..adapters.embedded.sqlite_journal import SqliteJournal
from ..adapters.security.access_tokens import JwtAccessTokens, SigningKey
from ..adapters.security.passwords import BcryptPasswords
from ..adapters.security.secrets import load_or_create_secret
from ..config.settings import Settings
from ..core.users.token_lifetimes import TokenLifetimes
from ..ports.access_tokens import AccessTokens
from ..ports.clock import Clock
from ..ports.ids import Ids
from ..ports.language.messages import NOTIFYING, Queue
from ..ports.language.public_links import PublicLinks
from ..ports.passwords import Passwords
from .folder import PROVIDER, make_folder
from .keepers import holder_of


@contextmanager
def open_passwords(settings: Settings) -> Iterator[Passwords]:
    """Open the hashing of passwords, which has a thread."""
    passwords = BcryptPasswords(cost=settings.security.bcrypt_cost)
    yield passwords
    passwords.close()


def token_lifetimes(settings: Settings) -> TokenLifetimes:
    """Return how long tokens live."""
    security = settings.security
    return TokenLifetimes(access=security.access_token_life, refresh=security.refresh_token_life)


@contextmanager
def open_journal(settings: Settings) -> Iterator[Journal]:
    """Open the books of the embedded payment provider."""
    if settings.store.kind == "memory":
        # The ledger and the provider's books are lost together; otherwise they would not balance.
        yield MemoryJournal()
        return
    make_folder(settings)
    journal = SqliteJournal(journal_file(settings))
    yield journal
    journal.close()


def journal_file(settings: Settings) -> Path:
    """Return where the books of the embedded payment provider are."""
    file = settings.payments.journal
    return Path(settings.folder) / PROVIDER if file is None else Path(file)


def jwt_access_tokens(settings: Settings, clock: Clock) -> AccessTokens:
    """Return the tokens, signed with the configured keys or one of the folder."""
    return JwtAccessTokens(clock, _signing_keys(settings))


def public_links(settings: Settings) -> PublicLinks:
    """Return the links in letters, to where users reach the exchange."""
    return PublicLinks(settings.public_url)


def link_keys(settings: Settings) -> Sequence[bytes]:
    """Return keys for the links in letters, each derived from a signing key."""
    return [hmac.digest(key.secret, b"links", "sha256") for key in _signing_keys(settings)]


def _signing_keys(settings: Settings) -> Sequence[SigningKey]:
    keys = [SigningKey(key.id, key.secret.encode()) for key in settings.security.signing_keys]
    if keys:
        return keys
    return [SigningKey("embedded", load_or_create_secret(make_folder(settings) / "signing-key"))]


def webhook_secret(settings: Settings) -> str:
    """Return the configured secret of webhooks, or that of the folder."""
    secret = settings.payments.webhook_secret
    return secret or load_or_create_secret(make_folder(settings) / "webhook-secret").decode()


def claim_holder(settings: Settings, ids: Ids) -> str:
    """Return the name under which this process claims deliveries.

    On a store that cannot be shared, the next process continues with the claims of the last.
    """
    return holder_of(ids) if settings.is_shared else "the only process"


def workers_of_queues(settings: Settings) -> Mapping[Queue, int]:
    """Return how many deliveries of a queue are tried at once."""
    return {
        Queue.CHARGES: settings.payments.workers,
        Queue.REFUNDS: settings.payments.workers,
        Queue.PAYOUTS: settings.payments.workers,
    } | dict.fromkeys(NOTIFYING, settings.notifications.workers)


def outgoing_folder(settings: Settings) -> Path:
    """Return the folder of the embedded messengers' files."""
    return Path(settings.folder) / "outgoing"
