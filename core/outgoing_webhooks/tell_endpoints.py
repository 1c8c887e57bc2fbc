"""Store an event for the endpoints that get it."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ...ports.clock import Clock
from ...ports.language.errors import NotFound
from ...ports.language.events import AlarmRaised, Event, OrderRelated
from ...ports.language.ids import MessageId, OrderId, OutgoingWebhookId, UserId, WebhookEndpointId
from ...ports.language.messages import Message
from ...ports.language.orders import Order
from ...ports.language.traces import current_traceparent
from ...ports.language.webhook_endpoints import (
    DisabledBecause,
    OutgoingWebhook,
    WebhookEndpoint,
)
from ...ports.language.webhook_events import KINDS, Audience, PartySide
from ...ports.orders import Orders
from ...ports.transaction import Transaction
from ...ports.webhook_endpoints import OutgoingWebhooks, WebhookEndpoints
from .bodies import body_of
from .contents import content_of
from .disable_endpoint import Disabling
from .webhook_rules import MAX_WAITING, WebhookRules

_PORTION = 100
"""For how many endpoints an event is stored in one transaction, so that others get a turn."""


@dataclass(frozen=True, slots=True)
class TellEndpoints:
    """Stores a webhook for each endpoint that gets an event. It is sent afterwards.

    A user gets what concerns them, as their side of an order sees it (ADR 0021). The id of a
    webhook follows from those of the message and the endpoint, so that a message that comes again
    changes nothing, also after a crash between two transactions. An event that nobody wants costs
    one read.
    """

    transaction: Transaction
    endpoints: WebhookEndpoints
    webhooks: OutgoingWebhooks
    orders: Orders
    disabling: Disabling
    clock: Clock
    rules: WebhookRules = field(repr=False)

    async def __call__(self, message: Message) -> None:
        """Store the webhooks of a message. Raises Unavailable."""
        if not await self.endpoints.is_wanted(message.subject):
            return
        sides = await self._sides(message.event)
        concerned = await self.endpoints.concerned_by(
            message.subject, _audience(message.event, sides)
        )
        told = [each for each in concerned if _is_told(message.event, each, sides)]
        bodies: dict[PartySide | None, str] = {}
        for side in {sides.get(endpoint.owner_id) for endpoint in told}:
            bodies[side] = body_of(content_of(message.event, side), message.occurred_at)
        for first in range(0, len(told), _PORTION):
            async with self.transaction():
                for endpoint in await self._keeping_up(told[first : first + _PORTION]):
                    await self._store(message, endpoint, bodies[sides.get(endpoint.owner_id)])

    async def _store(self, message: Message, endpoint: WebhookEndpoint, body: str) -> None:
        now = self.clock.now()
        webhook = OutgoingWebhook(
            id=_id_of(message.id, endpoint.id),
            endpoint_id=endpoint.id,
            kind=message.subject,
            body=body,
            created_at=now,
            expires_at=now + self.rules.tried_for,
            once_for=_once_for(message.event),
            due_at=now,
            trace=current_traceparent(),
        )
        await self.webhooks.add([webhook])
        await self.endpoints.wake([endpoint.id], now)

    async def _sides(self, event: Event) -> Mapping[UserId, PartySide]:
        """Return the parties of an event's order."""
        order = await self._order(event)
        if order is None:
            return {}
        return {order.buyer_id: PartySide.BUYER, order.seller_id: PartySide.SELLER}

    async def _order(self, event: Event) -> Order | None:
        order_id = event.order_id if isinstance(event, OrderRelated | AlarmRaised) else None
        if order_id is None:
            return None
        try:
            return await self.orders.get(order_id)
        except NotFound:
            return None

    async def _keeping_up(self, told: Sequence[WebhookEndpoint]) -> Sequence[WebhookEndpoint]:
        """Return the endpoints, locked, and disable those for which too much waits."""
        keeping_up = []
        for each in told:
            endpoint = await self.endpoints.find(each.id)
            if endpoint is None or endpoint.disabled is not None:
                continue
            if await self._is_behind(endpoint):
                await self.disabling(endpoint, DisabledBecause.BEHIND)
            else:
                keeping_up.append(endpoint)
        return keeping_up

    async def _is_behind(self, endpoint: WebhookEndpoint) -> bool:
        if endpoint.due_at is None:
            return False
        return await self.webhooks.waiting(endpoint.id, MAX_WAITING) >= MAX_WAITING


def _audience(event: Event, sides: Mapping[UserId, PartySide]) -> Collection[UserId] | None:
    """Return whose endpoints get an event, besides those that get everything. None: anybody's."""
    match KINDS[event.SUBJECT].AUDIENCE:
        case Audience.PUBLIC:
            return None
        case Audience.OWNER:
            user_id: UserId = event.user_id  # type: ignore[attr-defined]  # such an event has one
            return [user_id]
        case Audience.BUYER:
            return [user for user, side in sides.items() if side is PartySide.BUYER]
        case Audience.SELLER:
            return [user for user, side in sides.items() if side is PartySide.SELLER]
        case Audience.PARTIES:
            return list(sides)
        case Audience.ADMINS:
            return []


def _is_told(event: Event, endpoint: WebhookEndpoint, sides: Mapping[UserId, PartySide]) -> bool:
    """Whether an endpoint gets an event. Also an admin who is a party sees only their side."""
    side = sides.get(endpoint.owner_id)
    match KINDS[event.SUBJECT].AUDIENCE:
        case Audience.BUYER:
            return side is not PartySide.SELLER
        case Audience.SELLER:
            return side is not PartySide.BUYER
        case Audience.ADMINS:
            return side is None
        case _:
            return True


def _once_for(event: Event) -> OrderId | None:
    if isinstance(event, OrderRelated) and KINDS[event.SUBJECT].ONCE:
        return event.order_id
    return None


def _id_of(message_id: MessageId, endpoint_id: WebhookEndpointId) -> OutgoingWebhookId:
    """Return the id of a message's webhook: a UUID of version 7 with the message's time."""
    digest = hashlib.sha256(message_id.bytes + endpoint_id.bytes).digest()
    rest = bytes([digest[0] & 0x3F | 0x80]) + digest[1:8]
    return OutgoingWebhookId(UUID(bytes=message_id.bytes[:8] + rest))
