"""How often a challenge may be asked for, and how long its secret can be used."""

from datetime import datetime, timedelta

from ....ports.language.challenges import Challenge, ChallengeKind
from ....ports.language.errors import RateLimited
from ....ports.language.ids import UserId

LIFE = {
    ChallengeKind.EMAIL: timedelta(days=1),
    ChallengeKind.NEW_EMAIL: timedelta(days=1),
    ChallengeKind.PASSWORD: timedelta(hours=1),
    ChallengeKind.REGISTRATION: timedelta(days=1),
    ChallengeKind.PHONE: timedelta(minutes=10),
}
"""How long a secret can be used from when it is sent."""
PAUSE = timedelta(minutes=1)
"""The time between two challenges of a kind to a user."""
PERIOD = timedelta(hours=6)
MOST = 5
"""The maximum of challenges of a kind to a user within a period, whatever their address."""


def asked_again(
    before: Challenge | None, user_id: UserId, kind: ChallengeKind, address: str, now: datetime
) -> Challenge:
    """Return the challenge that follows another one of its kind. Raises RateLimited."""
    if before is None or now - before.since >= PERIOD:
        return Challenge(user_id, kind, address, asked_at=now, since=now)
    until = before.since + PERIOD if before.asked >= MOST else before.asked_at + PAUSE
    if now < until:
        raise RateLimited(retry_after=(until - now).total_seconds())
    return Challenge(
        user_id, kind, address, asked_at=now, since=before.since, asked=before.asked + 1
    )
