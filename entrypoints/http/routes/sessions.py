"""Sign in, renew a session, sign out."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, post
from msgspec import Meta

from ....core.users.session_tokens import SignedIn
from ....ports.language.errors import InvalidText, InvalidToken, QueueFull, WrongCredentials
from ..edge.bearer import PUBLIC
from ..edge.injected import App, Limits
from ..edge.json_body import JsonRequest
from ..openapi.documented import PUBLIC_SECURITY, example, problems, success


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """An email and a password."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    """The newest refresh token. It can be used once."""

    refresh_token: Annotated[str, Meta(min_length=1, max_length=500)]


class Tokens(msgspec.Struct, frozen=True):
    """Send the access token as `Authorization: Bearer ...`.

    It is valid for `expires_in` seconds.
    """

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


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
        """Sign in with email and password, and open a session."""
        recognize = application.users.recognize_source
        async with credential_limits.attempt(request.scope, data.email, recognize) as source:
            return tokens(
                await application.users.sign_in(
                    email=data.email, password=data.password, source=source
                )
            )

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
