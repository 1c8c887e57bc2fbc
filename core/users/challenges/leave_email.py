"""What happens when a user leaves an email for another one."""

from datetime import datetime

from ....ports.challenges import Challenges
from ....ports.language.challenges import Challenge, ChallengeKind
from ....ports.language.events import EmailChanged
from ....ports.language.users import User
from ....ports.outbox import Outbox
from .end_challenges import end_challenges


async def leave_email(challenges: Challenges, outbox: Outbox, user: User, now: datetime) -> None:
    """Have the user's present email told that it is left, if it was proven. Needs a transaction.

    What was sent there cannot be used any more: the mailbox may be somebody else's now. An email
    that was left before, and that waits to be told, is kept, so that a thief cannot replace it.
    """
    await end_challenges(challenges, user.id, ChallengeKind.EMAIL, ChallengeKind.PASSWORD)
    if user.email_proven:
        waiting = await challenges.get(user.id, ChallengeKind.OLD_EMAIL)
        if waiting is None or waiting.met:
            kind = ChallengeKind.OLD_EMAIL
            await challenges.put(Challenge(user.id, kind, user.email, asked_at=now, since=now))
    await outbox.add(EmailChanged(user.id, now, told=user.email_proven))
