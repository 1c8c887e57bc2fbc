"""The proof of an email."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, post
from msgspec import Meta

from ....ports.language.errors import (
    AccountClosed,
    ChallengeNotMet,
    EmailTaken,
    IdempotencyKeyReused,
)
from ..edge.bearer import PUBLIC
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..hidden import Hidden
from ..openapi.documented import PUBLIC_SECURITY, example, problems, success

MAX_SECRET = 200
"""The maximum length of a token in a link. Real ones are shorter."""


class LinkToken(Hidden, msgspec.Struct, forbid_unknown_fields=True):
    """The `token` of the link in a letter. It works once."""

    token: Annotated[str, Meta(min_length=1, max_length=MAX_SECRET)]


class EmailProofView(msgspec.Struct, frozen=True):
    """An email, and whether it is proven."""

    email: str
    email_proven: bool


_PROVEN = {"email": "buyer@example.com", "email_proven": True}


class EmailProofsController(Controller):
    """Emails are proven by a link in a letter, which the user need not be signed in to open."""

    path = "/v1"
    tags = ("users",)

    @post(
        "/users/me/email-proof",
        summary="Ask for the letter that proves your email",
        status_code=202,
        responses=success(202, EmailProofView, _PROVEN | {"email_proven": False})
        | problems(IdempotencyKeyReused, AccountClosed),
    )
    async def request_email_proof(
        self, request: JsonRequest, application: App, idempotency_key: KeyHeader = None
    ) -> Response[EmailProofView]:
        """Send the letter again. The link of an earlier one ends.

        If your email is proven, nothing is sent.
        """

        async def run() -> EmailProofView:
            user = await application.users.request_email_proof(request.user)
            return EmailProofView(user.email, user.email_proven)

        return await once(request, application, await request_key(request, idempotency_key), run)

    @post(
        "/email-proofs",
        summary="Prove an email",
        status_code=200,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        responses=success(200, EmailProofView, _PROVEN)
        | problems(ChallengeNotMet, EmailTaken, IdempotencyKeyReused, public=True, body=True),
    )
    async def prove_email(
        self,
        request: JsonRequest,
        data: Annotated[LinkToken, example({"token": "nCJ0Ahq3..."})],
        application: App,
        idempotency_key: KeyHeader = None,
    ) -> Response[EmailProofView]:
        """Prove the email that got a link, by the link's token."""

        async def run() -> EmailProofView:
            user = await application.users.prove_email(data.token)
            return EmailProofView(user.email, user.email_proven)

        return await once(request, application, await request_key(request, idempotency_key), run)
