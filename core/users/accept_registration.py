"""Accept a registration from a stranger."""

from dataclasses import dataclass

from ...ports.language.errors import EmailTaken
from ...ports.language.events import RegistrationRepeated
from ...ports.language.sources import NOWHERE, Source
from ...ports.outbox import Outbox
from ...ports.transaction import Transaction
from ...ports.users import Users
from .register_user import RegisterUser


@dataclass(frozen=True, slots=True)
class AcceptRegistration:
    """Registers a user, or lets a letter tell who has the email that somebody registers again.

    The stranger is not told which, and it takes the same work: the password is hashed either way,
    and either transaction looks for the email and stores what follows. A repeated registration has
    no effect but a letter, so it needs no idempotency key.
    """

    transaction: Transaction
    users: Users
    outbox: Outbox
    register_user: RegisterUser

    async def __call__(
        self,
        *,
        email: str,
        password: str,
        first_name: str,
        last_name: str,
        source: Source = NOWHERE,
    ) -> None:
        """Register the user, if nobody has the email.

        Raises InvalidText, and QueueFull if too many passwords wait to be hashed.
        """
        user = await self.register_user.new_user(
            email=email,
            password=password,
            first_name=first_name,
            last_name=last_name,
            source=source,
        )
        async with self.transaction():
            owner = await self.users.find_by_email(user.email)
            if owner is None:
                try:
                    await self.register_user.add(user)
                except EmailTaken:  # at the same time as another one
                    owner = await self.users.find_by_email(user.email)
            if owner is not None:
                await self.outbox.add(RegistrationRepeated(owner.id))
