"""Webhooks of providers: of payments, of mail and of text messages."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from litestar import Controller, post
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import HeaderParameter, QueryParameter

from ....ports.language.delivery_reports import Callback
from ....ports.language.errors import InvalidSignature, InvalidText
from ....ports.language.notifications import Channel
from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..edge.json_body import JsonRequest
from ..openapi.documented import PUBLIC_SECURITY, problems, success


class Received(msgspec.Struct, frozen=True):
    """The event is stored."""

    received: bool = True


def _raw_body(description: str, media_type: str, kind: OpenAPIType) -> type[Operation]:
    """Return what documents a body that the handler reads raw, to verify its signature."""
    content = {media_type: OpenAPIMediaType(schema=Schema(type=kind))}
    body = RequestBody(description=description, required=True, content=content)

    @dataclass
    class RawBodyOperation(Operation):
        def __post_init__(self) -> None:
            self.request_body = body

    return RawBodyOperation


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
        operation_class=_raw_body(
            "An event of the payment provider.", "application/json", OpenAPIType.OBJECT
        ),
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

    @post(
        "/sendgrid",
        summary="Receive events of mails",
        status_code=200,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        operation_class=_raw_body("Events of mails.", "application/json", OpenAPIType.ARRAY),
        responses=success(200, Received, {"received": True})
        | problems(InvalidSignature, InvalidText, public=True, body=True),
    )
    async def receive_mail_events(
        self,
        request: JsonRequest,
        application: App,
        signature: Annotated[
            str,
            HeaderParameter(
                name="X-Twilio-Email-Event-Webhook-Signature", min_length=1, max_length=1_000
            ),
        ],
        timestamp: Annotated[
            str,
            HeaderParameter(
                name="X-Twilio-Email-Event-Webhook-Timestamp", min_length=1, max_length=100
            ),
        ],
    ) -> Received:
        """Give up addresses at which signed events say that mail does not arrive."""
        callback = Callback(await request.signed_body(), signature, timestamp)
        await application.notifications.receive_delivery_reports(Channel.EMAIL, callback)
        return Received()

    @post(
        "/twilio",
        summary="Receive the status of a text message",
        status_code=200,
        opt=PUBLIC,
        security=PUBLIC_SECURITY,
        operation_class=_raw_body(
            "The status of a text message.",
            "application/x-www-form-urlencoded",
            OpenAPIType.OBJECT,
        ),
        responses=success(200, Received, {"received": True})
        | problems(InvalidSignature, InvalidText, public=True, body=True),
    )
    async def receive_text_status(
        self,
        request: JsonRequest,
        application: App,
        signature: Annotated[
            str, HeaderParameter(name="X-Twilio-Signature", min_length=1, max_length=1_000)
        ],
        user_id: Annotated[str | None, QueryParameter(description="As it was sent.")] = None,
        sent_at: Annotated[str | None, QueryParameter(description="As it was sent.")] = None,
    ) -> Received:
        """Give up a phone at which a signed status says that messages do not arrive."""
        query = request.scope["query_string"].decode("latin-1")
        callback = Callback(await request.body(), signature, query=query)
        await application.notifications.receive_delivery_reports(Channel.SMS, callback)
        return Received()
