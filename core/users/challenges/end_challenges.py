"""End challenges whose secrets are still awaited."""

from ....ports.challenges import Challenges
from ....ports.language.challenges import ChallengeKind
from ....ports.language.ids import UserId


async def end_challenges(challenges: Challenges, user_id: UserId, *kinds: ChallengeKind) -> None:
    """End a user's challenges of some kinds, so that what was sent works no more.

    Needs a transaction, and the user's lock.
    """
    for kind in kinds:
        challenge = await challenges.get(user_id, kind)
        if challenge is not None and not challenge.met:
            await challenges.put(challenge.ended())
