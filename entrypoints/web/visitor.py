"""Who looks at a page, by the cookie of their browser."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TypeAlias

from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from ...ports.language.errors import InvalidToken
from ...ports.language.ids import SessionId
from ...ports.language.traces import work_for
from ...ports.language.users import Actor, Role
from ..http.edge.costs import cost_of
from ..http.edge.injected import App, Requests
from ..http.edge.problems import AnyRequest

_NAME = "solebook"
_MONTH = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a browser, signed in or not."""

    secret: str = field(repr=False)
    """The text of the cookie: the token of a session, or a random text of a stranger."""
    cookie_name: str
    is_new: bool
    """Whether the browser has not got the cookie yet."""
    actor: Actor | None = None
    session_id: SessionId | None = None

    @property
    def form_token(self) -> str:
        """What every form of this visitor has. Other sites cannot know it."""
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()

    def has(self, role: str) -> bool:
        """Whether the visitor is signed in and has a role."""
        return self.actor is not None and self.actor.has(Role(role))

    def cookie(self) -> Cookie:
        """Return the cookie for the browser, which no script and no other site can use.

        The prefix of its name keeps other hosts of the domain from setting it.
        """
        return Cookie(
            key=self.cookie_name,
            value=self.secret,
            path="/",
            max_age=_MONTH,
            secure=self.cookie_name.startswith("__Host-"),
            httponly=True,
            samesite="lax",
        )

    def signed_in_with(self, token: str) -> "Visitor":
        """Return this visitor once they have the token of a session."""
        return Visitor(token, self.cookie_name, is_new=True)

    def signed_out(self) -> "Visitor":
        """Return this visitor as a stranger."""
        return Visitor(secrets.token_urlsafe(32), self.cookie_name, is_new=True)


@dataclass(frozen=True, slots=True)
class SignedInVisitor(Visitor):
    """A visitor who is signed in."""

    actor: Actor
    session_id: SessionId


def stranger(request: AnyRequest) -> Visitor:
    """Return somebody new."""
    return Visitor(secrets.token_urlsafe(32), _cookie_name(request), is_new=True)


def _cookie_name(request: AnyRequest) -> str:
    return f"__Host-{_NAME}" if request.url.scheme == "https" else _NAME


async def visitor_of(request: AnyRequest, application: App, request_limits: Requests) -> Visitor:
    """Return who makes a request. Raises RateLimited, Unavailable."""
    name = _cookie_name(request)
    secret = request.cookies.get(name, "")
    if not secret or not secret.isascii() or len(secret) > 200:
        return stranger(request)
    try:
        actor, session_id = await application.users.authenticate_browser(secret)
    except InvalidToken:
        return Visitor(secret, name, is_new=False)
    await request_limits.take_for_user(actor, cost_of(request.scope))
    work_for(str(actor.user_id))
    return SignedInVisitor(secret, name, is_new=False, actor=actor, session_id=session_id)


Anybody: TypeAlias = NamedDependency[SkipValidation[Visitor]]
"""The parameter `visitor` of a page that everybody may see."""

User: TypeAlias = NamedDependency[SkipValidation[SignedInVisitor]]
"""The parameter `user` of a page for those who are signed in."""
