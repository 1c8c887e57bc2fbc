"""Reset a password."""

from dataclasses import dataclass, replace

from ....ports.access_tokens import RevokedSessions
from ....ports.challenges import Challenges
from ....ports.clock import Clock
from ....ports.language.challenges import Challenge, ChallengeKind
from ....ports.language.errors import ChallengeNotMet
from ....ports.language.events import SecurityChange, SecurityChanged
from ....ports.language.programs import family_of
from ....ports.language.sources import NOWHERE, Source
from ....ports.outbox import Outbox
from ....ports.passwords import Passwords
from ....ports.sessions import Sessions
from ....ports.transaction import Transaction
from ....ports.users import Users
from ..forbid_sessions import forbid_sessions
from ..session_tokens import token_hash
from ..token_lifetimes import TokenLifetimes
from ..user_texts import check_new_password
from .end_challenges import end_challenges


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Whoever has the secret of the letter sets a new password. All sessions end,
    and they are told by another letter.

    An email that was to become the user's is forgotten: who asked for it may be a thief. The email
    that the letter went to is proven.
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
        self, secret: str, *, password: str, source: Source = NOWHERE, program: str = ""
    ) -> None:
        """Set the password.

        Raises ChallengeNotMet, InvalidText, QueueFull, and Unavailable if the list of revoked
        sessions cannot be written. Access tokens then stay valid until they expire.
        """
        hashed = token_hash(secret)
        # Looked at before, so that nobody can let passwords be hashed for nothing.
        found = await self._met(await self.challenges.find(hashed), hashed)
        password_hash = await self.passwords.hash(check_new_password(password), source)
        async with self.transaction():
            user, now = await self.users.get(found.user_id), self.clock.now()
            challenge = await self.challenges.get(user.id, ChallengeKind.PASSWORD)
            met = await self._met(challenge, hashed)
            await self.challenges.put(met.ended())
            user = replace(user, password_hash=password_hash)
            if user.email == met.address and not user.email_proven:
                user = replace(user, email_proven_at=now)
            await self.users.save(user)
            await end_challenges(self.challenges, user.id, ChallengeKind.NEW_EMAIL)
            change = SecurityChange.PASSWORD_RESET
            await self.outbox.add(SecurityChanged(user.id, change, now, family_of(program)))
            ended = await self.sessions.revoke_all(user.id, now)
        await forbid_sessions(self.revoked_sessions, ended, self.clock, self.lifetimes)

    async def _met(self, challenge: Challenge | None, hashed: str) -> Challenge:
        if (
            challenge is None
            or challenge.kind is not ChallengeKind.PASSWORD
            or not challenge.is_met_by(hashed, self.clock.now())
        ):
            raise ChallengeNotMet
        return challenge
