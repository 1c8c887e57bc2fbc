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
    either transaction tries to add the user, and where one stores that a letter is due, the other
    reads who gets one. A repeated registration has no effect but a letter, so it needs no
    idempotency key.
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
            try:
                await self.register_user.add(user)
            except EmailTaken:
                owner = await self.users.find_by_email(user.email)
                if owner is not None:  # who may have changed it meanwhile
                    await self.outbox.add(RegistrationRepeated(owner.id))
