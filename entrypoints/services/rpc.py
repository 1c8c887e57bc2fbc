"""One call of a service: its name, what goes in and out, who may make it, what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from inspect import getdoc
from typing import Any, TypeAlias, get_type_hints

from ...composition.application import Application
from ...core.users.credential_limits import CredentialLimits
from ...ports.language.api_tokens import Caller, KeyScope
from ...ports.language.idempotency import IdempotencyKey
from ...ports.language.users import Actor, Role


class Who(Enum):
    """Who may make a call. Nobody calls without a token."""

    ANYBODY = "a user or a service"
    """A service, or a signed-in user."""
    USER = "a user, or a service that acts for one"
    """A signed-in user, or a service that says for whom it acts."""
    SERVICE = "a service"
    """A service that acts for the exchange."""


class Key(Enum):
    """What an idempotency key does for a call."""

    NONE = "takes no key"
    """The call has none: it only reads, or a repetition changes nothing anyway."""
    ANSWER = "remembers the answer"
    """The answer is stored with the effect, and given again."""
    USE_CASE = "the use case takes the key"


@dataclass(frozen=True, slots=True)
class Context:
    """What a call may use besides its request."""

    application: Application
    caller: Caller
    key: IdempotencyKey | None
    credential_limits: CredentialLimits

    @property
    def actor(self) -> Actor:
        """The user who calls, or for whom a service does."""
        assert self.caller.actor is not None, "the dispatcher checks it"
        return self.caller.actor


Run: TypeAlias = Callable[[Context, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rpc:
    """One call. `run` translates its request for a use case, and the result into the response."""

    service: str
    method: str
    about: str
    request: type[Any]
    response: type[Any]
    who: Who
    roles: frozenset[Role]
    """The user needs one of these, if there are any."""
    key: Key
    key_scope: KeyScope | None
    """What an API key needs to make it, or None if no API key may."""
    run: Run

    @property
    def name(self) -> str:
        """Its name, which is also a scope: `OrderService.GetOrder`."""
        return f"{self.service}.{self.method}"


def rpc(
    service: str,
    method: str,
    run: Run,
    who: Who,
    *roles: Role,
    key: Key = Key.NONE,
    key_scope: KeyScope | None = None,
) -> Rpc:
    """Return a call. Its types and description are those of `run`."""
    hints = get_type_hints(run)
    return Rpc(
        service=service,
        method=method,
        about=getdoc(run) or "",
        request=hints["request"],
        response=hints["return"],
        who=who,
        roles=frozenset(roles),
        key=key,
        key_scope=key_scope,
        run=run,
    )
