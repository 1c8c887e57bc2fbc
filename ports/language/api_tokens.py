"""Tokens of programs that call the exchange, and who makes a call."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from .errors import Forbidden, InvalidText
from .ids import ApiTokenId, UserId
from .users import Actor

MAX_TOKEN_NAME = 60
"""The maximum length of a token's name."""
MAX_SCOPES = 100
"""The maximum number of scopes of a token."""
PREFIX = "solebook_"
"""How every token begins, so that it is recognised, also where it does not belong."""

_SCOPE = re.compile(r"[A-Za-z]{1,40}(\.[A-Za-z]{1,40})?", re.ASCII)


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
    """The right of a program to make some calls. The token itself is stored as its SHA-256."""

    id: ApiTokenId
    name: str
    """The program that has it."""
    scopes: frozenset[str]
    """Services that it may call, and calls: `OrderService`, `PaymentService.ProcessPayment`."""
    token_hash: str = field(repr=False)
    created_at: datetime
    owner_id: UserId | None = None
    """The only user for whom it acts. A service's token has none: each call says for whom."""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def allows(self, call: str) -> bool:
        """Return whether it may make a call, such as `OrderService.GetOrder`."""
        return call in self.scopes or call.partition(".")[0] in self.scopes


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call: a user, or a program with a token, which may act for a user."""

    actor: Actor | None
    """The user, or None if a program calls for nobody."""
    token: ApiToken | None = None

    def check_may(self, call: str) -> None:
        """Raise Forbidden if it is a program whose token has no scope for the call."""
        if self.token is not None and not self.token.allows(call):
            raise Forbidden(action=f"call {call}", needs="a token with this scope")
