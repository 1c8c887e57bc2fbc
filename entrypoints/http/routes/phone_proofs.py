"""The proof of a phone."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, post
from msgspec import Meta

from ....ports.language.errors import (
    AccountClosed,
    ChallengeNotMet,
    EmailNotProven,
    IdempotencyKeyReused,
    NoPhone,
)
from ....ports.language.notifications import NotificationPreferences
from ..edge.idempotency import KeyHeader, once, request_key
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..openapi.documented import example, problems, success


class PhoneCode(msgspec.Struct, forbid_unknown_fields=True):
    """The `code` of the text message. It works once."""

    code: Annotated[str, Meta(pattern="^[0-9]{6}$")]


class PhoneProofView(msgspec.Struct, frozen=True):
    """Your phone, and whether it is proven."""

    phone: str | None
    phone_proven: bool


def phone_proof_view(preferences: NotificationPreferences) -> PhoneProofView:
    """Return the state of the phone as a response."""
    return PhoneProofView(preferences.phone, preferences.phone_proven)


_PROVEN = {"phone": "+15550100", "phone_proven": True}


class PhoneProofsController(Controller):
    """Phones are proven by a code in a text message."""

    path = "/v1/users/me/phone-proof"
    tags = ("notifications",)

    @post(
        summary="Ask for the code that proves your phone",
        status_code=202,
        responses=success(202, PhoneProofView, _PROVEN | {"phone_proven": False})
        | problems(NoPhone, EmailNotProven, IdempotencyKeyReused, AccountClosed),
    )
    async def request_phone_proof(
        self, request: JsonRequest, application: App, idempotency_key: KeyHeader = None
    ) -> Response[PhoneProofView]:
        """Send a code to your phone. An earlier code ends.

        If your phone is proven, nothing is sent.
        """

        async def run() -> PhoneProofView:
            return phone_proof_view(await application.users.request_phone_proof(request.user))

        return await once(request, application, await request_key(request, idempotency_key), run)

    @post(
        "/completion",
        summary="Prove your phone",
        status_code=200,
        responses=success(200, PhoneProofView, _PROVEN)
        | problems(ChallengeNotMet, AccountClosed, body=True),
    )
    async def prove_phone(
        self,
        request: JsonRequest,
        data: Annotated[PhoneCode, example({"code": "482913"})],
        application: App,
    ) -> PhoneProofView:
        """Prove your phone by the code of the text message. Five wrong codes end it.

        It takes no idempotency key: a wrong code must be counted, and what is refused under a key
        leaves nothing behind.
        """
        return phone_proof_view(await application.users.prove_phone(request.user, data.code))
