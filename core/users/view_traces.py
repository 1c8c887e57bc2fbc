"""View what else the exchange has of you."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ...ports.challenges import Challenges
from ...ports.known_places import KnownPlaces
from ...ports.language.cards import PaymentMethod
from ...ports.language.challenges import Challenge, ChallengeKind
from ...ports.language.payments import Decline
from ...ports.language.places import KnownPlace
from ...ports.language.users import Actor, Session
from ...ports.payment_methods import PaymentMethods
from ...ports.payments import Declines
from ...ports.sessions import Sessions

_AT_ONCE = 100
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Traces:
    """What is stored of a user and listed nowhere else."""

    cards: Sequence[PaymentMethod]
    """Also those that were removed."""
    challenges: Sequence[Challenge]
    known_places: Sequence[KnownPlace]
    declines: Sequence[Decline]
    """The newest that count, at most 100."""


@dataclass(frozen=True, slots=True)
class ViewTraces:
    """A user views what is stored of them and listed nowhere else."""

    payment_methods: PaymentMethods
    sessions: Sessions
    challenges: Challenges
    known_places: KnownPlaces
    declines: Declines

    async def __call__(self, actor: Actor) -> Traces:
        """Return it. It is little: one challenge of each kind, and a few places."""
        user_id = actor.user_id
        challenges = [await self.challenges.get(user_id, kind) for kind in ChallengeKind]
        return Traces(
            cards=await self.payment_methods.ever_of(user_id),
            challenges=[each for each in challenges if each is not None],
            known_places=await self.known_places.of(user_id),
            declines=await self.declines.since(user_id, _EVER),
        )

    async def all_sessions(self, actor: Actor) -> AsyncIterator[Session]:
        """Yield the actor's sessions, open or ended, oldest first."""
        after = None
        while found := await self.sessions.of(actor.user_id, _AT_ONCE, after):
            for session in found:
                yield session
            after = found[-1].id
