"""Change your password."""

from dataclasses import dataclass, replace

from ...ports.access_tokens import RevokedSessions
from ...ports.challenges import Challenges
from ...ports.clock import Clock
from ...ports.language.challenges import ChallengeKind
from ...ports.language.errors import WrongCredentials
from ...ports.language.events import SecurityChange, SecurityChanged
from ...ports.language.ids import SessionId
from ...ports.language.programs import family_of
from ...ports.language.sources import NOWHERE, Source
from ...ports.language.users import Actor
from ...ports.outbox import Outbox
from ...ports.passwords import Passwords
from ...ports.sessions import Sessions
from ...ports.transaction import Transaction
from ...ports.users import Users, open_user
from .challenges.end_challenges import end_challenges
from .forbid_sessions import forbid_sessions
from .token_lifetimes import TokenLifetimes
from .user_texts import check_new_password

_ENDED = (ChallengeKind.PASSWORD, ChallengeKind.NEW_EMAIL)


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """A user who gives their password sets another one. All their other sessions end.

    The user is told by mail.

    A reset of the password that was asked for ends, and so does a change of the email: who asked
    for it may be a thief.
    """

    transaction: Transaction
    users: Users
    challenges: Challenges
    sessions: Sessions
    revoked_sessions: RevokedSessions
    outbox: Outbox
    passwords: Passwords
    clock: Clock
    lifetimes: TokenLifetimes

    async def __call__(
        self,
        actor: Actor,
        session_id: SessionId,
        *,
        old: str,
        new: str,
        source: Source = NOWHERE,
        program: str = "",
    ) -> None:
        """Set the password. The session `session_id` stays.

        Raises WrongCredentials, InvalidText, AccountClosed, QueueFull, and Unavailable if the list
        of revoked sessions cannot be written. Their access tokens then stay valid until they
        expire.
        """
        new = check_new_password(new)
        found = await self.users.get(actor.user_id)
        if not await self.passwords.verify(old, found.password_hash, source):
            raise WrongCredentials
        password_hash = await self.passwords.hash(new, source)
        async with self.transaction():
            user = await open_user(self.users, actor.user_id)
            if user.password_hash != found.password_hash:
                raise WrongCredentials  # it was changed or reset meanwhile
            await self.users.save(replace(user, password_hash=password_hash))
            await end_challenges(self.challenges, user.id, *_ENDED)
            now = self.clock.now()
            change = SecurityChange.PASSWORD
            await self.outbox.add(SecurityChanged(user.id, change, now, family_of(program)))
            ended = await self.sessions.revoke_all(user.id, now, keep=session_id)
        await forbid_sessions(self.revoked_sessions, ended, self.clock, self.lifetimes)
