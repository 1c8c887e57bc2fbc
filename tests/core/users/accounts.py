"""An exchange for tests of the users context."""

from dataclasses import dataclass

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.access_tokens import JwtAccessTokens, SigningKey
from solebook.composition.adapters import Store
from solebook.composition.users import UsersUseCases
from solebook.core.users.session_tokens import SignedIn
from solebook.ports.access_tokens import AccessTokens, RevokedSessions
from solebook.ports.ids import Ids
from solebook.ports.language.events import Event
from solebook.ports.language.ids import SessionId
from solebook.ports.language.users import Actor, Role, User
from solebook.ports.passwords import Passwords

from ...exchange import Exchange, build_exchange

EMAIL = "buyer-1@example.com"
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Accounts:
    """An exchange whose users context is under test."""

    exchange: Exchange

    @property
    def users(self) -> UsersUseCases:
        return self.exchange.app.users

    @property
    def store(self) -> Store:
        return self.exchange.store

    @property
    def clock(self) -> VirtualClock:
        return self.exchange.clock

    @property
    def ids(self) -> Ids:
        return self.exchange.app.adapters.ids

    @property
    def passwords(self) -> Passwords:
        return self.exchange.app.adapters.passwords

    @property
    def access_tokens(self) -> AccessTokens:
        return self.exchange.app.adapters.access_tokens

    @property
    def revoked_sessions(self) -> RevokedSessions:
        return self.exchange.app.adapters.revoked_sessions

    def hashing(self, passwords: Passwords) -> "Accounts":
        """Return the same accounts with another hash function."""
        return Accounts(self.exchange.in_another_process(passwords=passwords))

    # ---- actions and queries of tests -------------------------------------------------------

    async def join(self, email: str = EMAIL) -> User:
        """Register a user with the default password."""
        return await self.users.register_user(
            email=email, password=PASSWORD, first_name="Test", last_name="Buyer"
        )

    async def enter(self, email: str = EMAIL) -> SignedIn:
        """Sign in with the default password."""
        return await self.users.sign_in(email=email, password=PASSWORD)

    async def admin(self) -> Actor:
        """Return an actor who is a registered admin."""
        user = await self.join("admin-1@example.com")
        return Actor(user.id, frozenset({Role.ADMIN}))

    def session_of(self, signed_in: SignedIn) -> SessionId:
        """Return the session of an access token."""
        return self.access_tokens.verify(signed_in.access_token).session_id

    async def events(self) -> list[Event]:
        """Return all events so far."""
        return [message.event for message in await self.store.outbox.unsent(100)]


def build_accounts(passwords: Passwords) -> Accounts:
    """Build an exchange with real password hashes and access tokens."""
    exchange = build_exchange(passwords=passwords)
    access_tokens = JwtAccessTokens(exchange.clock, [SigningKey("test", b"k" * 32)])
    return Accounts(exchange.in_another_process(access_tokens=access_tokens))


def actor(user: User) -> Actor:
    """Return the user as an actor with their roles."""
    return Actor(user.id, user.roles)
