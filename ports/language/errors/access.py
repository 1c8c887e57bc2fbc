"""Refusals to find, to sign in and to allow."""

from dataclasses import dataclass
from uuid import UUID

from .base import Refusal


@dataclass(eq=False)
class NotFound(Refusal):
    """There is no such thing, or none that the caller may know of."""

    what: str
    id: UUID

    def __str__(self) -> str:
        return f"there is no {self.what} {self.id}"


@dataclass(eq=False)
class Forbidden(Refusal):
    """The caller may see it but not do this to it; `needs` says who may."""

    action: str
    needs: str

    def __str__(self) -> str:
        return f"only {self.needs} may {self.action}"


@dataclass(eq=False)
class Outdated(Refusal):
    """Somebody else changed it in between; read it again and retry."""

    what: str
    id: UUID

    def __str__(self) -> str:
        return f"the {self.what} {self.id} changed in between; read it again and retry"


@dataclass(eq=False)
class WrongCredentials(Refusal):
    """Email and password do not belong together. It never tells which of them is wrong."""

    def __str__(self) -> str:
        return "the email or the password is wrong"


@dataclass(eq=False)
class InvalidToken(Refusal):
    """The access or refresh token is malformed, expired, spent or revoked; sign in again."""

    problem: str

    def __str__(self) -> str:
        if self.problem == "missing":
            return "the token is missing; sign in, and send it as `Authorization: Bearer ...`"
        return f"the token is {self.problem}; sign in again"
