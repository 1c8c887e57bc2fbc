"""Sign in, renew a session, sign out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath
from msgspec import Meta

from ....core.users.session_tokens import SignedIn
from ....ports.language.errors import (
    InvalidText,
    InvalidToken,
    NotFound,
    QueueFull,
    WrongCredentials,
)
from ....ports.language.ids import SessionId
from ..edge.bearer import PUBLIC
from ..edge.injected import App, Limits
from ..edge.json_body import JsonRequest
from ..edge.signing_in import sign_in
from ..hidden import Hidden
from ..openapi.documented import PUBLIC_SECURITY, example, problems, success


class Credentials(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """An email and a password."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class Refresh(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """The newest refresh token. It can be used once."""

    refresh_token: Annotated[str, Meta(min_length=1, max_length=500)]


class Tokens(Hidden, msgspec.Struct, frozen=True):
    """Send the access token as `Authorization: Bearer ...`.

    It is valid for `expires_in` seconds.
    """

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class SessionView(msgspec.Struct, frozen=True):
    """One of your sessions. `source` is the address, or the /64 of IPv6, where you signed in."""

    id: UUID
    created_at: datetime
    source: str | None
    current: bool


def tokens(signed_in: SignedIn) -> Tokens:
    """Return the tokens as a response."""
    return Tokens(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        token_type="Bearer",  # noqa: S106  # the name of a scheme
        expires_in=signed_in.expires_in,
    )


_EXAMPLE = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9...",
    "refresh_token": "r3Fr35h...",
    "token_type": "Bearer",
    "expires_in": 900,
}


_SESSION = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "created_at": "2026-03-01T12:00:00Z",
    "source": "203.0.113.7",
    "current": True,
}


class SessionsController(Controller):
    """Sessions. Their POSTs take no idempotency key, because every sign-in has its own tokens."""

    path = "/v1/sessions"
    tags = ("sessions",)

    @post(
        summary="Sign in",
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(201, Tokens, _EXAMPLE)
        | problems(WrongCredentials, InvalidText, QueueFull, public=True, body=True),
    )
    async def sign_in(
        self,
        request: JsonRequest,
        data: Annotated[
            Credentials,
            example({"email": "buyer@example.com", "password": "correct horse battery"}),
        ],
        application: App,
        credential_limits: Limits,
    ) -> Tokens:
        """Sign in with email and password, and open a session.

        You are told of a sign-in from a place where you never signed in before.
        """
        signed_in = await sign_in(
            request, application, credential_limits, email=data.email, password=data.password
        )
        return tokens(signed_in)

    @post(
        "/refresh",
        summary="Renew a session",
        status_code=200,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(200, Tokens, _EXAMPLE) | problems(InvalidToken, public=True, body=True),
    )
    async def refresh(
        self,
        data: Annotated[Refresh, example({"refresh_token": "r3Fr35h..."})],
        application: App,
    ) -> Tokens:
        """Exchange a refresh token for new tokens of the same session.

        If a refresh token is used twice, it may have been stolen, so its session ends.
        """
        return tokens(await application.users.refresh_session(refresh_token=data.refresh_token))

    @delete("/current", summary="Sign out", responses=problems())
    async def sign_out(self, request: JsonRequest, application: App) -> None:
        """End the session. Its access tokens and its refresh token become invalid."""
        await application.users.sign_out(request.auth)


class OwnSessionsController(Controller):
    """Where you are signed in."""

    path = "/v1/users/me/sessions"
    tags = ("sessions",)

    @get(
        summary="List your sessions",
        responses=success(200, list[SessionView], [_SESSION]) | problems(),
    )
    async def list_sessions(self, request: JsonRequest, application: App) -> list[SessionView]:
        """Return your open sessions, newest first, at most 100."""
        return [
            SessionView(session.id, session.created_at, session.source, session.id == request.auth)
            for session in await application.users.list_sessions(request.user)
        ]

    @delete(summary="End all your sessions", responses=problems())
    async def end_all(self, request: JsonRequest, application: App) -> None:
        """End all your sessions, also this one."""
        await application.users.end_sessions(request.user)

    @delete("/{session_id:uuid}", summary="End one of your sessions", responses=problems(NotFound))
    async def end_one(
        self, request: JsonRequest, session_id: FromPath[UUID], application: App
    ) -> None:
        """End one of your sessions. Its access tokens and its refresh token become invalid."""
        await application.users.end_sessions.one(request.user, SessionId(session_id))
