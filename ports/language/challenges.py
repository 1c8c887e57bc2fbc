"""Challenges: secrets that are sent to an address, to prove that somebody reads it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from typing import Self

from .ids import UserId


class ChallengeKind(StrEnum):
    """What somebody may do who gives a challenge's secret back."""

    EMAIL = "email"
    """Prove the user's email."""
    NEW_EMAIL = "new_email"
    """Prove another email, which then becomes the user's."""
    OLD_EMAIL = "old_email"
    """Nothing: the letter tells that the email is not the user's any more. It is met once it is
    sent."""
    PHONE = "phone"
    """Prove the phone for text messages."""
    PASSWORD = "password"  # noqa: S105  # the name of what is reset
    """Set a new password."""
    REGISTRATION = "registration"
    """Nothing: the letter tells that somebody registered with the user's email."""


MAX_FAILURES = 5
"""How many wrong secrets a challenge takes. A code has few digits, so guesses must be few."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """The newest challenge of a kind to a user. The secret is stored as a SHA-256, once it is sent.

    `asked` counts the challenges since `since`, so that nobody is flooded with letters.
    """

    user_id: UserId
    kind: ChallengeKind
    address: str = field(repr=False)
    """The email or the phone that the secret goes to."""
    asked_at: datetime
    since: datetime
    asked: int = 1
    secret_hash: str | None = field(default=None, repr=False)
    """None before it is sent and after it has ended."""
    expires_at: datetime | None = None
    """When the secret is too late (UTC). None before it is sent and after it has ended."""
    failures: int = 0
    met: bool = False
    """Whether it has ended: its secret was given back, or cannot be any more."""

    def sent(self, secret_hash: str, expires_at: datetime) -> Self:
        """Return it with a secret that is being sent, instead of an earlier one.

        Wrong secrets still count, so a second attempt to send it allows no more guesses.
        """
        return replace(self, secret_hash=secret_hash, expires_at=expires_at)

    def failed(self) -> Self:
        """Return it after a wrong secret."""
        return replace(self, failures=self.failures + 1)

    def ended(self) -> Self:
        """Return it after its secret was given back. It cannot be used again."""
        return replace(self, secret_hash=None, expires_at=None, met=True)

    def is_open(self, now: datetime) -> bool:
        """Return whether a secret is awaited now."""
        return self.expires_at is not None and now < self.expires_at and not self.is_exhausted

    @property
    def is_exhausted(self) -> bool:
        """Whether too many wrong secrets were given."""
        return self.failures >= MAX_FAILURES

    def is_met_by(self, secret_hash: str, now: datetime) -> bool:
        """Return whether this is the hash of the awaited secret."""
        expected = self.secret_hash or ""
        return self.is_open(now) and compare_digest(expected, secret_hash)
