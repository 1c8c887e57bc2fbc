"""Webhooks of the payment provider."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from litestar import Controller, post
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import HeaderParameter

from ....ports.language.errors import InvalidSignature, InvalidText
from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..openapi.documented import PUBLIC_SECURITY, problems, success


class Received(msgspec.Struct, frozen=True):
    """The event is stored."""

    received: bool = True


@dataclass
class WebhookOperation(Operation):
    """Documents the body. The handler reads it raw, because the signature is over its bytes."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            description="An event of the payment provider.",
            required=True,
            content={"application/json": OpenAPIMediaType(schema=Schema(type=OpenAPIType.OBJECT))},
        )


class WebhooksController(Controller):
    """Webhooks."""

    path = "/v1/webhooks"
    tags = ("webhooks",)

    @post(
        "/stripe",
        summary="Receive an event of the payment provider",
        status_code=200,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        operation_class=WebhookOperation,
        responses=success(200, Received, {"received": True})
        | problems(InvalidSignature, InvalidText, public=True, body=True),
    )
    async def receive_stripe_event(
        self,
        request: JsonRequest,
        application: App,
        stripe_signature: Annotated[
            str, HeaderParameter(name="Stripe-Signature", min_length=1, max_length=1_000)
        ],
    ) -> Received:
        """Store a signed event once. It is processed later."""
        await application.payments.receive_webhook(await request.signed_body(), stripe_signature)
        return Received()
