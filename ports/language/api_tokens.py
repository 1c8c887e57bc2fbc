"""Tokens of programs that call the exchange, and who makes a call."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .errors import Forbidden, InvalidText
from .ids import ApiTokenId, SessionId, UserId
from .users import Actor

MAX_TOKEN_NAME = 60
"""The maximum length of a token's name."""
MAX_SCOPES = 100
"""The maximum number of scopes of a token."""

_SCOPE = re.compile(r"[A-Za-z]{1,40}(\.[A-Za-z]{1,40})?", re.ASCII)


class KeyScope(StrEnum):
    """What the program of a user may do. None of them includes another."""

    READ = "read"
    """See what the user sees, and follow the streams."""
    TRADE = "trade"
    """Place and cancel quotes, and act on orders."""
    ADMIN = "admin"
    """Act as an admin, if the user is one."""


def parse_scopes(texts: Iterable[str]) -> frozenset[str]:
    """Return scopes: names of services, such as `OrderService`, or of calls. Raises InvalidText.

    >>> sorted(parse_scopes(["OrderService.GetOrder", "SearchService"]))
    ['OrderService.GetOrder', 'SearchService']
    """
    scopes = frozenset(texts)
    if not 1 <= len(scopes) <= MAX_SCOPES:
        raise InvalidText(field="scopes", problem=f"must be 1 to {MAX_SCOPES}")
    for scope in scopes:
        if not _SCOPE.fullmatch(scope):
            raise InvalidText(field="scopes", problem="has a scope that is no name of a service")
    return scopes


@dataclass(frozen=True, slots=True)
class ApiToken:
    """The right of a program to make some calls. The token itself is stored as its SHA-256.

    A service's token has no owner. A token with an owner is an API key of that user.
    """

    id: ApiTokenId
    name: str
    """The program that has it."""
    scopes: frozenset[str]
    """Services that it may call, and calls: `OrderService`, `PaymentService.ProcessPayment`.
    Of an API key: KeyScopes."""
    token_hash: str = field(repr=False)
    created_at: datetime
    owner_id: UserId | None = None
    """The only user for whom it acts. A service's token has none: each call says for whom."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """When it was last used, to the minute."""

    def allows(self, call: str, key_scope: KeyScope | None) -> bool:
        """Return whether it may make a call, such as `OrderService.GetOrder`.

        An API key needs `key_scope` for it. No API key may make a call without one.
        """
        if self.owner_id is not None:
            return key_scope is not None and key_scope in self.scopes
        return call in self.scopes or call.partition(".")[0] in self.scopes

    def has_ended(self, now: datetime) -> bool:
        """Return whether it was revoked or has expired."""
        return self.revoked_at is not None or (
            self.expires_at is not None and now >= self.expires_at
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call: a user, or a program with a token, which may act for a user."""

    actor: Actor | None
    """The user, or None if a program calls for nobody."""
    token: ApiToken | None = None
    session_id: SessionId | None = field(default=None, compare=False)
    """The session of a user who signed in."""

    @property
    def is_service(self) -> bool:
        """Whether it is a service, which acts for itself or for any user."""
        return self.token is not None and self.token.owner_id is None

    def check_may(self, call: str, key_scope: KeyScope | None) -> None:
        """Raise Forbidden if it is a program whose token has no scope for the call."""
        if self.token is None or self.token.allows(call, key_scope):
            return
        if self.is_service:
            needs = "a token with this scope"
        elif key_scope is None:
            needs = "a signed-in user, and no API key"
        else:
            needs = f"an API key with the scope {key_scope}"
        raise Forbidden(action=f"call {call}", needs=needs)
