"""Begin the reset of a password that was requested."""

from dataclasses import dataclass

from ....ports.language.challenges import ChallengeKind
from ....ports.language.events import PasswordResetRequested
from .answer_by_letter import AnswerByLetter


@dataclass(frozen=True, slots=True)
class BeginPasswordReset:
    """Lets the letter be sent with which a user sets a new password."""

    answer_by_letter: AnswerByLetter

    async def __call__(self, event: PasswordResetRequested) -> None:
        """Request the challenge, if there is a user and it is not too often."""
        await self.answer_by_letter(event.user_id, ChallengeKind.PASSWORD)
