"""What opens, renews and ends sessions."""

from ..core.users.end_sessions import EndSessions
from ..core.users.refresh_session import RefreshSession
from ..core.users.sign_in import SignIn
from ..core.users.sign_out import SignOut
from ..core.users.token_lifetimes import TokenLifetimes
from .adapters import Adapters


def sign_in_of(adapters: Adapters, lifetimes: TokenLifetimes) -> SignIn:
    """Return what opens a session."""
    store = adapters.store
    return SignIn(
        transaction=store.transaction,
        users=store.users,
        sessions=store.sessions,
        passwords=adapters.passwords,
        access_tokens=adapters.access_tokens,
        randomness=adapters.randomness,
        clock=adapters.clock,
        ids=adapters.ids,
        lifetimes=lifetimes,
    )


def refresh_session_of(adapters: Adapters, lifetimes: TokenLifetimes) -> RefreshSession:
    """Return what renews the tokens of a session."""
    store = adapters.store
    return RefreshSession(
        transaction=store.transaction,
        users=store.users,
        sessions=store.sessions,
        revoked_sessions=adapters.revoked_sessions,
        access_tokens=adapters.access_tokens,
        randomness=adapters.randomness,
        clock=adapters.clock,
        lifetimes=lifetimes,
    )


def sign_out_of(adapters: Adapters, lifetimes: TokenLifetimes) -> SignOut:
    """Return what ends the session that asks."""
    return SignOut(
        transaction=adapters.store.transaction,
        sessions=adapters.store.sessions,
        revoked_sessions=adapters.revoked_sessions,
        clock=adapters.clock,
        lifetimes=lifetimes,
    )


def end_sessions_of(adapters: Adapters, lifetimes: TokenLifetimes) -> EndSessions:
    """Return what ends any sessions of a user."""
    return EndSessions(
        transaction=adapters.store.transaction,
        users=adapters.store.users,
        sessions=adapters.store.sessions,
        revoked_sessions=adapters.revoked_sessions,
        clock=adapters.clock,
        lifetimes=lifetimes,
        audit_log=adapters.store.audit_log,
    )
