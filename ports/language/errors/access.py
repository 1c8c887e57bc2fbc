"""Refusals to find, to sign in and to allow."""

from dataclasses import dataclass
from uuid import UUID

from .base import Refusal


@dataclass(eq=False)
class NotFound(Refusal):
    """It does not exist, or the caller may not see it."""

    what: str
    id: UUID

    def __str__(self) -> str:
        return f"there is no {self.what} {self.id}"


@dataclass(eq=False)
class Forbidden(Refusal):
    """The caller is not allowed to do this; `needs` says who is."""

    action: str
    needs: str

    def __str__(self) -> str:
        return f"only {self.needs} may {self.action}"


@dataclass(eq=False)
class Outdated(Refusal):
    """It was changed concurrently. Read it again and retry."""

    what: str
    id: UUID

    def __str__(self) -> str:
        return f"the {self.what} {self.id} was changed concurrently; read it again and retry"


@dataclass(eq=False)
class WrongCredentials(Refusal):
    """The email or the password is wrong."""

    def __str__(self) -> str:
        return "the email or the password is wrong"


@dataclass(eq=False)
class InvalidToken(Refusal):
    """The token is malformed, expired, already used, revoked or unknown.

    A user signs in again, and a program of theirs needs another API key. A service needs another
    token from an admin.
    """

    problem: str

    def __str__(self) -> str:
        if self.problem == "missing":
            return "the token is missing; sign in, and send it as `Authorization: Bearer ...`"
        return f"the token is {self.problem}; sign in again, or use another API key"
