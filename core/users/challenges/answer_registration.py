"""Answer a registration with the email of a user."""

from dataclasses import dataclass

from ....ports.language.challenges import ChallengeKind
from ....ports.language.events import RegistrationRepeated
from .answer_by_letter import AnswerByLetter


@dataclass(frozen=True, slots=True)
class AnswerRegistration:
    """Lets the letter be sent from which a user learns that somebody registered with their email.

    It may be the user, who forgot that they have an account.
    """

    answer_by_letter: AnswerByLetter

    async def __call__(self, event: RegistrationRepeated) -> None:
        """Request the letter, if it is not too often."""
        await self.answer_by_letter(event.user_id, ChallengeKind.REGISTRATION)
