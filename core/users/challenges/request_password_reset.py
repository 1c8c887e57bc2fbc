"""Request a new password by mail."""

from dataclasses import dataclass

from ....ports.language.events import PasswordResetRequested
from ....ports.language.ids import NOBODY
from ....ports.outbox import Outbox
from ....ports.transaction import Transaction
from ....ports.users import Users
from ..find_by_email import find_by_email


@dataclass(frozen=True, slots=True)
class RequestPasswordReset:
    """Somebody forgot their password, and asks for a letter with which they set another one.

    The answer does not tell who has an account, and takes the same work either way: the request is
    stored for a user or for nobody, and the rest is done later.
    """

    transaction: Transaction
    users: Users
    outbox: Outbox

    async def __call__(self, email: str) -> None:
        """Store the request."""
        user = await find_by_email(self.users, email)
        async with self.transaction():
            await self.outbox.add(PasswordResetRequested(NOBODY if user is None else user.id))
