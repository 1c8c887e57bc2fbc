"""Forbid the access tokens of sessions that have ended."""

from collections.abc import Iterable

from ...ports.access_tokens import RevokedSessions
from ...ports.clock import Clock
from ...ports.language.ids import SessionId
from .token_lifetimes import TokenLifetimes


async def forbid_sessions(
    revoked_sessions: RevokedSessions,
    ended: Iterable[SessionId],
    clock: Clock,
    lifetimes: TokenLifetimes,
) -> None:
    """Forbid their access tokens until these expire. Call it after the sessions were revoked.

    Raises Unavailable.
    """
    # Read the clock after the revocation: no access token of a session is issued later.
    until = clock.now() + lifetimes.access
    for session_id in ended:
        await revoked_sessions.add(session_id, until)
