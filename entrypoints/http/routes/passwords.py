"""A forgotten password, and another email."""

from dataclasses import replace
from typing import Annotated

import msgspec
from litestar import Controller, Response, post, put
from msgspec import Meta

from ....core.users.user_texts import MAX_EMAIL, MIN_PASSWORD
from ....ports.language.errors import (
    AccountClosed,
    ChallengeNotMet,
    EmailTaken,
    IdempotencyKeyReused,
    InvalidText,
    QueueFull,
    WrongCredentials,
)
from ..edge.bearer import PUBLIC
from ..edge.headers import program_of
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App, Limits
from ..edge.json_body import JsonRequest
from ..hidden import Hidden
from ..openapi.documented import PUBLIC_SECURITY, example, problems, success
from .email_proofs import MAX_SECRET, EmailProofView


class ForgottenPassword(msgspec.Struct, forbid_unknown_fields=True):
    """The email of somebody who forgot their password."""

    email: Annotated[str, Meta(min_length=3, max_length=MAX_EMAIL)]


class NewPassword(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """The `token` of the link in the letter, and a password of 8 characters to 72 bytes."""

    token: Annotated[str, Meta(min_length=1, max_length=MAX_SECRET)]
    password: Annotated[str, Meta(min_length=MIN_PASSWORD, max_length=72)]


class ChangedPassword(msgspec.Struct, forbid_unknown_fields=True):
    """Your password, and another one of 8 characters to 72 bytes."""

    old: Annotated[str, Meta(min_length=1, max_length=200)]
    new: Annotated[str, Meta(min_length=MIN_PASSWORD, max_length=72)]


class NewEmail(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """Another email, and your password."""

    email: Annotated[str, Meta(min_length=3, max_length=MAX_EMAIL)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class Accepted(msgspec.Struct, frozen=True):
    """The request was accepted, whether there is such a user or not."""

    accepted: bool = True


class PasswordsController(Controller):
    """Passwords and emails."""

    path = "/v1"
    tags = ("users",)

    @post(
        "/password-resets",
        summary="Ask for a new password",
        status_code=202,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(202, Accepted, {"accepted": True})
        | problems(IdempotencyKeyReused, public=True, body=True),
    )
    async def request_reset(
        self,
        request: JsonRequest,
        data: Annotated[ForgottenPassword, example({"email": "buyer@example.com"})],
        application: App,
        credential_limits: Limits,
        idempotency_key: KeyHeader = None,
    ) -> Response[Accepted]:
        """Send a letter with a link to the email, if a user has proven it.

        The answer is always the same.
        """
        await credential_limits.check(request.scope, "resets", data.email)

        async def run() -> Accepted:
            await application.users.request_password_reset(data.email)
            return Accepted()

        return await once(request, application, await request_key(request, idempotency_key), run)

    @post(
        "/password-resets/completion",
        summary="Set a new password",
        status_code=204,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=problems(ChallengeNotMet, InvalidText, QueueFull, public=True, body=True),
    )
    async def reset_password(
        self,
        request: JsonRequest,
        data: Annotated[
            NewPassword, example({"token": "nCJ0Ahq3...", "password": "correct horse battery"})
        ],
        application: App,
    ) -> None:
        """Set a new password by the token of the letter's link. All your sessions end.

        You are told of it by another letter.
        """
        await application.users.reset_password(
            data.token, password=data.password, program=program_of(request)
        )

    @put(
        "/users/me/password",
        summary="Change your password",
        status_code=204,
        responses=problems(InvalidText, WrongCredentials, QueueFull, AccountClosed, body=True),
    )
    async def change_password(
        self,
        request: JsonRequest,
        data: Annotated[
            ChangedPassword,
            example({"old": "correct horse battery", "new": "staple battery horse"}),
        ],
        application: App,
        credential_limits: Limits,
    ) -> None:
        """Change your password. All your other sessions end.

        You are told of it by mail.
        """
        source = await credential_limits.check(request.scope, "own", str(request.user.user_id))
        await application.users.change_password(
            request.user,
            request.auth,
            old=data.old,
            new=data.new,
            source=replace(source, trusted=True),
            program=program_of(request),
        )

    @put(
        "/users/me/email",
        summary="Change your email",
        status_code=202,
        responses=success(202, EmailProofView, {"email": "buyer@example.com", "email_proven": True})
        | problems(InvalidText, WrongCredentials, EmailTaken, QueueFull, AccountClosed, body=True),
    )
    async def change_email(
        self,
        request: JsonRequest,
        data: Annotated[
            NewEmail, example({"email": "new@example.com", "password": "correct horse battery"})
        ],
        application: App,
        credential_limits: Limits,
    ) -> EmailProofView:
        """Change your email once the new one is proven by the link that is sent there.

        The answer has the email of now. The old one gets a notice of the change.
        """
        source = await credential_limits.check(request.scope, "own", str(request.user.user_id))
        user = await application.users.change_email(
            request.user,
            email=data.email,
            password=data.password,
            source=replace(source, trusted=True),
        )
        return EmailProofView(user.email, user.email_proven)
