"""The whole users context on memory adapters."""

from dataclasses import dataclass
from datetime import timedelta

from solebook.adapters.memory.revoked_sessions import MemoryRevokedSessions
from solebook.adapters.memory.seeded import SeededIds, SeededRandomness
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.security.access_tokens import JwtAccessTokens, SigningKey
from solebook.composition.adapters import Store
from solebook.composition.memory_store import build_memory_store
from solebook.core.users.add_address import AddAddress
from solebook.core.users.authenticate_request import AuthenticateRequest
from solebook.core.users.edit_profile import EditProfile
from solebook.core.users.refresh_session import RefreshSession
from solebook.core.users.register_user import RegisterUser
from solebook.core.users.remove_address import RemoveAddress
from solebook.core.users.session_tokens import SignedIn
from solebook.core.users.set_payment_method import SetPaymentMethod
from solebook.core.users.set_payout_account import SetPayoutAccount
from solebook.core.users.set_roles import SetRoles
from solebook.core.users.set_suspension import SetSuspension
from solebook.core.users.sign_in import SignIn
from solebook.core.users.sign_out import SignOut
from solebook.core.users.token_lifetimes import TokenLifetimes
from solebook.ports.language.events import Event
from solebook.ports.language.ids import SessionId
from solebook.ports.language.users import Actor, Role, User
from solebook.ports.passwords import Passwords

EMAIL = "buyer-1@example.com"
PASSWORD = "correct horse battery"
LIFETIMES = TokenLifetimes(access=timedelta(minutes=15), refresh=timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every use case of the context, over one store."""

    store: Store
    clock: VirtualClock
    ids: SeededIds
    randomness: SeededRandomness
    passwords: Passwords
    access_tokens: JwtAccessTokens
    revoked_sessions: MemoryRevokedSessions

    @property
    def register_user(self) -> RegisterUser:
        s = self.store
        return RegisterUser(s.transaction, s.users, s.outbox, self.passwords, self.clock, self.ids)

    @property
    def sign_in(self) -> SignIn:
        return SignIn(
            self.store.transaction,
            self.store.users,
            self.store.sessions,
            self.passwords,
            self.access_tokens,
            self.randomness,
            self.clock,
            self.ids,
            LIFETIMES,
        )

    @property
    def refresh_session(self) -> RefreshSession:
        return RefreshSession(
            self.store.transaction,
            self.store.users,
            self.store.sessions,
            self.revoked_sessions,
            self.access_tokens,
            self.randomness,
            self.clock,
            LIFETIMES,
        )

    @property
    def sign_out(self) -> SignOut:
        s = self.store
        return SignOut(s.transaction, s.sessions, self.revoked_sessions, self.clock, LIFETIMES)

    @property
    def authenticate_request(self) -> AuthenticateRequest:
        return AuthenticateRequest(self.access_tokens, self.revoked_sessions)

    @property
    def edit_profile(self) -> EditProfile:
        return EditProfile(self.store.transaction, self.store.users)

    @property
    def add_address(self) -> AddAddress:
        s = self.store
        return AddAddress(s.transaction, s.users, s.addresses, self.clock, self.ids)

    @property
    def remove_address(self) -> RemoveAddress:
        return RemoveAddress(self.store.transaction, self.store.addresses)

    @property
    def set_payment_method(self) -> SetPaymentMethod:
        return SetPaymentMethod(self.store.transaction, self.store.users)

    @property
    def set_payout_account(self) -> SetPayoutAccount:
        return SetPayoutAccount(self.store.transaction, self.store.users, self.store.outbox)

    @property
    def set_roles(self) -> SetRoles:
        s = self.store
        return SetRoles(
            s.transaction,
            s.users,
            s.sessions,
            self.revoked_sessions,
            self.clock,
            LIFETIMES,
            s.audit_log,
        )

    @property
    def set_suspension(self) -> SetSuspension:
        s = self.store
        return SetSuspension(s.transaction, s.users, s.audit_log, s.outbox)

    # ---- what tests do and look at -------------------------------------------------------

    async def join(self, email: str = EMAIL) -> User:
        """Register somebody with the usual password."""
        return await self.register_user(
            email=email, password=PASSWORD, first_name="Test", last_name="Buyer"
        )

    async def enter(self, email: str = EMAIL) -> SignedIn:
        """Sign somebody in with the usual password."""
        return await self.sign_in(email=email, password=PASSWORD)

    async def admin(self) -> Actor:
        """An actor who is a registered admin."""
        user = await self.join("admin-1@example.com")
        return Actor(user.id, frozenset({Role.ADMIN}))

    def session_of(self, signed_in: SignedIn) -> SessionId:
        """The session that an access token belongs to."""
        return self.access_tokens.verify(signed_in.access_token).session_id

    async def events(self) -> list[Event]:
        """Everything that was told so far."""
        return [message.event for message in await self.store.outbox.unsent(100)]


def build_accounts(passwords: Passwords, clock: VirtualClock) -> Accounts:
    """Build the context on an empty store."""
    ids = SeededIds(seed=1, clock=clock)
    return Accounts(
        store=build_memory_store(clock=clock, ids=ids),
        clock=clock,
        ids=ids,
        randomness=SeededRandomness(seed=2),
        passwords=passwords,
        access_tokens=JwtAccessTokens(clock, [SigningKey("test", b"k" * 32)]),
        revoked_sessions=MemoryRevokedSessions(clock),
    )


def actor(user: User) -> Actor:
    """The user, in their own roles."""
    return Actor(user.id, user.roles)
